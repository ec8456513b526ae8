"""The command that measures files."""

import subprocess
import sys

import pytest
from commands import call


@pytest.fixture(scope="module")
def two(home, tmp_path_factory):
    """The home with a second file, of fixed lengths."""
    argv = ["export", home / "model", home / "fixed.tflite"]
    assert call([*argv, "--lengths", "16,48"]) == 0
    return [home / "model.tflite", home / "fixed.tflite"]


def test_table_and_picture(home, two, tmp_path, capsys):
    argv = ["benchmark", *two, "--lengths", "8,48,64"]
    argv += ["--examples", home / "test.tsv", "--plot", tmp_path / "p.png"]
    assert call(argv) == 0
    said = capsys.readouterr().out
    for words in ("model.tflite", "fixed.tflite", "accuracy", "48 tokens"):
        assert words in said
    # A file of fixed lengths takes no more than the longest.
    (row,) = (line for line in said.splitlines() if "64 tokens" in line)
    assert row.count(" ms ") == 1
    assert (tmp_path / "p.png").stat().st_size > 5_000


def test_starts_without_tensorflow(two):
    code = (
        "import sys; from albert_tf.cli import app; app(sys.argv[1:], "
        "standalone_mode=False);"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    argv = ["benchmark", two[0], "--lengths", "8"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, argv)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_mistakes(home, two, tmp_path, fails):
    def said(*further):
        return fails("benchmark", two[0], *further)

    assert "--lengths '8,x' must be whole" in said("--lengths", "8,x")
    assert "a cache needs a file" in said("--cache", tmp_path)
    assert "needs --examples" in said("--label", "label")
    assert "needs --plot" in said("--overwrite")
    assert "ends with .png" in said("--plot", tmp_path / "p.pdf")
    assert "no such file" in fails("benchmark", tmp_path / "none.tflite")
    export = ["export", home / "model", tmp_path / "m.tflite"]
    assert "from 3 to the model's" in fails(*export, "--lengths", "2,8")
    assert "a SavedModel is float32" in fails(
        *export, "--format", "saved-model", "--lengths", "8"
    )
    assert not any(tmp_path.iterdir())
