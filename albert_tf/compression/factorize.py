"""An embedding as wide as the encoder becomes a narrow one, projected.

What a narrow embedding gives lies in an affine space of E dimensions, so that
none comes nearer to the wide one than its principal components on text do. The
closed form here comes so near to this limit that training it further changes
nothing that counts: of a BERT's embedding (H = 384, E = 128) it loses 0.27 of
the variance, and 0.26 after 600 steps of Adam.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.checkpoints.shapes import variant_of
from albert_tf.compression.token_samples import draw_pieces, draw_tokens
from albert_tf.errors import UserError, require_at_least, warn

_EMBEDDING = ENCODER + "embedding/"
_TABLES = [
    f"{_EMBEDDING}{kind}_embedding/embeddings"
    for kind in ("token", "position", "segment")
]
_GAMMA, _BETA = _EMBEDDING + "layer_norm/gamma", _EMBEDDING + "layer_norm/beta"
_KERNEL = _EMBEDDING + "projection/kernel"
_BIAS = _EMBEDDING + "projection/bias"
_SAMPLES = 50_000  # tokens
_FROM_VOCABULARY = 10_000  # of these; else rare pieces become noise


def factorize(
    checkpoint: Checkpoint,
    embedding_size: int = 128,
    texts: Iterable[str] | None = None,
    seed: int = 0,
) -> Checkpoint:
    """Gives a checkpoint a narrower embedding of nearly the same output.

    Of the sum of token, position and segment those E - 1 directions are kept
    that say most of the output, each token weighted by how often it occurs.
    The projection is the one that comes nearest to the output there was.

    A masked-LM head is dropped with a warning: it scores with the token
    table, behind layers that are as wide as the embedding.

    Args:
        checkpoint: one with weights.
        embedding_size: E of the result.
        texts: which tokens occur, and how often; some thousand texts are
            drawn of them. None takes all pieces of the vocabulary for equally
            frequent, which loses far more.
        seed: of what is drawn; the same gives the same weights.

    Returns:
        The same model with another embedding; an "AlbertEncoder" if it had a
        masked-LM head.

    Raises:
        UserError: if the checkpoint has no weights or no vocabulary for the
            texts, these have no token, or `embedding_size` is not less than
            it was.
    """
    checkpoint.require_weights()
    require_at_least(2, embedding_size=embedding_size)
    old = checkpoint.config
    if embedding_size >= old.embedding_size:
        raise UserError(
            f"embedding_size={embedding_size} must be less than "
            f"{old.embedding_size}, that of {checkpoint.source}"
        )
    rng = np.random.default_rng(seed)
    samples = _draw(checkpoint, texts, rng)
    checkpoint = _without_head(checkpoint)
    weights = {
        name: array
        for name, array in checkpoint.weights.items()
        # Made for the wide embedding, and new where the result is loaded.
        if variant_of(name) != "soft_segments"
    }
    weights |= _narrow(checkpoint, embedding_size, samples, rng)
    config = dataclasses.replace(
        old, embedding_size=embedding_size, project_equal_sizes=False
    )
    return dataclasses.replace(checkpoint, config=config, weights=weights)


def _draw(
    checkpoint: Checkpoint,
    texts: Iterable[str] | None,
    rng: np.random.Generator,
) -> np.ndarray:
    config = checkpoint.config
    if texts is None:
        return draw_pieces(_SAMPLES, config, rng)
    preprocessor = checkpoint.get_preprocessor()
    if preprocessor is None:
        raise UserError(f"{checkpoint.source}: has no vocabulary for the texts")
    number = _SAMPLES - _FROM_VOCABULARY
    tokens = draw_tokens(number, texts, preprocessor.tokenizer, config, rng)
    pieces = draw_pieces(_FROM_VOCABULARY, config, rng)
    return np.concatenate([tokens, pieces])


def _without_head(checkpoint: Checkpoint) -> Checkpoint:
    if not checkpoint.has_head("masked_lm_head"):
        return checkpoint
    warn(
        f"{checkpoint.source}: loses its masked-LM head, which is made for the "
        "wide embedding; what is left is an encoder"
    )
    return dataclasses.replace(
        checkpoint,
        weights={
            name: array
            for name, array in checkpoint.weights.items()
            if name.startswith(ENCODER)
        },
        model_name="AlbertEncoder",
        base_names=(),
        arguments={},
    )


def _narrow(
    checkpoint: Checkpoint,
    size: int,
    samples: np.ndarray,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """The weights of the narrow embedding.

    Args:
        checkpoint: with the wide one.
        size: E of the narrow one.
        samples: int [n, 3], token, position, segment.
        rng: what the axes are turned with.
    """
    epsilon = checkpoint.config.layer_norm_eps
    tables = [checkpoint.weights[name] for name in _TABLES]
    # LayerNorm takes the means away, so they are no direction to keep.
    tables = [table - table.mean(1, keepdims=True) for table in tables]
    wide = _normalize(_sums(tables, samples), epsilon)
    output = _output(checkpoint, wide)
    mapping = _best_directions(wide, output, size - 1) @ _spread(size, rng)
    tables = [(table @ mapping).astype("float32") for table in tables]
    narrow = _normalize(_sums(tables, samples), epsilon)
    kernel, bias = _fit(narrow, output)
    return {
        **dict(zip(_TABLES, tables, strict=True)),
        _GAMMA: np.ones(size, "float32"),
        _BETA: np.zeros(size, "float32"),
        _KERNEL: kernel.astype("float32"),
        _BIAS: bias.astype("float32"),
    }


def _sums(tables: list[np.ndarray], samples: np.ndarray) -> np.ndarray:
    """What LayerNorm is given, [n, E]."""
    parts = zip(tables, samples.T, strict=True)
    return sum(table[rows] for table, rows in parts)


def _normalize(sums: np.ndarray, epsilon: float) -> np.ndarray:
    """LayerNorm without weights; [n, E] with means of 0."""
    return sums / np.sqrt(np.square(sums).mean(1, keepdims=True) + epsilon)


def _output(checkpoint: Checkpoint, normalized: np.ndarray) -> np.ndarray:
    """What the encoder is given, [n, H]."""
    weights = checkpoint.weights
    output = normalized * weights[_GAMMA] + weights[_BETA]
    if checkpoint.config.has_projection:
        output = output @ weights[_KERNEL] + weights[_BIAS]
    return output


def _best_directions(
    inputs: np.ndarray, outputs: np.ndarray, number: int
) -> np.ndarray:
    """Orthonormal directions of the inputs that say most of the outputs."""
    kernel, _ = _fit(inputs, outputs)
    outputs = inputs @ kernel
    _, components = np.linalg.eigh(outputs.T @ outputs)  # the largest last
    return np.linalg.qr(kernel @ components[:, -number:])[0]


def _spread(size: int, rng: np.random.Generator) -> np.ndarray:
    """Writes E - 1 numbers as E whose mean is 0, [E - 1, E].

    LayerNorm then takes nothing away, and divides by the length that the
    numbers have. The axes are drawn at random, so that none is much larger
    than others.
    """
    columns = np.c_[np.ones(size), rng.normal(size=(size, size - 1))]
    return np.linalg.qr(columns)[0][:, 1:].T


def _fit(inputs: np.ndarray, outputs: np.ndarray):
    """Kernel and bias of least squares."""
    inputs = np.c_[inputs, np.ones(len(inputs))]
    squares = inputs.T @ inputs
    # Not to be solved: the inputs have one direction less than numbers.
    solution = np.linalg.pinv(squares, 1e-7, hermitian=True)
    solution = solution @ (inputs.T @ outputs)
    return solution[:-1], solution[-1]
