"""The trained weights that come with the package."""

import warnings

import keras
import numpy as np
import pytest

import export
from albert_tf import AlbertClassifier, AlbertEmbedder, AlbertPretrainer
from albert_tf.checkpoints.sources import has_weights, read_checkpoint
from albert_tf.config import PRESETS

NAME = "albert_nano_books_en"
# With the most that an int8 classifier with its vocabulary may have.
SHIPPED = {
    "albert_mini_en": 6.0e6,
    "albert_mini_zh": 6.0e6,
    "albert_nano_en": 3.3e6,
    "albert_nano_books_en": 3.0e6,
}
# Neither from the books that it was trained on nor from those held out.
SENTENCES = (
    "She opened the door and went into the room without a word.",
    "The old man sat down by the fire and looked at his hands.",
    "I have never seen anything like it in all my life.",
    "They walked along the river until the sun went down.",
    "He asked her what she would do if he did not come back.",
    "It was the first time that anyone had spoken to him that day.",
    "The captain said that the ship would leave in the morning.",
    "There was nothing to be done but to wait for the others.",
)


@pytest.fixture(scope="module")
def model():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # none of the weights is random
        return AlbertPretrainer.from_preset(NAME)


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_a_preset(name):
    assert has_weights(name)
    assert not has_weights("_".join(name.split("_")[:2]))  # but the size
    checkpoint = read_checkpoint(name)
    assert checkpoint.config == PRESETS[name]
    tokenizer = checkpoint.get_preprocessor().tokenizer
    assert tokenizer.vocab_size == checkpoint.config.vocab_size


def test_it_knows_some_english(model):
    """Every token is masked by itself; a quarter is guessed.

    The most frequent token of each sentence would be right 5 % of the time.
    """
    preprocessor = read_checkpoint(NAME).get_preprocessor()
    tokenizer = preprocessor.tokenizer
    right = []
    for sentence in SENTENCES:
        features = preprocessor([sentence])
        ids = np.array(features["token_ids"])
        places = np.arange(1, ids.shape[1] - 1)
        inputs = {
            name: np.repeat(np.array(value), len(places), axis=0)
            for name, value in features.items()
        }
        inputs["token_ids"][np.arange(len(places)), places] = tokenizer.mask_id
        inputs["masked_positions"] = places[:, None].astype("int32")
        logits = model(inputs)["masked_lm_logits"]
        guesses = keras.ops.convert_to_numpy(logits).argmax(-1)[:, 0]
        right += (guesses == ids[0, places]).tolist()
    assert len(right) > 90
    assert np.mean(right) > 0.25


def test_a_classifier_starts_from_it(model):
    with pytest.warns(UserWarning, match="classifier|random"):
        classifier = AlbertClassifier.from_preset(NAME, labels=["a", "b"])
    for ours, theirs in zip(
        classifier.encoder.get_weights(),
        model.encoder.get_weights(),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_the_file_for_the_phone_is_small(tmp_path, name):
    with pytest.warns(UserWarning, match="random"):
        classifier = AlbertClassifier.from_preset(name, labels=["a", "b"])
    export.to_tflite(classifier, tmp_path / "a.tflite", quantization="int8")
    assert (tmp_path / "a.tflite").stat().st_size < SHIPPED[name]


# Pairs of which the first are more alike than the second, without a word more.
ALIKE = (
    ("A man is playing a guitar.", "Someone plays an instrument."),
    ("The stock market fell sharply.", "Share prices dropped a lot."),
    ("How do I get my money back?", "I would like a refund."),
    ("The film was wonderful.", "I loved this movie."),
)
APART = (
    ("A man is playing a guitar.", "A man is playing football."),
    ("The stock market fell sharply.", "The curtain fell slowly."),
    ("How do I get my money back?", "How do I get to the station?"),
    ("The film was wonderful.", "The film was two hours long."),
)


@pytest.mark.filterwarnings("ignore:.*random")
def test_a_task_reads_what_was_trained():
    for name, pooling in (("albert_mini_en", "mean"), (NAME, "cls")):
        model = AlbertClassifier.from_preset(name, labels=["a", "b"])
        assert model.pooling == pooling


@pytest.mark.parametrize(
    ("name", "right"), [("albert_mini_en", 4), ("albert_nano_en", 3)]
)
def test_it_knows_what_sentences_mean(name, right):
    embedder = AlbertEmbedder.from_preset(name)

    def cosines(pairs):
        first, second = (
            embedder.embed([*side]) for side in zip(*pairs, strict=True)
        )
        return (first * second).sum(axis=1)

    assert (cosines(ALIKE) > cosines(APART)).sum() >= right
