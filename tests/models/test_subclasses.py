"""Models and layers of users, saved and loaded as what they are."""

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertEncoder, load_model
from albert_tf.models.task_model import TaskModel

pytestmark = pytest.mark.backend_agnostic


@keras.saving.register_keras_serializable(package="users")
class Cooled(AlbertClassifier):
    """With an argument of its own."""

    def __init__(self, config, labels, temperature, **kwargs):
        super().__init__(config, labels, **kwargs)
        self.temperature = temperature

    def call(self, inputs, **kwargs):
        logits = super().call(inputs, **kwargs)["logits"]
        return {"logits": logits / self.temperature}

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}


@keras.saving.register_keras_serializable(package="users")
class Deeper(AlbertClassifier):
    """With a layer of its own, which Keras builds when it is called."""

    def __init__(self, config, labels, **kwargs):
        super().__init__(config, labels, **kwargs)
        self.between = keras.layers.Dense(config.hidden_size)

    def call(self, inputs, training=False, loop=False):
        outputs = self.encoder(inputs, training=training, loop=loop)
        x = self.between(outputs["pooled_output"])
        return {"logits": self.logits_dense(x)}


@keras.saving.register_keras_serializable(package="users")
class Counter(TaskModel):
    """A task of its own; nothing is built before the first call."""

    def __init__(self, config, numbers=2, **kwargs):
        super().__init__(config, **kwargs)
        self.numbers = numbers
        self.head_layers = [keras.layers.Dense(5), keras.layers.Dense(numbers)]

    def call(self, inputs, training=False, loop=False):
        x = self.encoder(inputs, training=training, loop=loop)["pooled_output"]
        for layer in self.head_layers:
            x = layer(x)
        return {"logits": x}

    def get_config(self):
        return {**super().get_config(), "numbers": self.numbers}


@keras.saving.register_keras_serializable(package="users")
class Forgetful(AlbertClassifier):
    def __init__(self, config, labels, temperature, **kwargs):
        super().__init__(config, labels, **kwargs)


@keras.saving.register_keras_serializable(package="users")
class Pooled(keras.layers.Layer):
    """A layer that holds an encoder."""

    def __init__(self, encoder, **kwargs):
        super().__init__(**kwargs)
        self.inner = encoder
        self.dense = keras.layers.Dense(2)

    def build(self, input_shape=None):
        self.dense.build((None, self.inner.config.hidden_size))
        self.built = True

    def call(self, inputs):
        return self.dense(self.inner(inputs)["pooled_output"])

    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "encoder": inner}

    @classmethod
    def from_config(cls, config):
        inner = keras.saving.deserialize_keras_object(config.pop("encoder"))
        return cls(inner, **config)


@keras.saving.register_keras_serializable(package="users")
class Within(AlbertClassifier):
    """Whose encoder is in a layer of the user's too."""

    def __init__(self, config, labels, **kwargs):
        super().__init__(config, labels, **kwargs)
        self.wrapped = Pooled(self.encoder)

    def call(self, inputs, training=False, loop=False):
        return {"logits": self.wrapped(inputs)}


MODELS = {
    "argument": lambda config: Cooled(config, ["a", "b"], 3.0),
    "layer": lambda config: Deeper(config, ["a", "b"]),
    "task": lambda config: Counter(config, numbers=4),
    "within": lambda config: Within(config, ["a", "b"]),
    "name": lambda config: AlbertClassifier(config, ["a", "b"], name="encoder"),
    "encoder": lambda config: AlbertEncoder(config, name="encoder"),
}


def _randomize(model, batch):
    model(batch)
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(size=weight.shape) * 0.3)
    return model


def _assert_same(model, other, batch):
    assert type(model) is type(other)
    assert model.get_config() == {**other.get_config(), "name": model.name}
    expected, actual = model(batch), other(batch)
    for name, value in expected.items():
        np.testing.assert_allclose(
            ops.convert_to_numpy(actual[name]),
            ops.convert_to_numpy(value),
            rtol=0,
            atol=1e-6,
        )


@pytest.mark.parametrize("name", MODELS)
def test_round_trips(tiny, batch, tmp_path, name):
    model = _randomize(MODELS[name](tiny), batch)
    model.save_preset(tmp_path / "preset")
    for other in (
        load_model(tmp_path / "preset"),
        type(model).from_preset(tmp_path / "preset"),
    ):
        _assert_same(model, other, batch)
    model.save(tmp_path / "model.keras")
    other = keras.saving.load_model(tmp_path / "model.keras")
    _assert_same(model, other, batch)
    model.save_weights(tmp_path / "model.weights.h5")
    other = MODELS[name](tiny)
    other(batch)
    other.load_weights(tmp_path / "model.weights.h5")
    _assert_same(model, other, batch)


def test_what_was_never_called_is_saved_whole(tiny, batch, tmp_path):
    model = Counter(tiny)
    model.save_preset(tmp_path / "preset")
    _assert_same(model, load_model(tmp_path / "preset"), batch)


def test_huggingface_holds_the_base(tiny, batch, tmp_path):
    model = _randomize(MODELS["argument"](tiny), batch)
    model.save_preset(tmp_path / "preset", "huggingface")
    source = f"hf:{tmp_path}/preset"
    with pytest.raises(UserError, match="does not say temperature of Cooled"):
        Cooled.from_preset(source)
    _assert_same(model, Cooled.from_preset(source, temperature=3.0), batch)
    assert type(load_model(source)) is AlbertClassifier


def test_argument_that_is_not_saved_is_told(tiny, tmp_path):
    Forgetful(tiny, ["a", "b"], 3.0).save_preset(tmp_path / "preset")
    with pytest.raises(UserError, match="let get_config return it"):
        load_model(tmp_path / "preset")


def test_encoder_in_a_layer_of_a_functional_model(tiny, batch, tmp_path):
    inputs = {
        name: keras.Input((9,), dtype="int32", name=name) for name in batch
    }
    layer = Pooled(AlbertEncoder(tiny, name="encoder"), name="mine")
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    other = keras.saving.load_model(tmp_path / "model.keras")
    expected = ops.convert_to_numpy(model(batch))
    np.testing.assert_allclose(
        ops.convert_to_numpy(other(batch)), expected, rtol=0, atol=1e-6
    )
    # The encoder has the same names there as by itself.
    assert list(layer.inner.named_weights()) == list(
        AlbertEncoder(tiny).named_weights()
    )
    layer.inner.save_preset(tmp_path / "preset")
    _assert_same(layer.inner, load_model(tmp_path / "preset"), batch)
