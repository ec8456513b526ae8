import keras
import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.training.schedules import WarmupPolynomialDecay


def test_follows_the_official_rule():
    schedule = WarmupPolynomialDecay(4e-4, total_steps=100, warmup_steps=10)
    # By hand: 4e-4 * step / 10 below 10, then 4e-4 * (1 - step / 100).
    for step, expected in [
        (0, 0.0),
        (5, 2e-4),
        (9, 3.6e-4),
        (10, 3.6e-4),
        (50, 2e-4),
        (99, 4e-6),
        (100, 0.0),
        (1000, 0.0),
    ]:
        assert float(schedule(step)) == pytest.approx(expected, abs=1e-10)


def test_without_warmup_starts_at_the_peak():
    assert float(WarmupPolynomialDecay(1e-3, 10)(0)) == pytest.approx(1e-3)


def test_power():
    schedule = WarmupPolynomialDecay(1.0, total_steps=10, power=2.0)
    assert float(schedule(5)) == pytest.approx(0.25)


def test_counts_millions_of_steps():
    schedule = WarmupPolynomialDecay(1.0, total_steps=10_000_000)
    assert float(schedule(np.int64(9_999_990))) == pytest.approx(1e-6, rel=0.05)


def test_serialization():
    schedule = WarmupPolynomialDecay(4e-4, 100, 10, power=2.0)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(schedule)
    )
    assert copy.get_config() == schedule.get_config()


@pytest.mark.parametrize(
    ("total", "warmup"), [(0, 0), (10, 11), (10, -1), (-5, 0)]
)
def test_refuses_impossible_steps(total, warmup):
    with pytest.raises(UserError, match=f"warmup_steps={warmup} .*{total}"):
        WarmupPolynomialDecay(1.0, total, warmup)
