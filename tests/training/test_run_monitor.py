import io
import json

import pytest
from rich.console import Console

from albert_tf.errors import UserError
from albert_tf.training.run_monitor import RunMonitor


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


def describe(values):
    return f"masked LM {values['masked_lm_loss']:.3f}"


@pytest.fixture
def monitor(tmp_path):
    return RunMonitor(
        describe, tokens=1000, flops=2e6, peak_flops=1e9, directory=tmp_path,
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
    assert "loss 3.000  masked LM 2.300  rate" in shown


@pytest.mark.parametrize(
    "wrong",
    [{"loss": float("nan")}, {"gradient_norm": float("inf")}],
)
def test_numbers_that_are_none(monitor, wrong):
    with pytest.raises(UserError, match="not a number at step 2"):
        monitor.train_result(2, result(**wrong))


def test_a_loss_that_rises_far(monitor):
    for step, loss in enumerate((9.0, 6.0, 7.5)):
        monitor.train_result(200 * step + 200, result(loss))
    with pytest.raises(UserError, match=r"diverged: .* 9\.\d+ at step 800"):
        monitor.train_result(800, result(9.5))


def test_what_was_logged_counts_when_a_run_goes_on(monitor, tmp_path):
    for step, loss in ((200, 5.0), (400, 5.0), (600, 6.0)):
        monitor.train_result(step, result(loss))
        monitor.dev_result(step, result())
    monitor = RunMonitor(describe, 1000, 2e6, 1e9, tmp_path, None)
    monitor.go_on_after(400)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(x)["step"] for x in lines] == [200, 200, 400, 400]
    with pytest.raises(UserError, match=r"diverged: .* after 5\.000"):
        monitor.train_result(600, result(9.0))
