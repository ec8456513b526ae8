"""Lower learning rates for lower layers."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from albert_tf.models.task_model import TaskModel


def layer_rates(model: TaskModel, decay: float) -> dict[str, float]:
    """The share of the learning rate that each weight has.

    A layer has `decay` times the rate of the layer above it, the embedding
    `decay` times that of the first layer, and the head the whole rate (Howard
    and Ruder, 2018, section 3.1; for BERT Sun et al., 2019, section 5.3.3).
    What several layers share has the rate of the topmost of them.

    Args:
        model: whose encoder has the layers.
        decay: the share that is left one layer further down.

    Returns:
        The shares by the paths of all trainable weights.
    """
    layers = model.config.num_hidden_layers
    rates = {weight.path: 1.0 for weight in model.trainable_variables}
    for weight in model.encoder.embedding.trainable_variables:
        rates[weight.path] = decay**layers
    for layer in range(layers):  # upwards: the topmost stays
        for weight in _used(model, layer):
            rates[weight.path] = decay ** (layers - 1 - layer)
    return rates


def _used(model: TaskModel, layer: int) -> Iterator[keras.Variable]:
    """The weights that a layer uses, its own and those it shares."""
    config = model.config
    for encoder in model.encoder.transformer.encoders():
        blocks = encoder.blocks
        for k in config.blocks_of_layer(layer):
            yield from blocks[k].trainable_variables
            for name in ("attention", "feed_forward"):
                owner = getattr(blocks[config.owner(k, name)], name)
                for weight in owner.trainable_variables:
                    if config.shared_norms or weight.name == "kernel":
                        yield weight
