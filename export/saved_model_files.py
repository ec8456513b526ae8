"""The files of a SavedModel of ours."""

from __future__ import annotations

import os
from pathlib import Path

from albert_tf.errors import UserError
from export.bundle import Bundle, read_bundle

EXTRA = "assets.extra"  # where TensorFlow keeps what is not the graph's
BUNDLE = "albert_tf.zip"
FOLDERS = ("assets", EXTRA, "variables")
_GRAPH = "saved_model.pb"


def is_saved_model(path: str | os.PathLike) -> bool:
    """Whether a directory is one, or of versions of one."""
    path = Path(path)
    return (path / _GRAPH).is_file() or bool(_versions(path))


def find_version(path: str | os.PathLike) -> Path:
    """The SavedModel in a directory, or the last of its versions.

    Raises:
        UserError: there is none.
    """
    path = Path(path)
    if (path / _GRAPH).is_file():
        return path
    versions = _versions(path)
    if not versions:
        raise UserError(f"{path}: is no SavedModel, and has no version of one")
    return path / str(max(versions))


def bundle_of(path: str | os.PathLike) -> Bundle:
    """What travels with a network, a `.tflite` file or a SavedModel.

    Raises:
        UserError: if it is missing, damaged or of another origin.
    """
    if not os.path.isdir(path):
        return read_bundle(path)
    version = find_version(path)
    bundle = version / EXTRA / BUNDLE
    if not bundle.is_file():
        raise UserError(
            f"{version}: is a SavedModel that `albert-tf export` did not "
            f"write, as it has no {EXTRA}/{BUNDLE}"
        )
    return read_bundle(bundle, network_files(version))


def network_files(version: Path) -> list[Path]:
    """The files of the network, in their order."""
    return [version / _GRAPH, *sorted((version / "variables").glob("*"))]


def _versions(path: Path) -> list[int]:
    """Those in a directory, as TensorFlow Serving looks for them."""
    return [
        int(graph.parent.name)
        for graph in path.glob(f"*/{_GRAPH}")
        if graph.parent.name.isdecimal() and graph.parent.name.isascii()
    ]
