"""A student that learns every layer of its teacher."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from albert_tf.errors import UserError, require
from albert_tf.layers.mean_pooling import mean_pooling
from albert_tf.models.encoder import AlbertEncoder

_SMALL = 1e-6


class Distiller(keras.Model):
    """A student encoder, and what widens its vectors to its teacher's width.

    Vectors are compared by their angle: what is learned is 1 - cosine of the
    vector of each token in each layer, and of the mean of all tokens in the
    last. A layer of the student learns from the teacher's at the same share
    of the depth. What the heads of the last layer attend to may be compared
    too (MiniLM, Wang et al. 2020, arXiv:2002.10957, section 3.1).

    Args:
        student: what learns.
        teacher: what it learns from; it stays as it is and is no part of this
            model.
        attention: whether attention is compared; both need as many heads, and
            the same vocabulary.
        **kwargs: Keras' model arguments.

    Raises:
        UserError: the student is wider than the teacher, or has other heads
            whose attention is to be compared.
    """

    def __init__(
        self,
        student: AlbertEncoder,
        teacher: AlbertEncoder,
        attention: bool = False,
        **kwargs,
    ):
        super().__init__(dtype=student.dtype_policy, **kwargs)
        for encoder in (student, teacher):
            require(
                encoder.config.num_parallel_encoders == 1,
                "must be 1: layers are compared with those of one encoder",
                num_parallel_encoders=encoder.config.num_parallel_encoders,
            )
        narrow, wide = student.config.hidden_size, teacher.config.hidden_size
        if narrow > wide:
            raise UserError(
                f"the student's hidden_size={narrow} must be at most its "
                f"teacher's, {wide}"
            )
        if attention:
            _check_heads(student.config, teacher.config)
        self.student, self.attention = student, attention
        self._get_teacher = lambda: teacher  # Keras would count it as a part
        self.widen = None
        if narrow < wide:
            self.widen = keras.layers.Dense(
                wide,
                use_bias=False,
                kernel_initializer="orthogonal",  # keeps angles as they are
                dtype=self.dtype_policy,
                name="widen",
            )
            self.widen.build((None, None, narrow))
        self.built = True

    def call(self, features):
        """Compares the two on a batch.

        Args:
            features: of `AlignedText.features`, int32 [B, L] each.

        Returns:
            Sums, float32 scalars: `layers`, `last` and `sentence`, of
            1 - cosine; `units` and `sentences`, of how many. `layers` is the
            mean of those but the last, the embedding's output among them. And
            `attention`, if it is compared: for each token the divergence of
            the student's attention from the teacher's, the mean of all heads.
        """
        (student, attended), (teacher, teacher_attended) = self._tokens(
            features
        )
        if self.widen is not None:
            student = [self.widen(x) for x in student]
        ids = features["student"]
        teacher_ids = features.get("teacher", ids)
        sentence = _distance(
            _mean(student[-1], ids >= 0), _mean(teacher[-1], teacher_ids >= 0)
        )
        is_unit, is_sentence = _real(features)
        student, teacher = _units(features, student, teacher)
        *layers, last = [
            ops.sum(_distance(a, b) * is_unit)
            for a, b in zip(student, teacher, strict=True)
        ]
        sums = {
            "layers": sum(layers) / len(layers),
            "last": last,
            "sentence": ops.sum(sentence * is_sentence),
            "units": ops.sum(is_unit),
            "sentences": ops.sum(is_sentence),
        }
        if self.attention:
            divergence = _divergence(attended, teacher_attended)
            sums["attention"] = ops.sum(divergence * is_unit)
        return sums

    def fit_widening(self, features) -> None:
        """Brings the embedding's output near its teacher's, to start from.

        What `widen` makes of the vectors in `features` becomes that of least
        squares, by the smallest change.

        Args:
            features: as in `call`.
        """
        if self.widen is None:
            return
        (student, _), (teacher, _) = self._tokens(features)
        is_unit, _ = _real(features)
        embedded = _units(features, student[:1], teacher[:1])
        real = ops.convert_to_numpy(is_unit) > 0
        narrow, wide = (
            ops.convert_to_numpy(ops.cast(x, "float32"))[real]
            for (x,) in embedded
        )
        kernel = ops.convert_to_numpy(self.widen.kernel)
        missing = wide - narrow @ kernel
        change = np.linalg.pinv(narrow, rcond=1e-3) @ missing
        self.widen.kernel.assign(kernel + change)

    def counts(self, features) -> dict:
        """How many `units` and `sentences` a batch has, float32 scalars."""
        is_unit, is_sentence = _real(features)
        return {"units": ops.sum(is_unit), "sentences": ops.sum(is_sentence)}

    def sentence_vectors(self, inputs):
        """The mean of the student's vectors of all tokens, float32 [B, H].

        Args:
            inputs: the encoder's, see `AlbertEncoder.call`.
        """
        x = self.student(inputs)["sequence_output"]
        return _mean(x, inputs["padding_mask"])

    def _tokens(self, features) -> tuple[tuple, tuple]:
        """What both make of the tokens.

        Returns:
            For the student and for the teacher all layers as they are,
            [B, L, H], of the teacher as many as of the student; and the last
            one's attention, float32 [B, A, L, L].
        """
        ids = features["student"]
        student, attended = self._read(self.student, ids)
        teacher, teacher_attended = self._read(
            self._get_teacher(), features.get("teacher", ids)
        )
        depth = len(student) - 1
        teacher = [
            ops.stop_gradient(teacher[k * (len(teacher) - 1) // depth])
            for k in range(len(student))
        ]
        teacher_attended = ops.stop_gradient(teacher_attended)
        return (student, attended), (teacher, teacher_attended)

    def _read(self, encoder: AlbertEncoder, ids) -> tuple:
        mask = ops.cast(ids >= 0, "int32")
        outputs = encoder(
            {
                "token_ids": ops.maximum(ids, 0),
                "segment_ids": ops.zeros_like(ids),
                "padding_mask": mask,
            },
            return_layers=True,
        )
        return outputs["hidden_states"], outputs["attentions"][-1]


def _check_heads(student, teacher) -> None:
    """Raises `UserError` if two configurations' attention differs in shape."""
    for config in (student, teacher):
        require(
            not config.cross_layer_attention,
            "must be False for attention to be compared",
            cross_layer_attention=config.cross_layer_attention,
        )
    require(
        student.num_attention_heads == teacher.num_attention_heads,
        "must be as many as the teacher's, "
        f"{teacher.num_attention_heads}, for attention to be compared",
        num_attention_heads=student.num_attention_heads,
    )


def _real(features):
    """What is no filler, 1 or 0: units [B, U], sentences [B]."""
    ids = features["student"]
    is_unit = ids >= 0
    if "student_units" in features:
        units = features["student_units"]
        one_hot = _one_hot(units, 1 + ops.max(units))
        is_unit = ops.any(one_hot > 0, axis=1)
    is_sentence = ops.any(ids >= 0, axis=1)
    return ops.cast(is_unit, "float32"), ops.cast(is_sentence, "float32")


def _distance(a, b):
    """1 - cosine along the last axis, float32."""
    a, b = ops.cast(a, "float32"), ops.cast(b, "float32")
    product = ops.sum(a * b, -1)
    norms = ops.sum(a * a, -1) * ops.sum(b * b, -1)
    return 1 - product * ops.rsqrt(norms + _SMALL)


def _divergence(student, teacher):
    """Kullback and Leibler's of each token's attention.

    Args:
        student: probabilities, float32 [B, A, L, L].
        teacher: those that are right.

    Returns:
        float32 [B, L], the mean of all heads.
    """
    student, teacher = (ops.log(p + _SMALL) for p in (student, teacher))
    per_head = ops.sum(ops.exp(teacher) * (teacher - student), -1)
    return ops.mean(per_head, axis=1)


def _mean(x, mask):
    """`mean_pooling` that stays in float32, [B, H]."""
    return mean_pooling(ops.cast(x, "float32"), mask)


def _one_hot(units, count):
    """Which unit a token is of, float32 [B, L, U]; -1 is none."""
    numbers = ops.arange(count, dtype=units.dtype)
    return ops.cast(units[:, :, None] == numbers, "float32")


def _units(features, student: list, teacher: list) -> tuple[list, list]:
    """Layers of tokens as layers of what is compared, [B, U, H]."""
    if "student_units" not in features:
        return student, teacher
    units = features["student_units"], features["teacher_units"]
    count = 1 + ops.max(units[0])
    return _by_unit(student, units[0], count), _by_unit(
        teacher, units[1], count
    )


def _by_unit(layers, units, count) -> list:
    """The mean of the vectors of each unit, [B, L, H] -> [B, U, H]."""
    shares = ops.transpose(_one_hot(units, count), (0, 2, 1))
    shares /= ops.maximum(ops.sum(shares, -1, keepdims=True), 1)
    return [ops.matmul(ops.cast(shares, x.dtype), x) for x in layers]
