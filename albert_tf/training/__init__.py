"""Training: optimizers, schedules and the loops that use them."""

import importlib

_HOMES = {
    "AdamW": "adamw",
    "Lamb": "lamb",
    "Muon": "muon",
    "WarmupCosineDecay": "schedules",
    "WarmupPolynomialDecay": "schedules",
    "scale_learning_rate": "schedules",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    # The command line reads the options, and does so without Keras.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(home, name)
