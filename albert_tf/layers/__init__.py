"""Keras layers of the model; they run on every Keras backend."""

from albert_tf.layers.factorized_embedding import FactorizedEmbedding
from albert_tf.layers.feed_forward import FeedForward
from albert_tf.layers.masked_language_model_head import (
    MaskedLanguageModelHead,
)
from albert_tf.layers.self_attention import SelfAttention
from albert_tf.layers.shared_encoder import SharedEncoder
from albert_tf.layers.transformer_block import TransformerBlock

__all__ = [
    "FactorizedEmbedding",
    "FeedForward",
    "MaskedLanguageModelHead",
    "SelfAttention",
    "SharedEncoder",
    "TransformerBlock",
]
