"""Pre-training that was killed and started again."""

import json
import random
import signal

import pytest
from runs import (
    assert_same_bits,
    finish,
    logged_step,
    newest_state,
    start,
    start_workers,
    wait_for_step,
    weights,
)


@pytest.mark.slow
def test_killed_again_and_again_the_weights_are_the_same(
    corpus_directory, tmp_path
):
    options = {"steps": 40, "checkpoint_every": 4, "evaluate_every": 15,
               "learning_rate": 0.01}  # fmt: skip
    finish(start(corpus_directory, tmp_path / "whole", **options))
    output = tmp_path / "killed"
    rng = random.Random(7)
    for kill in range(4):
        process = start(corpus_directory, output, **options)
        # Each kill comes some steps after the last checkpoint.
        wait_for_step(process, output, kill * 8 + rng.randrange(1, 9))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    assert finish(start(corpus_directory, output, **options))["step"] == 40
    assert_same_bits(weights(output), weights(tmp_path / "whole"))
    assert_same_bits(newest_state(output), newest_state(tmp_path / "whole"))
    steps = [
        json.loads(line)["step"]
        for line in (output / "log.jsonl").read_text().splitlines()
        if '"train"' in line
    ]
    assert steps == list(range(1, 41))


@pytest.mark.slow
def test_a_killed_worker_ends_the_job_and_it_goes_on(
    corpus_directory, tmp_path
):
    options = {"steps": 40, "checkpoint_every": 5, "learning_rate": 0.01}
    for worker in start_workers(corpus_directory, tmp_path / "a", **options):
        finish(worker)
    output = tmp_path / "b"
    chief, other = start_workers(corpus_directory, output, **options)
    wait_for_step(chief, output, 12)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert "another worker is gone" in finish(chief, timeout=120)
    workers = start_workers(corpus_directory, output, **options)
    assert [finish(worker)["step"] for worker in workers] == [40, 40]
    assert_same_bits(newest_state(output), newest_state(tmp_path / "a"))


@pytest.mark.slow
def test_sigterm_saves_and_ends_well(corpus_directory, tmp_path):
    options = {"steps": 150, "checkpoint_every": 1000, "learning_rate": 0.01}
    finish(start(corpus_directory, tmp_path / "whole", **options))
    output = tmp_path / "stopped"
    process = start(corpus_directory, output, **options)
    wait_for_step(process, output, 20)
    process.send_signal(signal.SIGTERM)
    result = finish(process)
    assert 20 <= result["step"] < 150
    assert logged_step(output) == result["step"]
    assert [p.name for p in (output / "checkpoints").iterdir()] == [
        f"step-{result['step']:08d}"
    ]
    assert finish(start(corpus_directory, output, **options))["step"] == 150
    assert_same_bits(newest_state(output), newest_state(tmp_path / "whole"))
