"""A narrower encoder that keeps what the embedding gives."""

from __future__ import annotations

import dataclasses

import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.checkpoints.shapes import variant_of, weight_shapes
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError

_HEAD_SIZE = 64  # as in all models of the paper, and F = 4 H
_KERNEL = ENCODER + "embedding/projection/kernel"
_BIAS = ENCODER + "embedding/projection/bias"


def narrow(
    checkpoint: Checkpoint, hidden_size: int, seed: int = 0
) -> Checkpoint:
    """Makes the layers narrower; they start from random weights.

    What a factorized embedding gives lies in few directions of the H there
    are. It is turned into the new width, so that lengths and angles stay, and
    no knowledge of words is lost. Tied layers are so far from those they come
    from that it matters little what they start as.

    Args:
        checkpoint: one with weights, with a factorized embedding.
        hidden_size: H of the result, a multiple of 64.
        seed: of the random weights.

    Returns:
        An "AlbertEncoder" of the same vocabulary, embedding, depth and
        sharing; float32 weights.

    Raises:
        UserError: if the checkpoint has no weights, no factorized embedding,
            or is not wider, or `hidden_size` is no multiple of 64.
    """
    checkpoint.require_weights()
    old = checkpoint.config
    if hidden_size < 1 or hidden_size % _HEAD_SIZE:
        raise UserError(
            f"hidden_size={hidden_size} must be a multiple of {_HEAD_SIZE}, "
            "the width of an attention head"
        )
    if hidden_size >= old.hidden_size:
        raise UserError(
            f"hidden_size={hidden_size} must be less than {old.hidden_size}, "
            f"that of {checkpoint.source}"
        )
    if not old.has_projection:
        raise UserError(
            f"{checkpoint.source}: has no factorized embedding; give an "
            "embedding_size too"
        )
    new = dataclasses.replace(
        old,
        hidden_size=hidden_size,
        num_attention_heads=hidden_size // _HEAD_SIZE,
        intermediate_size=4 * hidden_size,
    )
    kept = {
        name: array
        for name, array in checkpoint.weights.items()
        if name.startswith(ENCODER + "embedding/")
    }
    return dataclasses.replace(
        checkpoint,
        config=new,
        weights=_random(new, seed) | kept | _turned(kept, hidden_size),
        model_name="AlbertEncoder",
        base_names=(),
        arguments={},
    )


def _turned(weights: dict, hidden_size: int) -> dict[str, np.ndarray]:
    """The projection with its output in fewer axes."""
    projection = np.vstack([weights[_KERNEL], weights[_BIAS]])
    _, _, axes = np.linalg.svd(projection.astype("float64"))
    turned = (projection @ axes[:hidden_size].T).astype("float32")
    return {_KERNEL: turned[:-1], _BIAS: turned[-1]}


def _random(config: AlbertConfig, seed: int) -> dict[str, np.ndarray]:
    """Initial weights of all layers of the encoder."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in weight_shapes(config):
        if not name.startswith(ENCODER + "transformer/"):
            continue
        if variant_of(name):  # new where it is loaded
            continue
        if name.endswith("kernel"):
            weights[name] = rng.normal(0, config.initializer_range, shape)
        else:
            weights[name] = np.full(shape, float(name.endswith("gamma")))
    return {name: x.astype("float32") for name, x in weights.items()}
