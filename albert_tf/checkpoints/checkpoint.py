"""What is read from a source and written to another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError

if TYPE_CHECKING:
    from albert_tf.data.preprocessor import TextPreprocessor

ENCODER = "encoder/"


def _no_preprocessor() -> None:
    return None


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A model in the form in which it travels between formats.

    Attributes:
        source: where it was read, for messages.
        config: sizes and rates.
        weights: float32 arrays by our names, the encoder's with "encoder/"
            before them; None for a preset, whose weights are random.
        model_name: the class that the weights make, such as
            "AlbertClassifier".
        base_names: the classes that it derives from, nearest first.
        arguments: what its constructor needs besides the configuration, such
            as `labels`; JSON-able.
        get_preprocessor: gives the vocabulary with its settings, which not
            every model wants; None if the source has none.
    """

    source: str
    config: AlbertConfig
    weights: dict[str, np.ndarray] | None
    model_name: str
    base_names: tuple[str, ...] = ()
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
    get_preprocessor: Callable[[], TextPreprocessor | None] = _no_preprocessor

    def require_one_encoder(self) -> None:
        """Raises `UserError` if several read the text side by side."""
        encoders = self.config.num_parallel_encoders
        if encoders > 1:
            raise UserError(
                f"{self.source}: num_parallel_encoders={encoders} must be 1 "
                "for layers to be changed or taken out"
            )

    def has_head(self, name: str) -> bool:
        """Whether there are weights of a head, such as "masked_lm_head"."""
        return any(one.startswith(f"{name}/") for one in self.weights or ())

    def require_weights(self) -> None:
        """Raises `UserError` if there are no weights."""
        if self.weights is None:
            raise UserError(
                f"{self.source}: the name of a preset, which has no weights; "
                "give trained ones"
            )
