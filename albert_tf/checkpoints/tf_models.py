"""tf-models-official's ALBERT: TensorFlow 2 checkpoints and SavedModels.

The SavedModels are those of TF-Hub and Kaggle Models, such as
`albert_en_base/3`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head, find_head, tf1_rows
from albert_tf.checkpoints.reading import read_weights
from albert_tf.checkpoints.rename import (
    RenameTable,
    join_first,
    join_last,
    keep,
)
from albert_tf.checkpoints.stored_tensor import StoredTensor
from albert_tf.checkpoints.tensorflow_checkpoint import open_objects
from albert_tf.checkpoints.tensorflow_files import (
    CONFIG,
    find_config,
    find_prefix,
)
from albert_tf.checkpoints.vocabulary import read_vocabulary
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, warn
from albert_tf.tokenizers.tokenizer_settings import GOOGLE

_DENSE = [("/kernel", "/kernel", keep), ("/bias", "/bias", keep)]
_NORM = [("/gamma", "/gamma", keep), ("/beta", "/beta", keep)]
_EMBEDDINGS = [("/embeddings", "/embeddings", keep)]
_TO_HEADS = [("/kernel", "/kernel", join_last), ("/bias", "/bias", join_last)]
_FROM_HEADS = [("/kernel", "/kernel", join_first), ("/bias", "/bias", keep)]

_EMBEDDING = "encoder/embedding/"
_BLOCK = "encoder/transformer/block_{k}/"
_LAYER = "transformer/"
_ATTENTION = _LAYER + "self_attention/"
_ENCODER_ROWS = [
    (_EMBEDDING + "token_embedding", "word_embeddings", _EMBEDDINGS),
    (_EMBEDDING + "position_embedding", "position_embedding", _EMBEDDINGS),
    (_EMBEDDING + "segment_embedding", "type_embeddings", _EMBEDDINGS),
    (_EMBEDDING + "layer_norm", "embeddings/layer_norm", _NORM),
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
    (_BLOCK + "feed_forward/intermediate", _LAYER + "intermediate", _DENSE),
    (_BLOCK + "feed_forward/output", _LAYER + "output", _DENSE),
    (_BLOCK + "feed_forward_layer_norm", _LAYER + "output_layer_norm", _NORM),
    ("encoder/pooler", "pooler_transform", _DENSE),
]
_QUERY = _ATTENTION + "query/bias"  # [A, D]
_HEAD = "cls/predictions/"

_SAVED_MODEL = "saved_model.pb"
# Which one holds the layers' arguments depends on TensorFlow's version.
_METADATA = ("keras_metadata.pb", _SAVED_MODEL)
_ARGUMENTS = re.compile(rb'\{"vocab_size": \d+, "embedding_width"')
_FIELDS = {
    "vocab_size": "vocab_size",
    "embedding_size": "embedding_width",
    "hidden_size": "hidden_size",
    "num_hidden_layers": "num_layers",
    "num_attention_heads": "num_attention_heads",
    "intermediate_size": "intermediate_size",
    "hidden_dropout_prob": "dropout_rate",
    "attention_probs_dropout_prob": "attention_dropout_rate",
    "max_position_embeddings": "max_sequence_length",
    "type_vocab_size": "type_vocab_size",
}
# Theirs is the tanh approximation, Keras' own is exact.
_THEIR_GELU = "Text>gelu"
_ACTIVATIONS = {_THEIR_GELU: "gelu_new", "gelu": "gelu", "relu": "relu"}
_TRAINING = "params.yaml"
# What a file of another shape may raise.
_WRONG_SHAPE = (LookupError, TypeError, ValueError, RecursionError)


def read(path: str, heads: Sequence[Head] = ()) -> Checkpoint:
    """Reads a checkpoint, or the variables of a SavedModel.

    Args:
        path: a checkpoint's prefix, the directory of one, or that of a
            SavedModel. A checkpoint needs `albert_config.json` beside it, or
            the `params.yaml` of its training.
        heads: those that are known; weights of others are left out.

    Raises:
        UserError: if a file is missing or damaged, it is not clear which of
            several is meant, or the model is not an ALBERT.
    """
    source = f"tf_models:{path}"
    directory = Path(path)
    if (directory / _SAVED_MODEL).exists():
        prefix = directory / "variables" / "variables"
        config = _config_of_saved_model(directory)
        vocabulary = directory / "assets"
    else:
        prefix = find_prefix(path, source)
        config = _config_beside(prefix.parent)
        vocabulary = prefix.parent
    tensors = {
        _google_name(name): tensor
        for name, tensor in open_objects(prefix).items()
    }
    _check_attention(tensors, config, source)
    table = RenameTable(_ENCODER_ROWS + tf1_rows(heads))
    found, unknown = table.to_ours(tensors, config)
    weights = read_weights(found, config, source)
    if unknown:
        warn(f"{source}: unknown weights are left out: {', '.join(unknown)}")
    head = find_head(weights, heads)
    return Checkpoint(
        source=source,
        config=config,
        weights=weights,
        model_name=head.model_name,
        arguments=head.arguments(weights),
        get_preprocessor=lambda: read_vocabulary(vocabulary, config, GOOGLE),
    )


def _google_name(name: str) -> str:
    """The masked-LM head is Google's but for a name, and within a model."""
    _, is_head, rest = name.partition(_HEAD)
    if not is_head:
        return name
    return _HEAD + rest.replace("output_bias/bias", "output_bias")


def _check_attention(
    tensors: Mapping[str, StoredTensor], config: AlbertConfig, source: str
) -> None:
    """The number of heads is lost where [A, D] become H."""
    if _QUERY not in tensors:
        raise UserError(
            f"{source}: is not of tf-models-official's AlbertEncoder: there "
            f"is no {_QUERY} among {', '.join(sorted(tensors)[:3])} ..."
        )
    shape = tensors[_QUERY].shape
    if len(shape) == 2 and shape[0] != config.num_attention_heads:
        raise UserError(
            f"{source}: {_QUERY} has shape {shape}, the configuration says "
            f"num_attention_heads={config.num_attention_heads}"
        )


# === Configurations ===


def _config_beside(directory: Path) -> AlbertConfig:
    """What lies beside a checkpoint: Google's file, or that of a training."""
    path = directory / _TRAINING
    if not path.exists():
        return AlbertConfig.load(find_config(directory), "google")
    try:
        import yaml
    except ImportError:
        raise UserError(f"{path}: needs pip install pyyaml") from None
    try:
        encoder = yaml.safe_load(path.read_bytes())["task"]["model"]["encoder"]
        fields = encoder["albert"]
        fields = {
            **fields,
            "activation": fields["hidden_activation"],
            "max_sequence_length": fields["max_position_embeddings"],
        }
    except (yaml.YAMLError, *_WRONG_SHAPE):
        raise UserError(
            f"{path}: has no task: model: encoder: albert: of a training of "
            "tf-models-official"
        ) from None
    if fields["activation"] == "gelu":  # by this name they mean their own
        fields["activation"] = _THEIR_GELU
    return _config(fields, path)


def _config_of_saved_model(directory: Path) -> AlbertConfig:
    """What the encoder was made with, as Keras keeps it."""
    for name in _METADATA:
        path = directory / name
        content = path.read_bytes() if path.exists() else b""
        found = _ARGUMENTS.search(content)
        if found:
            text = content[found.start() :].decode("utf-8", "replace")
            return _config(_first_object(text, path), path)
    if (directory / CONFIG).exists():
        return AlbertConfig.load(directory / CONFIG, "google")
    raise UserError(
        f"{directory}: does not say how its AlbertEncoder was made; put "
        f"Google's {CONFIG} of that model beside {_SAVED_MODEL}"
    )


def _first_object(text: str, path: Path) -> dict[str, Any]:
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        raise UserError(
            f"{path}: damaged where it says how its AlbertEncoder was made"
        ) from None


def _config(fields: Mapping[str, Any], path: Path) -> AlbertConfig:
    missing = [name for name in _FIELDS.values() if name not in fields]
    if missing:
        raise UserError(f"{path}: lacks {', '.join(missing)}")
    activation = fields.get("activation")
    if isinstance(activation, dict):  # of newer versions
        activation = activation.get("config")
    if str(activation) not in _ACTIVATIONS:
        raise UserError(
            f"{path}: the activation {activation!r:.60} is not one of those "
            f"that are supported: {', '.join(_ACTIVATIONS)}"
        )
    sizes = {ours: fields[theirs] for ours, theirs in _FIELDS.items()}
    return AlbertConfig(**sizes, hidden_act=_ACTIVATIONS[activation])
