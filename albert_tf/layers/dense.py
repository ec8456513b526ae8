"""A dense layer that may have its matrix in common with another one."""

from __future__ import annotations

import weakref

import keras

from albert_tf.errors import UserError


@keras.saving.register_keras_serializable(package="albert_tf")
class Dense(keras.layers.Dense):
    """As Keras' dense layer, which has a matrix and a bias of its own."""

    _source = None
    _has_twins = False

    def share_matrix(self, source: Dense) -> None:
        """Takes the matrix of another layer; only the bias is its own.

        Args:
            source: one of the same sizes, built before this one and kept as
                long.
        """
        # Held by its user; Keras would count it as a part of this layer.
        self._source = weakref.ref(source)
        source._has_twins = True

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

    def quantize(self, mode=None, type_check=True, config=None):
        """As Keras' own, which quantizes no class that derives from it.

        Raises:
            UserError: if the matrix is that of several layers: Keras keeps
                its scale with one of them.
        """
        if self._has_twins or self._source is not None:
            raise UserError(
                "a model with shared_norms=False cannot be quantized by "
                "Keras; export.to_tflite does it"
            )
        super().quantize(mode, type_check=False, config=config)

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
