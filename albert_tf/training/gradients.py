"""Clipping of gradients, right on several devices too."""

import keras
from keras import ops


def clip_by_global_norm_across_replicas(grads, clip_norm):
    """Scales gradients so that the norm of them all is at most `clip_norm`.

    Keras' `global_clipnorm` clips on each replica, before the gradients are
    summed over the replicas, and counts the rows of an embedding's sparse
    gradient one by one, though those of the same token add up. Here the
    norm is that of the whole gradient: it is made dense and summed over the
    replicas first.

    Args:
        grads: one gradient a variable, of this replica's share of the loss,
            such that their sum over replicas is the whole gradient (which is
            so in `fit`); None where a variable has none.
        clip_norm: the largest norm allowed; infinity for no clipping.

    Returns:
        The clipped gradients, divided by the number of replicas, as Keras'
        optimizers sum them over the replicas in any case; and the norm before
        clipping, a float32 scalar that all replicas agree on.
    """
    present = [grad for grad in grads if grad is not None]
    replicas = 1
    if keras.backend.backend() == "tensorflow":
        present, replicas = _sum_over_replicas(present)
    norm = ops.sqrt(
        sum(ops.sum(ops.square(ops.cast(g, "float32"))) for g in present)
    )
    # min(1, clip_norm / norm), also if the norm is 0 or there is no clipping.
    scale = 1.0 / ops.maximum(norm / clip_norm, 1.0) / replicas
    clipped = iter([grad * ops.cast(scale, grad.dtype) for grad in present])
    return [None if grad is None else next(clipped) for grad in grads], norm


def _sum_over_replicas(grads):
    """Makes gradients dense and sums them; also tells how many replicas."""
    import tensorflow as tf

    # This adds up the rows of the same token.
    grads = [tf.convert_to_tensor(grad) for grad in grads]
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas > 1:
        grads = tf.distribute.get_replica_context().all_reduce(
            tf.distribute.ReduceOp.SUM, grads
        )
    return grads, replicas
