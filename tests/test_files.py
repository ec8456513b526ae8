"""Files and directories that are there whole or not at all."""

import concurrent.futures
import errno
import os
import subprocess
import sys
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
        with new(tmp_path / "b.txt", overwrite=False) as temporary:
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
        new_directory(tmp_path / "b", overwrite=False) as outer,
        new_file(outer / "c", overwrite=False),
    ):
        raise OSError(28, "No space left on device")
    assert os.listdir(tmp_path) == []


def test_other_mistakes_keep_their_words(tmp_path):
    with (
        pytest.raises(UserError, match="^mine$"),
        new_directory(tmp_path / "b", overwrite=False),
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


# === Links ===


def test_what_a_link_leads_to_is_replaced(tmp_path, make):
    make(tmp_path / "disk" / "b")
    link = tmp_path / "b"
    link.symlink_to("disk/b")
    with pytest.raises(UserError, match="/b: exists already"):
        make(link)
    make(link, overwrite=True)
    assert os.readlink(link) == "disk/b"
    assert sorted(os.listdir(tmp_path)) == ["b", "disk"]
    assert os.listdir(tmp_path / "disk") == ["b"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_link_that_leads_nowhere_stays(tmp_path, make, overwrite):
    link = tmp_path / "b"
    link.symlink_to("unplugged/b")
    with pytest.raises(UserError, match="is a link to unplugged/b, which does"):
        make(link, overwrite)
    assert os.readlink(link) == "unplugged/b"
    assert os.listdir(tmp_path) == ["b"]


def test_a_parent_that_leads_nowhere_is_no_place(tmp_path, make):
    (tmp_path / "a").symlink_to("unplugged")
    with pytest.raises(UserError, match="/a: is a link to unplugged, which"):
        make(tmp_path / "a" / "b")
    assert os.listdir(tmp_path) == ["a"]


# === Failures ===


def fail_at(monkeypatch, calls, error):
    """Lets these calls of `os.replace` fail, counted from 1."""
    count = 0
    replace = os.replace

    def flaky(source, target):
        nonlocal count
        count += 1
        if count in calls:
            raise error
        replace(source, target)

    monkeypatch.setattr(os, "replace", flaky)


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), SystemExit()])
def test_a_directory_that_cannot_be_replaced_is_back(
    tmp_path, monkeypatch, call, error
):
    path = tmp_path / "b"
    path.mkdir()
    (path / "mine").write_text("old")
    fail_at(monkeypatch, [call], error)
    with pytest.raises((UserError, SystemExit)):
        make_directory(path, overwrite=True)
    assert (path / "mine").read_text() == "old"
    assert os.listdir(tmp_path) == ["b"]


def test_without_a_way_back_the_old_directory_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "b"
    path.mkdir()
    (path / "mine").write_text("old")
    fail_at(monkeypatch, [2, 3], OSError(errno.ENOSPC, "full"))
    with pytest.raises(UserError, match="could not be written: full"):
        make_directory(path, overwrite=True)
    (kept,) = tmp_path.rglob("mine")
    assert kept.read_text() == "old"


@pytest.mark.parametrize("new", [new_file, new_directory])
@pytest.mark.parametrize(
    "source", ["none.tsv", "/nowhere/b", b"none.tsv", "unreadable"]
)
def test_a_source_is_not_mistaken_for_the_output(
    tmp_path, new, source, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("unreadable").mkdir()
    name = os.fsdecode(source)
    with (
        pytest.raises(UserError, match=rf"^{name}: (No such|Is a dir)"),
        new(tmp_path / "b", overwrite=False),
        open(source, encoding="utf-8"),
    ):
        pass
    assert os.listdir() == ["unreadable"]


def test_a_reader_keeps_its_words(tmp_path):
    def read():
        try:
            raise PermissionError(errno.EACCES, "Permission denied", "mine.tsv")
        except OSError as error:
            raise UserError("mine.tsv: line 1") from error

    with (
        pytest.raises(UserError, match=r"^mine.tsv: line 1$"),
        new_directory(tmp_path / "b", overwrite=False),
    ):
        read()


def test_what_is_no_file_at_all_stays_as_it_was(tmp_path):
    with (
        pytest.raises(BrokenPipeError),
        new_file(tmp_path / "b", overwrite=False),
    ):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


@pytest.mark.parametrize("make_name", ["make_file", "make_directory"])
def test_a_full_disk(tmp_path, make_name):
    """A limit on the size of files stands for a disk that is full."""
    path = tmp_path / "b"
    path.mkdir()
    (path / "mine").write_text("old")
    code = f"""if True:
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        from albert_tf.files import new_directory, new_file
        from albert_tf.errors import UserError
        new, name = {{
            "make_file": (new_file, "c.txt"),
            "make_directory": (new_directory, "b"),
        }}[{make_name!r}]
        try:
            with new({str(tmp_path)!r} + "/" + name, overwrite=True) as place:
                file = place / "file" if place.is_dir() else place
                file.write_bytes(bytes(5000))
        except UserError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    name = "c.txt" if make_name == "make_file" else "b"
    assert done.stdout == (
        f"{tmp_path}/{name}: could not be written: File too large\n"
    )
    assert os.listdir(tmp_path) == ["b"]
    assert (path / "mine").read_text() == "old"


@pytest.mark.parametrize("new", [new_file, new_directory])
def test_a_read_only_place(tmp_path, new, monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    with pytest.raises(UserError, match="may not be written to"):
        make_file(tmp_path / "a" / "b")
    monkeypatch.undo()

    def deny(*arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path))

    monkeypatch.setattr(os, "mkdir", deny)
    with (
        pytest.raises(UserError, match="/b: could not be written: Permission"),
        new(tmp_path / "b", overwrite=False),
    ):
        pass


def test_a_name_as_long_as_the_system_allows(tmp_path, make):
    path = tmp_path / ("n" * 251 + ".txt")
    make(path)
    assert path.exists()
    with pytest.raises(UserError, match=r"n.txt: File name too long$"):
        make(tmp_path / ("n" * 252 + ".txt"))


# === Several at once ===


def test_somebody_was_faster(tmp_path, make):
    path = tmp_path / "b"
    with (
        pytest.raises(UserError, match="/b: exists already"),
        new_directory(path, overwrite=False),
    ):
        make(path)
    path = tmp_path / "c"
    with (
        pytest.raises(UserError, match="/c: (exists already|is a directory)"),
        new_file(path, overwrite=False),
    ):
        make(path)
    for path in (tmp_path / "b", tmp_path / "c"):
        file = path / "file" if path.is_dir() else path
        assert file.read_text() == "new"
    assert sorted(os.listdir(tmp_path)) == ["b", "c"]


def test_many_writers_leave_one_whole_directory(tmp_path):
    def write(number):
        try:
            with new_directory(tmp_path / "b", overwrite=True) as place:
                for name in "xyz":
                    (place / name).write_text(str(number))
        except UserError:
            return 0
        return 1

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(200)))
    # One that is never sure of `b` being whole keeps what it moved away.
    assert [x for x in os.listdir(tmp_path) if not x.startswith(".")] == ["b"]
    texts = {file.read_text() for file in (tmp_path / "b").iterdir()}
    assert len(texts) == 1
    assert len(os.listdir(tmp_path / "b")) == 3


def test_devices_and_pipes_stay(tmp_path, make):
    path = tmp_path / "b"
    os.mkfifo(path)
    with pytest.raises(UserError, match="/b: is not a "):
        make(path, overwrite=True)
    assert path.is_fifo()
