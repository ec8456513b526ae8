"""Keras models; they run on every Keras backend.

Every module here is imported, so that a new task's model is known by being
a file of this folder.
"""

import importlib
import pkgutil

from albert_tf.models.conversion import convert, load_model
from albert_tf.models.preset_model import heads, model_classes

__all__ = ["convert", "heads", "load_model", "model_classes"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def __getattr__(name):
    try:
        return model_classes()[name]
    except KeyError:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}"
        ) from None
