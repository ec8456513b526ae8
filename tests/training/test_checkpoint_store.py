import json
import shutil

import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.training.checkpoint_store import CheckpointStore


def arrays(value):
    return {"w": np.full((3, 2), value, "float32"), "n": np.array(value)}


def names(store_directory):
    return sorted(path.name for path in store_directory.iterdir())


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path, keep=2)


def test_the_newest_is_read_back(store):
    assert store.load_newest() is None
    for step in (5, 10):
        store.save(step, arrays(step), {"note": f"at {step}"})
    saved = store.load_newest()
    assert saved.step == 10
    assert saved.facts == {"note": "at 10"}
    for name, array in arrays(10).items():
        np.testing.assert_array_equal(saved.arrays[name], array)
        assert saved.arrays[name].dtype == array.dtype


def test_old_ones_go_but_the_best_stays(store, tmp_path):
    for step, loss in enumerate([3.0, 1.0, 2.0, 4.0, 5.0]):
        store.save(step, arrays(step), {"dev_loss": loss})
    assert names(tmp_path) == [f"step-0000000{n}" for n in (1, 3, 4)]
    assert store.best().name == "step-00000001"


@pytest.mark.parametrize("damage", ["bit", "cut", "json", "missing"])
def test_a_damaged_one_is_passed_over_with_a_warning(store, tmp_path, damage):
    for step in (1, 2):
        store.save(step, arrays(step), {"dev_loss": float(step)})
    path = tmp_path / "step-00000002" / "state.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    if damage == "bit":
        path.write_bytes(bytes(data))
    elif damage == "cut":
        path.write_bytes(bytes(data[:-5]))
    elif damage == "json":
        path.with_suffix(".json").write_text("{")
    else:
        path.unlink()
    with pytest.warns(UserWarning, match="step-00000002: is damaged"):
        assert store.load_newest().step == 1
    store.save(3, arrays(3), {})
    assert store.load_newest().step == 3


def test_all_of_them_damaged(store, tmp_path):
    store.save(1, arrays(1), {})
    (tmp_path / "step-00000001" / "state.safetensors").write_bytes(b"")
    with (
        pytest.warns(UserWarning, match="damaged"),
        pytest.raises(UserError, match="all 1 checkpoints are damaged"),
    ):
        store.load_newest()


def test_what_a_killed_run_left_is_removed(store, tmp_path):
    store.save(1, arrays(1), {})
    half = tmp_path / ".step-00000002.abc" / "new"
    half.mkdir(parents=True)
    (half / "state.safetensors").write_bytes(b"half")
    assert store.load_newest().step == 1
    assert names(tmp_path) == ["step-00000001"]


def test_a_full_disk_leaves_the_others(store, tmp_path, monkeypatch):
    store.save(1, arrays(1), {})

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(UserError, match="No space left on device"):
        store.save(2, arrays(2), {})
    monkeypatch.undo()
    assert names(tmp_path) == ["step-00000001"]
    assert store.load_newest().step == 1


def test_a_step_is_saved_again(store, tmp_path):
    store.save(1, arrays(1), {})
    store.save(1, arrays(2), {})
    assert store.load_newest().arrays["n"] == 2
    state = json.loads((tmp_path / "step-00000001/state.json").read_text())
    assert state["step"] == 1
    shutil.rmtree(tmp_path / "step-00000001")
    assert store.load_newest() is None
