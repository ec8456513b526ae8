"""Examples and their variants."""

import numpy as np
import pytest

from albert_tf.augmentation import (
    BackTranslation,
    MaskedReplacement,
    WordDeletion,
    augment,
)
from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.prediction import MaskPrediction

EXAMPLES = [
    Example("a very good film", None, "1"),
    Example("not a good film at all", None, "0"),
    Example("bad", None, "0"),
]


def upper(texts, rng):
    return [text.upper() for text in texts]


def reverse(texts, rng):
    return [text[::-1] for text in texts]


def test_variants_follow_the_examples_and_have_their_labels():
    made = augment(EXAMPLES, [upper], copies=1, seed=0)
    assert made.examples == [
        *EXAMPLES,
        Example("A VERY GOOD FILM", None, "1"),
        Example("NOT A GOOD FILM AT ALL", None, "0"),
        Example("BAD", None, "0"),
    ]
    assert made.dropped == 0


def test_what_is_nothing_new_is_dropped_and_counted():
    made = augment(EXAMPLES, [upper], copies=3, seed=0)
    assert len(made.examples) == 6
    assert made.dropped == 6
    kept = augment(EXAMPLES, [WordDeletion(0.1)], copies=1, seed=0)
    assert kept.dropped == 1  # "bad"


def test_both_texts_of_pairs_change_and_empty_ones_stay():
    pairs = [Example("a", "b", 1.5), Example("c", "", 2.0)]
    made = augment(pairs, [upper], copies=1, seed=0).examples[2:]
    assert made == [Example("A", "B", 1.5), Example("C", "", 2.0)]


def test_each_way_makes_its_share():
    many = [Example(f"word {k}", None, "x") for k in range(400)]
    made = augment(many, [upper, reverse], copies=2, seed=0).examples[400:]
    uppers = sum(one.text.isupper() for one in made)
    assert 0.4 < uppers / len(made) < 0.6
    again = augment(many, [upper, reverse], copies=2, seed=0).examples[400:]
    assert made == again
    other = augment(many, [upper, reverse], copies=2, seed=1).examples[400:]
    assert made != other


def test_progress_and_mistakes():
    done = []
    augment(EXAMPLES, [upper, reverse], 2, 0, done.append)
    assert sum(done) == 6
    with pytest.raises(UserError, match="copies=0 must be at least 1"):
        augment(EXAMPLES, [upper], copies=0, seed=0)


class Expects:
    """A model that expects the same words everywhere."""

    def __init__(self, words, max_length=20):
        self.words, self.asked = words, []
        self.preprocessor = self.tokenizer = self
        self.max_length = max_length

    def to_ids(self, texts):
        return [text.split() for text in texts]

    def answers(self, examples):
        self.asked += [one.text for one in examples]
        return [
            MaskPrediction([self.words] * one.text.count("[MASK]"), None)
            for one in examples
        ]


def test_words_are_replaced_by_likely_others():
    model = Expects({"film": 0.6, "plot": 0.3, "s": 0.05, "movie": 0.05})
    rng = np.random.default_rng(0)
    made = MaskedReplacement(model, 0.01)(["Film."] * 400, rng)
    assert set(model.asked) == {"[MASK]."}
    assert {*made} == {"Plot.", "Movie."}
    share = made.count("Plot.") / 400
    assert abs(share - 0.3 / 0.35) < 0.06


def test_a_text_that_no_model_reads_stays():
    rng = np.random.default_rng(0)
    texts = ["", "...", "has a [MASK]", "so long a text " * 9]
    assert MaskedReplacement(Expects({"x1": 1.0}), 1.0)(texts, rng) == texts
    nothing = MaskedReplacement(Expects({"film": 1.0}), 1.0)
    assert nothing(["a film"], rng) == ["film film"]
    assert nothing(["film"], rng) == ["film"]


class Translates:
    def __init__(self, words):
        self.words = words

    def answers(self, examples):
        return [
            Example(" ".join(self.words.get(x, "") for x in one.text.split()))
            for one in examples
        ]


def test_there_and_back():
    there = Translates({"big": "groß", "house": "Haus"})
    back = Translates({"groß": "large", "Haus": "house"})
    made = BackTranslation(there, back)(["big house", "unknown"], None)
    assert made == ["large house", "unknown"]
    assert BackTranslation(there, back)([], None) == []


def test_each_text_is_translated_once():
    asked = []

    class Counts(Translates):
        def answers(self, examples):
            asked.extend(one.text for one in examples)
            return super().answers(examples)

    way = BackTranslation(Counts({"a": "b"}), Translates({"b": "c"}))
    made = augment([Example("a"), Example("x")], [way], copies=3, seed=0)
    assert asked == ["a", "x"]
    assert made.examples[2:] == [Example("c")]
    assert made.dropped == 5
