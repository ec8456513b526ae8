"""What a command wants, and the words that say with what."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from albert_tf.checkpoints import Head
from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import initializer
from albert_tf.layers.mean_pooling import mean_pooling
from albert_tf.models.labels import check_labels
from albert_tf.models.soft_output import SoftOutput
from albert_tf.models.tagger import AlbertTagger, by_target, of_tokens


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertIntentSlotTagger(AlbertTagger):
    """A tagger with a second head for the whole text (Chen et al., 2019).

    The encoder runs once. The intent is read from the mean of the tokens, the
    slots from each token.

    Args:
        config: the model's sizes and rates.
        labels: the names of the C tags of slots.
        intents: the names of the intents.
        **kwargs: those of `AlbertTagger`.

    Raises:
        UserError: if there are fewer than two labels or intents, or one twice.
    """

    head = Head("AlbertIntentSlotTagger")  # other libraries have no such thing
    soft_outputs = {
        **AlbertTagger.soft_outputs,
        "intent_logits": SoftOutput(labels="intents"),
    }
    label_axes = {
        **AlbertTagger.label_axes,
        "intents": {
            "intent_logits/kernel": (1,),
            "intent_logits/bias": (0,),
        },
    }

    def __init__(
        self,
        config: AlbertConfig,
        labels: Sequence[str],
        intents: Sequence[str],
        **kwargs,
    ):
        super().__init__(config, labels, **kwargs)
        self.intents = check_labels(intents)
        self.intent_logits = keras.layers.Dense(
            len(self.intents),
            kernel_initializer=initializer(config),
            dtype=self.dtype_policy,
            name="intent_logits",
        )
        self.intent_logits.build((None, config.output_size))

    def call(self, inputs, training=False, loop=False):
        """Scores the intents, and the tags of every token.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `logits`, float32 [B, L, C], and `intent_logits`, float32 [B, I].
        """
        x = self.states(inputs, training, loop)
        mean = mean_pooling(x, inputs["padding_mask"])
        return {
            "logits": ops.cast(self.logits_dense(x), "float32"),
            "intent_logits": ops.cast(self.intent_logits(mean), "float32"),
        }

    def scored_outputs(self, outputs):
        """All; there are two losses."""
        return outputs

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The sum of both cross-entropies.

        Args:
            x: not used.
            y: `slots`, int [B, L], -1 at tokens that do not count, and
                `intents`, int [B].
            y_pred: what `call` returned.
            sample_weight: float [B], or None; or such for each target, by
                name, as Keras makes of an array. That of a text is also that
                of each of its tokens.
            training: not used.

        Returns:
            A scalar.
        """
        weights = by_target(sample_weight, ("slots", "intents"))
        intent_loss = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True
        )
        return self.default_loss()(
            y["slots"], y_pred["logits"], of_tokens(weights["slots"])
        ) + intent_loss(
            y["intents"], y_pred["intent_logits"], weights["intents"]
        )

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {**super().get_config(), "intents": self.intents}
