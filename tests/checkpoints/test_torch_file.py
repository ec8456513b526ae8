"""PyTorch's files: tensors and nothing else, whatever the bytes are."""

import gzip
import os
import pickle
import struct
import tracemalloc
import zipfile
from collections import OrderedDict

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from torch_writer import Tensor, save_archive, save_stream

from albert_tf.checkpoints.torch_file import open_torch
from albert_tf.errors import UserError

FORMATS = pytest.mark.parametrize("save", [save_archive, save_stream])
DTYPES = ["float32", "float64", "float16", "int64", "int32", "int16"]
DTYPES += ["int8", "uint8", "bool"]


@pytest.fixture
def read(tmp_path):
    """Writes bytes to a file and reads all tensors of it."""

    def call(data: bytes) -> dict[str, np.ndarray]:
        path = tmp_path / "pytorch_model.bin"
        path.write_bytes(data)
        return {n: t.read() for n, t in open_torch(path).items()}

    return call


@pytest.fixture
def refused(read, tmp_path):
    """The one line that reading bytes ends with."""

    def call(data: bytes) -> str:
        with pytest.raises(UserError) as caught:
            read(data)
        message = str(caught.value)
        assert message.startswith(f"{tmp_path / 'pytorch_model.bin'}: ")
        assert "\n" not in message
        return message

    return call


def _array(*shape, dtype="float32"):
    numbers = np.random.default_rng(0).normal(size=shape) * 100
    return numbers.astype(dtype)


# === What PyTorch wrote ===


@pytest.mark.parametrize(
    ("file", "tolerance"),
    [("before_1.6", 0), ("float16", 1e-3)],
)
def test_files_of_pytorch(read, data_dir, file, tolerance):
    path = data_dir / "hf_bin" / f"pytorch_model_{file}.bin.gz"
    found = read(gzip.decompress(path.read_bytes()))
    golden = data_dir / "hf_sequence_classification" / "model.safetensors"
    expected = load_file(golden)
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == np.float32
        np.testing.assert_allclose(found[name], array, rtol=0, atol=tolerance)


@FORMATS
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(read, save, protocol, dtype):
    array = _array(3, 4, dtype=dtype)
    found = read(save({"a": Tensor.of(array)}, protocol))["a"]
    is_float = dtype.startswith("float")
    assert found.dtype == ("float32" if is_float else dtype)
    np.testing.assert_array_equal(found, array.astype(found.dtype))


@FORMATS
def test_bfloat16(read, save):
    array = _array(3, 4, dtype=ml_dtypes.bfloat16)
    found = read(save({"a": Tensor.of(array)}))["a"]
    np.testing.assert_array_equal(found, array.astype("float32"))


@FORMATS
def test_views(read, save):
    numbers = _array(60)
    state = {
        "whole": Tensor(numbers, (60,), (1,)),
        "transposed": Tensor(numbers, (5, 12), (1, 5)),
        "part": Tensor(numbers, (2, 3), (12, 2), offset=7),
        "last": Tensor(numbers, (1, 1), (99, 1), offset=59),
        "repeated": Tensor(numbers, (4, 2), (0, 1), offset=3),
        "scalar": Tensor(numbers, (), (), offset=9),
        "empty": Tensor(numbers, (0, 5), (5, 1), offset=60),
    }
    found = read(save(state))
    np.testing.assert_array_equal(found["whole"], numbers)
    expected = numbers.reshape(12, 5).T
    np.testing.assert_array_equal(found["transposed"], expected)
    expected = numbers[[[7, 9, 11], [19, 21, 23]]]
    np.testing.assert_array_equal(found["part"], expected)
    assert found["last"] == numbers[59]
    np.testing.assert_array_equal(found["repeated"], [numbers[3:5]] * 4)
    assert found["scalar"] == numbers[9]
    assert found["empty"].shape == (0, 5)


@FORMATS
def test_state_dictionary_with_metadata_and_parameters(read, save):
    state = OrderedDict(a=Tensor.of(_array(3), is_parameter=True))
    state._metadata = OrderedDict({"": {"version": 1}})
    np.testing.assert_array_equal(read(save(state))["a"], _array(3))


def test_view_of_a_storage_as_before_pytorch_0_4(read):
    state = {"a": Tensor(_array(10), (3,), (1,))}
    data = save_stream(state)
    # "None" as the last of the storage's identity; then a view of it.
    at = data.index(b"K\nNt")
    view = pickle.dumps(("v", 4, 5), 2)[2:-1]
    data = data[: at + 2] + view + data[at + 3 :]
    np.testing.assert_array_equal(read(data)["a"], _array(10)[4:7])


# === What is no tensor ===


class _Call:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@FORMATS
@pytest.mark.parametrize("protocol", [2, 4])
def test_other_names_are_refused(refused, tmp_path, save, protocol):
    bomb = _Call(os.mkdir, str(tmp_path / "made"))
    state = {"a": Tensor.of(_array(3)), "b": bomb}
    message = refused(save(state, protocol))
    assert f"names {os.mkdir.__module__}.mkdir" in message
    assert not (tmp_path / "made").exists()


@FORMATS
@pytest.mark.parametrize(
    "function", [eval, print, getattr, np.frombuffer, OrderedDict.fromkeys]
)
def test_no_function_is_called(refused, save, function):
    assert "pickle" in refused(save({"a": _Call(function, "1")}))


@FORMATS
@pytest.mark.parametrize("value", [3, None, "text", [1], {"b": 2}])
def test_values_that_are_no_tensors(refused, save, value):
    assert "'a' in it is no tensor" in refused(save({"a": value}))


@FORMATS
def test_list_of_tensors(refused, save):
    assert "no dictionary" in refused(save([Tensor.of(_array(3))]))


def test_files_of_other_kinds(refused, tmp_path):
    assert "neither" in refused(b"")
    assert "neither" in refused(b"something else")
    assert "not one of torch.save" in refused(pickle.dumps({"a": 1}, 2))
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    assert "not one of PyTorch's" in refused(path.read_bytes())


# === Damage and malice ===


def test_big_endian_numbers(refused):
    data = save_stream({"a": Tensor.of(_array(3))})
    data = data.replace(
        pickle.dumps({"little_endian": True}, 2),
        pickle.dumps({"little_endian": False}, 2),
    )
    assert "little-endian" in refused(data)


@FORMATS
@pytest.mark.parametrize(
    "tensor",
    [
        Tensor(_array(10), (11,), (1,)),
        Tensor(_array(10), (2, 3), (5, 3)),
        Tensor(_array(10), (3,), (1,), offset=8),
        Tensor(_array(10), (3,), (-1,), offset=5),
        Tensor(_array(10), (-3,), (1,)),
        Tensor(_array(10), (3,), (1,), offset=-1),
        Tensor(_array(10), (2**60, 2**60), (0, 0)),
        Tensor(_array(10), (2**40, 2**40), (0, 0)),
        Tensor(_array(10), (0, 2**47, 2**47), (0, 0, 0)),
    ],
)
def test_views_beyond_their_storage(refused, save, tensor):
    tracemalloc.start()
    refused(save({"a": tensor}))
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()


@FORMATS
def test_truncated(refused, save):
    data = save({"a": Tensor.of(_array(50)), "b": Tensor.of(_array(9))})
    for size in range(0, len(data) - 1, 3):
        refused(data[:size])


def test_compressed_archives(refused, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(10**7))
    tracemalloc.start()
    assert "compressed" in refused(path.read_bytes())
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()


def test_archive_with_another_size_in_its_directory(refused):
    data = bytearray(save_archive({"a": Tensor.of(_array(50))}))
    entry = data.index(b"PK\1\2")  # the first member's, data.pkl
    data[entry + 20 : entry + 24] = struct.pack("<I", 2**31 - 1)
    tracemalloc.start()
    assert "two sizes" in refused(bytes(data))
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()


_OPCODES = {
    "a string of 2**62 bytes": b"\x8d" + struct.pack("<Q", 2**62),
    "a bytearray of 2**62 bytes": b"\x96" + struct.pack("<Q", 2**62),
    "a frame of 2**62 bytes": b"\x95" + struct.pack("<Q", 2**62),
    "place 2**32 - 1 of the memo": b"Nr\xff\xff\xff\xff",
    "a number of 2**31 bytes": b"\x8b" + struct.pack("<i", 2**31 - 1),
    "tuples in tuples": b")" + b"q\x00h\x00\x86" * 60 + b"}h\x00Ns",
    "many dictionaries": b"}" * 900_000,
    "an empty stack": b"0000",
    "a pickle without a mark": b"t",
}


@pytest.mark.parametrize("name", _OPCODES)
def test_bombs(refused, name):
    head = save_stream({}).partition(b"\x80\x02}q\x00.\x80\x02]")[0]
    data = head + b"\x80\x02" + _OPCODES[name] + b"."
    tracemalloc.start()
    refused(data)
    assert tracemalloc.get_traced_memory()[1] < 80e6
    tracemalloc.stop()


_STATE = {
    "w": Tensor.of(_array(6, 5)),
    "b": Tensor.of(_array(6, dtype="float16"), is_parameter=True),
    "t": Tensor(_array(12), (3, 4), (1, 3)),
}


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data(), st.sampled_from([save_archive, save_stream]))
def test_damaged_bytes_end_in_one_line_or_tensors(read, data, save):
    file = bytearray(save(_STATE))
    kind = data.draw(st.sampled_from(["change", "cut", "insert"]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(file) - 1))
        if kind == "change":
            file[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del file[at : at + data.draw(st.integers(1, 40))]
        else:
            file[at:at] = data.draw(st.binary(min_size=1, max_size=9))
    tracemalloc.start()
    try:
        found = read(bytes(file))
    except UserError:
        pass
    else:
        assert all(isinstance(a, np.ndarray) for a in found.values())
        if save is save_archive and "w" in found:  # it has checksums
            np.testing.assert_array_equal(found["w"], _array(6, 5))
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4e6
