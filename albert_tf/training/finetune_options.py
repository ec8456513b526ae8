"""How to fine-tune."""

from __future__ import annotations

import dataclasses
import math

from albert_tf.config import POOLINGS
from albert_tf.errors import require, require_at_least, require_one_of
from albert_tf.training.training_options import check_training_options

SCHEDULES = ("linear", "cosine")


@dataclasses.dataclass(frozen=True)
class FinetuneOptions:
    """How to fine-tune. The defaults are those of the official code.

    Attributes:
        epochs: passes over the training examples.
        batch_size: B, examples a step, over all devices together.
        learning_rate: its peak; None for 5e-5 * 768 / H from trained weights
            and 5e-4 * min(1, 128 / H) from random ones.
        warmup_share: share of the steps in which the rate rises from 0.
        schedule: how it falls to 0 afterwards, "linear" or "cosine".
        restarts: how often a cosine begins again at the peak.
        optimizer: "adamw" is that of the official code; "lamb", "muon", or
            any of Keras' in small letters, such as "adam" or "sgd" (with a
            momentum of 0.9).
        weight_decay: of all matrices, see `AdamW`; what others call L2.
        l1: how much a step of rate 1 takes off each number of all matrices.
        layer_decay: the learning rate of a layer as a share of that of the
            layer above it; the embedding lies below the first, and what
            layers share has the rate of the topmost of them.
        clip_norm: the largest norm of the whole gradient.
        dropout: after embeddings, attention and feed-forward network, and on
            attention probabilities (the paper's "ALBERT DR"); None for what
            the source says.
        pooling: what the task reads of a text: "cls" for the pooled [CLS],
            "mean" for the mean of the tokens, which needs no pooler; None for
            what the source says, and "cls" where it says nothing; what was
            distilled says "mean". For similarity and its like "pooled" is the
            pooled [CLS], "cls" is [CLS] itself, and without a word it is
            "mean".
        temperature: by what similarity, contrastive and triplets divide the
            cosines that the loss compares; None for 0.05.
        max_length: longest sequence in tokens; what is longer is truncated.
            None for what the source says, at most the model's positions.
        patience: stop after so many epochs without a better dev score;
            None never stops early. The best epoch's weights are kept anyway.
        balance_classes: weigh each example by the rarity of its class, in the
            loss and where dev examples choose the best epoch; else a model
            that knows only the common class may be the best.
        label_smoothing: share of the truth that goes to all classes alike.
        focal_gamma: how much less examples count that are classified well
            already, as in the focal loss; 0 for all alike.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        seed: of weights, order and dropout.
        tensorboard: directory for TensorBoard, or None.
    """

    epochs: int = 3
    batch_size: int = 32
    learning_rate: float | None = None
    warmup_share: float = 0.1
    schedule: str = "linear"
    restarts: int = 0
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    l1: float = 0.0
    layer_decay: float = 1.0
    clip_norm: float = 1.0
    dropout: float | None = None
    pooling: str | None = None
    temperature: float | None = None
    max_length: int | None = None
    patience: int | None = None
    balance_classes: bool = False
    label_smoothing: float = 0.0
    focal_gamma: float = 0.0
    precision: str = "float32"
    seed: int = 0
    tensorboard: str | None = None

    def __post_init__(self):
        require_at_least(1, epochs=self.epochs, batch_size=self.batch_size)
        if self.patience is not None:
            require_at_least(1, patience=self.patience)
        if self.pooling is not None:
            require_one_of((*POOLINGS, "pooled"), pooling=self.pooling)
        if self.temperature is not None:
            require(
                0 < self.temperature < math.inf,
                "must be greater than 0",
                temperature=self.temperature,
            )
        if self.max_length is not None:
            require_at_least(3, max_length=self.max_length)
        for name in ("warmup_share", "label_smoothing"):
            share = getattr(self, name)
            require(
                0 <= share < 1,
                "must be at least 0 and less than 1",
                **{name: share},
            )
        require(0 <= self.l1 < math.inf, "must be at least 0", l1=self.l1)
        require(
            0 < self.layer_decay <= 1,
            "must be greater than 0 and at most 1",
            layer_decay=self.layer_decay,
        )
        require_one_of(SCHEDULES, schedule=self.schedule)
        require_at_least(0, restarts=self.restarts)
        require(
            self.schedule == "cosine" or not self.restarts,
            "needs schedule=cosine",
            restarts=self.restarts,
        )
        require(
            0 < self.clip_norm < math.inf,
            "must be greater than 0",
            clip_norm=self.clip_norm,
        )
        require(
            0 <= self.focal_gamma < math.inf,
            "must be at least 0",
            focal_gamma=self.focal_gamma,
        )
        check_training_options(self)
