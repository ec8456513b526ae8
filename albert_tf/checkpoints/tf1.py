"""Google's format: a TensorFlow 1 checkpoint and `albert_config.json`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import (
    Head,
    find_head,
    head_of,
    tf1_rows,
)
from albert_tf.checkpoints.reading import read_weights
from albert_tf.checkpoints.rename import RenameTable, keep
from albert_tf.checkpoints.tensorflow_checkpoint import (
    open_tensorflow,
    write_tensorflow,
)
from albert_tf.checkpoints.tensorflow_files import (
    CONFIG,
    PREFIX,
    find_config,
    find_prefix,
)
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

_OBJECT_ENDING = "/.ATTRIBUTES/VARIABLE_VALUE"
# brightmart/albert_zh projects the embeddings of tokens before it adds others.
_ALBERT_ZH = re.compile(r"bert/(encoder/layer_shared/|embeddings/.+_2$)")
_BERT = "bert/encoder/layer_0/"


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
    prefix = find_prefix(source, f"tf1:{source}")
    config = AlbertConfig.load(find_config(prefix.parent))
    tensors = {
        name.removeprefix(_HUB_PREFIX): tensor
        for name, tensor in open_tensorflow(prefix).items()
        if not _OPTIMIZER.fullmatch(name)
    }
    _check_layout(tensors, prefix)
    found, unknown = RenameTable(_ENCODER_ROWS + tf1_rows(heads)).to_ours(
        tensors, config
    )
    weights = read_weights(found, config, f"tf1:{source}")
    if unknown:
        warn(
            f"tf1:{source}: unknown weights are left out: {', '.join(unknown)}"
        )
    head = find_head(weights, heads)
    return Checkpoint(
        source=f"tf1:{source}",
        config=config,
        weights=weights,
        model_name=head.model_name,
        arguments=head.arguments(weights),
        get_preprocessor=lambda: read_vocabulary(prefix.parent, config, GOOGLE),
    )


def _check_layout(names: Iterable[str], prefix: Path) -> None:
    """Says what a checkpoint is that is not of Google's ALBERT for TF1."""
    for name in names:
        if name.endswith(_OBJECT_ENDING):
            raise UserError(
                f"tf1:{prefix}: is a checkpoint of TensorFlow 2 objects; if "
                f"tf-models-official wrote it, say tf_models:{prefix}"
            )
        if _ALBERT_ZH.match(name):
            raise UserError(
                f"tf1:{prefix}: is a checkpoint of brightmart/albert_zh's own "
                f"code ({name}), whose embedding is built otherwise "
                "than ALBERT's; use Google's Chinese models (albert_base_zh "
                "and others), or those that albert_zh calls google "
                "(albert_tiny_zh_google), which are in Google's layout"
            )
    if any(name.startswith(_BERT) for name in names):
        raise UserError(
            f"tf1:{prefix}: is a checkpoint of BERT, whose layers share "
            "nothing, not of ALBERT"
        )


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
    rows = tf1_rows([head] if head is not None else [])
    table = RenameTable(_ENCODER_ROWS + rows)
    tensors = table.to_theirs(checkpoint.weights, config)
    with new_directory(directory, overwrite) as path:
        write_json(path / CONFIG, published)
        write_tensorflow(path / PREFIX, tensors)
        write_vocabulary(checkpoint, path, GOOGLE)
