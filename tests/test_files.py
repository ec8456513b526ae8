"""Files and directories that are there whole or not at all."""

import os
from pathlib import Path

import pytest

from albert_tf.errors import UserError
from albert_tf.files import new_directory, new_file


def make_file(path, overwrite=False):
    with new_file(path, overwrite) as temporary:
        assert temporary.suffix == path.suffix
        temporary.write_text("new")


def make_directory(path, overwrite=False):
    with new_directory(path, overwrite) as temporary:
        (temporary / "file").write_text("new")


@pytest.fixture(params=[make_file, make_directory])
def make(request):
    return request.param


def test_missing_parents_are_made(tmp_path, make):
    path = tmp_path / "a" / "b.txt"
    make(path)
    assert os.listdir(path.parent) == ["b.txt"]
    with pytest.raises(UserError, match="b.txt: exists already"):
        make(path)


def test_relative_paths(tmp_path, make, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make(Path("b.txt"))
    assert os.listdir() == ["b.txt"]


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "b.txt"
    path.write_text("old")
    make_file(path, overwrite=True)
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["b.txt"]


def test_a_directory_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "b"
    path.mkdir()
    (path / "stale").touch()
    make_directory(path, overwrite=True)
    assert os.listdir(path) == ["file"]
    assert os.listdir(tmp_path) == ["b"]


@pytest.mark.parametrize("new", [new_file, new_directory])
@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_failures_leave_nothing(tmp_path, new, error):
    def fail():
        with new(tmp_path / "b.txt") as temporary:
            (temporary / "x" if temporary.is_dir() else temporary).touch()
            raise error

    with pytest.raises(error):
        fail()
    assert os.listdir(tmp_path) == []


def test_failures_leave_what_was_there(tmp_path):
    path = tmp_path / "b"
    make_directory(path)
    with pytest.raises(KeyError), new_directory(path, overwrite=True):
        raise KeyError
    assert (path / "file").read_text() == "new"
    assert os.listdir(tmp_path) == ["b"]


def test_a_full_disk_is_told_by_the_outer_name(tmp_path):
    with (
        pytest.raises(UserError, match=r"/b: could not be written: No space"),
        new_directory(tmp_path / "b") as outer,
        new_file(outer / "c"),
    ):
        raise OSError(28, "No space left on device")
    assert os.listdir(tmp_path) == []


def test_other_mistakes_keep_their_words(tmp_path):
    with (
        pytest.raises(UserError, match="^mine$"),
        new_directory(tmp_path / "b"),
    ):
        raise UserError("mine")


def test_files_and_directories_are_not_mixed_up(tmp_path):
    (tmp_path / "directory").mkdir()
    (tmp_path / "directory" / "inner").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="is a directory, not a file"):
        make_file(tmp_path / "directory", overwrite=True)
    for name in ("file", "directory"):
        with pytest.raises(UserError, match="not a directory of files only"):
            make_directory(tmp_path / name, overwrite=True)
    assert (tmp_path / "directory" / "inner").exists()


def test_a_file_is_no_place(tmp_path, make):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file is not a directory"):
        make(tmp_path / "file" / "b.txt")


def test_permissions_are_the_usual(tmp_path):
    before = os.umask(0o027)
    try:
        make_file(tmp_path / "file.txt")
        make_directory(tmp_path / "directory")
    finally:
        os.umask(before)
    modes = {p.name: p.stat().st_mode & 0o777 for p in tmp_path.rglob("*")}
    assert modes == {"file.txt": 0o640, "directory": 0o750, "file": 0o640}
