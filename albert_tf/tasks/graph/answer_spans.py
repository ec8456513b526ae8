"""The best answers among all runs of tokens, in a TensorFlow graph."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from albert_tf.data.windows import NO_ANSWER_TOKEN
from albert_tf.tasks.answer_spans import NUMBER

_NONE = float("-inf")
_SHIFT = 2**32  # above all characters of a text


class GraphRuns(NamedTuple):
    """The best runs of tokens of R windows.

    Attributes:
        firsts: int32 [R, M], the token that each begins with.
        lasts: int32 [R, M], the token that each ends with.
        scores: float64 [R, M], -infinity for none.
        null: float64 [R], what no answer scores.
    """

    firsts: tf.Tensor
    lasts: tf.Tensor
    scores: tf.Tensor
    null: tf.Tensor


def best_runs(start_logits, end_logits, rows, longest: int) -> GraphRuns:
    """What `SpanSearch.add` finds in each window.

    Args:
        start_logits: float32 [R, L].
        end_logits: float32 [R, L].
        rows: what `GraphWindows` made.
        longest: tokens of an answer.
    """
    # A token without characters can neither begin nor end an answer.
    is_empty = rows["ends"] <= rows["starts"]
    none = tf.constant(_NONE, tf.float64)
    starts, ends = (
        tf.where(is_empty, none, tf.cast(logits, tf.float64))
        for logits in (start_logits, end_logits)
    )
    length = tf.shape(ends)[1]
    ends = tf.pad(ends, [[0, 0], [0, longest - 1]], constant_values=_NONE)
    places = tf.range(length)[:, None] + tf.range(longest)
    scores = starts[:, :, None] + tf.gather(ends, places, axis=1)
    scores = tf.reshape(scores, [-1, length * longest])
    number = tf.minimum(NUMBER, length * longest)
    scores, best = tf.math.top_k(scores, number)  # the first of equal ones
    firsts = best // longest
    # In short windows some of the best are none, and end behind the window.
    lasts = tf.minimum(firsts + best % longest, length - 1)
    null = start_logits[:, 0] + end_logits[:, 0]
    return GraphRuns(firsts, lasts, scores, tf.cast(null, tf.float64))


def found_runs(outputs, rows) -> GraphRuns:
    """What `JointQuestionAnswering.add_window` takes of each window.

    Args:
        outputs: those of `AlbertJointQuestionAnswerer`, by name.
        rows: what `GraphWindows` made.
    """
    lasts = outputs["end_indices"]
    shape = [tf.shape(lasts)[0], tf.reduce_prod(tf.shape(lasts)[1:])]
    firsts = tf.broadcast_to(
        outputs["start_indices"][:, :, None], tf.shape(lasts)
    )
    scores = tf.cast(outputs["start_log_probs"], tf.float64)[:, :, None]
    scores += tf.cast(outputs["end_log_probs"], tf.float64)
    firsts, lasts, scores = (
        tf.reshape(x, shape) for x in (firsts, lasts, scores)
    )
    # A token without characters can neither begin nor end an answer.
    has_text = rows["ends"] > rows["starts"]
    is_run = (
        (scores > NO_ANSWER_TOKEN / 2)
        & tf.gather(has_text, firsts, batch_dims=1)
        & tf.gather(has_text, lasts, batch_dims=1)
    )
    scores = tf.where(is_run, scores, tf.constant(_NONE, tf.float64))
    null = tf.cast(outputs["no_answer_logits"], tf.float64)
    return GraphRuns(firsts, lasts, scores, null)


class GraphSpanSearch:
    """Does in the graph what `SpanSearch` does, for B questions at once.

    Args:
        threshold: see `SpanSearch.answer`.
    """

    def __init__(self, threshold: float | None):
        self._threshold = threshold

    def answers(self, runs: GraphRuns, rows) -> dict:
        """The best words of all windows of each question.

        Args:
            runs: of the windows.
            rows: what `GraphWindows` made.

        Returns:
            The parts of an `AnswerPrediction`, B rows, see `docs/serving.md`.
        """
        contexts = rows["contexts"]
        nulls = tf.math.unsorted_segment_min(
            runs.null, rows["examples"], contexts.size
        )
        scores, starts, ends = _candidates(runs, rows, contexts.size)
        null, difference = self._compare(nulls, scores)
        has_null = scores[:, 0] == _NONE
        if self._threshold is not None:
            has_null = tf.ones_like(has_null)
        none = tf.constant(_NONE, tf.float64)
        null = tf.where(has_null, null, none)[:, None]
        scores = tf.concat([scores, null], 1)
        order = tf.argsort(scores, direction="DESCENDING", stable=True)
        if self._threshold is None:
            order = order[:, :NUMBER]
        scores, starts, ends = (
            tf.gather(x, order, batch_dims=1)
            for x in (
                tf.nn.softmax(scores),
                tf.pad(starts, [[0, 0], [0, 1]], constant_values=-1),
                tf.pad(ends, [[0, 0], [0, 1]], constant_values=-1),
            )
        )
        texts = _texts(contexts, starts, ends)
        best = tf.argmax(starts >= 0, 1, tf.int32)  # 0 if there are no words
        if self._threshold is not None:
            is_none = difference > self._threshold
            place = tf.argmax(order == NUMBER, 1, tf.int32)
            best = tf.where(is_none, place, best)
        answer, start, end, score = (
            tf.gather(x, best, batch_dims=1)
            for x in (texts, starts, ends, scores)
        )
        return {
            "answer": answer,
            "start": start,
            "end": end,
            "score": tf.cast(score, tf.float32),
            "no_answer": tf.cast(difference, tf.float32),
            "answers": texts,
            "starts": starts,
            "ends": ends,
            "scores": tf.cast(scores, tf.float32),
        }

    def _compare(self, nulls, scores):
        """What no answer scores, and by how much that is better, [B].

        Args:
            nulls: float64 [B].
            scores: float64 [B, M], of the candidates, highest first.
        """
        best = scores[:, 0]
        zero = tf.zeros_like(best)
        return nulls, tf.where(best == _NONE, zero, nulls - best)


class GraphOddsSpanSearch(GraphSpanSearch):
    """Does in the graph what `OddsSpanSearch` does."""

    def _compare(self, nulls, scores):
        total = tf.reduce_logsumexp(scores, 1)
        zero = tf.zeros_like(total)
        return nulls + tf.where(scores[:, 0] == _NONE, zero, total), nulls


def _candidates(runs: GraphRuns, rows, size):
    """The best places of each question.

    Returns:
        Scores, float64 [B, N], -infinity for none, and the first characters
        and those behind the last, int32 [B, N], -1 for none.
    """
    shape = tf.shape(runs.scores)
    examples = tf.broadcast_to(rows["examples"][:, None], shape)
    starts = tf.gather(rows["starts"], runs.firsts, batch_dims=1)
    ends = tf.gather(rows["ends"], runs.lasts, batch_dims=1)
    is_found = runs.scores > _NONE
    examples, starts, ends, scores = (
        tf.boolean_mask(x, is_found)
        for x in (examples, starts, ends, runs.scores)
    )
    # Where the same words are in several windows, the highest score counts.
    number = _distinct(_distinct(examples, starts), ends)
    count = tf.reduce_max(tf.concat([number + 1, [0]], 0))
    examples, starts, ends, scores = (
        tf.math.unsorted_segment_max(x, number, count)
        for x in (examples, starts, ends, scores)
    )
    order = tf.argsort(scores, direction="DESCENDING", stable=True)
    order = tf.gather(
        order, tf.argsort(tf.gather(examples, order), stable=True)
    )
    examples = tf.gather(examples, order)
    first = tf.searchsorted(examples, examples)
    rank = tf.range(count) - first
    is_best = rank < NUMBER
    places = tf.boolean_mask(tf.stack([examples, rank], 1), is_best)

    def table(values, default):
        values = tf.boolean_mask(tf.gather(values, order), is_best)
        empty = tf.fill([size, NUMBER], tf.constant(default, values.dtype))
        return tf.tensor_scatter_nd_update(empty, places, values)

    return table(scores, _NONE), table(starts, -1), table(ends, -1)


def _distinct(numbers, others):
    """Of each pair its number among different ones, as they come, int32 [n]."""
    pairs = tf.cast(numbers, tf.int64) * _SHIFT + tf.cast(others, tf.int64)
    return tf.unique(pairs).idx


def _texts(contexts, starts, ends):
    """The words of places, string [B, N]; "" for none."""
    shape = tf.shape(starts)
    rows = tf.broadcast_to(tf.range(shape[0])[:, None], shape)
    flat = (tf.reshape(x, [-1]) for x in (rows, starts, ends))
    return tf.reshape(contexts.parts(*flat), shape)
