"""Semantic roles: predicates first, then who takes part in each."""

import json

import hypothesis.strategies as st
import numpy as np
import pytest
from commands import call
from hypothesis import given

import export
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.evaluation.roles import arguments, evaluate_roles
from albert_tf.models import AlbertRoleTagger, load_model
from albert_tf.tagging.role_files import read_roles
from albert_tf.tagging.role_text import RoleText
from albert_tf.tagging.tags import to_bio
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.semantic_roles import SemanticRoleTagging
from albert_tf.tokenizers import SentencePieceTokenizer

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

TEXT = "old cats see dogs and like birds"
ANIMALS, VERBS = ["cats", "dogs", "birds"], ["see", "chase", "like"]


def sentence(rng):
    """Who does something to whom, and then they do something, too."""
    one, two, three = rng.choice(ANIMALS, 3)
    first, second = rng.choice(VERBS, 2)
    words = ["old", one, first, two, "and", second, three]
    roles = {
        2: "B-ARG0 I-ARG0 B-V B-ARG1 O O O",
        5: "B-ARG0 I-ARG0 O O O B-V B-ARG1",
    }
    return [f"{k} {' '.join(words)} ||| {tags}" for k, tags in roles.items()]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("roles")
    for seed, (name, count) in enumerate((("train", 120), ("dev", 20))):
        rng = np.random.default_rng(seed)
        lines = [line for _ in range(count) for line in sentence(rng)]
        (home / f"{name}.txt").write_text("\n".join(lines) + "\n")
    return home


@pytest.fixture(scope="module")
def model(home):
    argv = ["finetune", "--task", "srl", "--data", home]
    argv += ["--model", "albert_pico", "--output", home / "model"]
    argv += ["--epochs", 12, "--learning-rate", "1e-3", "--dropout", 0]
    assert call([*argv, "--batch-size", 16]) == 0
    return home / "model"


def test_it_is_learned_predicted_and_exported(home, model, tmp_path, capsys):
    capsys.readouterr()
    assert call(["evaluate", model, home / "dev.txt", "--json"]) == 0
    score = json.loads(capsys.readouterr().out)
    assert score["f1"] > 0.9
    assert score["predicate_f1"] > 0.9
    assert call(["predict", model, TEXT]) == 0
    told = capsys.readouterr().out
    assert told.strip() == (
        "see: [old cats](ARG0) [dogs](ARG1) | "
        "like: [old cats](ARG0) [birds](ARG1)"
    )
    file = tmp_path / "roles.tflite"
    assert call(["export", model, file, "--verify", home / "dev.txt"]) == 0
    capsys.readouterr()
    assert call(["predict", file, TEXT]) == 0
    assert capsys.readouterr().out == told


def test_the_file_answers_as_keras(home, model, tmp_path):
    loaded = load_model(model)
    export.to_tflite(loaded, tmp_path / "m.tflite", "float32")
    keras, file = Predictor.of_model(loaded), export.load(tmp_path / "m.tflite")
    texts = [one.text for one in read_roles(home / "dev.txt")]
    for mine, theirs in zip(
        keras.predict(texts), file.predict(texts), strict=True
    ):
        assert keras.task.same(mine, theirs)
        assert len(mine.predicates) == len(mine.found)


def test_what_is_predicted_is_read_again(model, tmp_path, capsys):
    capsys.readouterr()
    assert call(["predict", model, TEXT, "--json"]) == 0
    (tmp_path / "answers.jsonl").write_text(capsys.readouterr().out)
    (example,) = read_roles(tmp_path / "answers.jsonl")
    assert example.predicates == (2, 5)
    assert example.label[0][:4] == ("B-ARG0", "I-ARG0", "B-V", "B-ARG1")


def test_files_of_texts_are_predicted(model, tmp_path, capsys):
    (tmp_path / "a.txt").write_text(f"{TEXT}\n\n{TEXT}\n")
    (tmp_path / "a.tsv").write_text(f"text\n{TEXT}\n")
    for name, count in (("a.txt", 2), ("a.tsv", 1)):
        capsys.readouterr()
        assert call(["predict", model, "--input", tmp_path / name]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == count
        assert all(line.startswith("see: [old cats](ARG0)") for line in lines)


def test_no_predicate_no_roles(model):
    (answer,) = Predictor.of_model(load_model(model)).predict(["and and"])
    assert answer.found == answer.predicates == ()


# === Rows ===


@pytest.fixture
def rows_of():
    tokenizer = SentencePieceTokenizer()

    def make(example, max_length=64):
        preprocessor = TextPreprocessor(tokenizer, max_length)
        task = SemanticRoleTagging(["O", "B-V", "I-V"])
        return task.rows([example], preprocessor), task

    return make


def test_the_tokens_of_a_predicate_are_of_segment_1(rows_of):
    words = ["They", "photosynthesize", "now"]
    rows, _ = rows_of(RoleText.of_words(words, {1: ("O", "B-V", "O")}))
    unmarked, marked = rows.encodings
    assert set(unmarked.segment_ids) == {0}
    spans = [
        span
        for span, segment in zip(
            marked.offsets, marked.segment_ids, strict=True
        )
        if segment
    ]
    assert len(spans) > 1
    assert (spans[0][0], spans[-1][1]) == (5, 20)


def test_targets_are_of_roles_or_of_predicates(rows_of):
    words = ["cats", "sleep"]
    example = RoleText.of_words(words, {1: ("O", "B-V")})
    rows, task = rows_of(example)
    targets = task.targets([example], rows)
    assert [row.tolist() for row in targets["roles"]] == [
        [-1, -1, -1, -1],
        [-1, 0, 1, -1],
    ]
    assert [row.tolist() for row in targets["predicates"]] == [
        [-1, 0, 1, -1],
        [-1, -1, -1, -1],
    ]


@pytest.mark.parametrize("place", [0, 20, 49])
def test_of_a_long_text_what_is_around_the_predicate_is_read(rows_of, place):
    words = ["cat"] * 50
    tags = tuple("B-V" if k == place else "O" for k in range(50))
    example = RoleText.of_words(words, {place: tags})
    rows, task = rows_of(example, max_length=18)
    marked = rows.encodings[len(rows) - 1]
    assert len(marked.token_ids) == 18
    assert sum(marked.segment_ids) == 1
    # To find predicates all was read, in parts.
    assert (rows.num_truncated, marked.num_truncated) == (1, 34)
    outputs = {
        "logits": [
            np.tile([0.0, 9.0, 0.0], (len(one.token_ids), 1))
            for one in rows.encodings
        ],
        "predicate_logits": [
            np.zeros((len(one.token_ids), 2)) for one in rows.encodings
        ],
    }
    (answer,) = task.answers(outputs, rows, [example])
    tags = answer.predicates[0].tags.tags
    assert len(tags) == 50
    assert tags[place] == "B-V"
    assert tags.count("B-V") == 16


def test_a_model_of_one_segment_is_refused():
    config = AlbertConfig(type_vocab_size=1, num_hidden_layers=1)
    with pytest.raises(UserError, match="type_vocab_size=1"):
        AlbertRoleTagger(config, ["O", "B-V"])


# === Scores ===


def test_arguments_as_in_conll_2005():
    tags = [
        "B-ARG1",
        "I-ARG1",
        "B-V",
        "B-C-V",
        "B-C-ARG1",
        "B-R-ARG0",
        "B-C-ARG2",
    ]
    assert arguments(tags) == {
        ("ARG1", ((0, 1), (4, 4))),
        ("R-ARG0", ((5, 5),)),
        ("C-ARG2", ((6, 6),)),  # nothing to go on with
    }


def test_a_part_of_an_argument_is_not_right():
    truth = ["B-ARG1", "B-V", "B-C-ARG1", "B-ARG0"]
    found = ["B-ARG1", "B-V", "O", "B-ARG0"]
    report = evaluate_roles([[truth]], [[found]], [(1,)], [(1, 2)])
    assert report.figures == {
        "f1": 0.5,
        "precision": 0.5,
        "recall": 0.5,
        "predicate_f1": pytest.approx(2 / 3),
    }
    assert report.details["ARG1"]["support"] == 1


@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-C-A", "B-V"])))
def test_what_is_right_scores_1(tags):
    tags = to_bio(tags)
    report = evaluate_roles([[tags]], [[tags]], [(0,)], [(0,)])
    assert report.f1 == (1.0 if arguments(tags) else 0.0)


def test_the_baseline_gives_a_side_its_commonest_role(tmp_path):
    """All words up to the punctuation mark, so one of two is right here."""
    (tmp_path / "train.txt").write_text(
        "2 The cat sleeps now ||| B-ARG0 I-ARG0 B-V B-ARGM-TMP\n"
    )
    (tmp_path / "dev.txt").write_text(
        "3 No , dogs sleep a lot ||| O O B-ARG0 B-V B-ARGM-EXT I-ARGM-EXT\n"
    )
    train, dev = (
        read_roles(tmp_path / f"{name}.txt") for name in ("train", "dev")
    )
    task = SemanticRoleTagging.of_examples([*train, *dev])
    assert task.baseline(train, dev) == 0.5


# === Files ===


def test_predicates_that_are_given_are_no_words_of_the_text(tmp_path):
    for name in ("a.txt", "a.conll"):
        (tmp_path / name).write_text("\n1 Dogs sleep ||| B-ARG0 B-V\n")
        labelled, bare = (read_roles(tmp_path / name, x) for x in (True, False))
        assert [*bare] == [*labelled]
        assert bare[0].text == "Dogs sleep"


def test_two_equal_sentences_stay_two(tmp_path):
    line = "0 Do it ||| B-V B-ARG1\n"
    (tmp_path / "a.txt").write_text(line * 2)
    assert len(read_roles(tmp_path / "a.txt")) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cats sleep", 'needed is "2 The cat'),
        ("1 cats sleep ||| O", "2 words, but 1 tags"),
        ("2 cats sleep ||| O B-V", "the predicate is word 2"),
        ("1 cats sleep ||| ARG0 B-V", "'ARG0' is outside the scheme"),
    ],
)
def test_mistakes_in_lines(tmp_path, line, words):
    (tmp_path / "a.txt").write_text(f"1 cats sleep ||| O B-V\n{line}\n")
    with pytest.raises(UserError, match=rf"a\.txt:2: .*{words}"):
        read_roles(tmp_path / "a.txt")


ROLE = {"start": 0, "end": 4, "label": "ARG0"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"text": "cats sleep"}, 'has no "predicates"'),
        ({"predicates": []}, 'has no "text"'),
        ({"text": "cats sleep", "predicates": 3}, "must be a list of objects"),
        (
            {"text": "cats sleep", "predicates": [{"start": 5, "end": 10}]},
            "needs start, end and roles",
        ),
        (
            {
                "text": "cats sleep",
                "predicates": [{"start": 5, "end": 10, "roles": [ROLE, ROLE]}],
            },
            "ARG0 and ARG0 overlap at 'cats'",
        ),
        (
            {
                "text": "cats sleep",
                "predicates": [{"start": 5, "end": 99, "roles": []}],
            },
            "within the 10 characters",
        ),
        (
            {"tokens": ["cats"], "predicates": [{"index": 0, "tags": []}]},
            "needs index, a number, and tags",
        ),
        (
            {
                "tokens": ["go"],
                "predicates": [{"index": 0, "tags": ["B-V"]}] * 2,
            },
            "'go', as a predicate for the second time",
        ),
    ],
)
def test_mistakes_in_json(tmp_path, row, words):
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    with pytest.raises(UserError, match=rf"a\.jsonl:1: .*{words}"):
        read_roles(tmp_path / "a.jsonl")


def test_texts_without_predicates_teach_nothing():
    with pytest.raises(UserError, match="has a predicate"):
        SemanticRoleTagging.of_examples([RoleText.of_words(["a"], {})])
