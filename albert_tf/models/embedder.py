"""Vectors of texts."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from albert_tf.checkpoints import Head
from albert_tf.config import AlbertConfig
from albert_tf.data.features import INPUTS
from albert_tf.errors import UserError, require_one_of
from albert_tf.layers.mean_pooling import mean_pooling
from albert_tf.models.task_model import TaskModel
from albert_tf.models.text_input import TextInput

_POOLINGS = ("mean", "cls", "pooled")


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertEmbedder(TaskModel):
    """A vector of length 1 for a text, such as the mean of its tokens.

    The product of two is their cosine, which tells how alike the texts are.
    It has no weights besides the encoder's, so that any encoder is one.
    `save_preset(DIRECTORY, "huggingface")` writes what sentence-transformers
    loads, and "hf:DIRECTORY" reads it.

    Example:
    ```python
    embedder = AlbertEmbedder.from_preset("albert_mini_en")
    vectors = embedder.embed(["a good film", "a fine movie", "it rains"])
    vectors @ vectors.T  # [3, 3] cosines
    ```

    Args:
        config: the model's sizes and rates.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        pooling: what is read of the tokens: "mean", of all; "cls", the vector
            of [CLS]; "pooled", that after the encoder's dense layer with
            tanh.
        normalize: whether vectors get the length 1; without, products are no
            cosines.
        **kwargs: `name` and `dtype`.

    Raises:
        UserError: if `pooling` is something else.
    """

    head = Head(
        "AlbertEmbedder", huggingface=("AlbertModel",), has_modules=True
    )

    def __init__(
        self,
        config: AlbertConfig,
        preprocessor=None,
        rematerialize: bool = False,
        pooling: str = "mean",
        normalize: bool = True,
        **kwargs,
    ):
        require_one_of(_POOLINGS, pooling=pooling)
        super().__init__(
            config,
            preprocessor=preprocessor,
            rematerialize=rematerialize,
            pooled=pooling == "pooled",
            **kwargs,
        )
        self.pooling, self.normalize = pooling, normalize
        self._make_weights()

    def build(self, input_shape=None):
        """Has nothing to make: all weights are the encoder's."""
        self.built = True

    def scored_outputs(self, outputs: dict):
        """The vectors, for a loss of them that the caller gives."""
        return outputs["embedding"]

    def call(self, inputs, training=False, loop=False):
        """Embeds a batch.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L]; or [B, n, L], as where pairs are learned.
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `embedding`, float32 [B, H] or [B, n, H]; a mean of nothing but
            padding is 0.
        """
        *outer, length = ops.shape(inputs["token_ids"])
        if len(outer) > 1:
            inputs = {
                name: ops.reshape(inputs[name], (-1, length)) for name in INPUTS
            }
        outputs = self.encoder(
            inputs,
            training=training,
            loop=loop,
            first_only=self.pooling != "mean",
        )
        x = ops.cast(self._pool(outputs, inputs["padding_mask"]), "float32")
        if len(outer) > 1:
            x = ops.reshape(x, (*outer, self.config.output_size))
        return {"embedding": ops.normalize(x, axis=-1) if self.normalize else x}

    def _pool(self, outputs: dict, padding_mask):
        """One vector of each sequence, [B, H]."""
        if self.pooling == "pooled":
            return outputs["pooled_output"]
        x = outputs["sequence_output"]
        if self.pooling == "cls":
            return x[:, 0, :]
        return mean_pooling(ops.cast(x, "float32"), padding_mask)

    def embed(self, texts, batch_size: int = 32) -> np.ndarray:
        """The vectors of texts.

        Args:
            texts: a string, or a sequence of n strings.
            batch_size: B.

        Returns:
            float32 [n, H], in the order of the texts; [H] for a string.

        Raises:
            UserError: if there is no text.
        """
        found = TextInput.of(texts)
        if found is None:
            raise UserError(
                f"texts must be strings; got {type(texts).__name__} "
                f"{texts!r:.60}"
            )
        vectors = self.predict(found, batch_size, verbose=0)["embedding"]
        return vectors[0] if found.is_single else vectors

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "pooling": self.pooling,
            "normalize": self.normalize,
        }
