"""The model that is pre-trained."""

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import initializer
from albert_tf.layers.masked_language_model_head import (
    MaskedLanguageModelHead,
)
from albert_tf.models.encoder import AlbertEncoder
from albert_tf.models.preset_model import PresetModel


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertPretrainer(PresetModel):
    """Masked language model and sentence order, as in paper section 3.1.

    Args:
        config: the model's sizes and rates.
        rematerialize: see `SharedEncoder`.
        **kwargs: `name` and `dtype`.
    """

    def __init__(
        self, config: AlbertConfig, rematerialize: bool = False, **kwargs
    ):
        super().__init__(config, **kwargs)
        self.encoder = AlbertEncoder(
            config,
            rematerialize=rematerialize,
            dtype=self.dtype_policy,
            name="encoder",
        )
        self.masked_lm_head = MaskedLanguageModelHead(
            config, dtype=self.dtype_policy, name="masked_lm_head"
        )
        self.sentence_order_head = keras.layers.Dense(
            2,
            kernel_initializer=initializer(config),
            dtype=self.dtype_policy,
            name="sentence_order_head",
        )
        self.build()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.masked_lm_head.build()
        self.sentence_order_head.build((None, self.config.hidden_size))
        self.built = True

    def call(self, inputs, training=False, loop=False):
        """Scores masked tokens and the order of the two segments.

        Args:
            inputs: the encoder's inputs and `masked_positions`, int32 [B, P].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `masked_lm_logits`, float32 [B, P, V]; `sentence_order_logits`,
            float32 [B, 2], whose class 0 is "in order", 1 "swapped"; and the
            encoder's outputs.
        """
        outputs = self.encoder(inputs, training=training, loop=loop)
        outputs["masked_lm_logits"] = self.masked_lm_head(
            outputs["sequence_output"],
            inputs["masked_positions"],
            embedding=self.encoder.embedding,
        )
        outputs["sentence_order_logits"] = ops.cast(
            self.sentence_order_head(outputs["pooled_output"]), "float32"
        )
        return outputs

    def pretraining_losses(self, outputs, targets) -> dict:
        """The two losses (official run_pretraining.py).

        Args:
            outputs: what `call` returned.
            targets: `masked_lm_ids`, int [B, P]; `masked_lm_weights`, float
                [B, P], 0 where a position is filler; `sentence_order_labels`,
                int [B].

        Returns:
            `masked_lm_loss`, the weighted mean over all positions of the
            batch, and `sentence_order_loss`; scalars.
        """
        nll = ops.sparse_categorical_crossentropy(
            targets["masked_lm_ids"],
            outputs["masked_lm_logits"],
            from_logits=True,
        )
        weights = ops.cast(targets["masked_lm_weights"], "float32")
        sentence_order = ops.sparse_categorical_crossentropy(
            targets["sentence_order_labels"],
            outputs["sentence_order_logits"],
            from_logits=True,
        )
        return {
            # The small number keeps a batch without predictions finite.
            "masked_lm_loss": ops.sum(weights * nll)
            / (ops.sum(weights) + 1e-5),
            "sentence_order_loss": ops.mean(sentence_order),
        }

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The sum of both losses, for `fit`."""
        losses = self.pretraining_losses(y_pred, y)
        return losses["masked_lm_loss"] + losses["sentence_order_loss"]

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            **super().get_config(),
            "rematerialize": self.encoder.transformer.rematerialize,
        }
