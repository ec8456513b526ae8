"""Requests that get no answer, each with the reason in one line."""

import http.client
import json
import socket

import pytest
from running import running

from albert_tf.errors import UserError
from albert_tf.serving import body
from albert_tf.serving.network import Network

GOOD = {"instances": ["a"]}


def refused(reply, *words):
    status, values = reply
    assert [*values] == ["error"]
    message = values["error"]
    assert "\n" not in message
    assert len(message) < 400
    for word in words:
        assert word in message
    return status


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", ["the body is empty", '{"instances"']),
        (b" \r\n", ["the body is empty"]),
        (b"\xff\xfe\x00", ["not JSON", "utf-8"]),
        (b'{"instances": ["\xc3\x28"]}', ["not JSON", "utf-8"]),
        (b"play some jazz", ["not JSON", "char 0"]),
        (b'{"instances": ["a"', ["not JSON"]),
        (b"[1]", ["must hold a JSON object"]),
        (b'{"instances": ' + b"[" * 9000, ["not JSON"]),
        (b'{"instances": [' + b"9" * 9000 + b"]}", ["not JSON"]),
        (b'{"instances": [NaN]}', ["not JSON", "NaN"]),
        (b'{"instances": ["a"], "instances": ["b"]}', ["twice"]),
        (b'{"instances": ["\\ud800"]}', ["instances[0]", "surrogate"]),
        (b"{}", ['one of "instances" and "inputs"']),
        (b'{"instances": ["a"], "inputs": ["a"]}', ["one of"]),
        (b'{"instances": []}', ["instances", "an empty one"]),
        (b'{"instances": "a"}', ["instances", "a string"]),
        (b'{"instances": null}', ["instances", "nothing"]),
        (b'{"instances": ["a", 1]}', ["instances[1]", "a number"]),
        (b'{"instances": ["a", true]}', ["instances[1]", "a boolean"]),
        (b'{"instances": [["a"]]}', ["instances[0]", "a list"]),
        (b'{"instances": ["a", ""]}', ["instances[1]", "empty"]),
        (b'{"instances": [" \\n\\u3000"]}', ["instances[0]", "empty"]),
        (b'{"instances": [{}]}', ["instances[0]", 'no "text"']),
        (b'{"instances": [{"b64": "YQ=="}]}', ["instances[0]", "text"]),
        (b'{"instances": [{"text": "a", "x": 1}]}', ["'x'", "text, pair"]),
        (b'{"instances": [{"text": "a", "pair": 1}]}', ["[0].pair"]),
        (b'{"inputs": {"pair": ["a"]}}', ["inputs", 'no "text"']),
        (b'{"inputs": {"text": "a"}}', ["inputs.text", "a string"]),
        (b'{"inputs": {"text": ["a"], "pair": []}}', ["inputs.pair"]),
        (
            b'{"inputs": {"text": ["a"], "pair": ["b", "c"]}}',
            ["1 texts, but 2 pairs"],
        ),
        (b'{"instances": ["a"], "x": 1}', ["'x'", "signature_name"]),
        (b'{"instances": ["a"], "signature_name": "x"}', ["'x'", "pairs"]),
        (b'{"instances": ["a"], "signature_name": [1]}', ["signature_name"]),
    ],
)
def test_bodies_of_predict(client, body, words):
    assert refused(client.predict(body), *words) == 400


TENSOR = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"]}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["inputs", "nothing"]),
        ({"inputs": {}}, ["inputs", "an object"]),
        ({"inputs": ["a"]}, ["inputs[0]", '"name"']),
        ({"inputs": [{**TENSOR, "name": "x"}]}, ["'x'", "text or pair"]),
        ({"inputs": [{**TENSOR, "name": "pair"}]}, ['no "text"']),
        ({"inputs": [TENSOR, TENSOR]}, ["inputs[1]", "twice"]),
        ({"inputs": [{**TENSOR, "shape": [2]}]}, ["[2]", "must be [1]"]),
        ({"inputs": [{**TENSOR, "shape": []}]}, ["shape=[]"]),
        ({"inputs": [{**TENSOR, "datatype": "FP32"}]}, ["'FP32'", "'BYTES'"]),
        ({"inputs": [{**TENSOR, "data": [1]}]}, ["a number"]),
        ({"inputs": [{**TENSOR, "data": []}]}, ["an empty one"]),
        ({"inputs": [{**TENSOR, "x": 1}]}, ["'x'"]),
        ({"inputs": [TENSOR], "id": 1}, ['"id"', "a number"]),
        ({"inputs": [TENSOR], "outputs": [{"name": "x"}]}, ["'x'", "label"]),
        ({"inputs": [TENSOR], "outputs": ["label"]}, ["outputs[0]"]),
    ],
)
def test_bodies_of_infer(client, values, words):
    assert refused(client.infer(values), *words) == 400


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"instances": ["a"] * 9}, ["9 texts", "at most 8"]),
        ({"instances": ["a", "b" * 1001]}, ["text 1", "1,001", "1,000"]),
        ({"instances": ["a " * 99] * 8}, ["first 7 of 8", "at most 400"]),
        ({"instances": ["a" * 20_000]}, ["20019 bytes", "at most 20,000"]),
    ],
)
def test_limits(client, values, words):
    assert refused(client.predict(values), *words) == 413


def test_a_body_without_a_length_is_counted(client):
    parts = (b"x" * 10_000 for _ in range(4))
    path = "/v1/models/mood:predict"
    status, _, reply = client.send("POST", path, parts)  # in chunks
    assert status == 413
    assert b"at most 20,000" in reply


def test_compressed_bodies(client):
    path = "/v1/models/mood:predict"
    headers = {"content-encoding": "gzip"}
    status, _, body = client.send("POST", path, b"\x1f\x8b", headers)
    assert refused((status, json.loads(body)), "gzip") == 415


def test_a_body_that_does_not_come(client, monkeypatch):
    monkeypatch.setattr(body, "_SECONDS", 0.2)
    slow = http.client.HTTPConnection("127.0.0.1", client.port)
    slow.putrequest("POST", "/v1/models/mood:predict")
    slow.putheader("content-length", "20")
    slow.endheaders(b'{"instances"')
    reply = slow.getresponse()
    values = json.loads(reply.read())
    assert refused((reply.status, values), "within 0.2 seconds") == 408
    slow.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/models/mood:predict", 405),
        ("POST", "/v1/models/other:predict", 404),
        ("POST", "/v1/models/mood:classify", 404),
        ("POST", "/v2/models/other/infer", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%00%0a" + "x" * 5000, 404),
        ("DELETE", "/v2/models/mood", 405),
    ],
)
def test_paths(client, method, path, status):
    got, _, body = client.send(method, path, b"{}")
    assert refused((got, json.loads(body)), method) == status


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
        b"Content-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000,
    ],
)
def test_what_is_no_http(client, request_):
    with socket.create_connection(("127.0.0.1", client.port), 10) as connection:
        connection.sendall(request_)
        reply = connection.recv(1000)
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert client.predict(GOOD)[0] == 200


def test_one_request_too_many(classifier_file):
    with running(classifier_file, max_requests=1) as client:
        slow = http.client.HTTPConnection("127.0.0.1", client.port)
        slow.putrequest("POST", "/v1/models/mood:predict")
        slow.putheader("content-length", "20")
        slow.endheaders(b'{"instances"')
        while (reply := client.predict(GOOD))[0] == 200:
            pass  # until the slow one has arrived
        assert refused(reply, "1 requests", "try again") == 429
        body = json.dumps(GOOD)
        path = "/v1/models/mood:predict"
        assert client.send("POST", path, body)[1]["retry-after"] == "1"
        slow.send(b': ["a"]}')
        assert slow.getresponse().status == 200
        slow.close()
        assert client.predict(GOOD)[0] == 200


def test_a_failure_is_ours_and_not_told(classifier_file, monkeypatch):
    with running(classifier_file) as client:

        def fail(self, sequences):
            raise RuntimeError("secret")

        monkeypatch.setattr(Network, "__call__", fail)
        status, reply = client.predict(GOOD)
        assert status == 500
        assert "secret" not in reply["error"]
        monkeypatch.undo()
        assert client.predict(GOOD)[0] == 200


def test_a_file_whose_name_is_no_part_of_an_address(classifier_file, tmp_path):
    path = tmp_path / "my {model}.tflite"
    path.write_bytes(classifier_file.read_bytes())
    words = "'my {model}' must be .* --name"
    with pytest.raises(UserError, match=words), running(path):
        pass
    with running(path, name="mine") as client:
        assert client.predict(GOOD)[0] == 200
