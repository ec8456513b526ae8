"""A tagger that knows which tag follows which."""

from __future__ import annotations

import keras

from albert_tf.checkpoints import Head
from albert_tf.layers.crf import ConditionalRandomField, crf_loss
from albert_tf.models.mean_loss import mean_loss
from albert_tf.models.tagger import AlbertTagger


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertCrfTagger(AlbertTagger):
    """A tagger with a conditional random field over the words.

    Args:
        *args: those of `AlbertTagger`.
        **kwargs: those of `AlbertTagger`.
    """

    head = Head("AlbertCrfTagger")  # other libraries have no such thing
    soft_outputs = {}  # what it says of a word depends on all others
    label_axes = {
        "labels": {
            **AlbertTagger.label_axes["labels"],
            "crf/transitions": (0, 1),
            "crf/start": (0,),
        }
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.crf = ConditionalRandomField(len(self.labels), name="crf")
        self.crf.build()

    def call(self, inputs, training=False, loop=False):
        """Scores the labels of every token, and what follows what.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `logits`, float32 [B, L, C], and `transitions`, float32
            [B, C + 1, C], see `ConditionalRandomField`.
        """
        outputs = super().call(inputs, training=training, loop=loop)
        return {**outputs, "transitions": self.crf(outputs["logits"])}

    def scored_outputs(self, outputs):
        """All; the loss is of whole sequences."""
        return outputs

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The mean of `crf_loss` a sequence.

        Args:
            x: not used.
            y: int [B, L], -1 at tokens that do not count.
            y_pred: what `call` returned.
            sample_weight: float [B] or [B, 1], or None.
            training: not used.

        Returns:
            A scalar.
        """
        losses = crf_loss(y, y_pred["logits"], y_pred["transitions"])
        return mean_loss(losses, sample_weight)
