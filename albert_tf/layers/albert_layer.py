"""What all layers of the model have in common."""

import functools
from collections.abc import Callable

import keras

from albert_tf.config import AlbertConfig
from albert_tf.layers.adapted_dense import AdaptedDense
from albert_tf.layers.dense import Dense


class AlbertLayer(keras.layers.Layer):
    """A layer whose sizes come from an `AlbertConfig`.

    Args:
        config: the model's sizes and rates.
        **kwargs: `name`, `dtype` and the rest of Keras' layer arguments.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(**kwargs)
        self.config = config

    def dense(
        self,
        units: int,
        name: str,
        kind: Callable[..., Dense] = Dense,
        **kwargs,
    ) -> Dense:
        """A dense layer with the model's initializer and this dtype."""
        return kind(
            units,
            kernel_initializer=initializer(self.config),
            dtype=self.dtype_policy,
            name=name,
            **kwargs,
        )

    def shared_dense(self, units: int, name: str, **kwargs) -> Dense:
        """One that layers share, to which each may add of its own."""
        rank = self.config.layer_adapters
        kind = functools.partial(AdaptedDense, rank=rank) if rank else Dense
        return self.dense(units, name, kind, **kwargs)

    def layer_norm(self, name: str) -> keras.layers.LayerNormalization:
        """A LayerNorm with the model's epsilon; it computes in float32."""
        return keras.layers.LayerNormalization(
            epsilon=self.config.layer_norm_eps,
            dtype=self.dtype_policy,
            name=name,
        )

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {**super().get_config(), "config": self.config.to_dict()}

    @classmethod
    def from_config(cls, config):
        """The inverse of `get_config`."""
        config = dict(config)
        return cls(AlbertConfig.from_dict(config.pop("config")), **config)


def initializer(config: AlbertConfig) -> keras.initializers.Initializer:
    """Truncated normal, as every matrix is drawn (official modeling.py)."""
    return keras.initializers.TruncatedNormal(stddev=config.initializer_range)
