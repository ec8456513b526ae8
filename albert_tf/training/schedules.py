"""How the learning rate changes from step to step."""

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
        if not 0 <= warmup_steps <= total_steps or total_steps < 1:
            raise UserError(
                f"warmup_steps={warmup_steps} must be from 0 to total_steps="
                f"{total_steps}, and this at least 1"
            )
        self.peak_learning_rate = peak_learning_rate
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps
        self.power = power

    def __call__(self, step):
        """The learning rate of a step, a float32 scalar."""
        step = ops.cast(step, "float32")
        share_left = 1.0 - ops.minimum(step / self.total_steps, 1.0)
        return self.peak_learning_rate * ops.where(
            step < self.warmup_steps,
            step / max(self.warmup_steps, 1),
            share_left**self.power,
        )

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            "peak_learning_rate": self.peak_learning_rate,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "power": self.power,
        }
