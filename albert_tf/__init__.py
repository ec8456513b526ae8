"""ALBERT for TensorFlow and Keras 3, from pre-training to a phone."""

import importlib

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError

__version__ = "0.1.0"

_LAZY = {
    "AlbertClassifier": "albert_tf.models",
    "AlbertEncoder": "albert_tf.models",
    "AlbertPretrainer": "albert_tf.models",
    "SentencePieceTokenizer": "albert_tf.tokenizers",
    "WordPieceTokenizer": "albert_tf.tokenizers",
    "convert": "albert_tf.models",
    "load_model": "albert_tf.models",
}

__all__ = ["AlbertConfig", "UserError", *sorted(_LAZY)]


def __getattr__(name):
    # Models import Keras and its backend, which take seconds; the command
    # line and prediction from a .tflite file do without them.
    home = "albert_tf.models" if name.startswith("Albert") else _LAZY.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
