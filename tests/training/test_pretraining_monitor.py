import io
import json

import pytest
from rich.console import Console

from albert_tf.errors import UserError
from albert_tf.training.pretraining_monitor import PretrainingMonitor


def result(loss=3.0, **other):
    return {
        "loss": loss,
        "masked_lm_loss": loss - 0.7,
        "masked_lm_accuracy": 0.25,
        "sentence_order_accuracy": 0.5,
        "sentence_order_loss": 0.7,
        "gradient_norm": 1.0,
        "learning_rate": 0.001,
        **other,
    }


@pytest.fixture
def monitor(tmp_path):
    return PretrainingMonitor(
        tokens=1000, flops=2e6, peak_flops=1e9, log=tmp_path / "log.jsonl",
        console=Console(file=io.StringIO()),
    )  # fmt: skip


def test_throughput_is_added_and_all_is_logged(monitor, tmp_path):
    values = result()
    monitor.train_result(4, values)
    assert values["share_of_peak"] == pytest.approx(
        values["tokens_per_second"] * 2000 / 1e9
    )
    monitor.dev_result(4, result())
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    train, dev = map(json.loads, lines)
    assert (train["kind"], train["step"], dev["kind"]) == ("train", 4, "dev")
    assert train["masked_lm_accuracy"] == 0.25
    assert train["tokens"] == 4000
    shown = monitor._console.file.getvalue()
    assert "masked LM 2.300 25.0%" in shown


@pytest.mark.parametrize(
    "wrong",
    [{"loss": float("nan")}, {"gradient_norm": float("inf")}],
)
def test_numbers_that_are_none(monitor, wrong):
    with pytest.raises(UserError, match="not a number at step 2"):
        monitor.train_result(2, result(**wrong))


def test_a_loss_that_rises_far(monitor):
    for step, loss in enumerate((9.0, 6.0, 7.5)):
        monitor.train_result(step + 1, result(loss))
    with pytest.raises(UserError, match=r"diverged: the loss is 8\.100"):
        monitor.train_result(4, result(8.1))


def test_steps_that_are_done_again_are_forgotten(monitor, tmp_path):
    for step in (5, 10, 15):
        monitor.train_result(step, result())
    monitor.forget_after(10)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [5, 10]
