"""How to distil, as plain data."""

from __future__ import annotations

import dataclasses
import math

from albert_tf.errors import require, require_at_least, require_one_of
from albert_tf.training.training_options import check_run_options

OPTIMIZERS = ("muon", "adamw")


@dataclasses.dataclass(frozen=True)
class DistillOptions:
    """How to distil.

    Attributes:
        steps: how many in all.
        batch_tokens: tokens of a step, over all devices together.
        length: L, tokens of the longest passage.
        learning_rate: its peak.
        warmup_steps: steps in which the rate rises; by default 5 % of all.
            Afterwards it falls to 0 on a straight line.
        optimizer: "muon" or "adamw".
        weight_decay: of all matrices.
        clip_norm: the largest norm of the whole gradient.
        layers_weight: how much the inner layers count in the loss.
        last_weight: how much the last layer counts.
        sentence_weight: how much the sentence vectors count.
        attention_weight: how much it counts what the last layer attends to;
            above 0 the student needs its teacher's vocabulary and as many
            heads.
        replaced_share: how many words of a passage give way to any other word
            of the text, on average, so that rare words are seen as often as
            frequent ones.
        held_out_share: of the documents, to evaluate on.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        log_every: steps between two lines of results.
        evaluate_every: steps between two evaluations.
        checkpoint_every: steps between two checkpoints.
        keep: how many of the last checkpoints stay, besides the best.
        seed: of random weights, passages and order.
    """

    steps: int = 10_000
    batch_tokens: int = 4096
    length: int = 128
    learning_rate: float = 0.002
    warmup_steps: int | None = None
    optimizer: str = "muon"
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    layers_weight: float = 0.5
    last_weight: float = 1.0
    sentence_weight: float = 2.0
    attention_weight: float = 0.0
    replaced_share: float = 0.0
    held_out_share: float = 0.005
    precision: str = "float32"
    log_every: int = 50
    evaluate_every: int = 1000
    checkpoint_every: int = 1000
    keep: int = 3
    seed: int = 0

    def __post_init__(self):
        require_at_least(8, length=self.length)
        require_at_least(self.length, batch_tokens=self.batch_tokens)
        require_one_of(OPTIMIZERS, optimizer=self.optimizer)
        check_run_options(self)
        weights = {
            name: getattr(self, name)
            for name in (
                "layers_weight",
                "last_weight",
                "sentence_weight",
                "attention_weight",
            )
        }
        for name, weight in weights.items():
            require(
                0 <= weight < math.inf, "must be at least 0", **{name: weight}
            )
        require(
            any(weights.values()),
            "must not be 0 with all other weights 0: nothing would be learned",
            sentence_weight=self.sentence_weight,
        )
        for name in ("replaced_share", "held_out_share"):
            share = getattr(self, name)
            require(
                0 <= share < 1,
                "must be at least 0 and less than 1",
                **{name: share},
            )

    @property
    def warmup(self) -> int:
        """Steps of the warm-up."""
        if self.warmup_steps is None:
            return self.steps // 20
        return self.warmup_steps
