"""Hugging Face's format: `config.json` and safetensors files."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from albert_tf.checkpoints import bert
from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head, head_of
from albert_tf.checkpoints.huggingface_files import (
    find_directory,
    open_tensors,
)
from albert_tf.checkpoints.reading import read_weights
from albert_tf.checkpoints.rename import (
    RenameTable,
    add_identity_projection,
    keep,
    settle_projection,
    transpose,
)
from albert_tf.checkpoints.sentence_modules import (
    SentenceModules,
    write_modules,
)
from albert_tf.checkpoints.storage import write_safetensors
from albert_tf.checkpoints.stored_tensor import StoredTensor
from albert_tf.checkpoints.vocabulary import read_vocabulary, write_vocabulary
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, warn
from albert_tf.files import new_directory
from albert_tf.json_files import read_json, write_json
from albert_tf.tokenizers.tokenizer_settings import TRANSFORMERS

_DENSE = [("/kernel", ".weight", transpose), ("/bias", ".bias", keep)]
_NORM = [("/gamma", ".weight", keep), ("/beta", ".bias", keep)]
_EMBEDDINGS = [("/embeddings", ".weight", keep)]

_EMBEDDING = "encoder/embedding/"
_BLOCK = "encoder/transformer/block_{k}/"
_LAYER = "albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}."
_ENCODER_ROWS = [
    (
        _EMBEDDING + "token_embedding",
        "albert.embeddings.word_embeddings",
        _EMBEDDINGS,
    ),
    (
        _EMBEDDING + "position_embedding",
        "albert.embeddings.position_embeddings",
        _EMBEDDINGS,
    ),
    (
        _EMBEDDING + "segment_embedding",
        "albert.embeddings.token_type_embeddings",
        _EMBEDDINGS,
    ),
    (_EMBEDDING + "layer_norm", "albert.embeddings.LayerNorm", _NORM),
    (
        _EMBEDDING + "projection",
        "albert.encoder.embedding_hidden_mapping_in",
        _DENSE,
    ),
    (_BLOCK + "attention/query", _LAYER + "attention.query", _DENSE),
    (_BLOCK + "attention/key", _LAYER + "attention.key", _DENSE),
    (_BLOCK + "attention/value", _LAYER + "attention.value", _DENSE),
    (_BLOCK + "attention/output", _LAYER + "attention.dense", _DENSE),
    (_BLOCK + "attention_layer_norm", _LAYER + "attention.LayerNorm", _NORM),
    (_BLOCK + "feed_forward/intermediate", _LAYER + "ffn", _DENSE),
    (_BLOCK + "feed_forward/output", _LAYER + "ffn_output", _DENSE),
    (
        _BLOCK + "feed_forward_layer_norm",
        _LAYER + "full_layer_layer_norm",
        _NORM,
    ),
    ("encoder/pooler", "albert.pooler", _DENSE),
]
# Buffers, and copies of weights that are tied.
_IGNORED = re.compile(
    r"albert\.embeddings\.(position_ids|token_type_ids)"
    r"|predictions\.decoder\.(weight|bias)"
)


# === Reading ===


def read(source: str, heads: Sequence[Head] = ()) -> Checkpoint:
    """Reads a directory, or a repository of the Hugging Face hub.

    What sentence-transformers put there is an embedder.

    Args:
        source: a directory, or an id such as "albert/albert-base-v2".
        heads: those that are known; weights of others are left out.

    Raises:
        UserError: if it is not there, or a file is missing or damaged, or
            asks for what we do not do.
    """
    directory = find_directory(source)
    modules = SentenceModules.read(directory)
    if modules is not None:
        directory = modules.encoder
    config = AlbertConfig.load(directory / "config.json", "huggingface")
    published = read_json(directory / "config.json")
    tensors = {_full_name(n): t for n, t in open_tensors(directory).items()}
    if published.get("model_type") == "bert":
        published, tensors = _of_bert(published, tensors)
    _check_tied(tensors, source)
    head = _find_head(heads, published, tensors, modules is not None)
    found, unknown = _table(head).to_ours(tensors, config)
    weights = read_weights(found, config, f"hf:{source}")
    unknown = [name for name in unknown if not _IGNORED.fullmatch(name)]
    if unknown:
        warn(f"{source}: unknown weights are left out: {', '.join(unknown)}")
    weights, config = settle_projection(weights, config)
    arguments: dict[str, Any] = head.arguments(weights)
    if "logits/bias" in weights:
        arguments["labels"] = _labels(
            published, len(weights["logits/bias"]), f"hf:{source}"
        )

    def get_preprocessor():
        found = read_vocabulary(directory, config, TRANSFORMERS)
        if modules is None:
            return found
        return modules.preprocessor(found, config.max_position_embeddings)

    if modules is not None:
        weights.update(modules.weights())
        arguments["pooling"] = modules.pooling
        arguments["normalize"] = modules.normalize
    return Checkpoint(
        source=f"hf:{source}",
        config=config,
        weights=weights,
        model_name=head.model_name,
        arguments=arguments,
        get_preprocessor=get_preprocessor,
    )


def _of_bert(published: dict[str, Any], tensors: dict[str, StoredTensor]):
    """The same under the names of an ALBERT."""
    names = published.get("architectures") or []
    return (
        {**published, "architectures": [bert.albert_class(n) for n in names]},
        {bert.albert_name(name): t for name, t in tensors.items()},
    )


def _full_name(name: str) -> str:
    """The name in a task model; AlbertModel's lack "albert." before them."""
    bare = name.startswith(("embeddings.", "encoder.", "pooler."))
    return f"albert.{name}" if bare else name


def _check_tied(tensors: dict[str, StoredTensor], source: str) -> None:
    """Takes the tied copies for what they should equal, or warns."""
    ties = [
        ("predictions.decoder.bias", "predictions.bias"),
        (
            "predictions.decoder.weight",
            "albert.embeddings.word_embeddings.weight",
        ),
    ]
    for copy, original in ties:
        if copy not in tensors:
            continue
        copied = tensors[copy]
        tied = tensors.setdefault(original, copied)
        if copied.shape != tied.shape or not np.array_equal(
            copied.read(), tied.read()
        ):
            warn(
                f"hf:{source}: {copy} differs from {original}; ALBERT ties "
                "them, so the latter is used"
            )


def _find_head(
    heads: Sequence[Head],
    published: dict[str, Any],
    tensors: Mapping[str, StoredTensor],
    has_modules: bool,
) -> Head:
    """The head that the files name, else the first that is there."""
    return next(
        itertools.chain(
            (head for head in heads if has_modules and head.has_modules),
            (head for head in heads if head.fits(published)),
            (head for head in heads if head.is_in(tensors, published)),
            [Head("AlbertEncoder")],
        )
    )


def _table(head: Head) -> RenameTable:
    rows = [layer.huggingface_row() for layer in head.layers]
    return RenameTable(_ENCODER_ROWS + rows)


def _labels(published: dict[str, Any], count: int, source: str) -> list[str]:
    """Labels in the order of their numbers.

    Hugging Face leaves them out where they are LABEL_0, LABEL_1, ...
    """
    names = published.get("id2label") or {}
    if not isinstance(names, dict):
        raise UserError(f"{source}: id2label={names!r:.60} must be an object")
    return [str(names.get(str(i), f"LABEL_{i}")) for i in range(count)]


# === Writing ===


def write(
    checkpoint: Checkpoint,
    directory: str | os.PathLike,
    overwrite: bool = False,
    heads: Sequence[Head] = (),
) -> None:
    """Writes a directory that `transformers` and `read` load.

    That of an embedder sentence-transformers loads too.

    Raises:
        UserError: if the format cannot say the model's way of sharing, the
            directory exists and `overwrite` is false, or it cannot be
            written; nothing is left there then.
    """
    config = checkpoint.config
    head = head_of(checkpoint, heads)
    if head is None or not head.huggingface:
        raise UserError(f"Hugging Face's format has no {checkpoint.model_name}")
    architecture = head.architecture(checkpoint.weights)
    published = {
        "architectures": [architecture],
        **config.to_huggingface(),
        "dtype": "float32",
    }
    preprocessor = checkpoint.get_preprocessor()
    if preprocessor is not None:
        published.update(
            pad_token_id=preprocessor.tokenizer.pad_id,
            bos_token_id=preprocessor.tokenizer.cls_id,
            eos_token_id=preprocessor.tokenizer.sep_id,
        )
    if "labels" in checkpoint.arguments:
        labels = checkpoint.arguments["labels"]
        published["id2label"] = {str(i): n for i, n in enumerate(labels)}
        published["label2id"] = {n: i for i, n in enumerate(labels)}
    if not head.fits(published):  # by the rule for what is left out
        published["problem_type"] = head.problem_type
    weights = add_identity_projection(checkpoint.weights, config)
    tensors = _table(head).to_theirs(weights, config)
    if architecture == "AlbertModel":
        tensors = {n.removeprefix("albert."): a for n, a in tensors.items()}
    with new_directory(directory, overwrite) as path:
        write_json(path / "config.json", published)
        write_safetensors(path / "model.safetensors", tensors, {"format": "pt"})
        write_vocabulary(checkpoint, path, TRANSFORMERS)
        if head.has_modules:
            write_modules(checkpoint, path)
