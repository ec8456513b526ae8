"""Answers, whatever gives the outputs."""

import dataclasses
import warnings

import pytest

import export
from albert_tf import AlbertClassifier, AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tasks.predictor import Predictor
from albert_tf.tokenizers import SentencePieceTokenizer


@pytest.fixture
def one_segment():
    config = dataclasses.replace(
        AlbertConfig.from_preset("albert_pico"), type_vocab_size=1
    )
    preprocessor = TextPreprocessor(SentencePieceTokenizer())
    return AlbertClassifier(config, ["no", "yes"], preprocessor)


def test_a_model_of_one_segment_refuses_pairs(one_segment, tmp_path):
    export.to_tflite(one_segment, tmp_path / "model.tflite")
    for predictor in (
        Predictor.of_model(one_segment),
        export.load(tmp_path / "model.tflite"),
    ):
        assert len(predictor.predict(["a text"])) == 1
        with pytest.raises(UserError, match="no second segment"):
            predictor.predict(["a text"], ["another"])


def test_unknown_tokens_are_told_once(one_segment):
    predictor = Predictor.of_model(one_segment)
    with pytest.warns(UserWarning, match="not in the vocabulary"):
        predictor.predict(["한국어 문장"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predictor.predict(["또 하나의 문장"])
