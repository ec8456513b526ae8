"""How to pre-train."""

from __future__ import annotations

import dataclasses

import keras

from albert_tf.data.masking import MaskingOptions
from albert_tf.errors import require_at_least, require_one_of
from albert_tf.training.adamw import AdamW
from albert_tf.training.lamb import Lamb
from albert_tf.training.muon import Muon
from albert_tf.training.schedules import (
    WarmupCosineDecay,
    WarmupPolynomialDecay,
    scale_learning_rate,
)
from albert_tf.training.training_options import check_training_options

OPTIMIZERS = {"lamb": Lamb, "adamw": AdamW, "muon": Muon}
SCHEDULES = ("linear", "cosine")
# Of the paper, for a batch of 4096 (section 4.1).
_LEARNING_RATE = 0.00176


@dataclasses.dataclass(frozen=True)
class PretrainOptions:
    """How to pre-train. The defaults are the paper's but for size.

    Attributes:
        steps: how many in all.
        batch_size: B, over all devices together.
        learning_rate: its peak; None for the paper's 0.00176 scaled to the
            batch size, see `scale_learning_rate`.
        warmup_steps: in which the rate rises; None for 2.5 % of the steps, as
            in the paper.
        schedule: "linear" or "cosine" decay.
        restarts: of the cosine.
        optimizer: "lamb", "adamw" or "muon".
        weight_decay: of all matrices.
        clip_norm: the largest norm of the whole gradient.
        accumulate: a step computes its batch in so many parts.
        masking: of examples that are masked while training reads.
        sentence_order: whether there is the second task; None for what the
            corpus was made for.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        jit: compile with XLA.
        rematerialize: compute layers again instead of keeping them.
        log_every: steps between two lines of results.
        evaluate_every: steps between two evaluations.
        checkpoint_every: steps between two checkpoints.
        keep: how many of the last checkpoints stay, besides the best.
        seed: of weights, order, masks and dropout.
    """

    steps: int = 125_000
    batch_size: int = 4096
    learning_rate: float | None = None
    warmup_steps: int | None = None
    schedule: str = "linear"
    restarts: int = 0
    optimizer: str = "lamb"
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    accumulate: int = 1
    masking: MaskingOptions = MaskingOptions()
    sentence_order: bool | None = None
    precision: str = "float32"
    jit: bool = False
    rematerialize: bool = False
    log_every: int = 50
    evaluate_every: int = 1000
    checkpoint_every: int = 1000
    keep: int = 3
    seed: int = 0

    def __post_init__(self):
        require_at_least(
            1,
            steps=self.steps,
            batch_size=self.batch_size,
            accumulate=self.accumulate,
            log_every=self.log_every,
            evaluate_every=self.evaluate_every,
            checkpoint_every=self.checkpoint_every,
            keep=self.keep,
        )
        require_one_of(OPTIMIZERS, optimizer=self.optimizer)
        require_one_of(SCHEDULES, schedule=self.schedule)
        check_training_options(self)

    def make_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer with its schedule."""
        rate = self.learning_rate or scale_learning_rate(
            _LEARNING_RATE, self.batch_size
        )
        warmup = self.warmup_steps
        if warmup is None:
            warmup = self.steps // 40
        if self.schedule == "cosine":
            schedule = WarmupCosineDecay(
                rate, self.steps, warmup, restarts=self.restarts
            )
        else:
            schedule = WarmupPolynomialDecay(rate, self.steps, warmup)
        return OPTIMIZERS[self.optimizer](
            schedule, weight_decay=self.weight_decay, clip_norm=self.clip_norm
        )
