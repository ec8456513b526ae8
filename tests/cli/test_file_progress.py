import io

import pytest
from rich.console import Console

from albert_tf.cli import file_progress
from albert_tf.cli.file_progress import FileProgress


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_bytes(bytes(500))
    return paths


def test_the_bar_of_several_files(files):
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80)
    with FileProgress(files, console) as progress:
        for _ in files:
            told = progress.of()
            told(100, 500)
            told(500, 500)
        assert progress._task.percentage == 100
    assert "reading" in file.getvalue()


def test_lines_in_place_of_a_bar(files, capsys, monkeypatch):
    console = Console(file=io.StringIO())
    with FileProgress(files, console) as progress:
        progress.advance(250, 7000)
        assert capsys.readouterr().err == ""
        monkeypatch.setattr(file_progress, "_SECONDS", -1)
        progress.advance(250, 7000)
    said = capsys.readouterr()
    assert said.err.startswith(" 50 %  7,000 tokens  ")
    assert said.out == console.file.getvalue() == ""
