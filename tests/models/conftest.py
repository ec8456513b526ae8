import numpy as np
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.tokenizers import SentencePieceTokenizer


@pytest.fixture(scope="session")
def tiny():
    """A small model with dropout."""
    return AlbertConfig(
        vocab_size=50,
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.1,
    )


@pytest.fixture(scope="session")
def batch():
    """Four sequences of up to nine tokens."""
    rng = np.random.default_rng(0)
    mask = np.ones((4, 9), "int32")
    mask[1, 5:] = 0
    return {
        "token_ids": rng.integers(0, 50, (4, 9), dtype="int32"),
        "segment_ids": rng.integers(0, 2, (4, 9), dtype="int32"),
        "padding_mask": mask,
    }


@pytest.fixture(scope="session")
def config():
    """A small model of the official vocabulary."""
    return AlbertConfig(
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )


@pytest.fixture(scope="session")
def preprocessor():
    return TextPreprocessor(SentencePieceTokenizer())
