"""Where a training runs and how it ended, on the command line."""

from __future__ import annotations

from typing import Annotated

from typer import Context, Option

from albert_tf.cli.options import refuse
from albert_tf.cli.terminal import say

Strategy = Annotated[
    str, Option(help="one (device), mirrored (GPUs), workers or tpu.")
]
Workers = Annotated[
    str | None, Option(help="host:port,host:port,... of all workers.")
]
Worker = Annotated[int, Option(help="Which of them this is, from 0.")]
Tpu = Annotated[str, Option(help="Name of the TPU.")]


def check_strategy(context: Context, strategy: str) -> None:
    """Raises `UserError` for options that are another strategy's."""
    if strategy != "workers":
        refuse(context, ["workers", "worker"], "needs --strategy workers")
    if strategy != "tpu":
        refuse(context, ["tpu"], "needs --strategy tpu")


def strategy_of(strategy: str, workers: str | None, worker: int, tpu: str):
    """Makes the `tf.distribute.Strategy`."""
    from albert_tf.training.strategies import make_strategy

    return make_strategy(
        strategy, workers.split(",") if workers else (), worker, tpu
    )


def tell_end(result) -> None:
    """Says how a run ended, with its `interrupted`, `step` and `saved`."""
    if result.interrupted:
        say(f"stopped at step {result.step:,}; the same command goes on there")
    elif result.saved is None:
        say(f"done after {result.step:,} steps; worker 0 saves the model")
    else:
        say(f"saved to {result.saved}")
