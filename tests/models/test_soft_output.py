"""How far a student is from what its teacher gave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from albert_tf.models import model_classes
from albert_tf.models.soft_output import SoftOutput

pytestmark = pytest.mark.backend_agnostic

KINDS = ["softmax", "sigmoid", "number"]


def numbers(seed, *shape):
    return np.random.default_rng(seed).normal(0, 3, shape).astype("float32")


def distance(soft, teacher, student, temperature=1.0):
    targets = soft.soften(teacher, temperature)
    outputs = {"logits": ops.convert_to_tensor(student)}
    return float(soft.distance(targets, outputs, "logits", temperature))


@given(st.integers(0, 2**31), st.sampled_from(KINDS), st.floats(0.2, 20))
def test_nothing_is_between_the_same(seed, kind, temperature):
    logits = numbers(seed, 3, 4)
    found = distance(SoftOutput(kind), logits, logits, temperature)
    assert abs(found) < 1e-5 * max(1, temperature**2)


@given(st.integers(0, 2**31), st.sampled_from(KINDS), st.floats(0.2, 20))
def test_others_are_apart(seed, kind, temperature):
    logits = numbers(seed, 3, 4)
    assert distance(SoftOutput(kind), logits, -logits, temperature) > 1e-3


def test_the_divergence_of_softened_choices():
    teacher, student = numbers(0, 5, 3), numbers(1, 5, 3)
    for temperature in (1.0, 2.0, 7.0):
        p, q = (
            np.exp(x / temperature)
            / np.exp(x / temperature).sum(-1, keepdims=True)
            for x in (teacher.astype("float64"), student.astype("float64"))
        )
        expected = temperature**2 * (p * np.log(p / q)).sum(-1).mean()
        found = distance(SoftOutput(), teacher, student, temperature)
        assert found == pytest.approx(expected, rel=1e-4)


def test_yes_and_no_are_choices_of_two():
    """The divergence of each is that of its logit against zero."""
    teacher, student = numbers(0, 5, 3), numbers(1, 5, 3)
    found = distance(SoftOutput("sigmoid"), teacher, student, 2.0)
    teacher, student = (
        np.stack([x, 0 * x], -1).reshape(-1, 2) for x in (teacher, student)
    )
    expected = distance(SoftOutput(), teacher, student, 2.0)
    assert found == pytest.approx(expected, rel=1e-5)


def test_amounts_know_no_temperature():
    teacher, student = numbers(0, 5, 1), numbers(1, 5, 1)
    expected = ((teacher - student) ** 2).mean()
    for temperature in (1.0, 4.0):
        found = distance(SoftOutput("number"), teacher, student, temperature)
        assert found == pytest.approx(expected, rel=1e-5)


def test_a_high_temperature_leaves_the_gradient_its_size():
    """Where it is high, the loss is that of the logits (Hinton, section 2)."""
    teacher, student = numbers(0, 8, 4), numbers(1, 8, 4)
    centred = [x - x.mean(-1, keepdims=True) for x in (teacher, student)]
    expected = ((centred[0] - centred[1]) ** 2).sum(-1).mean() / 2 / 4
    found = distance(SoftOutput(), teacher, student, 100.0)
    assert found == pytest.approx(expected, rel=0.1)


def test_tokens_of_minus_one_do_not_count():
    soft = SoftOutput()
    teacher, student = numbers(0, 2, 5, 3), numbers(1, 2, 5, 3)
    targets = soft.soften(teacher, 1.0)
    targets[0, 3:], targets[1, 1:] = -1, -1
    outputs = {"logits": ops.convert_to_tensor(student)}
    found = float(soft.distance(targets, outputs, "logits", 1.0))
    rows = [(0, 0), (0, 1), (0, 2), (1, 0)]
    kept = [np.stack([x[row] for row in rows]) for x in (teacher, student)]
    assert found == pytest.approx(distance(soft, *kept), rel=1e-5)
    targets[:] = -1
    assert float(soft.distance(targets, outputs, "logits", 1.0)) == 0


def test_places_of_minus_one_are_no_choice():
    """What the student gives to padding changes nothing."""
    soft = SoftOutput()
    teacher, student = numbers(0, 2, 4), numbers(1, 2, 4)
    expected = distance(soft, teacher, student)
    targets = np.full((2, 6), -1, "float32")
    targets[:, :4] = soft.soften(teacher, 1.0)
    padded = np.concatenate([student, np.full((2, 2), 50, "float32")], -1)
    outputs = {"logits": ops.convert_to_tensor(padded)}
    found = float(soft.distance(targets, outputs, "logits", 1.0))
    assert found == pytest.approx(expected, rel=1e-5)


def test_words_without_a_token_of_the_teacher_do_not_count():
    logits = numbers(0, 3, 2)
    logits[1] = np.nan
    targets = SoftOutput().soften(logits, 1.0)
    assert (targets[1] == -1).all()
    assert np.allclose(targets[[0, 2]].sum(-1), 1)


def test_all_layers_learn_the_later_ones_more():
    soft = SoftOutput(layers="layer_logits")
    teacher, layers = numbers(0, 2, 3), numbers(1, 2, 4, 3)
    outputs = {"layer_logits": ops.convert_to_tensor(layers)}
    targets = soft.soften(teacher, 2.0)
    found = float(soft.distance(targets, outputs, "logits", 2.0))
    each = [
        distance(SoftOutput(), teacher, layers[:, j], 2.0) for j in range(4)
    ]
    assert found == pytest.approx(np.average(each, weights=[1, 2, 3, 4]))


def test_outputs_that_learn_are_outputs_of_their_model():
    """And labels are arguments of it."""
    taught = {
        name: one.soft_outputs
        for name, one in model_classes().items()
        if getattr(one, "soft_outputs", None)
    }
    assert len(taught) >= 8
    for name, outputs in taught.items():
        for output, soft in outputs.items():
            assert soft.kind in KINDS, name
            assert output.endswith("logits"), name


def test_certainty_has_a_finite_distance():
    teacher = np.array([[1000.0, -1000.0]], "float32")
    for kind in KINDS[:2]:
        found = distance(SoftOutput(kind), teacher, -teacher / 100)
        assert np.isfinite(found)
        assert found > 1
