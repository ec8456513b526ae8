import keras
import numpy as np
import pytest
from test_shared_encoder import gradient

from albert_tf.layers.gates import add_gate, opening

pytestmark = pytest.mark.backend_agnostic


def test_is_shut_and_has_a_slope(numpy):
    layer = keras.layers.Layer(dtype="mixed_bfloat16")
    gate = add_gate(layer, (2,), "gate")
    assert gate.dtype == "float32"
    assert numpy(opening(gate)).tolist() == [0, 0]
    slope = gradient(lambda x: opening(x), np.array([0.0, 2], "float32"))
    np.testing.assert_allclose(numpy(slope), [1, 1 - np.tanh(2) ** 2], 1e-5)


def test_is_never_open_below_none(numpy):
    gate = np.array([-0.5, 0.5, 100], "float32")
    expected = [np.tanh(0.5), np.tanh(0.5), 1]
    np.testing.assert_allclose(numpy(opening(gate)), expected, 1e-6)
