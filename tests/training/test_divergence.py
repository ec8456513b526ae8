import numpy as np
import pytest

from albert_tf.training.divergence import Divergence


def first_alarm(losses, steps=1):
    watch = Divergence()
    for number, loss in enumerate(losses):
        watch.add(steps, loss)
        if watch.found:
            return number
    return None


@pytest.mark.parametrize("steps", [1, 10, 1000])
def test_chance_is_no_divergence(steps):
    """Steps of one example, with a rate so low that nothing changes."""
    rng = np.random.default_rng(0)
    losses = rng.normal(9.0, 1.5 / np.sqrt(steps), 3000)
    assert steps > 1 or losses.max() - losses.min() > 8
    assert first_alarm(losses, steps) is None


def test_a_loss_that_rises_far_is_found_soon():
    falls = [*np.linspace(10, 6, 300)]
    assert first_alarm([*falls, *[7.0] * 1000]) is None
    found = first_alarm([*falls, *[10.0] * 300])
    assert 300 < found < 420
    # Where a result is the mean of many steps, at the first.
    assert first_alarm([10.0, 6.0, 6.0, 9.0], steps=1000) == 3


def test_a_few_steps_tell_nothing():
    assert first_alarm([4.0, *[9.0] * 500]) is None
