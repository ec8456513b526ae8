"""A process that is told to end while clients ask."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

LENGTHS = (1, 5, 40, 3, 12)  # words of the requests


@pytest.fixture
def start(classifier_file):
    """Starts `albert-tf serve`; the process and its port."""
    processes = []

    def run(*options):
        command = [sys.executable, "-m", "albert_tf.cli", "serve"]
        process = subprocess.Popen(
            [*command, classifier_file, "--port", "0", *options],
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        for line in process.stderr:
            values = json.loads(line)
            if "running on" in values["message"]:
                port = int(values["message"].split(":")[-1].split()[0])
                return process, port
        raise AssertionError("it did not start")

    yield run
    for process in processes:
        process.kill()
        process.communicate()


class Asker(threading.Thread):
    """Asks without a break until nobody listens any more."""

    def __init__(self, port, keeps, number):
        super().__init__()
        self.port, self.keeps, self.number = port, keeps, number
        self.answered, self.lost = 0, []

    def run(self):
        connection = None
        while True:
            is_new = connection is None
            if is_new:
                connection = http.client.HTTPConnection("127.0.0.1", self.port)
                try:
                    connection.connect()
                except ConnectionRefusedError:
                    return
            try:
                reply = self.ask(connection)
            except Exception as error:  # whatever it is, an answer is lost
                # But for what the server never had: as it stops listening, the
                # kernel resets connections that nobody has accepted.
                if not (is_new and isinstance(error, ConnectionResetError)):
                    self.lost.append(repr(error))
                return
            if not self.keeps or reply.will_close:
                connection.close()
                connection = None

    def ask(self, connection):
        words = LENGTHS[(self.answered + self.number) % len(LENGTHS)]
        body = json.dumps({"instances": ["word " * words] * 3})
        connection.request("POST", "/v1/models/mood:predict", body)
        reply = connection.getresponse()
        answers = json.loads(reply.read())
        assert reply.status == 200, answers
        assert len(answers["predictions"]) == 3
        self.answered += 1
        return reply


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_no_accepted_request_is_lost(start, sign):
    process, port = start("--drain-seconds", "0.5")
    askers = [Asker(port, number % 2, number) for number in range(8)]
    for asker in askers:
        asker.start()
    while sum(asker.answered for asker in askers) < 100:
        time.sleep(0.01)
    process.send_signal(sign)
    for asker in askers:
        asker.join(60)
        assert not asker.is_alive()
    assert [asker.lost for asker in askers] == [[]] * 8
    log = [json.loads(line) for line in process.stderr]
    assert process.wait(30) == 0
    statuses = [line["status"] for line in log if "status" in line]
    assert {*statuses} == {200}
    # What was sent is what was answered: nobody was forgotten on the way.
    answered = sum(asker.answered for asker in askers)
    assert len(statuses) <= answered <= len(statuses) + 8 + 100
    assert log[-1]["message"] == "ended"


def test_an_answer_that_takes_long_is_waited_for(start):
    """It is not ready from the signal on, and listens for the drain only."""
    process, port = start("--drain-seconds", "1", "--max-texts", "1000")
    slow = http.client.HTTPConnection("127.0.0.1", port)
    slow.putrequest("POST", "/v1/models/mood:predict")
    body = json.dumps({"instances": ["a word"] * 900}).encode()
    slow.putheader("content-length", str(len(body)))
    slow.endheaders(body[:100])
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    seen = set()
    with contextlib.suppress(ConnectionRefusedError):
        while True:
            probe = http.client.HTTPConnection("127.0.0.1", port)
            probe.request("GET", "/v2/health/ready")
            reply = probe.getresponse()
            seen.add(reply.status)
            assert reply.status == 200 or reply.will_close
            probe.close()
            time.sleep(0.05)
    assert 503 in seen
    assert process.poll() is None  # it waits for the slow one
    slow.send(body[100:])
    reply = slow.getresponse()
    assert reply.status == 200
    assert len(json.loads(reply.read())["predictions"]) == 900
    assert process.wait(30) == 0


def test_a_port_in_use(start, classifier_file):
    _, port = start()
    done = subprocess.run(
        [sys.executable, "-m", "albert_tf.cli", "serve"]
        + [os.fspath(classifier_file), "--port", str(port)],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "address already in use" in done.stderr
    assert "Traceback" not in done.stderr
