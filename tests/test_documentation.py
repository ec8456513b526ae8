"""The code that readers copy runs as it stands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import albert_tf
from albert_tf import models
from albert_tf.recipes import snips

ROOT = Path(__file__).parent.parent
READMES = sorted(ROOT.glob("README*.md"))
PAGES = [*READMES, *sorted((ROOT / "docs").glob("*.md"))]
# Its code is cut out of a test, which runs it.
STORY = ROOT / "docs" / "new_task.md"
# Classes of transformers.
OF_OTHERS = re.compile(r"TFAlbert\w+|Albert(For\w+|Model|Tokenizer)")


def blocks(page: Path, language: str) -> list[str]:
    pattern = rf"^```{language}\n(.*?)^```$"
    return re.findall(pattern, page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [p for p in PAGES if p != STORY], ids=lambda page: page.name
)
@pytest.mark.filterwarnings("ignore:the weights of", "ignore:.*new and random")
def test_python_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "\n".join(blocks(page, "python"))
    assert code
    exec(compile(code, page.name, "exec"), {"__name__": "__main__"})


def test_the_story_of_a_new_task_is_that_of_its_test():
    test = (ROOT / "tests" / "tasks" / "test_new_task.py").read_text()
    code = blocks(STORY, "python")
    assert len(code) == 7
    for block in code:
        assert block in test


@pytest.mark.parametrize(
    ("page", "script"),
    [
        ("tasks.md", "tasks_table"),
        ("export.md", "quantization_table"),
        ("distillation.md", "task_distillation_table"),
        ("augmentation.md", "augmentation_table"),
        ("variants.md", "variants_table"),
    ],
)
def test_tables_are_what_was_measured(page, script):
    command = [sys.executable, ROOT / "benchmarks" / f"{script}.py"]
    table = subprocess.run(command, capture_output=True, text=True, check=True)
    _, _, rest = (
        (ROOT / "docs" / page)
        .read_text()
        .partition(f"<!-- python benchmarks/{script}.py -->\n")
    )
    assert rest.partition("<!-- end -->")[0].strip() == table.stdout.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page):
    from typer.main import get_command

    from albert_tf.cli import app

    commands = get_command(app).commands
    lines = "".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()
    for line in lines:
        words = line.split("#")[0].split()
        if words[:1] == ["albert-tf"]:
            options = {o for p in commands[words[1]].params for o in p.opts}
            used = {word for word in words if word.startswith("--")}
            assert used <= options, line
        elif words[:1] == ["make"]:
            assert f"\n{words[1]}:" in (ROOT / "Makefile").read_text(), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_classes_exist(page):
    named = set(re.findall(r"\b(?:TF)?Albert[A-Z]\w*", page.read_text()))
    for name in named:
        assert (
            OF_OTHERS.fullmatch(name)
            or name in vars(albert_tf)
            or (name in models.model_classes())
        ), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_pages_in_two_languages_have_the_same_figures():
    figures = [
        re.findall(r"\| ([\d.,]+(?:%| \w+)?) \|$", page.read_text(), re.M)
        for page in READMES
    ]
    assert len(figures) == 2
    assert len(figures[0]) == 10
    assert figures[0] == figures[1]


def write_examples(folder):
    """A few of the SNIPS sentences, `train.tsv` and `dev.tsv`."""
    for split, number in (("train", 40), ("dev", 14)):
        examples = snips.examples(split)[::50][:number]
        rows = [f"{e.text}\t{e.label}\n" for e in examples]
        (folder / f"{split}.tsv").write_text("text\tlabel\n" + "".join(rows))


def in_small(commands, *changes):
    """A guide's commands, each with less to do."""
    for large, small in changes:
        assert large in commands
        commands = commands.replace(large, small)
    return commands


def run(commands, folder):
    """Runs what a reader would copy into a shell."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.mark.slow
def test_the_guide_to_pretraining_runs(tmp_path, data_dir):
    page = ROOT / "docs" / "pretraining.md"
    first_run = page.read_text().split("## First run")[1].split("\n## ")[0]
    (commands,) = re.findall(r"^```sh\n(.*?)^```$", first_run, re.M | re.S)
    text = (data_dir / "books_excerpt.txt").read_text()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "books.txt").write_text(text.replace("\n", "\n\n"))
    write_examples(tmp_path)
    assert "step      60  dev" in run(commands, tmp_path)
    assert (tmp_path / "my_model.tflite").exists()


@pytest.mark.slow
def test_the_guide_to_distillation_runs(tmp_path, data_dir):
    """In small: a BERT of width 16 that knows the letters."""
    page = ROOT / "docs" / "distillation.md"
    commands = blocks(page, "sh")[1]
    commands = in_small(
        commands,
        ("--vocabulary-size 14000", "--vocabulary-size 64"),
        ("--embedding-size 128", "--embedding-size 8"),
        ("--steps 2000", "--steps 3 --length 16 --batch-tokens 64"),
        ("--output my_model", "--output my_model --epochs 1"),
        ("--verify dev.tsv", "--verify dev.tsv --threshold 100"),
    )
    shutil.copytree(data_dir / "hf_bert" / "BertForMaskedLM", tmp_path / "bert")
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    pieces += [*(f"##{letter}" for letter in letters), *".,;?!-'"]
    (tmp_path / "bert" / "vocab.txt").write_text("\n".join(pieces) + "\n")
    text = (data_dir / "books_excerpt.txt").read_text()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "books.txt").write_text(text.replace("\n", "\n\n"))
    write_examples(tmp_path)
    assert "saved to run/model" in run(commands, tmp_path)
    assert (tmp_path / "my_model.tflite").exists()


@pytest.mark.slow
def test_the_guide_to_pretrained_tasks_runs(tmp_path):
    commands, _ = blocks(ROOT / "docs" / "pretrained_tasks.md", "sh")
    said = run(commands, tmp_path)
    assert "perplexity" in said
    assert said.count('"label": ') == 2
    assert said.count("\tThen he stood up.\n") == 2
    assert (tmp_path / "order.tflite").exists()


@pytest.mark.slow
def test_the_guide_to_multiple_choice_runs(tmp_path):
    """On the line that it shows, from a small model."""
    page = ROOT / "docs" / "multiple_choice.md"
    (line,) = blocks(page, "json")
    for name in ("train.jsonl", "dev.jsonl", "questions.jsonl"):
        (tmp_path / name).write_text(line)
    (tmp_path / "passage.txt").write_text("Anna has a ball. Tom has the map.")
    (commands,) = blocks(page, "sh")
    commands = in_small(
        commands,
        ("--output my_choice", "--output my_choice --model albert_pico"),
        ("--verify dev.jsonl", "--verify dev.jsonl --threshold 100"),
    )
    said = run(commands, tmp_path)
    assert "2 choices each" in said
    assert "\tWho has the map?" in said
    assert '"text": ' in said


@pytest.mark.slow
def test_the_guide_to_question_answering_runs(tmp_path):
    """On the file that it shows, from a small model."""
    page = ROOT / "docs" / "question_answering.md"
    (questions,) = blocks(page, "json")
    for name in ("train-v2.0.json", "dev-v2.0.json", "questions.json"):
        (tmp_path / name).write_text(questions)
    (tmp_path / "passage.txt").write_text("Anna has a ball. Tom has the map.")
    (commands,) = blocks(page, "sh")
    commands = in_small(
        commands,
        ("--output my_qa", "--output my_qa --model albert_pico"),
        ("--verify dev-v2.0.json", "--verify dev-v2.0.json --threshold 100"),
    )
    said = run(commands, tmp_path)
    assert "null threshold" in said
    assert "\tWho has the map?" in said
    assert '"id": "2"' in said
