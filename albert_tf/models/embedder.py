"""Vectors of texts."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from albert_tf.checkpoints import Head
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.layers.mean_pooling import mean_pooling
from albert_tf.models.task_model import TaskModel
from albert_tf.models.text_input import TextInput


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertEmbedder(TaskModel):
    """A vector of length 1 for a text: the mean of its tokens, normalized.

    The product of two is their cosine, which tells how alike the texts are.
    It has no weights besides the encoder's, so that any encoder is one.

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
        **kwargs: `name` and `dtype`.
    """

    # They have the encoder alone; what reads it is not in their files.
    head = Head("AlbertEmbedder", huggingface=("AlbertModel",))

    def __init__(
        self,
        config: AlbertConfig,
        preprocessor=None,
        rematerialize: bool = False,
        **kwargs,
    ):
        super().__init__(
            config,
            preprocessor=preprocessor,
            rematerialize=rematerialize,
            pooled=False,
            **kwargs,
        )
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
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `embedding`, float32 [B, H]; zeros for a row of padding alone.
        """
        outputs = self.encoder(inputs, training=training, loop=loop)
        x = ops.cast(outputs["sequence_output"], "float32")
        mean = mean_pooling(x, inputs["padding_mask"])
        return {"embedding": ops.normalize(mean, axis=-1)}

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
