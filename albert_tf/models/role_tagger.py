"""Predicates of a text, and who does what to whom."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from albert_tf.checkpoints import Head
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.layers.albert_layer import initializer
from albert_tf.models.tagger import AlbertTagger, by_target, of_tokens


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertRoleTagger(AlbertTagger):
    """Two heads on one encoder: is a word a predicate, and its role for one.

    Roles are read where the tokens of a predicate are of segment 1, predicates
    where none are.

    Args:
        config: the model's sizes and rates; of two segments at least.
        labels: the names of the C tags of roles.
        **kwargs: those of `AlbertTagger`.

    Raises:
        UserError: if there are fewer than two labels, one twice, or there is
            one segment only.
    """

    head = Head("AlbertRoleTagger")  # other libraries have no such thing
    token_outputs = ("logits", "predicate_logits")
    soft_outputs = {}  # a text is read several times

    def __init__(self, config: AlbertConfig, labels: Sequence[str], **kwargs):
        if config.type_vocab_size < 2:
            raise UserError(
                "a predicate is marked by the second segment; the model has "
                f"one only (type_vocab_size={config.type_vocab_size})"
            )
        super().__init__(config, labels, **kwargs)
        self.predicate_logits = keras.layers.Dense(
            2,
            kernel_initializer=initializer(config),
            dtype=self.dtype_policy,
            name="predicate_logits",
        )
        self.predicate_logits.build((None, None, config.output_size))

    def call(self, inputs, training=False, loop=False):
        """Scores the roles of every token, and whether it is a predicate.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `logits`, float32 [B, L, C], and `predicate_logits`, float32
            [B, L, 2], the second number for a predicate.
        """
        x = self.states(inputs, training, loop)
        return {
            "logits": ops.cast(self.logits_dense(x), "float32"),
            "predicate_logits": ops.cast(self.predicate_logits(x), "float32"),
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
            y: `roles` and `predicates`, int [B, L], -1 at tokens that do not
                count.
            y_pred: what `call` returned.
            sample_weight: float [B], or None; or such for each target, by
                name. That of a text is also that of each of its tokens.
            training: not used.

        Returns:
            A scalar.
        """
        names = {"roles": "logits", "predicates": "predicate_logits"}
        weights = by_target(sample_weight, names)
        return sum(
            self.default_loss()(
                y[name], y_pred[output], of_tokens(weights[name])
            )
            for name, output in names.items()
        )
