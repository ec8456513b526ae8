"""A dense layer that may have its matrix in common with another one."""

from __future__ import annotations

import weakref

import keras


@keras.saving.register_keras_serializable(package="albert_tf")
class Dense(keras.layers.Dense):
    """As Keras' dense layer, which has a matrix and a bias of its own."""

    _source = None  # not held: Keras would count it as a part of this one

    def share_matrix(self, source: Dense) -> None:
        """Takes the matrix of another layer; only the bias is its own.

        Args:
            source: one of the same sizes, built before this one and kept as
                long.
        """
        self._source = weakref.ref(source)

    @property
    def kernel(self):
        """The matrix [inputs, units]."""
        return super().kernel if self._source is None else self._source().kernel

    def build(self, input_shape):
        """Makes the weights."""
        if self._source is None:
            super().build(input_shape)
            return
        self.bias = self.add_weight(
            name="bias", shape=(self.units,), initializer=self.bias_initializer
        )
        self.built = True

    def save_own_variables(self, store):
        """Puts what is its own into a Keras file; called by Keras."""
        if self._source is None:
            super().save_own_variables(store)
        else:
            store["0"] = self.bias

    def load_own_variables(self, store):
        """The inverse of `save_own_variables`; called by Keras."""
        if self._source is None:
            super().load_own_variables(store)
        else:
            self.bias.assign(store["0"])
