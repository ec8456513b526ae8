"""How to pre-train, as plain data."""

from __future__ import annotations

import dataclasses
import itertools
import math

from albert_tf.data.masking_options import MaskingOptions
from albert_tf.errors import require, require_at_least, require_one_of
from albert_tf.training.training_options import check_run_options

OPTIMIZERS = ("lamb", "adamw", "muon")
SCHEDULES = ("linear", "cosine")


@dataclasses.dataclass(frozen=True)
class PretrainOptions:
    """How to pre-train. Rates and shares are the paper's.

    Attributes:
        steps: how many in all; the paper has 125,000.
        batch_size: B, examples a step, over all devices together; the paper
            has 4,096.
        learning_rate: its peak; by default the paper's 0.00176 for 4,096
            examples, scaled with the root of the batch size.
        warmup_steps: steps in which the rate rises; by default 2.5 % of all,
            as in the paper.
        schedule: how the rate falls, "linear" or "cosine".
        restarts: how often the cosine begins again.
        optimizer: "lamb", "adamw" or "muon".
        weight_decay: of all matrices.
        clip_norm: the largest norm of the whole gradient.
        accumulate: a step computes its batch in so many parts.
        masking: of examples that are masked while training reads; None for
            the defaults of `MaskingOptions`, or for a corpus that was masked
            when it was made.
        sentence_order: whether there is the second task; by default as the
            corpus was made.
        loss_layers: after which layers the losses are taken, counted from 1,
            in their order; the last layer is among them. By default after the
            last only.
        loss_weights: how much the loss after each of `loss_layers` counts;
            by default by the layer's number, as in early exit.
        aligned_weight: how much the loss counts of tokens that are predicted
            from those left and right of them, without themselves, beside the
            other losses; by default there is none.
        freeze_encoder: train the heads only, as the first step for an encoder
            that was distilled and has none.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        jit_compile: compile with XLA.
        rematerialize: compute layers again instead of keeping them: less
            memory for a third more time.
        log_every: steps between two lines of results.
        evaluate_every: steps between two evaluations.
        checkpoint_every: steps between two checkpoints.
        keep: how many of the last checkpoints stay, besides the best.
        seed: of weights, order, masks and dropout.
    """

    steps: int = 10_000
    batch_size: int = 32
    learning_rate: float | None = None
    warmup_steps: int | None = None
    schedule: str = "linear"
    restarts: int = 0
    optimizer: str = "lamb"
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    accumulate: int = 1
    masking: MaskingOptions | None = None
    sentence_order: bool | None = None
    loss_layers: list[int] | None = None
    loss_weights: list[float] | None = None
    aligned_weight: float | None = None
    freeze_encoder: bool = False
    precision: str = "float32"
    jit_compile: bool = False
    rematerialize: bool = False
    log_every: int = 50
    evaluate_every: int = 1000
    checkpoint_every: int = 1000
    keep: int = 3
    seed: int = 0

    def __post_init__(self):
        require_at_least(
            1, batch_size=self.batch_size, accumulate=self.accumulate
        )
        require_one_of(OPTIMIZERS, optimizer=self.optimizer)
        require_one_of(SCHEDULES, schedule=self.schedule)
        check_run_options(self)
        require(
            self.batch_size % self.accumulate == 0,
            f"must divide batch_size={self.batch_size} into equal parts",
            accumulate=self.accumulate,
        )
        self._check_restarts()
        self._check_loss_layers()
        require(
            self.aligned_weight is None or 0 < self.aligned_weight < math.inf,
            "must be greater than 0, or None for no such loss",
            aligned_weight=self.aligned_weight,
        )

    def _check_loss_layers(self):
        layers, weights = self.loss_layers, self.loss_weights
        require(
            layers is None
            or (
                len(layers) > 0
                and all(isinstance(n, int) and n > 0 for n in layers)
                and all(a < b for a, b in itertools.pairwise(layers))
            ),
            "must be numbers of layers, from 1, in their order",
            loss_layers=layers,
        )
        if weights is None:
            return
        require(layers is not None, "needs loss_layers", loss_weights=weights)
        require(
            len(weights) == len(layers)
            and all(0 <= weight < math.inf for weight in weights)
            and any(weights),
            f"must be {len(layers)} numbers, one for each of loss_layers, at "
            "least 0 and not all 0",
            loss_weights=weights,
        )

    def _check_restarts(self):
        cycles = max(self.steps - self.warmup, 1)
        require(
            0 <= self.restarts < cycles,
            f"must be from 0 to {cycles - 1}: there are {cycles} steps after "
            "the warm-up",
            restarts=self.restarts,
        )
        require(
            self.restarts == 0 or self.schedule == "cosine",
            f'needs schedule="cosine"; got schedule="{self.schedule}"',
            restarts=self.restarts,
        )

    @property
    def warmup(self) -> int:
        """Steps of the warm-up."""
        if self.warmup_steps is None:
            return self.steps // 40
        return self.warmup_steps
