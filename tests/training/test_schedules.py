import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import UserError
from albert_tf.training.schedules import (
    WarmupCosineDecay,
    WarmupPolynomialDecay,
    scale_learning_rate,
)


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


@pytest.mark.parametrize(
    "schedule",
    [
        WarmupPolynomialDecay(4e-4, 100, 10, power=2.0),
        WarmupCosineDecay(4e-4, 100, 10, restarts=2),
    ],
)
def test_serialization(schedule):
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(schedule)
    )
    assert type(copy) is type(schedule)
    assert copy.get_config() == schedule.get_config()


@pytest.mark.parametrize("kind", [WarmupPolynomialDecay, WarmupCosineDecay])
@pytest.mark.parametrize(
    ("total", "warmup"), [(0, 0), (10, 11), (10, -1), (-5, 0)]
)
def test_refuses_impossible_steps(kind, total, warmup):
    with pytest.raises(UserError, match=f"warmup_steps={warmup} .*{total}"):
        kind(1.0, total, warmup)


def test_cosine_by_hand():
    schedule = WarmupCosineDecay(2.0, total_steps=110, warmup_steps=10)
    for step, expected in [
        (0, 0.0),
        (5, 1.0),
        (10, 2.0),
        (35, 1 + 0.5**0.5),  # cos(pi / 4)
        (60, 1.0),
        (85, 1 - 0.5**0.5),
        (110, 0.0),
        (10**9, 0.0),
    ]:
        assert float(schedule(step)) == pytest.approx(expected, abs=1e-6)


@given(
    warmup=st.integers(0, 20),
    cycle=st.integers(2, 10**6),
    restarts=st.integers(0, 9),
    share=st.floats(0, 1),
)
def test_cosine_starts_again_at_each_cycle(warmup, cycle, restarts, share):
    total = warmup + cycle * (restarts + 1)
    schedule = WarmupCosineDecay(1.0, total, warmup, restarts)
    within = int(share * (cycle - 1))
    expected = (1 + np.cos(np.pi * within / cycle)) / 2
    for k in range(restarts + 1):
        start = warmup + k * cycle
        assert float(schedule(start)) == 1.0
        assert float(schedule(start + within)) == pytest.approx(
            expected, abs=1e-6
        )
    assert float(schedule(total)) == 0.0


def test_cosine_cycles_that_do_not_divide_the_steps():
    schedule = WarmupCosineDecay(1.0, total_steps=7, restarts=1)
    rates = [float(schedule(step)) for step in range(8)]
    shares = np.array([0, 2, 4, 6, 1, 3, 5]) / 7
    np.testing.assert_allclose(
        rates, [*(1 + np.cos(np.pi * shares)) / 2, 0], atol=1e-6
    )


@pytest.mark.parametrize("restarts", [-1, 5])
def test_refuses_impossible_restarts(restarts):
    with pytest.raises(UserError, match=f"restarts={restarts} .*0 to 4: .* 5 "):
        WarmupCosineDecay(1.0, 8, 3, restarts)


def test_all_steps_may_warm_up():
    for kind in (WarmupPolynomialDecay, WarmupCosineDecay):
        rates = [float(kind(1.0, 4, 4)(step)) for step in range(6)]
        assert rates == [0, 0.25, 0.5, 0.75, 0, 0]


def test_rate_for_another_batch_size():
    assert scale_learning_rate(0.00176, 4096) == 0.00176
    assert scale_learning_rate(0.00176, 1024) == pytest.approx(0.00088)
    assert scale_learning_rate(1.0, 32, 8) == pytest.approx(2.0)
    with pytest.raises(UserError, match="batch_size=0 .*at least 1"):
        scale_learning_rate(1.0, 0)
