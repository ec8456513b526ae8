import json

import pytest

from albert_tf.training.result_log import ResultLog


@pytest.fixture
def path(tmp_path):
    log = ResultLog(tmp_path / "log.jsonl")
    for step in (5, 10, 15):
        log.add({"step": step, "loss": 1 / step})
    return tmp_path / "log.jsonl"


def steps(path):
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_steps_that_are_done_again_are_forgotten(path):
    kept = ResultLog(path).keep_until(10)
    assert kept == [{"step": 5, "loss": 0.2}, {"step": 10, "loss": 0.1}]
    assert steps(path) == [5, 10]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_half_a_line_at_the_end_is_repaired(path, cut):
    """A killed run may leave one; what comes then must not join it."""
    path.write_bytes(path.read_bytes()[:-cut])
    log = ResultLog(path)
    log.keep_until(100)
    log.add({"step": 20})
    assert steps(path) == [5, 10, 20]


def test_other_damage_is_told(path):
    first, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first[:9], b"\xff\n", *rest]))
    with pytest.warns(UserWarning, match="1 damaged line"):
        ResultLog(path).keep_until(100)
    assert steps(path) == [10, 15]


def test_every_line_is_json(path):
    ResultLog(path).add({"step": 20, "loss": float("nan"), "kind": "train"})
    last = path.read_text().splitlines()[-1]
    assert json.loads(last, parse_constant=pytest.fail)["loss"] is None


def test_nowhere():
    log = ResultLog(None)
    log.add({"step": 1})
    assert log.keep_until(1) == []
