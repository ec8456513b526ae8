"""What stands left and right of each position, and not in it."""

import keras
from keras import ops

from albert_tf.layers.dropout import draw_seed, split_seed
from albert_tf.models.encoder import AlbertEncoder


def aligned_states(encoder: AlbertEncoder, inputs: dict, training=False):
    """Reads a text so that no position sees its own token.

    As the T-TA of Shin et al. (2020), with the very layers of the encoder:
    what attends is of the position alone to begin with, and goes from layer
    to layer; what it attends to are in every layer the embeddings of the
    other tokens, which know nothing of each other. One pass tells for every
    position what its neighbours say of it.

    Args:
        encoder: its embedding and layers are used; there are no others.
        inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
            [B, L]. A text of one token has no neighbours, and sees itself.
        training: whether dropout is on.

    Returns:
        float [B, L, H].
    """
    seed = None
    if training:
        seed = draw_seed(encoder.seed_generator, encoder.config)
    x = encoder.embedding(inputs["token_ids"], inputs["segment_ids"], seed=seed)
    positions = ops.zeros_like(x) + _of_positions(encoder.embedding, x)
    mask = _all_but_own(inputs["padding_mask"])
    transformer, states = encoder.transformer, []
    for number, one in enumerate(transformer.encoders()):
        own_seed = split_seed(seed, 1 + number * transformer.seeds)
        queries = positions
        for layer in range(encoder.config.num_hidden_layers):
            queries = _step(one, layer, mask, own_seed)(queries, x)
        states.append(queries)
    return ops.concatenate(states, axis=-1)


def unmasked(inputs: dict, targets: dict):
    """The tokens of a text before some were masked.

    Args:
        inputs: `token_ids`, int32 [B, L], and `masked_positions`, [B, P].
        targets: `masked_lm_ids`, int [B, P], and `masked_lm_weights`, float
            [B, P], 0 where a position is filler.

    Returns:
        int32 [B, L].
    """
    token_ids = ops.convert_to_tensor(inputs["token_ids"], "int32")
    places = ops.arange(ops.shape(token_ids)[1], dtype="int32")
    is_masked = ops.logical_and(  # [B, P, L]
        ops.equal(ops.expand_dims(inputs["masked_positions"], -1), places),
        ops.expand_dims(targets["masked_lm_weights"], -1) > 0,
    )
    ids = ops.expand_dims(ops.cast(targets["masked_lm_ids"], "int32"), -1)
    ids = ops.sum(ops.where(is_masked, ids, 0), axis=1)
    ids = ops.cast(ids, "int32")
    return ops.where(ops.any(is_masked, axis=1), ids, token_ids)


def _of_positions(embedding, x):
    """The embedding of positions without tokens, float [1, L, H].

    Args:
        embedding: a `FactorizedEmbedding`.
        x: what it gave for the tokens, float [B, L, H].
    """
    longest = embedding.config.max_position_embeddings
    positions = ops.arange(longest, dtype="int32")[: ops.shape(x)[1]]
    y = embedding.norm(embedding.position_embedding(positions)[None])
    return y if embedding.projection is None else embedding.projection(y)


def _all_but_own(padding_mask):
    """What each position attends to, float32 [B, L, L]."""
    mask = ops.cast(padding_mask, "float32")
    places = ops.arange(ops.shape(mask)[1])
    is_other = ops.not_equal(ops.expand_dims(places, -1), places)
    return ops.expand_dims(mask, 1) * ops.cast(is_other, "float32")


def _step(transformer, layer: int, mask, seed):
    """Layer number `layer` as a function of what attends, and to what."""
    config = transformer.config

    def step(queries, x):
        for inner, k in enumerate(config.blocks_of_layer(layer)):
            # Far enough apart for the three seeds of a block.
            number = 3 * (layer * config.inner_group_num + inner)
            queries, _ = transformer.blocks[k](
                x, mask, seed=split_seed(seed, number), queries=queries
            )
        return queries

    return keras.remat(step) if transformer.rematerialize else step
