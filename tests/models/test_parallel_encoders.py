"""Tasks that read the vectors of two encoders."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from keras import ops
from small_target import VOCABULARY
from test_every_model import MODELS

from albert_tf.checkpoints.deepening import deepen
from albert_tf.compression.drop_layers import drop_layers
from albert_tf.compression.tie import tie
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertTranslator,
    load_model,
)
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.distiller import Distiller

pytestmark = pytest.mark.backend_agnostic

TASKS = [kind for kind in MODELS if kind is not AlbertTranslator]


@pytest.fixture
def two(tiny):
    return dataclasses.replace(
        tiny, num_parallel_encoders=2, initializer_range=0.3
    )


@pytest.fixture
def run(batch):
    """The outputs of a model as arrays."""

    def run(model, **arguments):
        inputs = batch
        if isinstance(model, AlbertMultipleChoice):
            inputs = {k: v.reshape(2, 2, 9) for k, v in batch.items()}
        if isinstance(model, AlbertPretrainer):
            positions = np.array([[1, 2, 3]] * 4, "int32")
            inputs = {**batch, "masked_positions": positions}
        outputs = model(inputs, **arguments)
        return {k: ops.convert_to_numpy(v) for k, v in outputs.items()}

    return run


@pytest.mark.parametrize("kind", TASKS)
def test_every_task(two, run, kind, tmp_path):
    """It runs, also as a loop, and is saved in both ways."""
    model = kind(two, **MODELS[kind])
    expected = run(model)
    names = [name for name in expected if name != "layer_logits"]
    assert np.ptp(expected[names[0]]) > 0
    looped = run(model, loop=True)
    for name in set(names) & set(looped):
        np.testing.assert_allclose(looped[name], expected[name], atol=1e-5)
    model.save_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    for copy in (
        load_model(tmp_path / "preset"),
        keras.models.load_model(tmp_path / "model.keras"),
    ):
        assert copy.config == two
        for name, value in run(copy).items():
            np.testing.assert_array_equal(value, expected[name])


def test_the_widths(two, batch, run):
    outputs = run(AlbertEncoder(two))
    assert outputs["sequence_output"].shape == (4, 9, 32)
    assert outputs["pooled_output"].shape == (4, 32)


def test_all_weights_are_trained(two, batch):
    model = AlbertClassifier(two, ["a", "b"])
    model.compile(keras.optimizers.SGD(0.1))
    before = {
        name: ops.convert_to_numpy(weight)
        for name, weight in model.named_weights().items()
    }
    model.fit(batch, np.array([0, 1, 1, 0]), verbose=0)
    for name, weight in model.named_weights().items():
        change = np.abs(ops.convert_to_numpy(weight) - before[name]).max()
        assert change > 0 or name.endswith("key/bias"), name


@pytest.mark.parametrize("format", ["huggingface", "tf1"])
def test_other_formats_have_one_encoder(two, tmp_path, format):
    message = "num_parallel_encoders=2 cannot be said in another library's"
    with pytest.raises(UserError, match=message):
        AlbertEncoder(two).save_preset(tmp_path / "out", format)
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_of_one_encoder_lacks_the_other(two, tiny, tmp_path):
    AlbertEncoder(two).save_preset(tmp_path / "m")
    path = tmp_path / "m" / "config.json"
    for number, said in ((1, "has shape"), (3, "lacks .*encoder_2/block_0")):
        changed = dataclasses.replace(two, num_parallel_encoders=number)
        path.write_text(json.dumps(changed.to_dict()))
        with pytest.raises(UserError, match=said):
            AlbertEncoder.from_preset(tmp_path / "m", pooler=False)


def test_what_is_made_for_one_encoder_refuses_two(two, tiny):
    message = "num_parallel_encoders=2 must be 1"
    long = dataclasses.replace(two, max_position_embeddings=260)
    with pytest.raises(UserError, match=message):
        AlbertTranslator(long, VOCABULARY)
    for pair in ((two, tiny), (tiny, two)):
        with pytest.raises(UserError, match=message):
            Distiller(*map(AlbertEncoder, pair))
    own = dataclasses.replace(two, sharing="none")
    checkpoint = to_checkpoint(AlbertEncoder(own))
    for change in (deepen, drop_layers, tie):
        with pytest.raises(UserError, match=message):
            change(checkpoint, 6 if change is deepen else 2)


def test_shared_layers_are_applied_more_often(two, run):
    """Both encoders become deeper, with the same weights."""
    checkpoint = to_checkpoint(AlbertEncoder(two))
    assert deepen(checkpoint, 6).weights.keys() == checkpoint.weights.keys()
