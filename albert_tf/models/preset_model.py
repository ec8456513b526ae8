"""Loading and saving that the encoder and all task models share."""

from __future__ import annotations

import os

import keras

from albert_tf.config import AlbertConfig


class PresetModel(keras.Model):
    """A model with an `AlbertConfig` that presets can be loaded into.

    Args:
        config: the model's sizes and rates.
        **kwargs: `name` and `dtype`.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(**kwargs)
        self.config = config

    def named_weights(self) -> dict[str, keras.Variable]:
        """All weights by name, such as "encoder/pooler/kernel".

        Each distinct weight is there once, however many layers share it. The
        encoder's names do not begin with "encoder/" in the encoder itself.
        """
        own = self.name + "/"
        return {w.path.removeprefix(own): w for w in self.weights}

    @classmethod
    def from_preset(cls, source: str | os.PathLike, **kwargs):
        """Makes a model from a preset.

        Args:
            source: a directory written by `save_preset`; "hf:ID-or-directory"
                (Hugging Face); "tf1:PREFIX-or-directory" (Google's
                checkpoints); "keras_hub:PRESET"; "albert_nano_en", whose
                weights come with the package; or the name of another preset
                such as "albert_base_v2", which gives random weights.
            **kwargs: passed to the constructor, such as `labels` or `dtype`;
                and `dropout`, which takes the place of both rates of the
                encoder, and, for a model that takes text, `tokenizer`.

        Returns:
            The model. A warning names weights that the source lacks because
            they belong to a new head.

        Raises:
            UserError: if the source is not there, cannot be read, or does not
                fit the model; the message names the weights.
        """
        from albert_tf.checkpoints import load_preset

        return load_preset(cls, source, **kwargs)

    def save_preset(
        self, directory: str | os.PathLike, overwrite: bool = False
    ) -> None:
        """Writes configuration, weights and vocabulary to a directory.

        Args:
            directory: is made; whole or, on any failure, not at all.
            overwrite: replace the directory if it exists.

        Raises:
            UserError: if the directory exists and `overwrite` is false.
        """
        from albert_tf.checkpoints import save_preset

        save_preset(self, directory, overwrite=overwrite)

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
        return cls(AlbertConfig.from_dict(config.pop("config")), **config)
