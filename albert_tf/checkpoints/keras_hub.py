"""keras-hub's presets: a backbone, or a classifier with its head."""

from __future__ import annotations

import dataclasses
import math
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.hdf5_file import open_hdf5
from albert_tf.checkpoints.head import Head
from albert_tf.checkpoints.reading import read_weights
from albert_tf.checkpoints.rename import (
    RenameTable,
    join_first,
    join_last,
    keep,
    settle_projection,
)
from albert_tf.checkpoints.shapes import parameter_count
from albert_tf.checkpoints.stored_tensor import StoredTensor
from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError, warn
from albert_tf.json_files import read_json
from albert_tf.tokenizers import SentencePieceTokenizer

_DENSE = [("/kernel", "/kernel", keep), ("/bias", "/bias", keep)]
_NORM = [("/gamma", "/gamma", keep), ("/beta", "/beta", keep)]
_EMBEDDINGS = [("/embeddings", "/embeddings", keep)]
_TO_HEADS = [("/kernel", "/kernel", join_last), ("/bias", "/bias", join_last)]
_FROM_HEADS = [("/kernel", "/kernel", join_first), ("/bias", "/bias", keep)]

_EMBEDDING = "encoder/embedding/"
_BLOCK = "encoder/transformer/block_{k}/"
_LAYER = "group_{group}_inner_layer_{inner}/"
_ATTENTION = _LAYER + "self_attention_layer/"
_TABLE = RenameTable(
    [
        (_EMBEDDING + "token_embedding", "token_embedding", _EMBEDDINGS),
        (_EMBEDDING + "position_embedding", "position_embedding", _EMBEDDINGS),
        (_EMBEDDING + "segment_embedding", "segment_embedding", _EMBEDDINGS),
        (_EMBEDDING + "layer_norm", "embeddings_layer_norm", _NORM),
        (_EMBEDDING + "projection", "embedding_projection", _DENSE),
        (_BLOCK + "attention/query", _ATTENTION + "query", _TO_HEADS),
        (_BLOCK + "attention/key", _ATTENTION + "key", _TO_HEADS),
        (_BLOCK + "attention/value", _ATTENTION + "value", _TO_HEADS),
        (
            _BLOCK + "attention/output",
            _ATTENTION + "attention_output",
            _FROM_HEADS,
        ),
        (
            _BLOCK + "attention_layer_norm",
            _LAYER + "self_attention_layer_norm",
            _NORM,
        ),
        (
            _BLOCK + "feed_forward/intermediate",
            _LAYER + "feedforward_intermediate_dense",
            _DENSE,
        ),
        (
            _BLOCK + "feed_forward/output",
            _LAYER + "feedforward_output_dense",
            _DENSE,
        ),
        (
            _BLOCK + "feed_forward_layer_norm",
            _LAYER + "feedforward_layer_norm",
            _NORM,
        ),
        ("encoder/pooler", "pooled_dense", _DENSE),
    ]
)
_FIELDS = {
    "vocab_size": "vocabulary_size",
    "embedding_size": "embedding_dim",
    "hidden_size": "hidden_dim",
    "num_hidden_layers": "num_layers",
    "num_hidden_groups": "num_groups",
    "inner_group_num": "num_inner_repetitions",
    "num_attention_heads": "num_heads",
    "intermediate_size": "intermediate_dim",
    "hidden_dropout_prob": "dropout",
    "attention_probs_dropout_prob": "dropout",
    "max_position_embeddings": "max_sequence_length",
    "type_vocab_size": "num_segments",
}


def read(preset: str, heads: Sequence[Head] = ()) -> Checkpoint:
    """Reads a backbone, or a text classifier with its head.

    Args:
        preset: what `keras_hub.models.AlbertBackbone.from_preset` takes, a
            directory too.
        heads: not used: they would not say how keras-hub's are meant.

    Raises:
        UserError: if keras-hub is not installed or cannot load it, or a
            classifier is of a kind that we do not have.
    """
    source = f"keras_hub:{preset}"
    library = _import_library(source)
    if os.path.isdir(preset):
        _check_sizes(Path(preset))
    backbone, classifier = _load(library, preset, source)
    config = _config(backbone.get_config())
    tensors = {
        w.path: StoredTensor(tuple(w.shape), w.numpy) for w in backbone.weights
    }
    found, _ = _TABLE.to_ours(tensors, config)
    weights, config = settle_projection(
        read_weights(found, config, source), config
    )
    model_name, arguments = "AlbertEncoder", {}
    if classifier is not None:
        config = dataclasses.replace(
            config, classifier_dropout_prob=classifier.dropout
        )
        count = classifier.num_classes
        model_name = _model_name(classifier.activation, count, source)
        arguments = {"labels": [f"LABEL_{i}" for i in range(count)]}
        kernel, bias = classifier.output_dense.get_weights()
        weights |= {"logits/kernel": kernel, "logits/bias": bias}
    return Checkpoint(
        source=source,
        config=config,
        weights=weights,
        model_name=model_name,
        arguments=arguments,
        get_preprocessor=lambda: _read_vocabulary(library, preset, config),
    )


def _config(fields: Mapping[str, Any]) -> AlbertConfig:
    return AlbertConfig(
        **{ours: fields[theirs] for ours, theirs in _FIELDS.items()}
    )


def _check_sizes(directory: Path) -> None:
    """Compares a preset's files before keras-hub makes what they say.

    Raises:
        UserError: if more or fewer numbers are stored than the preset needs.
    """
    backbone, task = directory / "config.json", directory / "task.json"
    if "registered_name" not in read_json(backbone):
        return  # another library's; keras-hub says what it cannot do with it
    head = directory / "task.weights.h5"
    stored = _count(p for p in directory.glob("*.weights.h5") if p != head)
    config = _check_count(backbone, read_json(backbone), stored)
    if not task.exists():
        return
    name, fields = (read_json(task).get(k) for k in ("class_name", "config"))
    if not isinstance(fields, dict):
        raise UserError(f"{task}: must have a config")
    _check_count(task, fields.get("backbone"), stored)
    if name != "AlbertTextClassifier":
        warn(f"keras_hub:{directory}: the head of {name} is left out")
        return
    classes, stored = fields.get("num_classes"), _count([head])
    if stored != classes * (config.hidden_size + 1):
        raise UserError(
            f"{task}: num_classes={classes} does not fit {head.name}, which "
            f"has {stored} numbers"
        )


def _count(paths: Iterable[Path]) -> int:
    return sum(
        math.prod(tensor.shape)
        for path in paths
        for name, tensor in open_hdf5(path).items()
        if not name.startswith("optimizer/")
    )


def _check_count(path: Path, backbone: Any, stored: int) -> AlbertConfig:
    """The configuration of a backbone, if it has that many numbers."""
    try:
        config = _config(backbone["config"])
    except (LookupError, TypeError):
        raise UserError(
            f"{path}: must have the configuration of an AlbertBackbone"
        ) from None
    expected = parameter_count(config)
    if config.embedding_size == config.hidden_size:  # projected all the same
        expected += config.hidden_size * (config.hidden_size + 1)
    if stored != expected:
        raise UserError(
            f"{path}: says that the backbone has {expected} parameters, but "
            f"{stored} are stored"
        )
    return config


def _load(library: ModuleType, preset: str, source: str):
    """The backbone, and the classifier or None."""
    models = library.models
    try:
        try:
            classifier = models.AlbertTextClassifier.from_preset(
                preset, preprocessor=None, dtype="float32"
            )
            return classifier.backbone, classifier
        except TypeError:  # no classifier, so that it lacks `num_classes`
            backbone = models.AlbertBackbone.from_preset(
                preset, dtype="float32"
            )
            return backbone, None
    except Exception as error:  # of its downloader, HTTP client or HDF5
        raise UserError(f"{source}: cannot be loaded: {_line(error)}") from (
            error
        )


def _model_name(activation, count: int, source: str) -> str:
    """Our class for a classifier with this activation of its outputs."""
    name = activation.__name__
    if name == "sigmoid":
        return "AlbertMultilabelClassifier"
    if name not in ("linear", "softmax"):
        raise UserError(
            f"{source}: its classifier has activation={name!r}; it must be "
            "None, 'softmax' or 'sigmoid'"
        )
    return "AlbertClassifier" if count > 1 else "AlbertRegressor"


def _import_library(source: str) -> ModuleType:
    try:
        import keras_hub
    except ImportError:
        raise UserError(f"{source}: needs pip install keras-hub") from None
    return keras_hub


def _read_vocabulary(
    library: ModuleType, preset: str, config: AlbertConfig
) -> TextPreprocessor | None:
    try:
        tokenizer = library.models.AlbertTokenizer.from_preset(preset)
    except FileNotFoundError:
        return None
    except Exception as error:  # see `read`
        raise UserError(
            f"keras_hub:{preset}: its vocabulary cannot be loaded: "
            f"{_line(error)}"
        ) from error
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "spiece.model")
        path.write_bytes(tokenizer.proto)
        return preprocessor_for(SentencePieceTokenizer(path), config)


def _line(error: Exception) -> str:
    return (str(error).strip() or repr(error)).splitlines()[0]
