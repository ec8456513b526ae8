"""Files of multiple choice, as they are given out and as they should not be."""

import gzip
import json

import pytest

from albert_tf.data.choices import ChoiceExample, read_choices
from albert_tf.errors import UserError

ROW = {
    "context": "Ann is at home.",
    "question": "Where is she?",
    "choices": ["at work", "at home"],
    "answer": "B",
}


@pytest.fixture
def write(tmp_path):
    def write(name, *rows, content=None):
        path = tmp_path / name
        if content is None:
            content = "\n".join(json.dumps(row) for row in rows)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_race(write, tmp_path):
    """An article a file; the groups are read by name, not by what is first."""
    article = {
        "article": "Tom sleeps.",
        "questions": ["Tom _ .", "Who?"],
        "options": [["eats", "sleeps"], ["Tom", "Ann"]],
        "answers": ["B", "A"],
        "id": "high1.txt",
    }
    write("train/middle/2.txt", {**article, "article": "Tom naps."})
    write("train/high/1.txt", article)
    write("train/high/notes.md", article)
    told = []
    found = read_choices(
        tmp_path / "train", progress=lambda *part: told.append(part)
    )
    assert [*found][:2] == [
        ChoiceExample(
            "Tom _ .", "Tom sleeps.", "B", ("eats", "sleeps"), "high"
        ),
        ChoiceExample("Who?", "Tom sleeps.", "A", ("Tom", "Ann"), "high"),
    ]
    assert [one.group for one in found[2:]] == ["middle", "middle"]
    assert found.about == "2 choices each, high and middle"
    assert told == [(1, 2), (2, 2)]
    one = read_choices(tmp_path / "train/middle")
    assert [x.group for x in one] == ["middle", "middle"]


def test_dream(tmp_path):
    path = tmp_path / "dev.json.gz"
    question = {"question": "Who?", "choice": ["W", "M", "both"], "answer": "M"}
    dialogues = [[["W: Hi.", "M: Hello."], [question, question], "1-1"]]
    path.write_bytes(gzip.compress(json.dumps(dialogues).encode()))
    expected = ChoiceExample(
        "Who?", "W: Hi.\nM: Hello.", "B", ("W", "M", "both")
    )
    assert [*read_choices(path)] == [expected, expected]


def test_swag(write):
    path = write(
        "train.csv",
        content="\n".join(
            [
                ",video-id,fold-ind,startphrase,sent1,sent2,gold-source,"
                "ending0,ending1,ending2,ending3,label",
                '0,a,3,x,"He ""runs"", then.",He,gold,stops.,"falls, too.",'
                "c,d,1",
            ]
        ),
    )
    (one,) = read_choices(path)
    assert one.pair == 'He "runs", then.'
    assert one.text == "He"  # not what the context says once more
    assert one.choices == ("stops.", "falls, too.", "c", "d")
    assert one.label == "B"


@pytest.mark.parametrize(
    ("answer", "choices"),
    [("B", None), (1, None), ("1", None), ("at home", None), ("2", "named")],
)
def test_answers(write, answer, choices):
    row = {**ROW, "answer": answer}
    if choices == "named":  # as ARC has them
        row["choices"] = {"text": ROW["choices"], "label": ["1", "2"]}
    (found,) = read_choices(write("a.jsonl", row))
    assert (found.label, found.choices) == ("B", ("at work", "at home"))


@pytest.mark.parametrize("letters", ["AB", "12"])
def test_files_of_arc_and_commonsense_qa(write, letters):
    choices = [
        {"label": letter, "text": text}
        for letter, text in zip(letters, ROW["choices"], strict=True)
    ]
    question = {"stem": "Where?", "choices": choices, "question_concept": "x"}
    row = {"id": "1", "question": question, "answerKey": letters[1]}
    (found,) = read_choices(write("a.jsonl", row))
    assert found == ChoiceExample("Where?", None, "B", (*ROW["choices"],))


def test_endings_have_the_order_of_their_numbers(write):
    names = [f"ending{k}" for k in range(12)]
    row = {"sent1": "x", "sent2": "y", **dict(zip(names, names, strict=True))}
    (found,) = read_choices(write("a.jsonl", {**row, "label": 2}))
    assert (found.label, found.choices) == ("C", (*names,))


def test_no_question(write):
    row = {"ctx": "He", "endings": ROW["choices"], "label": 0}
    with pytest.raises(UserError, match=r"1: has no question; .* ctx, endings"):
        read_choices(write("a.jsonl", row))


def test_a_question_needs_no_context_and_maybe_no_answer(write):
    row = {"question": {"stem": "Where?", "choices": ROW["choices"]}, "id": 1}
    (found,) = read_choices(write("a.jsonl", row), require_answers=False)
    assert (found.text, found.pair, found.label) == ("Where?", None, None)
    with pytest.raises(UserError, match=r"a\.jsonl:1: has no answer"):
        read_choices(write("a.jsonl", row))


def test_choices_without_a_text_are_counted(write):
    path = write("a.jsonl", {**ROW, "choices": ["", "at home"]})
    with pytest.warns(UserWarning, match=r"1 choices have no text.*jsonl:1"):
        assert len(read_choices(path)) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choices": ["a"]}, "two choices at least are needed"),
        ({"choices": "a b"}, 'two choices at least .* got "a b"'),
        ({"choices": ["a", "b", "c"]}, "has 3 choices, but the first .* has 2"),
        ({"choices": ["a", 2]}, "must be strings, got 2"),
        ({"question": None}, "must be strings, got null"),
        ({"answer": "C"}, "answer 'C' means none of the choices at work"),
        ({"answer": 2}, "answer '2' means none"),
        ({"answer": -1}, "answer '-1' means none"),
        ({"answer": "x", "choices": ["x", "x"]}, "'x' means several"),
        ({"answer": "A", "choices": ["B", "A"]}, "'A' means several"),
        ({"answer": None}, "has no answer"),
        ({"context": "\ud800"}, "half a surrogate"),
    ],
)
def test_mistakes(write, change, message):
    path = write("a.jsonl", ROW, {**ROW, **change})
    with pytest.raises(UserError, match=message) as caught:
        read_choices(path)
    assert f"{path}:2" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", "a\tb\n", "multiple choice is read from"),
        ("a.jsonl", "", "has no questions"),
        ("a.jsonl", "nothing", "not valid JSON"),
        ("a.json", "{}", "must hold a list"),
        ("a.json", "[", "is not readable JSON"),
        ("a.json", "[1]", r"\[0\]: a question, choices .* got 1"),
        ("a.json", "[[1, 2, 3]]", "a list of turns"),
        ("a.json", "[[[], [1], 3]]", r"\[0\]\[1\]\[0\]: a question"),
        ("a.csv", "question,ending0\na\n", "a.csv:2: must have 2 columns"),
        ("r/1.txt", "{}", '"questions" must be a list'),
        ("r/2.md", "{}", "has no .txt files"),
        (
            "r/1.txt",
            '{"questions": ["a"], "options": [], "answers": []}',
            "1 questions, but 0 options",
        ),
    ],
)
def test_other_files(write, name, content, message):
    path = write(name, content=content)
    path = path.parent if path.parent.name == "r" else path
    with pytest.raises(UserError, match=message):
        read_choices(path)
