"""A tiny pre-trainer's configuration, and a batch for it."""

import numpy as np

from albert_tf.config import AlbertConfig

TINY = AlbertConfig(
    vocab_size=50,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=16,
    initializer_range=0.3,
)


def masked_batch():
    """Inputs and targets of four texts with up to three masks each."""
    rng = np.random.default_rng(0)
    inputs = {
        "token_ids": rng.integers(5, 50, (4, 9)),
        "segment_ids": rng.integers(0, 2, (4, 9)),
        "padding_mask": np.ones((4, 9)),
        "masked_positions": np.array([[1, 3, 5]] * 4),
    }
    inputs["token_ids"][:, [1, 3, 5]] = 4  # [MASK]
    weights = np.ones((4, 3), "float32")
    weights[1:, 2] = 0
    targets = {
        "masked_lm_ids": rng.integers(5, 50, (4, 3)),
        "masked_lm_weights": weights,
        "sentence_order_labels": np.array([0, 1, 1, 0]),
        "example_weights": np.ones(4, "float32"),
    }
    inputs = {name: value.astype("int32") for name, value in inputs.items()}
    return inputs, targets
