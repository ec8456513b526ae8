"""GLUE's files as they are given out, and its figures."""

import json

import pytest
from commands import call

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.prediction import Prediction
from albert_tf.tasks import find_task, task_of_model, tasks
from albert_tf.tasks.classification import Classification

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

NAMES = [
    *("cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "qnli", "rte", "wnli"),
    "ax",
]

# Lines of train or dev files, and what is in them.
FILES = {
    "cola": (
        "gj04\t1\t\tOur friends won't.\n",
        ("Our friends won't.", None, "1"),
    ),
    "sst2": ("sentence\tlabel\nhide new \t0\n", ("hide new ", None, "0")),
    "mrpc": (
        "\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n"
        '1\t7\t8\tHe said "no.\tHe said no.\n',
        ('He said "no.', "He said no.", "1"),
    ),
    "stsb": (
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\t"
        "sentence1\tsentence2\tscore\n"
        "0\tnews\tx\t2012\t1\tnone\tnone\tA.\tB.\t4.750\n",
        ("A.", "B.", 4.75),
    ),
    "qqp": (
        "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
        "133273\t213221\t213222\tHow?\tWhy?\t0\n",
        ("How?", "Why?", "0"),
    ),
    "mnli": (
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\t"
        "sentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
        "sentence1\tsentence2\tlabel1\tgold_label\n"
        "0\t1\t1n\tgov\t(\t(\t(\t(\tA.\tB.\tneutral\tneutral\n",
        ("A.", "B.", "neutral"),
    ),
    "qnli": (
        "index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tnot_entailment\n",
        ("Who?", "He.", "not_entailment"),
    ),
    "rte": (
        "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n",
        ("A.", "B.", "entailment"),
    ),
    "wnli": (
        "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\t1\n",
        ("A.", "B.", "1"),
    ),
}
# Lines of test files, and what is in them.
TEST_FILES = {
    "cola": ("index\tsentence\n0\tBill.\n", ("Bill.", None, "0")),
    "qqp": ("id\tquestion1\tquestion2\n5\tHow?\tWhy?\n", ("How?", "Why?", "5")),
    "mrpc": (
        "index\t#1 ID\t#2 ID\t#1 String\t#2 String\n3\t7\t8\tA.\tB.\n",
        ("A.", "B.", "3"),
    ),
    "ax": ("index\tsentence1\tsentence2\n0\tA.\tB.\n", ("A.", "B.", "0")),
}


def test_all_tasks_are_there():
    assert {f"glue/{name}" for name in NAMES} <= set(tasks())
    assert find_task("classification") is Classification
    with pytest.raises(UserError, match="did you mean .*glue/rte"):
        find_task("glue/rtee")


@pytest.mark.parametrize("name", FILES)
def test_reads_files_as_they_are(tmp_path, name):
    lines, expected = FILES[name]
    path = tmp_path / "train.tsv"
    path.write_text(lines)
    (example,) = find_task(f"glue/{name}").read(path)
    assert (example.text, example.pair, example.label) == expected


@pytest.mark.parametrize("name", TEST_FILES)
def test_reads_test_files(tmp_path, name):
    lines, expected = TEST_FILES[name]
    path = tmp_path / "test.tsv"
    path.write_text(lines)
    (example,) = find_task(f"glue/{name}").read(path, labelled=False)
    assert (example.text, example.pair, example.index) == expected
    assert example.label is None


def test_rows_without_all_columns_are_counted(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_text(FILES["qqp"][0] + "12\t1\n13\t2\n")
    with pytest.warns(UserWarning, match="2 rows are left out"):
        assert len(find_task("glue/qqp").read(path)) == 1


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("rte", FILES["sst2"][0], "needs the columns sentence1, sentence2, la"),
        ("rte", TEST_FILES["ax"][0], "needs the columns"),
        ("rte", "index\tsentence1\tsentence2\tlabel\n", "has no rows"),
        ("sst2", "", "is empty"),
        ("sst2", "sentence\tlabel\nx\t\n", ':2: "label" is missing'),
        ("sst2", "sentence\tlabel\n \t1\n", ':2: "sentence" is empty'),
        ("stsb", FILES["stsb"][0].replace("4.750", "high"), '"high"; numbers'),
    ],
)
def test_mistakes_in_files(tmp_path, name, lines, message):
    path = tmp_path / "train.tsv"
    path.write_text(lines)
    with pytest.raises(UserError) as error:
        find_task(f"glue/{name}").read(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_columns_are_known(tmp_path):
    with pytest.raises(UserError, match="leave --text"):
        find_task("glue/rte").read(tmp_path, header=["a"])


def test_a_label_that_is_none_of_the_task(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_text(FILES["rte"][0] + "1\tA.\tB.\tmaybe\n")
    kind = find_task("glue/rte")
    examples = kind.read(path)
    task = kind.of_examples(examples)
    assert task.labels == ["entailment", "not_entailment"]
    with pytest.raises(UserError, match="maybe"):
        task.targets(examples, None)


def test_ax_is_answered_by_a_model_of_mnli(tmp_path):
    with pytest.raises(UserError, match="train on glue/mnli"):
        find_task("glue/ax").files(tmp_path)


@pytest.fixture(scope="module")
def mnli(tmp_path_factory):
    """A folder as GLUE's, in which the second sentence tells the label."""
    folder = tmp_path_factory.mktemp("mnli")
    header = FILES["mnli"][0].splitlines()[0]
    answers = {
        "yes": "\tentailment",
        "no": "\tcontradiction",
        "or": "\tneutral",
    }
    parses = 4 * "\t("
    rows = [
        f"{i}\t1\t1n\tgov{parses}\tit is {i}\t{word} of it{2 * label}"
        for i, (word, label) in enumerate([*answers.items()] * 100)
    ]
    for name, part in (
        ("train.tsv", rows),
        ("dev_matched.tsv", rows[:30]),
        ("dev_mismatched.tsv", rows[30:45]),
    ):
        (folder / name).write_text("\n".join([header, *part]) + "\n")
    (folder / "diagnostic.tsv").write_text(
        "index\tsentence1\tsentence2\n8\tit is 3\tno of it\n9\ta\tyes of it\n"
    )
    return folder


@pytest.fixture(scope="module")
def trained(mnli):
    argv = ["finetune", "--task", "glue/mnli", "--data", mnli]
    argv += ["--model", "albert_pico", "--output", mnli / "model"]
    argv += ["--epochs", 8, "--learning-rate", "1e-3", "--dropout", 0]
    assert call([*argv, "--batch-size", 16]) == 0
    return mnli / "model"


def test_both_dev_sets_are_scored(trained, mnli, capsys):
    report = json.loads((trained / "report.json").read_text())
    assert report["task"] == "glue/mnli"
    assert report["dev"]["accuracy"] > 0.95
    argv = ["evaluate", trained, mnli / "dev_mismatched.tsv", "--json"]
    assert call([*argv, "--task", "glue/mnli"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] > 0.9


def test_a_submission(trained, mnli, capsys):
    argv = ["predict", trained, "--task", "glue/ax"]
    assert call([*argv, "--input", mnli / "diagnostic.tsv"]) == 0
    assert capsys.readouterr().out == (
        "index\tprediction\n8\tcontradiction\n9\tentailment\n"
    )


def test_the_file_of_a_phone_is_scored_as_well(trained, mnli, capsys):
    path = mnli / "model.tflite"
    assert call(["export", trained, path]) == 0
    capsys.readouterr()
    argv = ["evaluate", path, mnli / "dev_matched.tsv", "--json"]
    assert call([*argv, "--task", "glue/mnli"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] > 0.9
    assert call([*argv, "--task", "glue/stsb"]) == 2
    assert "is for classification" in capsys.readouterr().err


def test_the_model_itself_is_a_classifier(trained):
    from albert_tf.models import load_model

    assert type(task_of_model(load_model(trained))) is Classification


def test_one_way_to_name_the_files(mnli, capsys):
    argv = ["finetune", "--task", "glue/mnli", "--output", mnli / "x"]
    assert call([*argv, "--data", mnli, "--train", mnli / "train.tsv"]) == 2
    assert "not both" in capsys.readouterr().err
    assert call(argv) == 2
    assert "--train is needed, or --data" in capsys.readouterr().err


def test_a_folder_of_any_task(tmp_path):
    with pytest.raises(UserError, match="one file called train is needed"):
        Classification.files(tmp_path)
    for name in ("train.tsv", "valid.jsonl.gz", "readme.md"):
        (tmp_path / name).touch()
    train, (dev,) = Classification.files(tmp_path)
    assert (train.name, dev.name) == ("train.tsv", "valid.jsonl.gz")
    (tmp_path / "dev.tsv").touch()
    with pytest.raises(UserError, match="there is dev.tsv, valid.jsonl.gz"):
        Classification.files(tmp_path)


def test_numbers_of_stsb_stay_on_the_scale():
    task = find_task("glue/stsb")()
    assert [task.prediction(x) for x in (-1.0, 2.34567, 7.0)] == [
        "0.000",
        "2.346",
        "5.000",
    ]


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("mrpc", {"average": 0.575, "accuracy": 0.75, "f1": 0.4}),
        ("qqp", {"average": 0.575, "accuracy": 0.75, "f1": 0.4}),
        ("cola", {"matthews": 6 / 540**0.5, "accuracy": 0.75}),
        ("sst2", {"accuracy": 0.75}),
    ],
)
def test_each_task_has_its_official_figures(name, figures):
    """Of three ones one is found, and one that is none."""
    truth, found = "110000000001", "100000000010"
    task = find_task(f"glue/{name}")(["0", "1"])
    score = task.score(
        [Prediction(label, 1.0, {}) for label in found],
        [Example("a", label=label) for label in truth],
    )
    assert score.figures == pytest.approx(figures, abs=1e-4)
    assert next(iter(score.figures)) == task.figure
