"""Recipes of fine-tuning."""

import json

import pytest
from commands import call

from albert_tf.errors import UserError
from albert_tf.recipes import paper, small
from albert_tf.tasks import find_task


# Epochs as the paper's numbers of steps mean them on the official files.
@pytest.mark.parametrize(
    ("task", "examples", "epochs"),
    [
        ("glue/cola", 8551, 10),
        ("glue/mnli", 392702, 3),
        ("glue/rte", 2490, 10),
        ("glue/mrpc", 3668, 7),
        ("question_answering", 87599, 2),
        ("joint_question_answering", 130319, 3),
        ("glue/wnli", 10**9, 1),
    ],
)
def test_steps_of_the_paper_become_epochs(task, examples, epochs):
    assert paper.options(task, examples).epochs == epochs


def test_a_row_of_the_paper():
    options = paper.options("glue/rte", 2490)
    assert (options.learning_rate, options.batch_size) == (3e-5, 32)
    assert (options.dropout, options.max_length) == (0.1, 512)
    assert options.warmup_share == 0.25


@pytest.mark.parametrize("table", [paper.TABLE, small.TABLE])
def test_recipes_are_for_tasks_that_there_are(table):
    for name in table:
        assert find_task(name).name == name


@pytest.mark.parametrize("recipe", [paper, small])
def test_a_task_without_a_recipe(recipe):
    with pytest.raises(UserError, match="task='regression' must be one of"):
        recipe.options("regression", 10)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the weights of", "ignore:accuracy on")
def test_options_that_are_given_go_before(tmp_path, capsys):
    rows = [f"it is {i}\t{i % 2}" for i in range(8)]
    train = tmp_path / "train.tsv"
    train.write_text("\n".join(["text\tlabel", *rows]) + "\n")
    argv = ["finetune", "--train", train, "--dev", train, "--output"]
    argv += [tmp_path / "m", "--model", "albert_pico", "--epochs", 1]
    assert call([*argv, "--recipe", "small"]) == 0
    options = json.loads((tmp_path / "m/report.json").read_text())["options"]
    assert options["epochs"] == 1
    assert (
        options["learning_rate"] == small.TABLE["classification"].learning_rate
    )
    assert call([*argv, "--overwrite", "--recipe", "large"]) == 2
    assert (
        "recipe='large' must be one of paper, small" in capsys.readouterr().err
    )
