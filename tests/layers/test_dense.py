import keras
import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.layers import SharedEncoder
from albert_tf.layers.dense import Dense

pytestmark = pytest.mark.backend_agnostic


def test_keras_quantizes_it_as_its_own(numpy, randomize, x):
    outputs = []
    for layer_class in (Dense, keras.layers.Dense):
        model = keras.Sequential([layer_class(8, activation="tanh")])
        model.build(x.shape)
        randomize(model).quantize("int8")
        assert model.weights[-1].name == "kernel_scale"
        outputs.append(numpy(model(x)))
    np.testing.assert_array_equal(*outputs)


def test_keras_does_not_quantize_what_several_layers_use(tiny, numpy, x, mask):
    encoder = SharedEncoder(tiny(shared_norms=False))
    before = numpy(encoder(x, mask))
    for layer in encoder._flatten_layers():
        if isinstance(layer, Dense):
            with pytest.raises(UserError, match="shared_norms=False cannot"):
                layer.quantize("int8")
    np.testing.assert_array_equal(numpy(encoder(x, mask)), before)
