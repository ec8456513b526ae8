"""Where a training runs, as the command line says it."""

from __future__ import annotations

from typing import Annotated

from typer import Context, Option

from albert_tf.cli.options import refuse

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
