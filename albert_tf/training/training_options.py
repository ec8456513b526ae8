"""Rules that the options of all kinds of training have in common."""

import math

from albert_tf.errors import require, require_one_of

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def check_training_options(options) -> None:
    """Checks learning rate, weight decay, precision and seed.

    Args:
        options: with these four as attributes; the learning rate may be None.

    Raises:
        UserError: one of them breaks its rule.
    """
    require(
        options.learning_rate is None or 0 < options.learning_rate < math.inf,
        "must be greater than 0",
        learning_rate=options.learning_rate,
    )
    require(
        0 <= options.weight_decay < math.inf,
        "must be at least 0",
        weight_decay=options.weight_decay,
    )
    require_one_of(PRECISIONS, precision=options.precision)
    require(
        0 <= options.seed < 2**32,
        "must be at least 0 and less than 2**32",
        seed=options.seed,
    )
