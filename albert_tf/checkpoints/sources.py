"""Which reader a source is for."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from albert_tf.checkpoints import huggingface, keras_hub, native, tf1, tf_models
from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head
from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.config import PRESETS
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer

# Presets that come with the package.
_SHIPPED = Path(__file__).parent.parent / "weights"
# As "albert-base-v2" or "albert/albert-base-v2" is called there.
_HUB_ID = re.compile(r"([\w.-]+/)?\w[\w.]*-[\w.-]+")
_READERS = {
    "hf:": huggingface.read,
    "tf1:": tf1.read,
    "tf_models:": tf_models.read,
    "keras_hub:": keras_hub.read,
}


def read_checkpoint(
    source: str | os.PathLike, heads: Sequence[Head] = ()
) -> Checkpoint:
    """Reads what `from_preset` takes.

    Args:
        source: see `PresetModel.from_preset`.
        heads: those to look for in other libraries' formats; `models.heads`
            knows all of ours.

    Returns:
        A `Checkpoint`; without weights if `source` is the name of a preset
        that we have no trained weights of.

    Raises:
        UserError: if the source is not there, or a file of it is missing or
            damaged.
    """
    source = os.fspath(source)
    for prefix, read in _READERS.items():
        if source.startswith(prefix):
            return read(source.removeprefix(prefix), heads)
    if os.path.isdir(source):
        return native.read(source)
    if source in PRESETS and has_weights(source):
        return native.read(os.fspath(_SHIPPED / source))
    if source in PRESETS:
        return _read_preset(source)
    near = difflib.get_close_matches(source.replace("-", "_"), PRESETS)
    if near and _HUB_ID.fullmatch(source):
        near.insert(0, f"hf:{source} (of Hugging Face)")
    hint = "; a"
    if near:
        hint = f"; did you mean {' or '.join(near)}? A"
    raise UserError(
        f"{source!r} is neither a directory nor a preset{hint} source is a "
        "directory of save_preset, hf:ID-or-directory, "
        "tf1:PREFIX-or-directory, tf_models:PREFIX-or-directory, "
        "keras_hub:PRESET, or one of the presets that `albert-tf info` lists"
    )


def has_weights(source: str | os.PathLike) -> bool:
    """Whether a source has trained weights: all but most presets have."""
    source = os.fspath(source)
    if source in PRESETS and not os.path.isdir(source):
        return (_SHIPPED / source).is_dir()
    return True


def _read_preset(name: str) -> Checkpoint:
    is_chinese = name.endswith("_zh")
    tokenizer = WordPieceTokenizer if is_chinese else SentencePieceTokenizer
    config = PRESETS[name]
    return Checkpoint(
        source=name,
        config=config,
        weights=None,
        model_name="AlbertEncoder",
        get_preprocessor=lambda: preprocessor_for(tokenizer(), config),
    )
