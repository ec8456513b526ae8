"""Keras models; they run on every Keras backend."""

from albert_tf.models.encoder import AlbertEncoder
from albert_tf.models.pretrainer import AlbertPretrainer

__all__ = ["AlbertEncoder", "AlbertPretrainer"]
