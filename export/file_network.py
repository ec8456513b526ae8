"""The network of a `.tflite` file, in one runtime or another."""

from __future__ import annotations

import abc
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from albert_tf.errors import UserError, require_at_least
from export.bundle import read_bundle

PROBABILITY = "probability"  # the output of a file for other clients


class FileNetwork(abc.ABC):
    """Runs an exported network, one sequence at a time.

    Args:
        path: a file that `to_tflite` wrote.
        num_threads: processor cores to use.

    Attributes:
        bundle: what travels with the network.

    Raises:
        UserError: if the file is missing, damaged or of another origin.
    """

    def __init__(self, path: str | os.PathLike, num_threads: int):
        require_at_least(1, num_threads=num_threads)
        self.bundle = read_bundle(path)

    def __call__(
        self, features: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Runs one sequence at its own length, or the next that there is.

        Args:
            features: `token_ids`, `segment_ids` and `padding_mask`, each
                int32 [1, L].

        Returns:
            The model's outputs by name, such as `logits`, float32 [1, C].

        Raises:
            UserError: if L is more than the network takes.
        """
        self.bundle.check_length(features["token_ids"].shape[-1])
        if self.bundle.fixed_lengths is None:
            outputs = self._run(self.bundle.signatures[0], features)
        else:
            outputs = self.bundle.fixed_lengths.run(features, self._run)
        return _with_logits(outputs)

    def run_method(
        self, signature: str, arrays: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Runs another signature than that of the model.

        Args:
            signature: such as "decode_step".
            arrays: what it takes, by name.

        Returns:
            What it gives, by name.

        Raises:
            UserError: if the file has none of this name.
        """
        if signature not in self.bundle.signatures[1:]:
            raise UserError(
                f"the file has no {signature}, only "
                f"{', '.join(self.bundle.signatures)}"
            )
        return self._run(signature, arrays)

    def output_size(self, name: str) -> int | None:
        """How many numbers an output has at its end; None if there is none."""
        details = self._output_details()
        if name == "logits" and PROBABILITY in details:
            name = PROBABILITY
        return int(details[name]["shape"][-1]) if name in details else None

    @abc.abstractmethod
    def _output_details(self) -> Mapping[str, Mapping[str, Any]]:
        """Each output's shape, with more, by name."""

    @abc.abstractmethod
    def _run(
        self, signature: str, features: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Runs a sequence of a length that the signature takes."""


def _with_logits(outputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Logits besides probabilities, which a file for other clients has."""
    outputs = dict(outputs)
    if PROBABILITY in outputs:
        least = np.finfo("float32").tiny
        outputs["logits"] = np.log(np.maximum(outputs[PROBABILITY], least))
    return outputs
