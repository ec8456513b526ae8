"""What a pre-training run says of itself."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from albert_tf.errors import UserError

# A run counts as diverged when its loss is so much over the lowest so far.
_DIVERGED = 2.0


class PretrainingMonitor:
    """Adds throughput to the results of steps, logs them, and stops disasters.

    Args:
        tokens: tokens of one step, padding included.
        flops: floating-point operations of one step.
        peak_flops: what the machine could do in a second.
        log: JSON Lines file that gets all results.
        console: where a line is shown for each result; None for nowhere.
    """

    def __init__(
        self,
        tokens: int,
        flops: float,
        peak_flops: float,
        log: Path,
        console: Console | None,
    ):
        self._tokens, self._flops, self._peak = tokens, flops, peak_flops
        self._log = log
        self._console = console
        self._lowest = math.inf
        self.restart(0)

    def restart(self, step: int) -> None:
        """Begins to measure time after so many steps."""
        self._step, self._start = step, time.perf_counter()

    def forget_after(self, step: int) -> None:
        """Removes results of steps that will be done again."""
        if self._log.exists():
            lines = self._log.read_text().splitlines(keepends=True)
            self._log.write_text(
                "".join(x for x in lines if json.loads(x)["step"] <= step)
            )

    def say(self, text: str) -> None:
        """Shows a line."""
        if self._console is not None:
            self._console.print(text, highlight=False, soft_wrap=True)

    def train_result(self, step: int, result: dict) -> None:
        """Takes what came of the steps since the last time.

        Args:
            step: steps that were done.
            result: of `PretrainingTrainer.train`; `tokens_per_second` and
                `share_of_peak` are added.

        Raises:
            UserError: the loss is not a number, or has risen far.
        """
        steps = (step - self._step) / (time.perf_counter() - self._start)
        result["tokens_per_second"] = steps * self._tokens
        result["share_of_peak"] = steps * self._flops / self._peak
        self.restart(step)
        self._write("train", step, result)
        self._check(step, result)

    def dev_result(self, step: int, result: dict) -> None:
        """Takes what came of an evaluation."""
        result["masked_lm_perplexity"] = math.exp(
            min(result["masked_lm_loss"], 700.0)
        )
        self._write("dev", step, result)
        self.restart(step)

    def _check(self, step, result):
        loss = result["loss"]
        if not np.isfinite([loss, result["gradient_norm"]]).all():
            raise UserError(
                f"the loss is not a number at step {step} (loss {loss}, "
                f"gradient norm {result['gradient_norm']}); try a lower "
                "learning rate or a longer warm-up, from the last checkpoint"
            )
        self._lowest = min(self._lowest, loss)
        if loss > self._lowest + _DIVERGED:
            raise UserError(
                f"the run has diverged: the loss is {loss:.3f} at step "
                f"{step} after {self._lowest:.3f}; try a lower learning rate "
                "or a longer warm-up, from the last checkpoint"
            )

    def _write(self, kind, step, result):
        values = {
            "kind": kind,
            "step": step,
            "tokens": step * self._tokens,
            **_numbers(result),
        }
        with open(self._log, "a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
        self.say(_line(values))


def _numbers(result):
    return {
        name: float(value)
        for name, value in result.items()
        if not isinstance(value, dict)
    }


def _line(values):
    text = (
        f"step {values['step']:>7,}  {values['kind']:5}  "
        f"loss {values['loss']:.3f}  "
        f"masked LM {values['masked_lm_loss']:.3f} "
        f"{values['masked_lm_accuracy']:.1%}  "
        f"order {values['sentence_order_accuracy']:.1%}"
    )
    if values["kind"] == "train":
        text += (
            f"  rate {values['learning_rate']:.2e}"
            f"  norm {values['gradient_norm']:.2f}"
            f"  {values['tokens_per_second']:,.0f} tokens/s"
            f"  {values['share_of_peak']:.0%} of peak"
        )
    return text
