"""What a configuration costs: parameters, bytes on disk, multiplications."""

from albert_tf.checkpoints.shapes import parameter_count
from albert_tf.config import AlbertConfig

BITS = {"float32": 32, "float16": 16, "int8": 8, "int4": 4}


def file_bytes(config: AlbertConfig, precision: str) -> int:
    """Bytes of the encoder's weights if all are stored at `precision`."""
    return parameter_count(config) * BITS[precision] // 8


def multiply_accumulates(config: AlbertConfig, length: int) -> int:
    """Multiply-accumulate operations of one forward pass.

    Sharing saves none of them: every layer is computed whether or not its
    weights are its own.

    Args:
        config: the model.
        length: L, tokens in the sequence.
    """
    h, f = config.hidden_size, config.intermediate_size
    matrices = 4 * h * h + 2 * h * f  # a token, in one block
    attention = 2 * length * h  # a token: scores and weighted sum
    layers = config.num_hidden_layers * config.inner_group_num
    layers *= config.num_parallel_encoders
    if config.cross_layer_attention:  # keys and values of twice the tokens
        matrices, attention = matrices + 2 * h * h, 2 * attention
    # What is added to four matrices of attention and two of feed-forward.
    matrices += config.layer_adapters * (4 * 2 * h + 2 * (h + f))
    projection = config.embedding_size * h if config.has_projection else 0
    if config.soft_segments:  # into probabilities and back
        projection += 2 * config.embedding_size * config.type_vocab_size
    per_token = layers * (matrices + attention) + projection
    return length * per_token + config.output_size**2


def training_flops(
    config: AlbertConfig, length: int, predictions: int
) -> float:
    """Floating-point operations of pre-training on one sequence.

    Two a multiply-accumulate; the backward pass takes twice those of the
    forward pass.

    Args:
        config: the model.
        length: L, tokens in the sequence.
        predictions: P, masked positions.
    """
    e, h = config.embedding_size, config.output_size
    head = predictions * (h * e + e * config.vocab_size)
    return 3 * 2 * (multiply_accumulates(config, length) + head)
