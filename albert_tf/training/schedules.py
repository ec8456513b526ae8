"""How the learning rate changes from step to step."""

import math

import keras
from keras import ops

from albert_tf.errors import UserError


@keras.saving.register_keras_serializable(package="albert_tf")
class WarmupPolynomialDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then decay to 0 (official optimization.py).

    Step s, counted from 0, gets `peak * s / warmup_steps` during the warm-up
    and `peak * (1 - s / total_steps) ** power` after it. So the rate never
    quite reaches its peak: the decay counts from the first step, not from the
    end of the warm-up.

    Args:
        peak_learning_rate: what the warm-up leads to.
        total_steps: after so many steps the rate is 0.
        warmup_steps: steps in which the rate rises, 0 for none.
        power: of the decay; 1, as official, is a straight line.

    Raises:
        UserError: there are no steps, or fewer than those of the warm-up.
    """

    def __init__(
        self, peak_learning_rate, total_steps, warmup_steps=0, power=1.0
    ):
        _check_steps(total_steps, warmup_steps)
        self.peak_learning_rate = peak_learning_rate
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps
        self.power = power

    def __call__(self, step):
        """The learning rate of a step, a float32 scalar."""
        step = ops.cast(step, "float32")
        share_left = 1.0 - ops.minimum(step / self.total_steps, 1.0)
        return self.peak_learning_rate * _after_warmup(
            step, self.warmup_steps, share_left**self.power
        )

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            "peak_learning_rate": self.peak_learning_rate,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "power": self.power,
        }


@keras.saving.register_keras_serializable(package="albert_tf")
class WarmupCosineDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then half waves of a cosine from the peak to 0.

    The steps after the warm-up are cut into `restarts + 1` equal cycles, and
    each begins at the peak again (SGDR, arXiv 1608.03983). Step s, counted
    from 0, gets `peak * s / warmup_steps` during the warm-up, and
    `peak * (1 + cos(pi * share)) / 2` after the given share of a cycle.

    Args:
        peak_learning_rate: what the warm-up and each restart lead to.
        total_steps: after so many steps the rate is 0.
        warmup_steps: steps in which the rate rises, 0 for none.
        restarts: how often the rate jumps back to the peak.

    Raises:
        UserError: there are no steps, fewer than those of the warm-up, or
            fewer than cycles; or `restarts` is negative.
    """

    def __init__(
        self, peak_learning_rate, total_steps, warmup_steps=0, restarts=0
    ):
        _check_steps(total_steps, warmup_steps)
        steps = total_steps - warmup_steps
        if not 0 <= restarts < max(steps, 1):
            raise UserError(
                f"restarts={restarts} must be from 0 to {max(steps, 1) - 1}: "
                f"there are {steps} steps after the warm-up"
            )
        self.peak_learning_rate = peak_learning_rate
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps
        self.restarts = restarts

    def __call__(self, step):
        """The learning rate of a step, a float32 scalar."""
        # In integers, so that a restart comes at its very step.
        step = ops.minimum(ops.cast(step, "int32"), self.total_steps)
        steps = max(self.total_steps - self.warmup_steps, 1)
        done = (step - self.warmup_steps) * (self.restarts + 1) % steps
        share = ops.cast(done, "float32") / steps
        cosine = ops.where(
            step < self.total_steps, (1.0 + ops.cos(math.pi * share)) / 2, 0.0
        )
        return self.peak_learning_rate * _after_warmup(
            ops.cast(step, "float32"), self.warmup_steps, cosine
        )

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            "peak_learning_rate": self.peak_learning_rate,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "restarts": self.restarts,
        }


def scale_learning_rate(
    learning_rate: float, batch_size: int, reference_batch_size: int = 4096
) -> float:
    """The learning rate of LAMB for another batch size.

    It goes with the square root of the batch size (arXiv 1904.00962). The
    steps of the warm-up stay as they are; the total steps go with
    `reference_batch_size / batch_size`, so that as many examples are seen.

    Args:
        learning_rate: that is right for `reference_batch_size`.
        batch_size: B, examples in a step, over all devices.
        reference_batch_size: 4096 is that of the paper.

    Raises:
        UserError: a batch is empty.
    """
    if batch_size < 1 or reference_batch_size < 1:
        raise UserError(
            f"batch_size={batch_size} and reference_batch_size="
            f"{reference_batch_size} must be at least 1"
        )
    return learning_rate * math.sqrt(batch_size / reference_batch_size)


def _check_steps(total_steps, warmup_steps):
    if not 0 <= warmup_steps <= total_steps or total_steps < 1:
        raise UserError(
            f"warmup_steps={warmup_steps} must be from 0 to total_steps="
            f"{total_steps}, and this at least 1"
        )


def _after_warmup(step, warmup_steps, share):
    """`share`, or during the warm-up a line that goes from 0 to 1."""
    return ops.where(step < warmup_steps, step / max(warmup_steps, 1), share)
