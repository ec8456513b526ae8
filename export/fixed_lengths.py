"""Networks that take sequences of a few lengths only."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from albert_tf.data.features import INPUTS
from albert_tf.errors import UserError

_SHORTEST = 3  # [CLS], a token, [SEP]


@dataclasses.dataclass(frozen=True)
class FixedLengths:
    """A signature for each length, "length_16" for 16 tokens.

    Attributes:
        lengths: how many tokens the signatures take, ascending.
        token_outputs: the outputs that have a row for each token.
    """

    lengths: tuple[int, ...]
    token_outputs: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, lengths: Sequence[int], longest: int, token_outputs: Sequence[str]
    ) -> FixedLengths:
        """Those for a model.

        Args:
            lengths: in any order.
            longest: how many positions the model has.
            token_outputs: see above.

        Raises:
            UserError: if there is none, one twice, or one that is too short
                or too long.
        """
        found = tuple(sorted(lengths))
        if (
            not found
            or len(set(found)) < len(found)
            or found[0] < _SHORTEST
            or found[-1] > longest
        ):
            raise UserError(
                f"lengths={[*lengths]!r:.60} must be different numbers from "
                f"{_SHORTEST} to the model's {longest} positions"
            )
        return cls(found, tuple(token_outputs))

    @staticmethod
    def signature(length: int) -> str:
        """The name of the signature for sequences of such a length."""
        return f"length_{length}"

    def run(
        self,
        features: Mapping[str, np.ndarray],
        run: Callable[[str, dict[str, np.ndarray]], dict[str, np.ndarray]],
    ) -> dict[str, np.ndarray]:
        """Runs a sequence in the shortest signature that holds it.

        Args:
            features: the inputs of the model, of which `INPUTS` are int32
                [1, L] with L of at most the longest length.
            run: from a signature and its inputs to the outputs by name.

        Returns:
            The outputs, those of tokens for L tokens.
        """
        length = features["token_ids"].shape[1]
        held = next(n for n in self.lengths if n >= length)
        filled = {
            name: np.pad(array, ((0, 0), (0, held - length)))
            if name in INPUTS
            else array
            for name, array in features.items()
        }
        return {
            name: array[:, :length] if name in self.token_outputs else array
            for name, array in run(self.signature(held), filled).items()
        }
