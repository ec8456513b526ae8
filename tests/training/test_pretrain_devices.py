"""Pre-training gives the same on one device and on several."""

import subprocess
import sys

import pytest
from runs import (
    NO_DROPOUT,
    assert_close,
    finish,
    free_addresses,
    start,
    start_workers,
    weights,
)

from albert_tf.errors import UserError
from albert_tf.training.run_state import check_agreement


@pytest.fixture(scope="module")
def one_device(corpus_directory, tmp_path_factory):
    output = tmp_path_factory.mktemp("one") / "run"
    finish(start(corpus_directory, output, learning_rate=0.01,
                 changes=NO_DROPOUT))  # fmt: skip
    return weights(output)


@pytest.mark.slow
def test_accumulated_gradients_equal_one_batch(
    corpus_directory, tmp_path, one_device
):
    result = finish(
        start(
            corpus_directory,
            tmp_path / "run",
            accumulate=4,
            learning_rate=0.01,
            changes=NO_DROPOUT,
        )  # fmt: skip
    )
    assert result["step"] == 8
    assert_close(weights(tmp_path / "run"), one_device)


@pytest.mark.slow
def test_two_devices_equal_one(corpus_directory, tmp_path, one_device):
    result = finish(
        start(
            corpus_directory,
            tmp_path / "run",
            "mirrored",
            accumulate=2,
            learning_rate=0.01,
            changes=NO_DROPOUT,
        )  # fmt: skip
    )
    assert result["step"] == 8
    assert_close(weights(tmp_path / "run"), one_device)


@pytest.mark.slow
def test_two_workers_equal_one_device(corpus_directory, tmp_path, one_device):
    workers = start_workers(
        corpus_directory, tmp_path / "run", learning_rate=0.01,
        changes=NO_DROPOUT,
    )  # fmt: skip
    results = [finish(worker) for worker in workers]
    assert [result["step"] for result in results] == [8, 8]
    assert results[0]["dev"] == results[1]["dev"]
    assert_close(weights(tmp_path / "run"), one_device)


@pytest.mark.slow
def test_a_worker_that_never_comes_is_named(corpus_directory, tmp_path):
    addresses = free_addresses(2).split(",")
    code = (
        "from albert_tf.training import strategies\n"
        "from albert_tf.errors import UserError\n"
        f"try: strategies.make_strategy('workers', {addresses}, timeout=2)\n"
        "except UserError as error: print(error)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert "worker 1 (127.0.0.1:" in process.stdout
    assert "could not be reached within 2 s" in process.stdout


@pytest.mark.slow
def test_workers_with_folders_of_their_own_do_not_start(
    corpus_directory, tmp_path
):
    finish(start(corpus_directory, tmp_path / "1", steps=3))
    workers = [
        start(corpus_directory, tmp_path / str(i), "workers", (addresses, i))
        for addresses in [free_addresses(2)]
        for i in range(2)
    ]
    for worker in workers:
        assert "would go on at steps 0, 3; all need the same" in finish(worker)


def test_workers_must_agree(tmp_path):
    check_agreement(tmp_path, [5, 5], [7, 7])
    with pytest.raises(UserError, match="at steps 5, 0; all need the same"):
        check_agreement(tmp_path, [5, 0], [7, 7])
    with pytest.raises(UserError, match="different models, options or corp"):
        check_agreement(tmp_path, [5, 5], [7, 8])
