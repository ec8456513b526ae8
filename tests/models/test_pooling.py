"""Tasks that read the mean of the tokens in place of [CLS]."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultilabelClassifier,
    AlbertMultipleChoice,
    AlbertRegressor,
    load_model,
)

pytestmark = pytest.mark.backend_agnostic

MODELS = {
    AlbertClassifier: {"labels": ["a", "b", "c"]},
    AlbertMultilabelClassifier: {"labels": ["a", "b", "c"]},
    AlbertMultipleChoice: {},
    AlbertRegressor: {},
}
every_model = pytest.mark.parametrize("kind", MODELS)


def make(kind, config, **arguments):
    keras.utils.set_random_seed(0)
    return kind(config, **MODELS[kind], **arguments)


def logits(model, batch):
    if isinstance(model, AlbertMultipleChoice):  # one example of four choices
        batch = {name: array[None] for name, array in batch.items()}
    return ops.convert_to_numpy(model(batch)["logits"])


@every_model
def test_head_on_the_mean_equals_numpy(tiny, batch, kind):
    model = make(kind, tiny, pooling="mean")
    tokens = ops.convert_to_numpy(model.encoder(batch)["sequence_output"])
    masks = batch["padding_mask"] > 0
    means = [x[m].mean(0) for x, m in zip(tokens, masks, strict=True)]
    head = getattr(model, "logits_dense", None) or model.score
    kernel, bias = map(ops.convert_to_numpy, head.weights)
    expected = (np.array(means) @ kernel + bias).reshape(
        (1, 4) if kind is AlbertMultipleChoice else (4, -1)
    )
    np.testing.assert_allclose(logits(model, batch), expected, atol=1e-6)


@every_model
def test_there_is_no_pooler_then(tiny, kind):
    assert any("pooler" in name for name in make(kind, tiny).named_weights())
    names = make(kind, tiny, pooling="mean").named_weights()
    assert not any("pooler" in name for name in names)


@every_model
def test_padding_changes_nothing(tiny, batch, kind):
    model = make(kind, tiny, pooling="mean")
    wider = {
        name: np.pad(array, ((0, 0), (0, 5)), constant_values=value)
        for (name, array), value in zip(batch.items(), (7, 1, 0), strict=True)
    }
    np.testing.assert_allclose(
        logits(model, batch), logits(model, wider), atol=1e-5
    )


@every_model
def test_nothing_but_padding_is_finite(tiny, batch, kind):
    model = make(kind, tiny, pooling="mean", dtype="mixed_float16")
    nothing = {**batch, "padding_mask": 0 * batch["padding_mask"]}
    assert np.isfinite(logits(model, nothing)).all()


@every_model
def test_loop_equals_layers(tiny, batch, kind):
    model = make(kind, tiny, pooling="mean")
    inputs = batch
    if kind is AlbertMultipleChoice:
        inputs = {name: array[None] for name, array in batch.items()}
    looped = ops.convert_to_numpy(model(inputs, loop=True)["logits"])
    np.testing.assert_allclose(logits(model, batch), looped, atol=1e-6)


@every_model
def test_is_kept_by_our_directory_and_by_keras(tiny, batch, kind, tmp_path):
    model = make(kind, tiny, pooling="mean")
    model.save_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    said = json.loads((tmp_path / "preset" / "model.json").read_text())
    assert said["arguments"]["pooling"] == "mean"
    for again in (
        load_model(tmp_path / "preset"),
        keras.saving.load_model(tmp_path / "model.keras"),
    ):
        assert type(again) is kind
        assert again.pooling == "mean"
        np.testing.assert_array_equal(
            logits(again, batch), logits(model, batch)
        )


@pytest.mark.parametrize("format", ["huggingface", "tf1"])
def test_formats_that_cannot_say_it_refuse(tiny, tmp_path, format):
    model = make(AlbertClassifier, tiny, pooling="mean")
    with pytest.raises(UserError, match="AlbertClassifier.* pooling='mean'"):
        model.save_preset(tmp_path / "out", format)
    assert not any(tmp_path.iterdir())


def test_an_encoder_without_pooler_lacks_nothing_but_the_head(tiny, tmp_path):
    AlbertEncoder(tiny, pooler=False).save_preset(tmp_path / "encoder")
    for pooling, new in (("mean", ""), ("cls", "encoder/pooler/kernel, .*")):
        with pytest.warns(UserWarning, match=f"weights for {new}logits/kernel"):
            AlbertClassifier.from_preset(
                tmp_path / "encoder", labels=["a", "b"], pooling=pooling
            )


@pytest.mark.filterwarnings("ignore:.*has no fitting weights")
def test_another_task_reads_what_the_source_was_read_by(tiny, tmp_path):
    model = make(AlbertMultilabelClassifier, tiny, pooling="mean")
    model.save_preset(tmp_path / "preset")

    def classifier(**arguments):
        return AlbertClassifier.from_preset(
            tmp_path / "preset", labels=["d", "e"], **arguments
        )

    assert classifier().pooling == "mean"
    assert classifier(pooling="cls").pooling == "cls"


def test_other_pooling_is_refused(tiny):
    with pytest.raises(UserError, match="'max' must be one of cls, mean"):
        AlbertClassifier(tiny, ["a", "b"], pooling="max")
