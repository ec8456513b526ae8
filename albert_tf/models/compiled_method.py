"""A method of a model, run as Keras runs the model itself."""

from __future__ import annotations

import keras


class CompiledMethod(keras.Model):
    """Runs a method of a model as a graph, on every backend.

    `predict_on_batch` takes and gives arrays by name.

    Args:
        model: has the method.
        method: its name; it takes and gives tensors by name.
    """

    def __init__(self, model: keras.Model, method: str):
        super().__init__()
        self.model, self.method = model, method
        self.jit_compile = False  # XLA compiles anew for each length
        self.built = True

    def call(self, inputs):
        """What the method gives."""
        return getattr(self.model, self.method)(inputs)
