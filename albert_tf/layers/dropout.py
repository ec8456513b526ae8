"""Dropout as a pure function of its seed."""

import keras
from keras import ops


def dropout(x, rate: float, seed):
    """Zeroes a share `rate` of `x` and scales up the rest.

    The seed is drawn beforehand, once a forward pass, so that a layer gives
    the same mask when it is computed again for its gradient and can run
    inside a loop; a stateful dropout layer would draw another one.

    Args:
        x: tensor of any shape.
        rate: share of the values to drop.
        seed: integer tensor [2], or None for no dropout.
    """
    if seed is None or rate == 0:
        return x
    return keras.random.dropout(x, rate, seed=_DrawnSeed(seed))


def draw_seed(generator: keras.random.SeedGenerator, config):
    """The seed of a forward pass, integer [2]; None where nothing is dropped.

    Args:
        generator: of the model.
        config: has its rates.
    """
    rates = config.hidden_dropout_prob, config.attention_probs_dropout_prob
    return generator.next() if any(rates) else None


def split_seed(seed, index):
    """Another seed for the part numbered `index`; None stays None.

    Args:
        seed: integer tensor [2] as `keras.random.SeedGenerator.next` gives,
            whose second value counts the forward passes, or None.
        index: integer or scalar integer tensor.
    """
    if seed is None:
        return None
    # Keras seeds PyTorch with the sum of the two: far apart, so that no part
    # gets the mask that another had some forward passes before.
    apart = ops.cast(index, seed.dtype) * 1_000_003
    return ops.stack([seed[0] + apart, seed[1]])


class _DrawnSeed(keras.random.SeedGenerator):
    """A seed in the form that `keras.random` takes."""

    def __init__(self, seed):
        # Not super().__init__, which would make a variable. PyTorch's dropout
        # asks for the initial seed and draws its own where there is none.
        self._initial_seed = self._drawn = seed

    def next(self, ordered=True):
        return self._drawn
