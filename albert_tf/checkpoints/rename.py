"""Rename tables: what a weight of ours is called in another library."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from albert_tf.checkpoints.stored_tensor import StoredTensor
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError

Change = Callable[[np.ndarray], np.ndarray]
# Ends of our name and of theirs, and what turns their array into ours.
Ending = tuple[str, str, Change]


def keep(array: np.ndarray) -> np.ndarray:
    """For arrays that are the same in both libraries."""
    return array


def transpose(array: np.ndarray) -> np.ndarray:
    """For matrices that are [out, in] in the other library."""
    return array.T


def join_first(array: np.ndarray) -> np.ndarray:
    """For what is [A, D, ...] in the other library and [H, ...] in ours."""
    return array.reshape(-1, *array.shape[2:])


def join_last(array: np.ndarray) -> np.ndarray:
    """For what is [..., A, D] in the other library and [..., H] in ours."""
    return array.reshape(*array.shape[:-2], -1)


class RenameTable:
    """Names of layers in both libraries, to be read in both directions.

    Args:
        rows: one a layer: our name, theirs, and the endings of its weights.
            Block k of ours is `{group}`, `{inner}` of theirs, where
            k = group * inner_group_num + inner.
    """

    def __init__(self, rows: Sequence[tuple[str, str, Sequence[Ending]]]):
        self._weights = [
            (ours + our_end, theirs + their_end, change)
            for ours, theirs, endings in rows
            for our_end, their_end, change in endings
        ]

    def _fill(
        self, config: AlbertConfig, blocks: int
    ) -> Iterator[tuple[str, str, Change]]:
        for ours, theirs, change in self._weights:
            for k in range(blocks if "{k}" in ours else 1):
                group, inner = divmod(k, config.inner_group_num)
                yield (
                    ours.format(k=k),
                    theirs.format(group=group, inner=inner),
                    change,
                )

    def to_ours(
        self, tensors: Mapping[str, StoredTensor], config: AlbertConfig
    ) -> tuple[dict[str, StoredTensor], list[str]]:
        """Renames what was found.

        Args:
            tensors: by their names.
            config: says how many blocks there are.

        Returns:
            Tensors by our names, and their names that the table lacks.
        """
        # A damaged number may say millions.
        blocks = min(config.num_blocks, len(tensors))
        rows = {row[1]: row for row in self._fill(config, blocks)}
        weights, unknown = {}, []
        for name, tensor in tensors.items():
            if name in rows:
                ours, _, change = rows[name]
                weights[ours] = tensor.change(change)
            else:
                unknown.append(name)
        return weights, sorted(unknown)

    def to_theirs(
        self, weights: dict[str, np.ndarray], config: AlbertConfig
    ) -> dict[str, np.ndarray]:
        """The inverse of `to_ours`.

        Raises:
            UserError: if the other library has no name for a weight.
        """
        rows = {row[0]: row for row in self._fill(config, config.num_blocks)}
        nameless = sorted(set(weights) - set(rows))
        if nameless:
            raise UserError(
                f"the other format has no name for {', '.join(nameless)}"
            )
        tensors = {}
        for name, array in weights.items():
            _, theirs, change = rows[name]
            # `keep` and `transpose` are their own inverses.
            tensors[theirs] = np.ascontiguousarray(change(array))
        return tensors


# === Where the embedding is as wide as the encoder ===

_KERNEL = "encoder/embedding/projection/kernel"
_BIAS = "encoder/embedding/projection/bias"


def settle_projection(
    weights: dict[str, np.ndarray], config: AlbertConfig
) -> tuple[dict[str, np.ndarray], AlbertConfig]:
    """Finds out whether equal sizes are projected; only the weights tell.

    Hugging Face and keras-hub always project, the official code only where E
    differs from H. A projection that changes nothing is left out.

    Args:
        weights: by our names.
        config: what the source says besides.

    Returns:
        The weights, and the configuration that goes with them.
    """
    if config.embedding_size != config.hidden_size or _KERNEL not in weights:
        return weights, config
    kernel, bias = weights[_KERNEL], weights.get(_BIAS, np.zeros(1))
    if not np.array_equal(kernel, np.eye(config.hidden_size)) or bias.any():
        return weights, dataclasses.replace(config, project_equal_sizes=True)
    return {k: v for k, v in weights.items() if k not in (_KERNEL, _BIAS)}, (
        config
    )


def add_identity_projection(
    weights: dict[str, np.ndarray], config: AlbertConfig
) -> dict[str, np.ndarray]:
    """For libraries that always project: one that changes nothing."""
    if config.has_projection:
        return weights
    return {
        **weights,
        _KERNEL: np.eye(config.hidden_size, dtype="float32"),
        _BIAS: np.zeros(config.hidden_size, "float32"),
    }
