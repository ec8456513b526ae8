"""Labels by their scores in a TensorFlow graph."""

from __future__ import annotations


def ranked(scores, *columns):
    """Highest score first; of the same score as they come.

    Args:
        scores: float [B, C].
        *columns: what belongs to the C scores, such as their labels.

    Returns:
        A list of the scores in that order, float [B, C], and the columns in
        it, each [B, C].
    """
    import tensorflow as tf

    order = tf.argsort(scores, direction="DESCENDING", stable=True)
    columns = [tf.gather(tf.convert_to_tensor(x), order) for x in columns]
    return [tf.gather(scores, order, batch_dims=1), *columns]
