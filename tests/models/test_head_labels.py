"""A head says of a label what it learned of it, or it is new."""

import json

import numpy as np
import pytest
from keras import ops

from albert_tf.models import (
    AlbertClassifier,
    AlbertMultilabelClassifier,
    AlbertTagger,
    load_model,
)

pytestmark = pytest.mark.backend_agnostic

LABELS = ["neg", "neutral", "pos"]
FORMATS = {"": "albert_tf", "hf:": "huggingface"}
CLASSES = [AlbertClassifier, AlbertMultilabelClassifier, AlbertTagger]


@pytest.fixture(params=CLASSES, ids=lambda c: c.__name__)
def model(request, tiny):
    model = request.param(tiny, LABELS)
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(size=weight.shape) * 0.3)
    return model


def logits(model, batch):
    return ops.convert_to_numpy(model(batch)["logits"])


@pytest.mark.parametrize("source", FORMATS)
def test_equal_labels_keep_the_head(model, batch, tmp_path, source, recwarn):
    model.save_preset(tmp_path / "out", FORMATS[source])
    for given in ({}, {"labels": LABELS}, {"labels": tuple(LABELS)}):
        again = type(model).from_preset(f"{source}{tmp_path}/out", **given)
        assert again.labels == LABELS
        np.testing.assert_allclose(
            logits(again, batch), logits(model, batch), atol=1e-6
        )
    assert not [w for w in recwarn if "new and random" in str(w.message)]


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("order", [[2, 0, 1], [1, 0, 2]])
def test_another_order_is_followed(
    model, batch, tmp_path, source, order, recwarn
):
    model.save_preset(tmp_path / "out", FORMATS[source])
    labels = [LABELS[i] for i in order]
    again = type(model).from_preset(f"{source}{tmp_path}/out", labels=labels)
    assert again.labels == labels
    np.testing.assert_allclose(
        logits(again, batch), logits(model, batch)[..., order], atol=1e-6
    )
    assert not [w for w in recwarn if "new and random" in str(w.message)]


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize(
    "labels",
    [
        ["a", "b", "c"],
        ["neg", "pos"],
        [*LABELS, "x"],
        ["Neg", "neutral", "pos"],
    ],
    ids=str,
)
def test_other_labels_are_a_new_head(model, batch, tmp_path, source, labels):
    model.save_preset(tmp_path / "out", FORMATS[source])
    with pytest.warns(UserWarning, match="logits/kernel, .*logits/bias.* new"):
        again = type(model).from_preset(
            f"{source}{tmp_path}/out", labels=labels
        )
    # With a head of its own it says something else, and the encoder stays.
    kernel = ops.convert_to_numpy(again.named_weights()["logits/kernel"])
    old = ops.convert_to_numpy(model.named_weights()["logits/kernel"])
    assert kernel.shape != old.shape or np.abs(kernel - old).max() > 0.01
    name = "encoder/transformer/block_0/attention/query/kernel"
    np.testing.assert_array_equal(
        ops.convert_to_numpy(again.named_weights()[name]),
        ops.convert_to_numpy(model.named_weights()[name]),
    )


def test_numbers_are_not_names(model, batch, tmp_path, recwarn):
    """LABEL_0 and so on is what Hugging Face writes where nothing is known."""
    model.save_preset(tmp_path / "out", "huggingface")
    path = tmp_path / "out" / "config.json"
    config = json.loads(path.read_text())
    del config["id2label"], config["label2id"]
    path.write_text(json.dumps(config))
    source = f"hf:{tmp_path}/out"
    expected = logits(model, batch)
    named = type(model).from_preset(source, labels=["x", "y", "z"])
    np.testing.assert_allclose(logits(named, batch), expected, atol=1e-6)
    # Who names the numbers, means them.
    labels = ["LABEL_2", "LABEL_0", "LABEL_1"]
    turned = type(model).from_preset(source, labels=labels)
    np.testing.assert_allclose(
        logits(turned, batch), expected[..., [2, 0, 1]], atol=1e-6
    )
    assert not [w for w in recwarn if "new and random" in str(w.message)]


def test_a_head_of_another_task_is_new(tiny, tmp_path):
    AlbertClassifier(tiny, LABELS).save_preset(tmp_path / "out")
    with pytest.warns(UserWarning, match="logits/kernel"):
        AlbertMultilabelClassifier.from_preset(tmp_path / "out", labels=LABELS)
    assert type(load_model(tmp_path / "out")) is AlbertClassifier
