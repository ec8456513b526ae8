"""A network that computes sequences of different requests together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from albert_tf.data.features import pad
from albert_tf.data.rows import Rows

_Outputs = Mapping[str, np.ndarray]
_LONGEST_TRIED = 64


class Network:
    """Runs sequences, alone or padded to the longest of a batch.

    Args:
        run: an opened `.tflite` file or SavedModel, see
            `export.tflite_predictor.open_network`.
        batch_tokens: B times L of a batch; None where each sequence runs by
            itself.
        sample: a sequence that it takes, to try it.
        max_length: its longest sequence.

    Attributes:
        batch_tokens: as above.
        run_method: see `Task.decode`; None of a SavedModel.
    """

    def __init__(
        self,
        run: Callable[[_Outputs], _Outputs],
        batch_tokens: int | None,
        sample: Rows,
        max_length: int,
    ):
        self._run = run
        self.batch_tokens = batch_tokens
        self.run_method = getattr(run, "run_method", None)
        self._by_token: frozenset[str] = frozenset()
        if batch_tokens is not None:
            longest = min(max_length, _LONGEST_TRIED)
            self._by_token = self._find_by_token(sample, longest)

    def _find_by_token(self, sample: Rows, longest: int) -> frozenset[str]:
        """The outputs that have an axis of tokens, as second one."""
        short, long = (
            self._run(_of_length(sample, length))
            for length in (longest - 1, longest)
        )
        return frozenset(
            name for name in short if short[name].shape != long[name].shape
        )

    def __call__(
        self, sequences: Sequence[tuple[Rows, int]]
    ) -> list[dict[str, np.ndarray]]:
        """The outputs of each sequence, without padding.

        Args:
            sequences: B rows: what they are of, and their numbers there.
        """
        outputs = self._run(_features(sequences))
        lengths = [int(rows.encodings.lengths[n]) for rows, n in sequences]
        return [
            {
                name: self._cut(name, values, number, length)
                for name, values in outputs.items()
            }
            for number, length in enumerate(lengths)
        ]

    def _cut(self, name, values, number: int, length: int) -> np.ndarray:
        row = values[number]
        return row[:length] if name in self._by_token else row


def _features(sequences) -> dict[str, np.ndarray]:
    if len(sequences) == 1:
        rows, number = sequences[0]
        return rows.features(number)
    features = pad([rows.encodings[number] for rows, number in sequences])
    for name in sequences[0][0].inputs:
        parts = [rows.inputs[name][n : n + 1] for rows, n in sequences]
        features[name] = np.concatenate(parts)
    return features


def _of_length(sample: Rows, length: int) -> dict[str, np.ndarray]:
    """The sample with its last token repeated or cut off."""
    features = sample.features(0)
    for name in ("token_ids", "segment_ids", "padding_mask"):
        values = features[name]
        features[name] = np.pad(values, [(0, 0), (0, length)], "edge")[
            :, :length
        ]
    return features
