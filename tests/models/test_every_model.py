"""What holds for the models of all tasks."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from small_target import VOCABULARY

from albert_tf.models import (
    AlbertClassifier,
    AlbertCrfTagger,
    AlbertEarlyExitClassifier,
    AlbertEmbedder,
    AlbertEncoder,
    AlbertIntentSlotTagger,
    AlbertJointQuestionAnswerer,
    AlbertMultilabelClassifier,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertRegressor,
    AlbertRoleTagger,
    AlbertTagger,
    AlbertTranslator,
)

pytestmark = pytest.mark.backend_agnostic

MODELS = {
    AlbertEncoder: {},
    AlbertEmbedder: {},
    AlbertCrfTagger: {"labels": ["a", "b", "c"]},
    AlbertEarlyExitClassifier: {"labels": ["a", "b", "c"]},
    AlbertIntentSlotTagger: {"labels": ["a", "b"], "intents": ["c", "d"]},
    AlbertClassifier: {"labels": ["a", "b", "c"]},
    AlbertJointQuestionAnswerer: {},
    AlbertMultilabelClassifier: {"labels": ["a", "b", "c"]},
    AlbertMultipleChoice: {},
    AlbertPretrainer: {},
    AlbertQuestionAnswerer: {},
    AlbertRegressor: {},
    AlbertRoleTagger: {"labels": ["a", "b", "c"]},
    AlbertTagger: {"labels": ["a", "b", "c"]},
    AlbertTranslator: {"target_vocabulary": VOCABULARY},
}
every_model = pytest.mark.parametrize("kind", MODELS)


@pytest.fixture
def make(tiny):
    """Makes a model of one layer, or two with exits, with some changes."""

    def make(kind, dtype="float32", rematerialize=False, **changes):
        keras.utils.set_random_seed(0)
        layers = 2 if kind is AlbertEarlyExitClassifier else 1
        return kind(
            dataclasses.replace(
                tiny,
                num_hidden_layers=layers,
                max_position_embeddings=260,  # as a translator needs
                **changes,
            ),
            **MODELS[kind],
            dtype=dtype,
            rematerialize=rematerialize,
        )

    return make


@pytest.fixture
def run(batch):
    """Runs a model; its outputs as arrays, but for those of weights alone.

    And but for indices, which are of no use near one another.
    """

    def run(model, **arguments):
        inputs = batch
        if isinstance(model, AlbertMultipleChoice):  # two pairs of choices
            inputs = {k: v.reshape(2, 2, 9) for k, v in batch.items()}
        if isinstance(model, AlbertPretrainer):
            positions = np.array([[1, 2, 3]] * 4, "int32")
            inputs = {**batch, "masked_positions": positions}
        return {
            name: ops.convert_to_numpy(ops.cast(output, "float32"))
            for name, output in model(inputs, **arguments).items()
            if name != "transitions" and not name.endswith("_indices")
        }

    return run


@every_model
def test_matrices_are_drawn_as_wide_as_the_configuration_says(make, kind):
    """Truncated at twice `initializer_range`, which makes them narrower."""
    weights = make(kind, initializer_range=0.1).weights
    matrices = [
        weight
        for weight in weights
        if len(weight.shape) >= 2 and weight.name not in ("transitions", "bias")
    ]
    assert len(matrices) >= 10
    for matrix in matrices:
        values = ops.convert_to_numpy(matrix)
        assert np.abs(values).max() <= 0.2
        assert 0.06 < values.std() < 0.12, matrix.path


@every_model
def test_dropout_before_the_task(make, run, kind):
    """And nowhere else, as the encoder's rates are zero."""
    rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = make(kind, classifier_dropout_prob=0.5, **rates)
    whole, dropped = run(model), run(model, training=True)
    for name in whole.keys() & dropped.keys():
        is_same = np.abs(whole[name] - dropped[name]).max() < 1e-4
        assert is_same == (not hasattr(model, "dropout")), name
    model = make(kind, classifier_dropout_prob=0.0, **rates)
    whole, dropped = run(model), run(model, training=True)
    for name in whole.keys() & dropped.keys():
        np.testing.assert_allclose(dropped[name], whole[name], atol=1e-6)


def test_these_have_dropout_before_the_task(make):
    assert {kind for kind in MODELS if hasattr(make(kind), "dropout")} == {
        AlbertClassifier,
        AlbertCrfTagger,
        AlbertEarlyExitClassifier,
        AlbertIntentSlotTagger,
        AlbertJointQuestionAnswerer,
        AlbertMultilabelClassifier,
        AlbertMultipleChoice,
        AlbertRegressor,
        AlbertRoleTagger,
        AlbertTagger,
    }


@every_model
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(make, run, batch, kind, policy):
    full, mixed = make(kind), make(kind, dtype=policy)
    assert {w.dtype for w in mixed.trainable_weights} == {"float32"}
    encoder = getattr(mixed, "encoder", mixed)
    output = encoder(batch)["sequence_output"]
    half = policy.removeprefix("mixed_")
    assert keras.backend.standardize_dtype(output.dtype) == half
    expected = run(full)
    for name, actual in run(mixed).items():
        difference = np.abs(actual - expected[name]).max()
        # Near, but not so near as if all had been computed in float32.
        assert 1e-6 < difference < 0.05, name


@every_model
def test_rematerialization_reaches_the_layers(make, run, kind, monkeypatch):
    calls = []

    def remat(function):
        calls.append(function)
        return function

    monkeypatch.setattr(keras, "remat", remat)
    for rematerialize in (False, True):
        model = make(kind, rematerialize=rematerialize)
        calls.clear()
        run(model, training=True)
        layers = model.config.num_hidden_layers
        assert len(calls) == (layers if rematerialize else 0)
