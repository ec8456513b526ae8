"""Google's format: a TensorFlow 1 checkpoint and `albert_config.json`."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head, head_of
from albert_tf.checkpoints.rename import RenameTable, keep
from albert_tf.checkpoints.vocabulary import read_vocabulary, write_vocabulary
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, warn
from albert_tf.files import new_directory
from albert_tf.json_files import write_json
from albert_tf.tokenizers.tokenizer_settings import GOOGLE

_DENSE = [("/kernel", "/kernel", keep), ("/bias", "/bias", keep)]
_NORM = [("/gamma", "/gamma", keep), ("/beta", "/beta", keep)]
_EMBEDDINGS = [("/embeddings", "", keep)]

_EMBEDDING = "encoder/embedding/"
_BLOCK = "encoder/transformer/block_{k}/"
_LAYER = "bert/encoder/transformer/group_{group}/inner_group_{inner}/"
_NETWORK = _LAYER + "ffn_1/intermediate/"
_ENCODER_ROWS = [
    (
        _EMBEDDING + "token_embedding",
        "bert/embeddings/word_embeddings",
        _EMBEDDINGS,
    ),
    (
        _EMBEDDING + "position_embedding",
        "bert/embeddings/position_embeddings",
        _EMBEDDINGS,
    ),
    (
        _EMBEDDING + "segment_embedding",
        "bert/embeddings/token_type_embeddings",
        _EMBEDDINGS,
    ),
    (_EMBEDDING + "layer_norm", "bert/embeddings/LayerNorm", _NORM),
    (
        _EMBEDDING + "projection",
        "bert/encoder/embedding_hidden_mapping_in",
        _DENSE,
    ),
    (_BLOCK + "attention/query", _LAYER + "attention_1/self/query", _DENSE),
    (_BLOCK + "attention/key", _LAYER + "attention_1/self/key", _DENSE),
    (_BLOCK + "attention/value", _LAYER + "attention_1/self/value", _DENSE),
    (
        _BLOCK + "attention/output",
        _LAYER + "attention_1/output/dense",
        _DENSE,
    ),
    (_BLOCK + "attention_layer_norm", _LAYER + "LayerNorm", _NORM),
    (_BLOCK + "feed_forward/intermediate", _NETWORK + "dense", _DENSE),
    (_BLOCK + "feed_forward/output", _NETWORK + "output/dense", _DENSE),
    (_BLOCK + "feed_forward_layer_norm", _LAYER + "LayerNorm_1", _NORM),
    ("encoder/pooler", "bert/pooler/dense", _DENSE),
]
_HUB_PREFIX = "module/"
_OPTIMIZER = re.compile(r".*/(adam|lamb)_[mv]")

_CONFIG = "albert_config.json"
_PREFIX = "model.ckpt-best"  # as in the published archives
_INDEX = ".index"


# === Reading ===


def read(source: str, heads: Sequence[Head] = ()) -> Checkpoint:
    """Reads a checkpoint and the configuration beside it.

    Args:
        source: a checkpoint's prefix, such as "albert_base/model.ckpt-best",
            or the directory of one.
        heads: those that are known; weights of others are left out.

    Raises:
        UserError: if a file is missing or damaged, or it is not clear which
            of several is meant.
    """
    prefix = _find_prefix(source)
    config = AlbertConfig.load(_find_config(prefix.parent))
    tensors = {
        name.removeprefix(_HUB_PREFIX): array
        for name, array in _read_tensors(prefix).items()
    }
    weights, unknown = _table(heads).to_ours(tensors, config)
    if unknown:
        warn(
            f"tf1:{source}: unknown weights are left out: {', '.join(unknown)}"
        )
    return Checkpoint(
        source=f"tf1:{source}",
        config=config,
        weights=weights,
        model_name=_model_name(weights, heads),
        get_preprocessor=lambda: read_vocabulary(prefix.parent, config, GOOGLE),
    )


def _find_prefix(source: str) -> Path:
    path = Path(source)
    if Path(source + _INDEX).exists():
        return path
    if not path.is_dir():
        raise UserError(
            f"tf1:{source}: neither a directory nor the prefix of a "
            f"checkpoint: there is no {source}{_INDEX}"
        )
    found = sorted(p.name.removesuffix(_INDEX) for p in path.glob("*.index"))
    if _PREFIX in found:
        return path / _PREFIX
    if len(found) != 1:
        raise UserError(
            f"tf1:{source}: must have one checkpoint, PREFIX{_INDEX}, but has "
            + (f"{', '.join(found)}; name its prefix" if found else "none")
        )
    return path / found[0]


def _find_config(directory: Path) -> Path:
    """`albert_config.json`, or the only file called `*config*.json`."""
    path = directory / _CONFIG
    if path.exists():
        return path
    found = [
        p
        for p in sorted(directory.glob("*config*.json"))
        if p.name != "tokenizer_config.json"
    ]
    if len(found) != 1:
        raise UserError(f"{path}: no such file; it must be by the checkpoint")
    return found[0]


def _read_tensors(prefix: Path) -> dict[str, np.ndarray]:
    """All arrays but the optimizer's and, not being float, the step count."""
    import tensorflow as tf

    try:
        reader = tf.train.load_checkpoint(str(prefix))
        return {
            name: reader.get_tensor(name).astype("float32", copy=False)
            for name, dtype in reader.get_variable_to_dtype_map().items()
            if dtype.is_floating and not _OPTIMIZER.fullmatch(name)
        }
    # The reader raises these and more, depending on where a file is cut.
    except (tf.errors.OpError, LookupError, ValueError, RuntimeError) as error:
        reason = (str(error).strip() or repr(error)).splitlines()[0]
        raise UserError(
            f"{prefix}: truncated or damaged checkpoint: {reason}"
        ) from error


def _table(heads: Sequence[Head]) -> RenameTable:
    rows = {
        layer.tf1: layer.tf1_row()
        for head in heads
        for layer in head.layers
        if layer.tf1 is not None
    }
    return RenameTable(_ENCODER_ROWS + list(rows.values()))


def _model_name(weights: dict[str, np.ndarray], heads: Sequence[Head]) -> str:
    """Our class for the first head of which there are weights."""
    for head in heads:
        starts = tuple(f"{layer.name}/" for layer in head.layers)
        if starts and any(name.startswith(starts) for name in weights):
            return head.model_name
    return "AlbertEncoder"


# === Writing ===


def write(
    checkpoint: Checkpoint,
    directory: str | os.PathLike,
    overwrite: bool = False,
    heads: Sequence[Head] = (),
) -> None:
    """Writes a directory that the official code and `read` load.

    Raises:
        UserError: if the format cannot say the configuration or has no name
            for a weight, the directory exists and `overwrite` is false, or it
            cannot be written; nothing is left there then.
    """
    config = checkpoint.config
    published = config.to_google()
    head = head_of(checkpoint, heads)
    table = _table([head] if head is not None else [])
    tensors = table.to_theirs(checkpoint.weights, config)
    with new_directory(directory, overwrite) as path:
        write_json(path / _CONFIG, published)
        _write_tensors(path / _PREFIX, tensors)
        write_vocabulary(checkpoint, path)


def _write_tensors(prefix: Path, tensors: dict[str, np.ndarray]) -> None:
    import tensorflow as tf

    names = sorted(tensors)
    try:
        tf.raw_ops.SaveV2(
            prefix=str(prefix),
            tensor_names=names,
            shape_and_slices=[""] * len(names),
            tensors=[tf.constant(tensors[name]) for name in names],
        )
    except tf.errors.OpError as error:
        raise OSError(errno.EIO, error.message, str(prefix)) from error
