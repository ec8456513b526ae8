"""Both protocols, and what there is besides answers."""

import json
import subprocess
import sys

import pytest

from export import load

pytestmark = pytest.mark.filterwarnings("ignore:.*not in the vocabulary")

TEXTS = ["what a joy", "two hours I want back", "一二三 🎈"]


@pytest.fixture(scope="module")
def expected(classifier_file):
    predictor = load(classifier_file)
    return [predictor.task.to_json(a) for a in predictor.predict(TEXTS)]


def test_rows_are_what_predict_says(client, expected):
    assert client.predict({"instances": TEXTS}) == (
        200,
        {"predictions": expected},
    )
    rows = [{"text": text} for text in TEXTS]
    assert client.predict({"instances": rows})[1]["predictions"] == expected


def test_columns(client, expected):
    for inputs in (TEXTS, {"text": TEXTS}):
        status, reply = client.predict({"inputs": inputs})
        assert status == 200
        outputs = reply["outputs"]
        assert [*outputs] == ["label", "score", "scores"]
        assert outputs["label"] == [one["label"] for one in expected]
        assert outputs["scores"] == [one["scores"] for one in expected]


def test_pairs(client, classifier_file):
    predictor = load(classifier_file)
    example = predictor.task.example("a", "b")
    (answer,) = predictor.answers([example])
    expected = predictor.task.to_json(answer)
    pair = {"text": "a", "pair": "b"}
    asked = {"signature_name": "pairs", "instances": [pair, "a"]}
    status, reply = client.predict(asked)
    assert status == 200
    assert reply["predictions"][0] == expected
    assert reply["predictions"][1] != expected
    columns = {"inputs": {"text": ["a"], "pair": ["b"]}}
    assert client.predict(columns)[1]["outputs"]["score"] == [expected["score"]]


def tensor(name, data, shape=None):
    shape = [len(data)] if shape is None else shape
    kind = {"name": name, "shape": shape, "datatype": "BYTES"}
    return {**kind, "data": data}


def test_v2(client, expected):
    status, reply = client.infer({"id": "7", "inputs": [tensor("text", TEXTS)]})
    assert status == 200
    assert reply["id"] == "7"
    assert reply["model_name"] == "mood"
    label, score, scores = reply["outputs"]
    assert label == tensor("label", [one["label"] for one in expected])
    assert score["datatype"] == "FP32"
    assert score["data"] == [one["score"] for one in expected]
    assert scores["datatype"] == "BYTES"
    assert [*map(json.loads, scores["data"])] == [x["scores"] for x in expected]


def test_v2_of_one_column_and_one_output(client, expected):
    asked = {
        "inputs": [tensor("text", [[text] for text in TEXTS], [3, 1])],
        "outputs": [{"name": "label"}],
    }
    status, reply = client.infer(asked)
    assert status == 200
    (label,) = reply["outputs"]
    assert label["data"] == [one["label"] for one in expected]


def test_what_there_is(client):
    status, reply = client.get("/v1/models/mood")
    assert reply["model_version_status"][0]["state"] == "AVAILABLE"
    status, reply = client.get("/v2/models/mood")
    assert status == 200
    assert [one["name"] for one in reply["inputs"]] == ["text", "pair"]
    assert reply["outputs"][1] == {
        "name": "score",
        "datatype": "FP32",
        "shape": [-1],
    }
    for path in (
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/mood/ready",
    ):
        assert client.get(path)[0] == 200
    assert client.get("/v2")[1]["name"] == "albert_tf"


def test_metrics(client):
    client.predict({"instances": TEXTS})
    client.send("GET", "/something/else")
    status, headers, body = client.send("GET", "/metrics")
    assert headers["content-type"].startswith("text/plain")
    numbers = dict(
        line.rsplit(" ", 1)
        for line in body.decode().splitlines()
        if not line.startswith("#")
    )
    route = 'route="/v1/models/mood:predict",status="200"'
    assert float(numbers[f"albert_requests_total{{{route}}}"]) >= 1
    assert 'albert_requests_total{route="other",status="404"}' in numbers
    assert float(numbers["albert_texts_total"]) >= 3
    assert float(numbers["albert_tokens_total"]) > 9
    assert float(numbers["albert_unknown_tokens_total"]) >= 1
    assert numbers["albert_padding_tokens_total"] == "0.0"
    assert numbers["albert_waiting_tokens"] == "0.0"
    assert numbers["albert_running_requests"] == "0.0"


def test_truncation_is_told(client):
    body = json.dumps({"instances": ["a " * 200, "a"]})
    path = "/v1/models/mood:predict"
    assert client.send("POST", path, body)[1]["truncated-sequences"] == "1"
    body = json.dumps({"instances": ["a"]})
    assert "truncated-sequences" not in client.send("POST", path, body)[1]


def test_the_openapi_page_is_true_and_needs_nobody_else(client):
    status, document = client.get("/openapi.json")
    assert status == 200
    for path, ask in (
        ("/v1/models/mood:predict", client.predict),
        ("/v2/models/mood/infer", client.infer),
    ):
        post = document["paths"][path]["post"]
        body = post["requestBody"]["content"]["application/json"]
        replies = post["responses"]["200"]["content"]["application/json"]
        for name, example in body["examples"].items():
            reply = replies["examples"][name]["value"]
            assert ask(example["value"]) == (200, reply)
    status, _, page = client.send("GET", "/docs")
    assert status == 200
    assert b"swagger" in page
    assert b"https://" not in page


def test_needs_no_tensorflow(classifier_file):
    code = (
        "import sys\n"
        "from albert_tf.serving.metrics import Metrics\n"
        "from albert_tf.serving.serve_options import ServeOptions\n"
        "from albert_tf.serving.server import Server\n"
        "from albert_tf.serving.text_model import TextModel\n"
        f"TextModel({str(classifier_file)!r}, ServeOptions(), Metrics())\n"
        "heavy = {'tensorflow', 'keras', 'jax'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
