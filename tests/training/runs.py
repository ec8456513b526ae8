"""Runs of training in processes of their own."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

FOLDER = Path(__file__).parent
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def start(
    corpus,
    output,
    strategy="one",
    workers=(),
    case="pretrain_case.py",
    **options,
):
    case = str(FOLDER / case)
    return subprocess.Popen(
        [sys.executable, case, strategy, str(corpus), str(output)]
        + [json.dumps(options), *map(str, workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process, timeout=300):
    """Its result, or the message that it ended with."""
    out, errors = process.communicate(timeout=timeout)
    if process.returncode == 0:
        return json.loads(out.splitlines()[-1])
    return errors.strip().splitlines()[-1]


def weights(output):
    return load_file(output / "model" / "weights.safetensors")


def newest_state(output):
    place = max((output / "checkpoints").glob("step-*"))
    return load_file(place / "state.safetensors")


def assert_same_bits(first, second):
    assert first.keys() == second.keys()
    for name in first:
        assert first[name].tobytes() == second[name].tobytes(), name


def assert_close(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_allclose(
            first[name], second[name], atol=1e-5, err_msg=name
        )


def logged_step(output):
    """The last step in the log, whose end may be half a line."""
    log = output / "log.jsonl"
    lines = log.read_text().split("\n")[:-1] if log.exists() else []
    return json.loads(lines[-1])["step"] if lines else 0


def wait_for_step(process, output, step):
    """Waits until a run that goes on has done so many more steps."""
    while process.poll() is None and logged_step(output) < step:
        time.sleep(0.005)


def free_addresses(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ",".join(f"127.0.0.1:{port}" for port in ports)


def start_workers(corpus, output, **options):
    addresses = free_addresses(2)
    return [
        start(corpus, output, "workers", (addresses, i), **options)
        for i in range(2)
    ]
