"""BLEU, chrF, and the translation of words one by one."""

import sys

import pytest

from albert_tf.errors import UserError
from albert_tf.evaluation.translation import evaluate_translation
from albert_tf.evaluation.word_by_word import WordByWord
from albert_tf.tasks.translation import Translation

REFERENCES = [
    "Ein Hund läuft über die Wiese.",
    "Zwei Männer sitzen in einem Auto.",
]


def test_the_figures_are_those_of_sacrebleu():
    sacrebleu = pytest.importorskip("sacrebleu")
    found = ["Ein Hund läuft auf der Wiese.", "Zwei Männer sitzen im Auto."]
    report = evaluate_translation(found, REFERENCES)
    bleu = sacrebleu.corpus_bleu(found, [REFERENCES]).score
    chrf = sacrebleu.corpus_chrf(found, [REFERENCES]).score
    assert 20 < bleu < 60
    assert report.figures == pytest.approx(
        {"bleu": bleu / 100, "chrf": chrf / 100}
    )
    said = report.to_dict()
    assert said["examples"] == 2
    assert "tok:13a" in said["sacrebleu"]["bleu"]
    perfect = evaluate_translation(REFERENCES, REFERENCES)
    assert perfect.figures == pytest.approx({"bleu": 1.0, "chrf": 1.0})


def test_without_sacrebleu_it_is_said_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics", None)
    with pytest.raises(UserError, match=r"'albert-tf\[translation\]'"):
        evaluate_translation(REFERENCES, REFERENCES)
    with pytest.raises(UserError, match=r"'albert-tf\[translation\]'"):
        Translation.of_examples([])


def test_word_by_word():
    words = WordByWord(
        [
            ("the house", "das Haus"),
            ("the book", "das Buch"),
            ("a book", "ein Buch"),
            ("a house .", "ein Haus ."),
        ]
    )
    assert words.translate("The house.") == "das Haus ."
    assert words.translate("a new Book") == "ein new Buch"
    assert WordByWord([]).translate("as it is") == "as it is"
