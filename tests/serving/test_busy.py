"""A server whose network is held up."""

import contextlib
import http.client
import json
import threading

import pytest
from running import running

from albert_tf.serving.network import Network

PATH = "/v1/models/mood:predict"
TEXTS = json.dumps({"instances": ["a " * 60] * 8})  # 496 tokens


@pytest.fixture
def held(classifier_file, monkeypatch):
    """A client, and what lets the network go on."""
    go_on = threading.Event()
    compute = Network.__call__

    def wait(self, sequences):
        assert go_on.wait(60)
        return compute(self, sequences)

    with running(classifier_file, max_tokens=600) as client:
        monkeypatch.setattr(Network, "__call__", wait)
        yield client, go_on
        go_on.set()


@contextlib.contextmanager
def waiting(client):
    """A connection whose request is being computed."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port)
    connection.request("POST", PATH, TEXTS)
    while not client.waiting_tokens():
        pass
    yield connection
    connection.close()


def test_a_full_queue(held):
    client, go_on = held
    with waiting(client) as connection:
        status, headers, body = client.send("POST", PATH, TEXTS)
        assert status == 429
        assert 1 <= int(headers["retry-after"]) <= 60
        assert (
            "tokens wait and this request has 496" in json.loads(body)["error"]
        )
        go_on.set()
        assert connection.getresponse().status == 200
    assert client.send("POST", PATH, TEXTS)[0] == 200


def test_who_has_gone_leaves_the_queue(held):
    client, go_on = held
    with waiting(client):
        assert client.send("POST", PATH, TEXTS)[0] == 429
    while client.running_requests():
        pass
    go_on.set()
    assert client.send("POST", PATH, TEXTS)[0] == 200
    computed = client.metric("albert_batch_sequences_sum")
    # The first, the two that were held, and the last eight; not the other six.
    assert computed == 1 + 2 + 8
