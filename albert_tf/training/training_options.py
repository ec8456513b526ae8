"""Rules that the options of all kinds of training have in common."""

import math

from albert_tf.errors import require, require_at_least, require_one_of

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def check_run_options(options) -> None:
    """Checks what the options of runs with checkpoints have in common.

    Args:
        options: with `steps`, `log_every`, `evaluate_every`,
            `checkpoint_every`, `keep`, `clip_norm`, `warmup_steps`, and what
            `check_training_options` takes.

    Raises:
        UserError: one of them breaks its rule.
    """
    names = ("steps", "log_every", "evaluate_every", "checkpoint_every", "keep")
    require_at_least(1, **{name: getattr(options, name) for name in names})
    check_training_options(options)
    require(
        0 < options.clip_norm < math.inf,
        "must be greater than 0",
        clip_norm=options.clip_norm,
    )
    if options.warmup_steps is not None:
        require(
            0 <= options.warmup_steps <= options.steps,
            f"must be from 0 to steps={options.steps}",
            warmup_steps=options.warmup_steps,
        )


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
