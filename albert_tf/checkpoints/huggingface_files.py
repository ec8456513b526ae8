"""Which files of a Hugging Face repository hold the weights."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

from albert_tf.checkpoints.hdf5_file import open_hdf5
from albert_tf.checkpoints.storage import open_safetensors
from albert_tf.checkpoints.stored_tensor import StoredTensor
from albert_tf.checkpoints.tensorflow_names import (
    has_tensorflow_names,
    to_pytorch_names,
)
from albert_tf.checkpoints.torch_file import open_torch
from albert_tf.errors import UserError
from albert_tf.json_files import read_json

_Opener = Callable[[Path], dict[str, StoredTensor]]
# Files of weights, the first that is there being read. Those of many tensors
# may be shards, which FILE.index.json lists.
_OPENERS: dict[str, _Opener] = {
    "model.safetensors": open_safetensors,
    "tf_model.h5": open_hdf5,
    "pytorch_model.bin": open_torch,
}
_INDEX = ".index.json"
_OTHER_FILES = ["*.json", "*.model", "vocab.txt"]
_LFS = b"version https://git-lfs"


def find_directory(source: str) -> Path:
    """The directory of that name, else the hub's repository, downloaded.

    Raises:
        UserError: if there is neither, or it could not be downloaded.
    """
    directory = Path(source)
    if directory.is_dir():
        return directory
    for name in _OPENERS:
        stem, suffix = name.split(".")
        pattern = f"{'' if suffix == 'safetensors' else stem}*.{suffix}"
        directory = _download(source, [*_OTHER_FILES, pattern])
        if _find(directory, name) is not None:
            break
    return directory


def _download(source: str, patterns: list[str]) -> Path:
    if not re.fullmatch(r"[\w-][\w.-]*(/[\w.-]+)?", source):
        raise UserError(f"hf:{source}: no such directory")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise UserError(
            f"hf:{source}: is no directory; to download it, "
            "pip install huggingface_hub"
        ) from None
    try:
        return Path(snapshot_download(source, allow_patterns=patterns))
    except Exception as error:  # of its HTTP client too, which has changed
        reason = (str(error).strip() or repr(error)).splitlines()[0]
        raise UserError(
            f"hf:{source}: is no directory and could not be downloaded: "
            f"{reason}"
        ) from error


def open_tensors(directory: Path) -> dict[str, StoredTensor]:
    """Finds the weights, under the names of Hugging Face's PyTorch models.

    Where there are several files of them, it is logged which are read.

    Raises:
        UserError: if there are none, or they are damaged or not whole.
    """
    found = {}
    for name in _OPENERS:
        path = _find(directory, name)
        if path is not None:
            found[path] = _OPENERS[name]
    if not found:
        raise UserError(
            f"{directory}: has no weights; there must be one of "
            f"{', '.join(_OPENERS)}"
        )
    path, *others = found
    if others:
        logging.getLogger("albert_tf").warning(
            "%s: has weights in %s; reading %s",
            directory,
            ", ".join(other.name for other in found),
            path.name,
        )
    tensors = _open(path, found[path])
    if has_tensorflow_names(tensors):
        tensors = to_pytorch_names(tensors)
    return tensors


def _find(directory: Path, name: str) -> Path | None:
    """The file of that name, else its index, else the only safetensors."""
    for path in (directory / name, directory / (name + _INDEX)):
        if path.exists():
            return path
    if not name.endswith(".safetensors"):
        return None
    files = sorted(directory.glob("*.safetensors"))
    if len(files) > 1:
        raise UserError(
            f"{directory}: has several safetensors files and no {name}"
            f"{_INDEX}: {', '.join(path.name for path in files)}"
        )
    return files[0] if files else None


def _open(path: Path, opener: _Opener) -> dict[str, StoredTensor]:
    if not path.name.endswith(_INDEX):
        return _open_one(path, opener)
    index = read_json(path).get("weight_map")
    if not isinstance(index, dict) or not all(
        isinstance(file, str) for file in index.values()
    ):
        raise UserError(
            f"{path}: must have a weight_map, names of tensors and of files"
        )
    shards = {}
    for file in sorted(set(index.values())):
        if (
            file in ("", ".", "..")
            or not file.isprintable()
            or set("/\\") & set(file)
        ):
            raise UserError(
                f"{path}: names the file {file!r}; shards must lie beside it"
            )
        if not (path.parent / file).exists():
            raise UserError(f"{path}: names the file {file}, which is missing")
        shards[file] = _open_one(path.parent / file, opener)
    tensors = {n: t for shard in shards.values() for n, t in shard.items()}
    for name, file in index.items():
        # TensorFlow's have the name of the model before them.
        found = name if name in shards[file] else name.partition("/")[2]
        if found not in shards[file]:
            raise UserError(f"{path}: says {name} is in {file}, which lacks it")
        tensors[found] = shards[file][found]
    return tensors


def _open_one(path: Path, opener: _Opener) -> dict[str, StoredTensor]:
    with path.open("rb") as file:
        if file.read(len(_LFS)) == _LFS:
            raise UserError(
                f"{path}: is not the file itself but a pointer of Git LFS to "
                "it; `git lfs pull` fetches it"
            )
    return opener(path)
