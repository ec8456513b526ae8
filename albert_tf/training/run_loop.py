"""A training from the step where it begins to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from albert_tf.training.bars import Bars
from albert_tf.training.run_monitor import RunMonitor
from albert_tf.training.run_state import RunState
from albert_tf.training.trainer import Trainer


class RunOptions(Protocol):
    """When what is due, in steps; see `PretrainOptions`."""

    steps: int
    log_every: int
    evaluate_every: int
    checkpoint_every: int


def run_loop(
    step: int,
    options: RunOptions,
    trainer: Trainer,
    evaluate: Callable[[], dict[str, float]] | None,
    state: RunState,
    monitor: RunMonitor,
    bars: Bars,
) -> tuple[int, dict[str, float] | None]:
    """Trains, evaluates and saves, each when it is due and at the end.

    Args:
        step: steps that were done before.
        options: how often.
        trainer: does the steps.
        evaluate: gives the held-out results; None if there is nothing to
            evaluate on.
        state: is saved.
        monitor: is told of all results.
        bars: shows how far it is.

    Returns:
        The steps that were done in all, fewer than the options say if it was
        asked to stop; and the results of the last evaluation.
    """
    intervals = (
        options.log_every,
        options.evaluate_every,
        options.checkpoint_every,
    )
    last_dev = None
    monitor.go_on_after(step)
    with bars.bar("step", options.steps, step) as tick:
        while step < options.steps and not trainer.stopped:
            due = min(_next(step, interval) for interval in intervals)
            due = min(due, options.steps)
            done, results = trainer.train(due - step, tick)
            step += done
            monitor.train_result(step, results)
            end = step == options.steps
            dev = None
            if evaluate and (end or step % options.evaluate_every == 0):
                dev = last_dev = evaluate()
                monitor.dev_result(step, dev)
            last = end or trainer.stopped
            if last or step % options.checkpoint_every == 0:
                state.save(step, dev)
                monitor.restart(step)
    return step, last_dev


def _next(step: int, interval: int) -> int:
    """The next multiple of the interval after a step."""
    return (step // interval + 1) * interval
