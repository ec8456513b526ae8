"""keras-hub's backbone, from one of its presets."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head
from albert_tf.checkpoints.rename import (
    RenameTable,
    keep,
    settle_projection,
)
from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer


def _join_first(array: np.ndarray) -> np.ndarray:
    """[A, D, ...] -> [H, ...]."""
    return array.reshape(-1, *array.shape[2:])


def _join_last(array: np.ndarray) -> np.ndarray:
    """[..., A, D] -> [..., H]."""
    return array.reshape(*array.shape[:-2], -1)


_DENSE = [("/kernel", "/kernel", keep), ("/bias", "/bias", keep)]
_NORM = [("/gamma", "/gamma", keep), ("/beta", "/beta", keep)]
_EMBEDDINGS = [("/embeddings", "/embeddings", keep)]
_TO_HEADS = [("/kernel", "/kernel", _join_last), ("/bias", "/bias", _join_last)]
_FROM_HEADS = [("/kernel", "/kernel", _join_first), ("/bias", "/bias", keep)]

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
    """Reads a backbone.

    Args:
        preset: what `keras_hub.models.AlbertBackbone.from_preset` takes, a
            directory too.
        heads: not used: a backbone has none.

    Raises:
        UserError: if keras-hub is not installed or cannot load it.
    """
    source = f"keras_hub:{preset}"
    library = _import_library(source)
    try:
        backbone = library.models.AlbertBackbone.from_preset(
            preset, dtype="float32"
        )
    except Exception as error:  # of its downloader, HTTP client or HDF5
        raise UserError(f"{source}: cannot be loaded: {_line(error)}") from (
            error
        )
    fields = backbone.get_config()
    config = AlbertConfig(
        **{ours: fields[theirs] for ours, theirs in _FIELDS.items()}
    )
    tensors = {w.path: w.numpy() for w in backbone.weights}
    weights, _ = _TABLE.to_ours(tensors, config)
    weights, config = settle_projection(weights, config)
    return Checkpoint(
        source=source,
        config=config,
        weights=weights,
        model_name="AlbertEncoder",
        get_preprocessor=lambda: _read_vocabulary(library, preset, config),
    )


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
