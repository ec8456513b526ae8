import pathlib
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.duplicates import NearDuplicates, fingerprint
from albert_tf.errors import UserError

BOOKS = pathlib.Path(__file__).parent / "books_excerpt.txt"
VOCABULARY = sorted(set(BOOKS.read_text().split()))


def random_words(rng, count=200):
    return rng.choices(VOCABULARY, k=count)


def likeness(*documents):
    runs = [
        {tuple(words[i : i + 5]) for i in range(len(words) - 4)}
        for words in ([word.lower() for word in d] for d in documents)
    ]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def change(rng, words, count):
    changed = list(words)
    for place in rng.sample(range(len(words)), count):
        changed[place] = f"new{rng.random()}"
    return changed


def test_fingerprint():
    lines = ["One  line.", "Straße 四"]
    key = fingerprint(lines)
    assert isinstance(key, bytes)
    assert len(key) == 16
    for same in (
        ["one\tLINE.\u00a0straße", "四"],
        ["ONE LINE.", "STRASSE 四"],
        ["Oneline.Straße四"],
    ):
        assert fingerprint(same) == key
    for other in (["One line", "Straße 四"], ["Straße 四", "One line."], []):
        assert fingerprint(other) != key


def test_fingerprint_stays_the_same():
    # Which documents are held out depends on it.
    assert fingerprint(["A b"]).hex() == "3dc9ae220222e2e156b2a5abb60d01c7"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_fingerprint_ignores_how_lines_are_broken(text):
    assert fingerprint([text]) == fingerprint(text.split())


def test_first_is_new_and_its_copies_are_not():
    duplicates = NearDuplicates()
    rng = random.Random(0)
    documents = [random_words(rng) for _ in range(200)]
    assert all(duplicates.is_new([" ".join(words)]) for words in documents)
    for words in documents:
        lines = [" ".join(words[:100]).upper(), "  ".join(words[100:])]
        assert not duplicates.is_new(lines)


@pytest.mark.parametrize(
    ("changes", "least", "most"),
    # By the docstring's curve; seeds are fixed, the margins four deviations.
    [(1, 0.95, 1.0), (2, 0.85, 1.0), (5, 0.15, 0.45), (40, 0.0, 0.02)],
)
def test_chance_to_be_found(changes, least, most):
    rng = random.Random(1)
    duplicates = NearDuplicates()
    found = expected = 0
    for _ in range(300):
        words = random_words(rng)
        changed = change(rng, words, changes)
        expected += 1 - (1 - likeness(words, changed) ** 13) ** 9
        assert duplicates.is_new([" ".join(words)])
        found += not duplicates.is_new([" ".join(changed)])
    assert least <= expected / 300 <= most
    margin = 4 * (expected * (1 - expected / 300)) ** 0.5 + 1
    assert abs(found - expected) <= margin


def test_different_texts_are_new():
    duplicates = NearDuplicates()
    paragraphs = [p for p in BOOKS.read_text().split("\n\n") if len(p) > 200]
    assert len(paragraphs) > 50
    assert all(duplicates.is_new([paragraph]) for paragraph in paragraphs)


def test_lower_threshold_finds_more():
    found = []
    for threshold in (0.5, 0.7, 0.9):
        rng = random.Random(2)
        duplicates = NearDuplicates(threshold)
        found.append(0)
        for _ in range(100):
            words = random_words(rng)
            assert duplicates.is_new([" ".join(words)])
            changed = change(rng, words, 8)
            found[-1] += not duplicates.is_new([" ".join(changed)])
    assert found[0] > found[1] + 10 > found[2] + 20


def test_short_documents():
    duplicates = NearDuplicates()
    assert duplicates.is_new(["two words"])
    assert duplicates.is_new(["two other words"])
    assert not duplicates.is_new(["Two", "words"])
    assert duplicates.is_new(["a b c d e"])
    assert not duplicates.is_new(["a b", "c d e"])
    assert duplicates.is_new(["..."])
    assert duplicates.is_new(["a b c e d"])


def test_chinese_is_compared_by_characters():
    rng = random.Random(3)
    characters = [chr(c) for c in range(0x4E00, 0x5000)]
    duplicates = NearDuplicates()
    found = 0
    for _ in range(50):
        text = rng.choices(characters, k=400)
        assert duplicates.is_new(["".join(text)])
        text[200] = "\u6000"
        found += not duplicates.is_new(["".join(text)])
    assert found >= 48


def test_order_of_words_counts():
    rng = random.Random(4)
    words = random_words(rng)
    duplicates = NearDuplicates()
    assert duplicates.is_new([" ".join(words)])
    assert duplicates.is_new([" ".join(sorted(words))])


def test_same_answers_in_every_process():
    code = (
        "import random\n"
        "from albert_tf.data.duplicates import NearDuplicates\n"
        "rng, near = random.Random(0), NearDuplicates()\n"
        "base = [str(rng.random()) for _ in range(60)]\n"
        "for _ in range(60):\n"
        "    words = list(base)\n"
        "    for place in rng.sample(range(60), rng.randrange(4)):\n"
        "        words[place] = str(rng.random())\n"
        "    print(near.is_new([' '.join(words)]))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert {b"True", b"False"} <= set(outputs.pop().split())


@pytest.mark.parametrize("threshold", [0.0, 0.49, 0.91, 1, float("nan")])
def test_bad_threshold(threshold):
    with pytest.raises(UserError, match="must be from 0.5 to 0.9"):
        NearDuplicates(threshold)


def test_missing_datasketch(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(UserError, match="pip install datasketch"):
        NearDuplicates()
