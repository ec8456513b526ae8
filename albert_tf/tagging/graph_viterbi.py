"""The best sequence of tags in a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf


def graph_viterbi(scores, lengths, transitions):
    """What `viterbi` does, for B texts at once.

    Args:
        scores: of each tag at each word, float32 [B, W, C].
        lengths: int32 [B], the words of each text.
        transitions: float32 [C + 1, C], see `allowed_transitions`.

    Returns:
        The tag of each word, int32 [B, W + 2]; anything behind the last one.
    """
    # So that there is always a step, and a first word.
    scores = tf.pad(scores, [[0, 0], [0, 2], [0, 0]])
    scores = tf.transpose(scores, [1, 0, 2])
    between, start = transitions[:-1], transitions[-1]
    tags = tf.range(tf.shape(between)[0])[None]

    def forward(state, word):
        best, _ = state
        row, place = word
        paths = best[:, :, None] + between
        is_word = (place < lengths)[:, None]
        came_from = tf.argmax(paths, 1, tf.int32)
        best = tf.where(is_word, tf.reduce_max(paths, 1) + row, best)
        return best, tf.where(is_word, came_from, tags)

    def back(tag, came_from):
        return tf.gather(came_from, tag, batch_dims=1)

    first = start + scores[0]
    best, came_from = tf.scan(
        forward,
        (scores[1:], tf.range(1, tf.shape(scores)[0])),
        (first, tf.zeros_like(first, tf.int32)),
    )
    last = tf.argmax(best[-1], 1, tf.int32)
    path = tf.scan(back, came_from, last, reverse=True)
    return tf.transpose(tf.concat([path, last[None]], 0))
