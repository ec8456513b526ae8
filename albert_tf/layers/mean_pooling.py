"""One vector for a sequence: the mean of its tokens' vectors."""

from keras import ops


def mean_pooling(x, padding_mask):
    """The mean over all tokens, [CLS] and [SEP] too, but not over padding.

    Args:
        x: float [B, L, H].
        padding_mask: int or bool [B, L], 1 at tokens, 0 at padding.

    Returns:
        float [B, H] of the dtype of `x`, summed in float32; zeros for a row
        of padding alone.
    """
    weights = ops.expand_dims(ops.cast(padding_mask, "float32"), -1)
    total = ops.sum(ops.cast(x, "float32") * weights, axis=1)
    tokens = ops.maximum(ops.sum(weights, axis=1), 1.0)
    return ops.cast(total / tokens, x.dtype)
