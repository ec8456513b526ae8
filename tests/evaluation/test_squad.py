"""Exact match and F1, against the official code and by hand."""

import gzip
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.squad import read_squad
from albert_tf.evaluation.squad import (
    best_threshold,
    evaluate_answers,
    normalize,
    squad_scores,
)


def test_all_figures_are_those_of_the_official_code(shared):
    golden = shared / "goldens" / "squad_metrics"
    path = shared / "data" / "squad_v2_dev_part" / "dev-v2.0-part.json.gz"
    questions = read_squad(path)
    with gzip.open(golden / "v2_predictions.json.gz") as file:
        given = json.load(file)
    expected = json.loads((golden / "v2_expected.json").read_text())["metrics"]
    report = evaluate_answers(
        [[answer.text for answer in one.label] for one in questions],
        [given["predictions"][one.id] for one in questions],
        no_answer=[
            given["no_answer_probabilities"][one.id] for one in questions
        ],
    )
    found = {
        "exact": 100 * report.exact,
        "f1": 100 * report.f1,
        "total": report.examples,
        "best_exact": 100 * report.best_exact,
        "best_exact_thresh": report.best_exact_threshold,
        "best_f1": 100 * report.best_f1,
        "best_f1_thresh": report.best_f1_threshold,
    }
    for name, part in report.parts.items():
        found[f"{name}_exact"] = 100 * part["exact"]
        found[f"{name}_f1"] = 100 * part["f1"]
        found[f"{name}_total"] = part["support"]
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=0, abs=1e-9), name


@pytest.mark.parametrize(
    ("truths", "predicted", "exact", "f1"),
    [
        (["the Normans"], "Normans!", 1, 1),
        (["in 1066"], "1066", 0, 2 / 3),
        (["a red ball", "the red one"], "red one here", 0, 0.8),
        (["red red ball"], "red blue", 0, 0.4),  # a word counts as often
        (["France"], "", 0, 0),
        ([""], "", 1, 1),
        ([""], "France", 0, 0),
        (["a", "France"], "the", 0, 0),  # an article alone is no answer
        (["a"], "the", 1, 1),
        (["caf\u00e9"], "cafe", 0, 0),
        (["«Paris»"], "Paris", 0, 0),  # ASCII punctuation alone
    ],
)
def test_scores_by_hand(truths, predicted, exact, f1):
    assert squad_scores(truths, predicted) == (exact, pytest.approx(f1))


def test_articles_are_words_of_their_own():
    assert normalize("The theatre, an   Athenian-a") == "theatre atheniana"


def test_nothing_is_nan():
    nothing = evaluate_answers([], [], no_answer=[])
    assert (nothing.exact, nothing.f1, nothing.examples) == (0, 0, 0)
    assert nothing.settings == {}
    empty = evaluate_answers([["x"], []], ["", ""], no_answer=[0.0, 0.0])
    assert empty.exact == empty.f1 == 0.5
    assert empty.parts["HasAns"] == {"exact": 0, "f1": 0, "support": 1}
    values = json.dumps(empty.to_dict(), allow_nan=False)
    assert json.loads(values)["classes"]["NoAns"]["f1"] == 1


def test_where_all_have_an_answer_there_is_nothing_to_choose():
    report = evaluate_answers([["x"], ["y"]], ["x", "z"], no_answer=[0.0, 9.0])
    assert report.figures == {"exact": 0.5, "f1": 0.5}
    assert report.settings == report.details == {}


def test_the_threshold_is_sought_with_words_that_were_held_back():
    report = evaluate_answers(
        [["x"], ["y"], []],
        ["", "", ""],
        words=["x", "y", "z"],
        no_answer=[1.0, 2.0, 3.0],
    )
    assert report.f1 == pytest.approx(1 / 3)
    assert report.best_f1 == 1
    assert report.settings == {"null_threshold": 2.0}
    assert report.to_dict()["settings"] == {"null_threshold": 2.0}


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(["", "x"]), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_no_threshold_is_better_than_the_best(rows, random):
    scores, words, has_answer = zip(*rows, strict=True)
    scores = [
        score if word else 0.0
        for score, word in zip(scores, words, strict=True)
    ]
    logits = random.sample(range(-20, 20), len(rows))

    def mean(threshold):
        return sum(
            (score if has else not word) if at <= threshold else not has
            for score, word, has, at in zip(
                scores, words, has_answer, logits, strict=True
            )
        ) / len(rows)

    value, threshold = best_threshold(scores, words, logits, has_answer)
    assert value == pytest.approx(mean(threshold))
    best = max(mean(at) for at in [-math.inf, *logits])
    assert value == pytest.approx(best)
