"""Files of questions."""

import gzip
import json
import re

import pytest

from albert_tf.data.squad import Answer, read_squad
from albert_tf.errors import UserError

CONTEXT = "Anna has a red ball. Tom has a blue key, and a red hat."


def question(text="Who?", name="1", **rest):
    return {"question": text, "id": name, **rest}


def answer(text, start):
    return {"text": text, "answer_start": start}


def squad(*questions, context=CONTEXT):
    paragraph = {"context": context, "qas": [*questions]}
    return {"data": [{"title": "T", "paragraphs": [paragraph]}]}


@pytest.fixture
def write(tmp_path):
    def write(values, name="questions.json"):
        text = values if isinstance(values, str) else json.dumps(values)
        data = text.encode()
        path = tmp_path / name
        path.write_bytes(
            gzip.compress(data) if name.lower().endswith("gz") else data
        )
        return path

    return write


@pytest.mark.parametrize("name", ["questions.json", "QUESTIONS.JSON.GZ"])
def test_reads_what_is_there(write, name):
    values = squad(
        question(answers=[answer("Tom", 21), answer("Anna", 0)]),
        question("Where?", "2", answers=[], is_impossible=True),
        question("Why?", 3, is_impossible=True),
        question("What?", "4", answers=[answer("red ball", 11)], other=None),
    )
    told = []
    path = write(values, name)
    found = read_squad(path, progress=lambda *place: told.append(place))
    assert told == [(path.stat().st_size,) * 2]
    assert [one.text for one in found] == ["Who?", "Where?", "Why?", "What?"]
    assert {one.pair for one in found} == {CONTEXT}
    assert [one.id for one in found] == ["1", "2", "3", "4"]
    assert [one.label for one in found] == [
        (Answer("Tom", 21), Answer("Anna", 0)),
        (),
        (),
        (Answer("red ball", 11),),
    ]
    assert found.about == "1 context, 2 without an answer"


def test_an_answer_that_is_not_in_its_place_is_told(write):
    values = squad(
        question(answers=[answer("Tom", 20)]),  # stands once
        question("What?", "2", answers=[answer("red", 9), answer("red", 11)]),
        question("Where?", "3", answers=[answer("Paris", 0)]),
        question("When?", "4", answers=[answer("key", 9999)]),
        question("Which?", "5", answers=[answer("blue", -1)]),
    )
    message = (
        r"5 of 6 answers are not at their answer_start, the first is "
        r"data\[0\].paragraphs\[0\].qas\[0\].answers\[0\]; 3 stand once "
        r"elsewhere .* taken from there, 2 have no place"
    )
    with pytest.warns(UserWarning, match=message):
        found = read_squad(write(values))
    assert [one.label[0].start for one in found] == [21, None, None, 36, 31]
    assert found[1].label[1].start == 11
    assert found.about.endswith("5 answers not at their answer_start")


def test_an_empty_question_is_told(write):
    values = squad(
        question(answers=[answer("Tom", 21)]),
        question(" ", "2", answers=[answer("Tom", 21)]),
    )
    message = r"1 question without a word, the first is data.*qas\[1\]$"
    with pytest.warns(UserWarning, match=message):
        assert len(read_squad(write(values))) == 2


def test_answers_are_needed_only_where_something_is_compared(write):
    path = write(squad(question()))
    with pytest.raises(UserError, match=r"qas\[0\]: has no answers, which are"):
        read_squad(path)
    (found,) = read_squad(path, require_answers=False)
    assert found.label is None


GOOD = answer("Tom", 21)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("", "is not SQuAD's JSON: not a readable JSON file"),
        ('{"data": [', "is not SQuAD's JSON: not a readable JSON file"),
        ('{"a": 1}\n{"a": 2}', "is not SQuAD's JSON: not a readable"),
        ([], "must hold a JSON object"),
        ({}, "data is missing"),
        ({"data": {}}, "data is no list"),
        ({"data": [1]}, r"data\[0\] is no object"),
        ({"data": [{"context": "c"}]}, r"data\[0\].paragraphs is missing"),
        ({"data": []}, "has no questions"),
        (squad(), "has no questions"),
        (squad(question(answers=[GOOD]), context=" \n"), '"context" is empty'),
        (squad(question(answers=[GOOD]), context=7), '"context" must be a str'),
        (
            squad(question(answers=[GOOD]), context="\ud800 x"),
            "half a surrogate",
        ),
        (squad({"id": "1", "answers": []}), 'has no "question"'),
        (squad({"question": "Who?", "answers": []}), r"qas\[0\]: has no id"),
        (squad(question(answers=[answer("", 0)])), '"text" is empty'),
        (squad(question(answers={"text": ["Tom"]})), r"answers is no list"),
        (
            squad(question(answers=[GOOD], is_impossible=True)),
            "has 1 answers, but is_impossible is true",
        ),
        (
            squad(question(answers=[], is_impossible=False)),
            "has 0 answers, but is_impossible is false",
        ),
        (
            squad(question(answers=[GOOD]), question(answers=[GOOD])),
            r'qas\[1\]: the id "1" is that of data.*qas\[0\] already$',
        ),
    ],
)
def test_mistakes_are_told_in_one_line(write, values, message):
    path = write(values)
    with pytest.raises(UserError, match=message) as error:
        read_squad(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_files_of_other_kinds(write, tmp_path):
    for name in ("questions.tsv", "questions.jsonl"):
        with pytest.raises(UserError, match=r"must end with \.json"):
            read_squad(write(squad(), name))
    path = write(squad(), "cut.json.gz")
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(UserError, match="damaged gzip"):
        read_squad(path)
    with pytest.raises(UserError, match="no such file"):
        read_squad(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("name", "about", "warnings"),
    [
        ("xquad_en/xquad.en.json.gz", "240 contexts, 0 without an answer", []),
        (
            "squad_v2_dev_part/dev-v2.0-part.json.gz",
            "301 contexts, 1,529 without an answer",
            [],
        ),
        (
            "cmrc2018/trial.json.gz",
            "256 contexts, 0 without an answer, 5 answers not at their",
            ["2 questions without a word", "5 of 1,002 answers .* 0 have no"],
        ),
    ],
)
def test_published_files(shared, recwarn, name, about, warnings):
    found = read_squad(shared / "data" / name)
    assert found.about.startswith(about)
    told = [str(one.message) for one in recwarn]
    assert len(told) == len(warnings)
    for text, message in zip(told, warnings, strict=True):
        assert re.search(message, text)
    for one in found:
        for right in one.label:
            start = right.start
            assert one.pair[start : start + len(right.text)] == right.text
