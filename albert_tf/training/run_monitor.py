"""What a run says of itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console

from albert_tf.errors import UserError
from albert_tf.training.divergence import Divergence
from albert_tf.training.result_log import ResultLog
from albert_tf.training.summaries import Summaries


class RunMonitor:
    """Adds throughput to the results of steps, logs them, and stops disasters.

    Args:
        describe: what the results say, for a line on the screen.
        tokens: tokens of one step, padding included; their mean.
        flops: floating-point operations of one step.
        peak_flops: what the machine could do in a second.
        directory: gets `log.jsonl` and `tensorboard/`; None for nowhere.
        console: where a line is shown for each result; None for nowhere.

    Attributes:
        log: path of the file with all results, or None.
    """

    def __init__(
        self,
        describe: Callable[[dict], str],
        tokens: float,
        flops: float,
        peak_flops: float,
        directory: Path | None,
        console: Console | None,
    ):
        self._describe = describe
        self._tokens, self._flops, self._peak = tokens, flops, peak_flops
        self.log = directory and directory / "log.jsonl"
        self._log = ResultLog(self.log)
        self._summaries = Summaries(directory and directory / "tensorboard")
        self._console = console
        self._divergence = Divergence()
        self.restart(0)

    def go_on_after(self, step: int) -> None:
        """Begins after so many steps; forgets those that will be done again.

        The losses before count for the running mean.
        """
        before = 0
        for result in self._log.keep_until(step):
            if result["kind"] == "train":
                self._divergence.add(result["step"] - before, result["loss"])
                before = result["step"]
        self.restart(step)

    def restart(self, step: int) -> None:
        """Begins to measure time after so many steps."""
        self._step, self._start = step, time.perf_counter()

    def say(self, text: str) -> None:
        """Shows a line."""
        if self._console is not None:
            self._console.print(text, highlight=False, soft_wrap=True)

    def train_result(self, step: int, result: dict) -> None:
        """Takes what came of the steps since the last time.

        Args:
            step: steps that were done.
            result: of `Trainer.train`; `tokens_per_second` and
                `share_of_peak` are added.

        Raises:
            UserError: the loss is not a number, or has risen far.
        """
        steps = (step - self._step) / (time.perf_counter() - self._start)
        result["tokens_per_second"] = steps * self._tokens
        result["share_of_peak"] = steps * self._flops / self._peak
        self._write("train", step, result)
        self._check(step, result)
        self.restart(step)

    def dev_result(self, step: int, result: dict) -> None:
        """Takes what came of an evaluation."""
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
        self._divergence.add(step - self._step, loss)
        if self._divergence.found:
            raise UserError(
                f"the run has diverged: the mean loss of the last steps is "
                f"{self._divergence.mean:.3f} at step {step} after "
                f"{self._divergence.lowest:.3f}; try a lower learning rate or "
                "a longer warm-up, from the last checkpoint"
            )

    def _write(self, kind, step, result):
        numbers = {name: float(value) for name, value in result.items()}
        tokens = round(step * self._tokens)
        values = {"kind": kind, "step": step, "tokens": tokens, **numbers}
        self._log.add(values)
        self._summaries.write(kind, step, numbers)
        self.say(self._line(values))

    def _line(self, values):
        text = (
            f"step {values['step']:>7,}  {values['kind']:5}  "
            f"loss {values['loss']:.3f}  {self._describe(values)}"
        )
        if values["kind"] == "train":
            text += (
                f"  rate {values['learning_rate']:.2e}"
                f"  norm {values['gradient_norm']:.2f}"
                f"  {values['tokens_per_second']:,.0f} tokens/s"
                f"  {values['share_of_peak']:.0%} of peak"
            )
        return text
