"""Texts that went into another language and came back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from albert_tf.data.example import Example


class BackTranslation:
    """Translates there and back (Sennrich et al. 2016, arXiv:1511.06709).

    Nothing is drawn at random: of one text there is one variant.

    Args:
        there: a `Predictor` of the task `translation`.
        back: another, from the language of `there` to that of the texts.
    """

    def __init__(self, there, back):
        self._there, self._back = there, back
        self._made: dict[str, str] = {}  # of each copy the same is asked

    def __call__(
        self, texts: Sequence[str], rng: np.random.Generator
    ) -> list[str]:
        """A variant of each text; the text where nothing came back."""
        new = [text for text in dict.fromkeys(texts) if text not in self._made]
        abroad = _translated(self._there, new)
        home = _translated(self._back, [*filter(str.strip, abroad.values())])
        for text in new:
            back = home.get(abroad[text], "")
            self._made[text] = back if back.strip() else text
        return [self._made[text] for text in texts]


def _translated(predictor, texts: Sequence[str]) -> dict[str, str]:
    """The translation of each text."""
    if not texts:
        return {}
    answers = predictor.answers([Example(text) for text in texts])
    return {
        text: answer.text for text, answer in zip(texts, answers, strict=True)
    }
