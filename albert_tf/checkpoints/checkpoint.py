"""What is read from a source and written to another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from albert_tf.config import AlbertConfig

if TYPE_CHECKING:
    from albert_tf.data.preprocessor import TextPreprocessor
    from albert_tf.models.preset_model import PresetModel

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
        model_name: our class that the weights make, such as
            "AlbertClassifier".
        arguments: what its constructor needs besides the configuration, such
            as `labels`; JSON-able.
        read_preprocessor: reads the vocabulary, which not every model wants;
            gives None if the source has none.
    """

    source: str
    config: AlbertConfig
    weights: dict[str, np.ndarray] | None
    model_name: str
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
    read_preprocessor: Callable[[], TextPreprocessor | None] = _no_preprocessor

    @classmethod
    def of(cls, model: PresetModel) -> Checkpoint:
        """What `model` is made of.

        A class that a user derived from one of ours counts as ours.
        """
        model_class = next(
            c
            for c in type(model).__mro__
            if c.__module__.split(".")[0] == "albert_tf"
        )
        arguments = model.get_config()
        for name in ("name", "dtype", "config"):
            del arguments[name]
        return cls(
            source=model.name,
            config=model.config,
            weights={
                name: _as_float32(variable)
                for name, variable in variables(model).items()
            },
            model_name=model_class.__name__,
            arguments=arguments,
            read_preprocessor=lambda: getattr(model, "preprocessor", None),
        )


def variables(model: PresetModel) -> dict:
    """The model's variables by the names that a `Checkpoint` uses."""
    prefix = "" if hasattr(model, "encoder") else ENCODER
    return {prefix + name: w for name, w in model.named_weights().items()}


def _as_float32(variable) -> np.ndarray:
    """A variable's value, float32 also where the model is in half precision."""
    import keras

    return keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32"))
