"""The files in deploy/ and the page about them, as far as they run here."""

import asyncio
import configparser
import json
import re
import sys
import types
from pathlib import Path

import pytest
import yaml

from albert_tf.serving.serve_options import ServeOptions

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
DOCS = (ROOT / "docs" / "serving.md").read_text()
IMAGE = "albert-tf-serve"


def documents(name):
    return [*yaml.safe_load_all((DEPLOY / name).read_text())]


def containers():
    deployment, _ = documents("kubernetes.yaml")
    (service,) = documents("kserve.yaml")
    (kubernetes,) = deployment["spec"]["template"]["spec"]["containers"]
    (kserve,) = service["spec"]["predictor"]["containers"]
    return {"kubernetes": kubernetes, "kserve": kserve}


def options_of(arguments, monkeypatch) -> ServeOptions:
    """What `albert-tf serve` makes of a command line."""
    from commands import call

    from albert_tf.serving import server

    found = []
    monkeypatch.setattr(server, "serve", lambda source, o: found.append(o))
    assert call(["serve", *arguments]) == 0
    return found[0]


def test_commands_of_the_page_and_the_image_are_the_same():
    commands = re.findall(r"^#   (docker .*)$", DOCKERFILE, re.M)
    assert len(commands) == 2
    shown = "".join(re.findall(r"^```sh\n(.*?)^```$", DOCS, re.M | re.S))
    for command in commands:
        assert IMAGE in command
        assert command in shown.splitlines()


def test_the_image_has_what_serving_needs(monkeypatch):
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    (extras,) = re.findall(r"pip install .*'/src\[(.*)\]'", DOCKERFILE)
    known = config["options.extras_require"]
    assert {*extras.split(",")} == {"lite", "serving"} <= {*known}
    assert "tensorflow" not in known["serving"] + known["lite"]
    lines = dict(line.split(" ", 1) for line in DOCKERFILE.splitlines() if line)
    assert json.loads(lines["ENTRYPOINT"]) == ["albert-tf", "serve"]
    options = options_of(json.loads(lines["CMD"]), monkeypatch)
    assert options.host == "0.0.0.0"
    assert options.port == int(lines["EXPOSE"])
    for name in ("README.md", "LICENSE", "setup.cfg", "albert_tf", "export"):
        kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        assert f"!{name}" in kept
        assert (ROOT / name).exists()


@pytest.mark.parametrize("name", ["kubernetes", "kserve"])
def test_manifests_start_the_server_that_they_ask(name, monkeypatch, client):
    container = containers()[name]
    assert container["image"] == IMAGE
    options = options_of(container["args"], monkeypatch)
    assert options.host == "0.0.0.0"
    assert options.workers == int(container["resources"]["limits"]["cpu"])
    (port,) = container["ports"]
    assert port["containerPort"] == options.port
    for probe in ("livenessProbe", "readinessProbe"):
        if probe in container:
            path = container[probe]["httpGet"]["path"]
            assert client.get(path)[0] == 200


def test_kubernetes_waits_for_the_answers(monkeypatch):
    deployment, service = documents("kubernetes.yaml")
    pod = deployment["spec"]["template"]
    options = options_of(containers()["kubernetes"]["args"], monkeypatch)
    assert (
        pod["spec"]["terminationGracePeriodSeconds"]
        > options.drain_seconds + options.grace_seconds
    )
    probe = containers()["kubernetes"]["readinessProbe"]
    seconds = probe["periodSeconds"] * probe["failureThreshold"]
    assert seconds < options.drain_seconds
    labels = pod["metadata"]["labels"]
    assert labels == service["spec"]["selector"]
    assert labels == deployment["spec"]["selector"]["matchLabels"]
    notes = pod["metadata"]["annotations"]
    assert notes["prometheus.io/port"] == str(options.port)


def test_kserve_finds_the_model_by_its_name(monkeypatch):
    (service,) = documents("kserve.yaml")
    options = options_of(containers()["kserve"]["args"], monkeypatch)
    assert options.name == service["metadata"]["name"]


class Request:
    def __init__(self, values):
        self._body = json.dumps(values).encode()

    async def body(self):
        return self._body


@pytest.fixture
def ray_file(monkeypatch):
    """The file for Ray Serve; without Ray, its decorator does nothing."""
    serve = types.SimpleNamespace(deployment=lambda **_: lambda kind: kind)
    monkeypatch.setitem(sys.modules, "ray", types.SimpleNamespace(serve=serve))
    code = (DEPLOY / "ray_serve.py").read_text()
    names = {"__name__": "ray_serve"}
    exec(compile(code, "ray_serve.py", "exec"), names)
    return names


def test_the_file_for_ray_answers(ray_file, classifier_file, client):
    answers = ray_file["Answers"](classifier_file)
    asked = {"instances": ["what a joy"]}
    reply = asyncio.run(answers(Request(asked)))
    assert reply.status_code == 200
    assert json.loads(reply.body) == client.predict(asked)[1]
    reply = asyncio.run(answers(Request({"instances": [1]})))
    assert reply.status_code == 400
    assert "a number" in json.loads(reply.body)["error"]


def test_the_figures_of_the_page_are_those_of_the_run():
    path = ROOT / "benchmarks" / "results" / "serving.json"
    figures = json.loads(path.read_text())
    assert figures["failures"] == 0
    assert figures["seconds"] >= 119
    rows = {**figures["by_length"], "all": figures}
    for name, row in rows.items():
        line = f"| {name} | {row['requests']:,} | {row['p50_ms']:.0f} "
        assert f"{line}| {row['p99_ms']:.0f} |" in DOCS
    for told in (
        f"{figures['requests_a_second']:.1f} requests a second",
        f"{figures['cpu_ms_a_request']:.1f} ms of the processor",
        f"{figures['without_http_cpu_ms']:.1f} ms without HTTP",
        f"ratio {figures['cpu_ratio']:.2f}",
        f"load of {figures['load_before']:.0f}",
    ):
        assert told in DOCS, told
