"""Loading and saving that the encoder and all task models share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import keras
import numpy as np

from albert_tf.checkpoints import Head, read_checkpoint, write_checkpoint
from albert_tf.checkpoints.shapes import parameter_count
from albert_tf.config import AlbertConfig
from albert_tf.data.features import INPUTS
from albert_tf.errors import UserError
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.compiled_method import CompiledMethod
from albert_tf.models.loading import (
    default_arguments,
    make_model,
    with_dropout,
    with_variants,
)
from albert_tf.models.weight_names import named_weights

# Four times the largest published model.
_MOST_PARAMETERS = 2**30


class PresetModel(keras.Model):
    """A model with an `AlbertConfig` that presets can be loaded into.

    A class that derives from it is known by its name from then on: files
    that say they hold such a model are loaded as one.

    Args:
        config: the model's sizes and rates.
        **kwargs: `name` and `dtype`.

    Attributes:
        head: what other libraries call the class and the weights of its head;
            None for one that they do not have.
        label_axes: for each attribute with names of classes, such as
            "labels", which weights have an axis of these, such as
            "logits/kernel", and which axes these are.
        further_inputs: what the model takes besides the encoder's inputs,
            int32 [B, ...].
        input_axes: how many axes its inputs have, [B, L] but for multiple
            choice.
        token_outputs: the outputs that have a row for each token.
        signatures: how a file names what it can run: the model itself, and
            after it methods of the model of these names.
    """

    head: ClassVar[Head | None] = None
    label_axes: ClassVar[dict[str, dict[str, tuple[int, ...]]]] = {}
    further_inputs: ClassVar[tuple[str, ...]] = ()
    input_axes: ClassVar[int] = 2
    token_outputs: ClassVar[tuple[str, ...]] = ()
    signatures: ClassVar[tuple[str, ...]] = ("serving_default",)

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(**kwargs)
        self.config = config

    def _make_weights(self) -> None:
        """Builds in the constructor; a class that derives may add layers."""
        self.build()
        self._tracker.unlock()

    def build_rest(self) -> None:
        """Makes the weights of layers that are built when they are called."""
        if all(layer.built for layer in self._flatten_layers()):
            return
        inputs = {
            name: np.zeros((1,) * (self.input_axes - 1) + (2,), "int32")
            for name in (*INPUTS, *self.further_inputs)
        }
        self({**inputs, "padding_mask": inputs["padding_mask"] + 1})

    def named_weights(self) -> dict[str, keras.Variable]:
        """All weights by name, such as "encoder/pooler/kernel".

        Each distinct weight is there once, however many layers share it. The
        encoder's names do not begin with "encoder/" in the encoder itself.
        """
        self.build_rest()
        return named_weights(self)

    def method_inputs(self, method: str) -> dict[str, keras.InputSpec]:
        """What a method in `signatures` takes, by name."""
        raise NotImplementedError

    def compiled_method(self, method: str) -> Callable:
        """A method in `signatures`, from arrays by name to such arrays."""
        return CompiledMethod(self, method).predict_on_batch

    @classmethod
    def from_preset(
        cls,
        source: str | os.PathLike,
        dropout: float | None = None,
        variants: Mapping[str, Any] | None = None,
        **kwargs,
    ):
        """Makes a model from a preset.

        Args:
            source: a directory written by `save_preset`; "hf:ID-or-directory"
                (Hugging Face); "tf1:PREFIX-or-directory" (Google's
                checkpoints); "tf_models:PREFIX-or-directory"
                (tf-models-official, and SavedModels of TF-Hub or Kaggle);
                "keras_hub:PRESET"; "albert_mini_en", whose weights come with
                the package; or the name of another preset such as
                "albert_base_v2", which gives random weights.
            dropout: takes the place of both dropout rates of the encoder;
                None leaves them.
            variants: what to switch on, such as `{"layer_adapters": 8}`: see
                docs/variants.md. Its weights are new if the source has none,
                and change nothing until they are trained.
            **kwargs: passed to the constructor, such as `labels` or `dtype`;
                what is not given is taken from a checkpoint of the same task.
                A model that takes text may be given `tokenizer` instead of
                the checkpoint's vocabulary.

        Returns:
            The model. A warning names weights that the source lacks because
            they belong to a new head.

        Raises:
            UserError: if the source is not there, cannot be read, or does not
                fit the model; the message names the weights.
        """
        checkpoint = read_checkpoint(source, heads())
        checkpoint = with_dropout(checkpoint, dropout)
        checkpoint = with_variants(checkpoint, variants or {})
        return make_model(cls, checkpoint, **kwargs)

    def save_preset(
        self,
        directory: str | os.PathLike,
        format: str = "albert_tf",
        overwrite: bool = False,
    ) -> None:
        """Writes configuration, weights and vocabulary to a directory.

        A warning names settings that another library's format has no place
        for, such as a threshold.

        Args:
            directory: is made; whole or, on any failure, not at all.
            format: "albert_tf", or that of another library: "huggingface",
                whose `from_pretrained` loads it, or "tf1" for Google's code.
            overwrite: replace the directory if it exists.

        Raises:
            UserError: if the format cannot hold the model, the directory
                exists and `overwrite` is false, or it cannot be written.
        """
        write_checkpoint(
            to_checkpoint(self),
            directory,
            format,
            overwrite,
            heads(),
            default_arguments(type(self)),
        )

    def export(
        self,
        filepath: str | os.PathLike,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature=None,
        **kwargs,
    ):
        """As `keras.Model.export`, and knows the model's inputs.

        `export.to_tflite` makes smaller files, with the vocabulary in them.

        Args:
            filepath: the directory or file to make.
            format: such as "tf_saved_model" or "litert".
            verbose: whether to print a message.
            input_signature: None for batches and sequences of any length.
            **kwargs: passed on to Keras.
        """
        if input_signature is None:
            input_signature = [self._input_specs()]
        return super().export(
            filepath, format, verbose, input_signature, **kwargs
        )

    def _input_specs(self) -> dict[str, keras.InputSpec]:
        shape = (None,) * self.input_axes
        return {
            name: keras.InputSpec(dtype="int32", shape=shape, name=name)
            for name in (*INPUTS, *self.further_inputs)
        }

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            "name": self.name,
            "dtype": keras.saving.serialize_keras_object(self.dtype_policy),
            "config": self.config.to_dict(),
        }

    @classmethod
    def from_config(cls, config):
        """The inverse of `get_config`."""
        config = dict(config)
        config["dtype"] = keras.saving.deserialize_keras_object(config["dtype"])
        albert = AlbertConfig.from_dict(config.pop("config"))
        _check_size(albert)
        model = cls(albert, **config)
        model.build_rest()
        return model


def _check_size(config: AlbertConfig) -> None:
    """Keras makes a model before it looks at the weights in its file."""
    parameters = parameter_count(config)
    if parameters > _MOST_PARAMETERS:
        raise UserError(
            f"a model of {parameters:,} parameters (hidden_size="
            f"{config.hidden_size}, vocab_size={config.vocab_size}, "
            f"num_blocks={config.num_blocks}) is not made of a Keras file; "
            f"{_MOST_PARAMETERS:,} are the most"
        )


def model_classes() -> dict[str, type[PresetModel]]:
    """All classes that derive from `PresetModel`, by name."""
    found, rest = {}, [PresetModel]
    while rest:
        derived = rest.pop(0).__subclasses__()
        found.update({c.__name__: c for c in derived})
        rest += derived
    return found


def heads() -> list[Head]:
    """What other libraries call the heads of all classes that are known.

    In the order in which they are tried on a file that does not name its own.
    An encoder alone is none of the models that are written as one.
    """
    own = (c for c in model_classes().values() if "head" in vars(c))
    return [
        c.head
        for c in sorted(
            own,
            key=lambda c: (
                c.head.problem_type is None,
                c.head.model_name != "AlbertEncoder",
                c.__module__,
            ),
        )
    ]
