"""What travels in a `.tflite` file besides the network.

A zip archive behind the flatbuffer, as TFLite metadata has it: runtimes do
not look there, and any zip reader finds it. It holds `albert_tf.json`, the
vocabulary and what `albert_tf.json` says that others read, and nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from albert_tf.errors import UserError
from albert_tf.files import is_plain_name
from albert_tf.json_files import parse_json
from albert_tf.tasks import Task, task_of_model
from export.fixed_lengths import FixedLengths
from export.manifest import FORMAT, check_manifest, fixed_lengths_of
from export.quantization import Quantization

if TYPE_CHECKING:
    from albert_tf.models.preset_model import PresetModel

_NAME = "albert_tf.json"
# Enough for 50,000 labels.
_MOST_JSON_BYTES = 2**20
# What a piece of a vocabulary may take; those of the published ones take 25.
_PIECE_BYTES = 64
_VOCABULARY_BYTES = 2**20  # besides: rules of normalization
_MOST_RATIO = 100  # of size and compressed size; for published ones: 2
_CHUNK = 2**20
# The end of an archive: how many entries and bytes its directory has, and how
# long a comment follows; before it may be what says otherwise.
_END = struct.Struct("<4s6xHL4xH")
_LOCATOR_OF_ZIP64 = slice(-_END.size - 20, -_END.size - 16)
_MOST_MEMBERS = 4
_DIRECTORY_BYTES = 1024
_LOCAL_HEADER_BYTES = 30
# What reading arbitrary bytes as an archive may raise.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # "encrypted"; NotImplementedError for a compression
    ValueError,
)


@dataclasses.dataclass(frozen=True)
class Bundle:
    """What `read_bundle` found.

    Attributes:
        model: the class that was exported, such as "AlbertClassifier".
        config: the fields of its `AlbertConfig`.
        quantization: what the weights are stored as.
        task: the task that it is for, such as "classification", or None.
        settings: the task's, such as its labels.
        preprocessor: `max_length` and the tokenizer's configuration, or None.
        vocabulary: the vocabulary file's content, or None.
        network_sha256: the network's checksum.
        fixed_lengths: of sequences that the network takes; None for any.
        named: its signatures where they are not the usual ones, see
            `PresetModel.signatures`.
    """

    model: str
    config: dict[str, Any]
    quantization: Quantization
    task: str | None
    settings: dict[str, Any]
    preprocessor: dict[str, Any] | None
    vocabulary: bytes | None
    network_sha256: str
    fixed_lengths: FixedLengths | None = None
    named: tuple[str, ...] = ("serving_default",)

    @property
    def signatures(self) -> list[str]:
        """The network's signatures, one for each length if these are fixed.

        The first runs the model.
        """
        if self.fixed_lengths is None:
            return [*self.named]
        fixed = self.fixed_lengths
        return [fixed.signature(length) for length in fixed.lengths]

    @property
    def longest(self) -> int:
        """How many tokens a sequence may have."""
        if self.fixed_lengths is not None:
            return self.fixed_lengths.lengths[-1]
        return self.config["max_position_embeddings"]

    def check_length(self, length: int) -> None:
        """Raises `UserError` if a sequence has more tokens than it takes."""
        if length > self.longest:
            raise UserError(
                f"a sequence of {length} tokens must have at most "
                f"{self.longest}"
            )


# === Writing ===


def append_bundle(
    path: str | os.PathLike,
    model: PresetModel,
    quantization: Quantization,
    task_class: type[Task] | None = None,
    network: Sequence[Path] | None = None,
    fixed_lengths: FixedLengths | None = None,
    associated_files: Mapping[str, bytes] | None = None,
) -> None:
    """Puts all that prediction needs behind the network in `path`.

    Args:
        path: the file.
        model: what it was made of.
        quantization: what the weights are stored as.
        task_class: see `task_of_model`.
        network: the files that it is in, where it is not in `path`, which
            is made.
        fixed_lengths: of sequences that the network takes; None for any.
            Longer texts are cut.
        associated_files: by name, what others read that the network's
            metadata send there; nothing is compressed then, as they need it.

    Raises:
        UserError: if `read_bundle` would not take it, as with 100,000 labels.
    """
    path = Path(path)
    size, digest = _measure([path] if network is None else network)
    task = task_of_model(model, task_class)
    values = {
        "format": FORMAT,
        "model": type(model).__name__,
        "config": model.config.to_dict(),
        "quantization": quantization.brief(),
        "task": task and task.name,
        "settings": task.settings if task else {},
        "preprocessor": None,
        "network_bytes": size,
        "network_sha256": digest,
    }
    if network is None and len(model.signatures) > 1:
        values["signatures"] = [*model.signatures]
    longest = model.config.max_position_embeddings
    if fixed_lengths is not None:
        values["fixed_lengths"] = dataclasses.asdict(fixed_lengths)
        longest = fixed_lengths.lengths[-1]
    method = zipfile.ZIP_DEFLATED
    if associated_files is not None:
        method = zipfile.ZIP_STORED
        values["associated_files"] = [*associated_files]
    preprocessor = getattr(model, "preprocessor", None)
    with zipfile.ZipFile(path, "a", method) as archive:
        if preprocessor is not None:
            with tempfile.TemporaryDirectory() as directory:
                tokenizer = preprocessor.tokenizer.save(directory)
                name = tokenizer["vocabulary"]
                vocabulary = Path(directory, name).read_bytes()
            _add(archive, name, vocabulary)
            values["preprocessor"] = {
                "max_length": min(preprocessor.max_length, longest),
                "tokenizer": tokenizer,
                "vocabulary_sha256": hashlib.sha256(vocabulary).hexdigest(),
            }
        for name, content in (associated_files or {}).items():
            _add(archive, name, content)
        text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
        if len(text.encode()) > _MOST_JSON_BYTES:
            raise UserError(
                f"labels and settings of {len(text.encode()):,} bytes do not "
                f"fit into a file; {_MOST_JSON_BYTES:,} do"
            )
        _add(archive, _NAME, text.encode())
    # Nothing is written that would not be read.
    read_bundle(path, network)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Without the time of day: the same model gives the same file.
    archive.writestr(zipfile.ZipInfo(name), content, archive.compression)


def _measure(files: Sequence[Path]) -> tuple[int, str]:
    """Size and SHA-256 of files as if they were one."""
    size, digest = 0, hashlib.sha256()
    for path in files:
        with open(path, "rb") as file:
            length = os.fstat(file.fileno()).st_size
            _digest(file, length, digest)
        size += length
    return size, digest.hexdigest()


def _digest(file: BinaryIO, size: int, digest) -> None:
    """Takes the first `size` bytes, read piece by piece."""
    file.seek(0)
    for start in range(0, size, _CHUNK):
        digest.update(file.read(min(_CHUNK, size - start)))


# === Reading ===


def read_bundle(
    path: str | os.PathLike, network: Sequence[Path] | None = None
) -> Bundle:
    """Reads what `append_bundle` wrote, and checks that the file is whole.

    A runtime given a damaged network may bring the process down, so that
    nothing is handed to it before this. However the file came about, no more
    memory is taken than a file with such a configuration needs.

    Args:
        path: the file.
        network: the files that the network is in, where it is not in `path`.

    Raises:
        UserError: if the file is missing, damaged or of another origin.
    """
    try:
        with open(path, "rb") as file:
            _check_end(file)
            with zipfile.ZipFile(file) as archive:
                return _read(file, archive, network)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    except _DAMAGES as error:
        raise UserError(
            f"{path}: truncated, damaged, or not written by `albert-tf "
            f"export` ({error})"
        ) from error


def _check_end(file: BinaryIO) -> None:
    """Checks that the archive's directory is small before it is read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 64))
    end = file.read()
    if len(end) < 64:
        raise ValueError("it is too short")
    signature, entries, length, comment = _END.unpack(end[-_END.size :])
    if (
        signature != zipfile.stringEndArchive
        or comment
        or end[_LOCATOR_OF_ZIP64] == zipfile.stringEndArchive64Locator
        or entries > _MOST_MEMBERS
        or length > _DIRECTORY_BYTES
    ):
        raise ValueError("there is no archive of ours at its end")


def _read(
    file: BinaryIO,
    archive: zipfile.ZipFile,
    network: Sequence[Path] | None,
) -> Bundle:
    start = _check_places(archive)
    text = _read_member(archive, _NAME, _MOST_JSON_BYTES)
    values = check_manifest(parse_json(text, strict=True))
    preprocessor, vocabulary = values["preprocessor"], None
    names = [_NAME, *values.get("associated_files", ())]
    most = _PIECE_BYTES * values["config"]["vocab_size"] + _VOCABULARY_BYTES
    for name in names[1:]:
        _read_member(archive, name, most)  # for its checksum
    if preprocessor is not None:
        name = preprocessor["tokenizer"].get("vocabulary")
        if not is_plain_name(name):
            raise ValueError(f"its vocabulary is named {name!r:.60}")
        names.append(name)
        vocabulary = _read_member(archive, name, most)
        digest = hashlib.sha256(vocabulary).hexdigest()
        if digest != preprocessor["vocabulary_sha256"]:
            raise ValueError("the vocabulary does not have its checksum")
    if sorted(archive.namelist()) != sorted(names):
        raise ValueError("it has other members")
    size, whole = start, hashlib.sha256()
    if network is None:
        _digest(file, start, whole)
        digest = whole.hexdigest()
    else:
        size, digest = _measure(network)
    if size != values["network_bytes"]:
        raise ValueError(f"the network has {size:,} bytes")
    if digest != values["network_sha256"]:
        raise ValueError("the network does not have its checksum")
    return Bundle(
        model=values["model"],
        config=values["config"],
        quantization=Quantization.of(values["quantization"]),
        task=values["task"],
        settings=values["settings"],
        preprocessor=preprocessor,
        vocabulary=vocabulary,
        network_sha256=digest,
        fixed_lengths=fixed_lengths_of(values),
        named=tuple(values.get("signatures", ("serving_default",))),
    )


def _check_places(archive: zipfile.ZipFile) -> int:
    """Where the archive begins; its members follow without gap or overlap."""
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    ends = [
        info.header_offset
        + _LOCAL_HEADER_BYTES
        + len(info.filename)
        + info.compress_size
        for info in infos
    ]
    starts = [info.header_offset for info in infos]
    if not infos or ends != [*starts[1:], archive.start_dir]:
        raise ValueError("its members are not in their places")
    return starts[0]


def _read_member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One member, of at most `most` bytes, whatever the directory says."""
    if name not in archive.namelist():
        raise ValueError(f"{name} is missing")
    info = archive.getinfo(name)
    size = info.file_size
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is compressed otherwise")
    if size > min(most, _MOST_RATIO * info.compress_size):
        raise ValueError(f"{name} of {size:,} bytes is larger than it needs")
    with archive.open(info) as file:
        return file.read(size)  # not all that there may be
