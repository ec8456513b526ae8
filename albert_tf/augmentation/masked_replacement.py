"""Words that a masked language model puts in the place of others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from albert_tf.augmentation.word_augmentation import (
    check_rate,
    draw,
    replaced,
    words_of,
)
from albert_tf.data.example import Example

_MASK = "[MASK]"


class MaskedReplacement:
    """Masks words and draws others from what a model expects there.

    Drawn by the model's probabilities among its five likeliest words without
    the old one. The text keeps its meaning only as far as the model knows it:
    "a good film" may become "a bad film".

    Args:
        predictor: a `Predictor` of the task `fill_mask`.
        rate: see `WordAugmentation`.
    """

    def __init__(self, predictor, rate: float):
        check_rate(rate)
        self._predictor, self._rate = predictor, rate

    def __call__(
        self, texts: Sequence[str], rng: np.random.Generator
    ) -> list[str]:
        """A variant of each text; a text too long for the model stays."""
        words = [words_of(text) for text in texts]
        drawn = [draw(one, self._rate, rng) for one in words]
        masked = {
            k: replaced(texts[k], words[k], dict.fromkeys(drawn[k], _MASK))
            for k in range(len(texts))
            if drawn[k] and _MASK not in texts[k] and self._fits(texts[k])
        }
        found = self._predictor.answers([Example(t) for t in masked.values()])
        made = [*texts]
        for k, answer in zip(masked, found, strict=True):
            others = {
                number: _other(text, candidates, rng)
                for number, text, candidates in zip(
                    drawn[k],
                    (texts[k][slice(*words[k][n])] for n in drawn[k]),
                    answer.candidates,
                    strict=True,
                )
            }
            made[k] = replaced(texts[k], words[k], others)
        return made

    def _fits(self, text: str) -> bool:
        preprocessor = self._predictor.preprocessor
        (ids,) = preprocessor.tokenizer.to_ids([text])
        # A mask takes the place of one token at least; two are special.
        return len(ids) + 2 <= preprocessor.max_length


def _other(word: str, candidates: dict[str, float], rng) -> str:
    """Another word than that, as that is spelled; that if there is none."""
    fitting = {
        other: p
        for other, p in candidates.items()
        if _is_word(other) and other.casefold() != word.casefold()
    }
    if not fitting:
        return word
    weights = np.array([*fitting.values()])
    other = str(rng.choice([*fitting], p=weights / weights.sum()))
    return other.capitalize() if word[:1].isupper() else other


def _is_word(piece: str) -> bool:
    """And not what follows an apostrophe, such as "s"."""
    return piece.isalnum() and (len(piece) > 1 or not piece.isascii())
