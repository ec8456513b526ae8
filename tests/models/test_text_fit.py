"""What `fit` and `evaluate` make of texts: their weights and their order."""

import dataclasses

import keras
import numpy as np
import pytest

from albert_tf.models import AlbertClassifier

pytest.importorskip("tensorflow", reason="makes batches of tf.data")

TEXTS = ["good", "a bad day", "it was good in every way", "bad"] * 3
IDS = [1, 0, 1, 0] * 3
WEIGHTS = np.array([1.0, 0.0, 3.0] * 4)


@pytest.fixture
def certain(config, preprocessor):
    """A classifier without dropout, so that `fit` tells its real loss."""
    keras.utils.set_random_seed(0)
    config = dataclasses.replace(
        config, classifier_dropout_prob=0.0, initializer_range=0.5
    )
    model = AlbertClassifier(config, ["-", "+"], preprocessor)
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    return model


def losses(model):
    """The loss of each text alone."""
    logits = model.predict(TEXTS, verbose=0)["logits"]
    return np.log(np.exp(logits).sum(-1)) - logits[range(12), IDS]


def test_weights_of_examples_count(certain, preprocessor):
    expected = (losses(certain) * WEIGHTS).mean()
    for x in (TEXTS, preprocessor(TEXTS)):
        weighted = {"sample_weight": WEIGHTS, "batch_size": 12, "verbose": 0}
        loss, _ = certain.evaluate(x, np.array(IDS), **weighted)
        assert loss == pytest.approx(expected, abs=1e-5)
    # One batch, so this is the loss before the only step.
    history = certain.fit(TEXTS, IDS, **weighted).history
    assert history["loss"] == pytest.approx([expected], abs=1e-5)


@pytest.mark.parametrize("form", ["texts", "features"])
def test_weights_of_validation_examples_count(certain, preprocessor, form):
    x = TEXTS if form == "texts" else preprocessor(TEXTS)
    data = (x, np.array(IDS), WEIGHTS)
    history = certain.fit(
        TEXTS, IDS, validation_data=data, batch_size=12, verbose=0
    ).history
    expected = (losses(certain) * WEIGHTS).mean()
    assert history["val_loss"] == pytest.approx([expected], abs=1e-5)


def test_weights_are_split_with_their_texts(certain):
    history = certain.fit(
        TEXTS,
        IDS,
        sample_weight=WEIGHTS,
        validation_split=0.25,
        batch_size=12,
        verbose=0,
    ).history
    expected = (losses(certain) * WEIGHTS)[9:].mean()
    assert history["val_loss"] == pytest.approx([expected], abs=1e-5)


@pytest.mark.parametrize("shuffle", [True, False])
def test_texts_are_shuffled_unless_told_otherwise(certain, shuffle):
    before = certain.get_weights()

    def train(seed):
        certain.set_weights(before)
        keras.utils.set_random_seed(seed)
        arguments = {} if shuffle else {"shuffle": False}
        certain.fit(TEXTS, IDS, batch_size=3, verbose=0, **arguments)
        return certain.logits_dense.kernel.numpy()

    difference = np.abs(train(1) - train(2)).max()
    assert (difference > 1e-3) == shuffle
