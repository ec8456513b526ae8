"""What travels in a `.tflite` file besides the network.

A zip archive behind the flatbuffer, as TFLite metadata has it: runtimes do
not look there, and any zip reader finds it. It holds `albert_tf.json` and the
vocabulary.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_tf.errors import UserError
from albert_tf.tasks import task_of_model

if TYPE_CHECKING:
    from albert_tf.models.preset_model import PresetModel

_NAME = "albert_tf.json"
_FORMAT = 2
# What reading arbitrary bytes as an archive of JSON may raise.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    RuntimeError,  # "encrypted"; NotImplementedError for a compression
    TypeError,
    ValueError,
)


@dataclasses.dataclass(frozen=True)
class Bundle:
    """What `read_bundle` found.

    Attributes:
        model: the class that was exported, such as "AlbertClassifier".
        config: the fields of its `AlbertConfig`.
        quantization: "int8" or "float32".
        task: the task that it is for, such as "classification", or None.
        settings: the task's, such as its labels.
        preprocessor: `max_length` and the tokenizer's configuration, or None.
        vocabulary: the vocabulary file's content, or None.
    """

    model: str
    config: dict[str, Any]
    quantization: str
    task: str | None
    settings: dict[str, Any]
    preprocessor: dict[str, Any] | None
    vocabulary: bytes | None


def append_bundle(
    path: str | os.PathLike, model: PresetModel, quantization: str
) -> None:
    """Puts all that prediction needs behind the network in `path`."""
    path = Path(path)
    content = path.read_bytes()
    task = task_of_model(model)
    values = {
        "format": _FORMAT,
        "model": type(model).__name__,
        "config": model.config.to_dict(),
        "quantization": quantization,
        "task": task and task.name,
        "settings": task.settings if task else {},
        "preprocessor": None,
        "network_bytes": len(content),
        "network_sha256": hashlib.sha256(content).hexdigest(),
    }
    preprocessor = getattr(model, "preprocessor", None)
    with (
        tempfile.TemporaryDirectory() as directory,
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
    ):
        if preprocessor is not None:
            tokenizer = preprocessor.tokenizer.save(directory)
            vocabulary = Path(directory, tokenizer["vocabulary"])
            _add(archive, vocabulary.name, vocabulary.read_bytes())
            values["preprocessor"] = {
                "max_length": preprocessor.max_length,
                "tokenizer": tokenizer,
                "vocabulary_sha256": hashlib.sha256(
                    vocabulary.read_bytes()
                ).hexdigest(),
            }
        _add(archive, _NAME, json.dumps(values, indent=1).encode())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Without the time of day: the same model gives the same file.
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def read_bundle(path: str | os.PathLike) -> Bundle:
    """Reads what `append_bundle` wrote, and checks that the file is whole.

    A runtime given a damaged network may bring the process down, so that
    nothing is handed to it before this.

    Raises:
        UserError: if the file is missing, damaged or of another origin.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            values = json.loads(archive.read(_NAME))
            if values["format"] != _FORMAT:
                raise ValueError(f"its format is {values['format']!r}")
            vocabulary = None
            if values["preprocessor"] is not None:
                name = values["preprocessor"]["tokenizer"]["vocabulary"]
                if name != Path(name).name:  # would be written elsewhere
                    raise ValueError(f"its vocabulary is named {name!r}")
                vocabulary = archive.read(name)
        with open(path, "rb") as file:
            network = file.read(values["network_bytes"])
        if hashlib.sha256(network).hexdigest() != values["network_sha256"]:
            raise ValueError("the network does not have its checksum")
        return Bundle(
            model=values["model"],
            config=values["config"],
            quantization=values["quantization"],
            task=values["task"],
            settings=values["settings"],
            preprocessor=values["preprocessor"],
            vocabulary=vocabulary,
        )
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except _DAMAGES as error:
        raise UserError(
            f"{path}: truncated, damaged, or not written by `albert-tf "
            f"export` ({error})"
        ) from error
