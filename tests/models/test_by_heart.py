"""Every head learns one small batch by heart."""

import dataclasses

import keras
import numpy as np
import pytest
from small_target import TARGETS, VOCABULARY

from albert_tf import models
from albert_tf.data.target_vocabulary import TargetVocabulary

INTENTS = np.array([0, 1, 1, 0])
SLOTS = np.array(
    [
        [-1, 0, 1, 2, 0, 0, 1, 2, -1],
        [-1, 1, 2, 2, -1, -1, -1, -1, -1],
        [-1, 0, 0, 0, 0, 0, 0, 0, -1],
        [-1, 2, 0, 1, 2, 0, 1, 0, -1],
    ]
)
TAGS = ["O", "B-x", "I-x"]
# The second has no answer, the third one token.
SPANS = {
    "start_positions": np.array([5, 0, 7, 4]),
    "end_positions": np.array([7, 0, 7, 6]),
}
TRANSLATIONS = np.array(
    [
        np.resize([*ids, *[-1] * 20], 20)
        for ids in TargetVocabulary(VOCABULARY).encode([*TARGETS, "Hunde."])
    ]
)
# Arguments and targets of each; an embedder's losses have their own tests.
CASES = {
    "AlbertClassifier": ({"labels": ["a", "b"]}, INTENTS),
    "AlbertCrfTagger": ({"labels": TAGS}, SLOTS),
    "AlbertEarlyExitClassifier": ({"labels": ["a", "b"]}, INTENTS),
    "AlbertIntentSlotTagger": (
        {"labels": TAGS, "intents": ["a", "b"]},
        {"slots": SLOTS, "intents": INTENTS},
    ),
    "AlbertJointQuestionAnswerer": ({}, SPANS),
    "AlbertMultilabelClassifier": (
        {"labels": ["a", "b", "c"]},
        np.array([[0, 0, 0], [1, 0, 1], [1, 1, 1], [0, 1, 0]], "float32"),
    ),
    "AlbertMultipleChoice": ({}, np.array([0, 1])),
    "AlbertPretrainer": (
        {},
        {
            "masked_lm_ids": np.array([[3, 1], [4, 1], [5, 9], [2, 6]]),
            "masked_lm_weights": np.ones((4, 2), "float32"),
            "sentence_order_labels": INTENTS,
        },
    ),
    "AlbertQuestionAnswerer": ({}, SPANS),
    "AlbertRegressor": ({}, np.array([[0.0], [1.0], [-2.0], [5.0]])),
    "AlbertRoleTagger": (
        {"labels": TAGS},
        {
            "roles": SLOTS,
            "predicates": np.where(SLOTS < 0, -1, SLOTS == 1).astype("int32"),
        },
    ),
    "AlbertTagger": ({"labels": TAGS}, SLOTS),
    "AlbertTranslator": (
        {"target_vocabulary": VOCABULARY, "decoder_layers": 2},
        TRANSLATIONS,
    ),
}


def test_no_head_is_left_out():
    heads = {
        name
        for name, kind in models.model_classes().items()
        if kind.head and kind.__module__.startswith("albert_tf.")
    }
    assert heads - {"AlbertEncoder", "AlbertEmbedder"} == {*CASES}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_learns_one_batch_by_heart(name, tiny, batch):
    keras.utils.set_random_seed(0)
    config = dataclasses.replace(
        tiny,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        classifier_dropout_prob=0.0,
        max_position_embeddings=260,  # as a translator needs
    )
    arguments, targets = CASES[name]
    model = getattr(models, name)(config, **arguments)
    inputs = dict(batch)
    if name == "AlbertMultipleChoice":
        inputs = {k: v.reshape(2, 2, -1) for k, v in batch.items()}
    if name == "AlbertPretrainer":
        inputs["masked_positions"] = np.array([[1, 2], [3, 1], [2, 4], [5, 6]])
    if "QuestionAnswerer" in name:  # a question of three tokens
        inputs["segment_ids"] = np.repeat([[0] * 4 + [1] * 5], 4, axis=0)
        inputs["padding_mask"] = np.ones((4, 9), "int32")
    model.compile(keras.optimizers.Adam(1e-2), jit_compile=False)
    first, *_, last = model.fit(inputs, targets, epochs=150, verbose=0).history[
        "loss"
    ]
    assert last < 0.05 < first / 4
