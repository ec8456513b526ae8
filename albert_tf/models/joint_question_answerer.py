"""Question answering with ends that depend on starts."""

from __future__ import annotations

import keras
from keras import ops

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.data.windows import NO_ANSWER_TOKEN
from albert_tf.errors import require_at_least
from albert_tf.layers.albert_layer import initializer
from albert_tf.layers.end_logits import EndLogits
from albert_tf.models.answer_model import AnswerModel


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertJointQuestionAnswerer(AnswerModel):
    """Answers, and whether there is one, as in the official code for SQuAD 2.0.

    The end of an answer is scored given its start: the true one in training,
    each of the best ones where answers are looked for. A head of its own says
    whether there is none. Start and end are `[CLS]` or tokens of the passage.

    Args:
        *args: those of `AnswerModel`.
        start_n_top: S, how many starts are looked at.
        end_n_top: E, how many ends of each.
        **kwargs: those of `AnswerModel`; `null_threshold` is of the logit of
            there being no answer.

    Raises:
        UserError: if a setting is something else.
    """

    head = Head(
        "AlbertJointQuestionAnswerer",
        layers=[
            HeadLayer("start_logits", "dense", tf1="start_logits/dense"),
            HeadLayer("end_logits/pair", "dense", tf1="end_logits/dense_0"),
            HeadLayer(
                "end_logits/layer_norm",
                "layer_norm",
                tf1="end_logits/LayerNorm",
            ),
            HeadLayer("end_logits/score", "dense", tf1="end_logits/dense_1"),
            HeadLayer("no_answer_dense", "dense", tf1="answer_class/dense_0"),
            HeadLayer("no_answer_logits", "dense", tf1="answer_class/dense_1"),
        ],
    )

    def __init__(
        self, *args, start_n_top: int = 5, end_n_top: int = 5, **kwargs
    ):
        require_at_least(1, start_n_top=start_n_top, end_n_top=end_n_top)
        super().__init__(*args, **kwargs)
        self.start_n_top = start_n_top
        self.end_n_top = end_n_top
        self.start_logits = self._dense(1, "start_logits")
        self.end_logits = EndLogits(
            self.config, dtype=self.dtype_policy, name="end_logits"
        )
        self.no_answer_dense = self._dense(
            self.config.output_size, "no_answer_dense", activation="tanh"
        )
        self.dropout = keras.layers.Dropout(
            self.config.classifier_dropout_prob, name="dropout"
        )
        self.no_answer_logits = self._dense(
            1, "no_answer_logits", use_bias=False
        )
        self._make_weights()

    def _dense(self, units: int, name: str, **kwargs) -> keras.layers.Dense:
        return keras.layers.Dense(
            units,
            kernel_initializer=initializer(self.config),
            dtype=self.dtype_policy,
            name=name,
            **kwargs,
        )

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        size = self.config.output_size
        self.start_logits.build((None, None, size))
        self.end_logits.build()
        self.no_answer_dense.build((None, 2 * size))
        self.dropout.build((None, size))
        self.no_answer_logits.build((None, size))
        self.built = True

    def call(self, inputs, training=False, loop=False):
        """Looks for the best answers, or scores what the loss needs.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L]; the passage is segment 1.
            training: whether dropout is on, and the loss wanted.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `no_answer_logits`, float32 [B], and, in training,
            `sequence_output`, float [B, L, H], and `start_logits`, float32
            [B, L]. Otherwise the best starts in the passage, highest first,
            and for each the best ends that make an answer of at most
            `max_answer_length`: `start_indices`, int32 [B, S], and
            `end_indices`, int32 [B, S, E], with their logarithmic
            probabilities `start_log_probs` and `end_log_probs`, float32;
            these are `NO_ANSWER_TOKEN` where there are not so many.
        """
        outputs = self._read(inputs, training, loop)
        return outputs if training else self._search(inputs, outputs)

    def _read(self, inputs, training=False, loop=False) -> dict:
        """All but the ends."""
        x = self.encoder(inputs, training=training, loop=loop)[
            "sequence_output"
        ]
        logits = ops.cast(self.start_logits(x)[..., 0], "float32")
        logits = ops.where(_may_be_position(inputs), logits, NO_ANSWER_TOKEN)
        weights = ops.cast(ops.softmax(logits), x.dtype)
        start = ops.matmul(ops.expand_dims(weights, 1), x)[:, 0]
        pair = ops.concatenate([start, x[:, 0]], axis=-1)
        pair = self.dropout(self.no_answer_dense(pair), training=training)
        no_answer = ops.cast(self.no_answer_logits(pair)[..., 0], "float32")
        return {
            "sequence_output": x,
            "start_logits": logits,
            "no_answer_logits": no_answer,
        }

    def _ends(self, inputs, x, starts):
        """Scores all tokens as ends of answers from `starts`, int32 [B, S].

        Returns:
            float32 [B, S, L].
        """
        indices = ops.expand_dims(starts, -1)
        vectors = ops.take_along_axis(x, indices, axis=1)
        return ops.where(
            ops.expand_dims(_may_be_position(inputs), 1),
            self.end_logits(x, vectors),
            NO_ANSWER_TOKEN,
        )

    def _search(self, inputs, outputs) -> dict:
        """The best starts, and the best ends of each."""
        is_passage = _is_passage(inputs)
        log_probs = ops.log_softmax(outputs["start_logits"])
        log_probs = ops.where(is_passage, log_probs, NO_ANSWER_TOKEN)
        start_log_probs, starts = _best(log_probs, self.start_n_top)

        ends = self._ends(inputs, outputs["sequence_output"], starts)
        places = ops.arange(ops.shape(ends)[-1], dtype="int32")
        further = places - ops.expand_dims(starts, -1)
        is_end = ops.logical_and(
            ops.expand_dims(is_passage, 1),
            ops.logical_and(further >= 0, further < self.max_answer_length),
        )
        log_probs = ops.where(is_end, ops.log_softmax(ends), NO_ANSWER_TOKEN)
        end_log_probs, ends = _best(log_probs, self.end_n_top)
        return {
            "start_indices": starts,
            "start_log_probs": start_log_probs,
            "end_indices": ends,
            "end_log_probs": end_log_probs,
            "no_answer_logits": outputs["no_answer_logits"],
        }

    def scored_outputs(self, outputs):
        """The one that is there with and without `training`."""
        return outputs["no_answer_logits"]

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Half the sum of three cross-entropies, see `answer_loss`.

        They are of the start, of the end given the true start, and of whether
        there is no answer.

        Args:
            x: what `call` was given.
            y: the targets, see `AnswerModel`.
            y_pred: what `call` returned.
            sample_weight: see `answer_loss`.
            training: not used.

        Returns:
            A scalar.
        """
        if "sequence_output" not in y_pred:  # Keras evaluates
            y_pred = self._read(x)
        start = ops.cast(ops.reshape(y["start_positions"], (-1, 1)), "int32")
        ends = self._ends(x, y_pred["sequence_output"], ops.maximum(start, 0))
        no_answer = y_pred["no_answer_logits"]
        logits = {
            "start_positions": y_pred["start_logits"],
            "end_positions": ends[:, 0],
            # Of two choices, of which one scores 0: the sigmoid.
            "is_impossible": ops.stack(
                [ops.zeros_like(no_answer), no_answer], axis=-1
            ),
        }
        start = start[:, 0]
        is_none = ops.cast(start == 0, "int32")
        y = {**y, "is_impossible": ops.where(start < 0, -1, is_none)}
        if isinstance(sample_weight, dict):
            weight = sample_weight["start_positions"]
            sample_weight = {**sample_weight, "is_impossible": weight}
        return self.answer_loss(y, logits, sample_weight)

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "start_n_top": self.start_n_top,
            "end_n_top": self.end_n_top,
        }


def _is_passage(inputs):
    """Which tokens are the passage's, bool [B, L]; its `[SEP]` is not."""
    mask = ops.cast(inputs["padding_mask"], "int32")
    after = ops.pad(mask[:, 1:], [(0, 0), (0, 1)])
    segments = ops.cast(inputs["segment_ids"], "int32")
    return ops.logical_and(segments == 1, after == 1)


def _may_be_position(inputs):
    """Which tokens may be a target, bool [B, L]: `[CLS]` and the passage."""
    places = ops.arange(ops.shape(inputs["padding_mask"])[1], dtype="int32")
    return ops.logical_or(_is_passage(inputs), places == 0)


def _best(scores, number: int):
    """The highest scores and their places, float32 and int32 [..., number]."""
    padding = [(0, 0)] * (len(scores.shape) - 1) + [(0, number)]
    padded = ops.pad(scores, padding, constant_values=NO_ANSWER_TOKEN)
    best, places = ops.top_k(padded, number)
    last = ops.shape(scores)[-1] - 1
    return best, ops.minimum(ops.cast(places, "int32"), last)
