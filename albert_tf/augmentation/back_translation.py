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

    def __call__(
        self, texts: Sequence[str], rng: np.random.Generator
    ) -> list[str]:
        """A variant of each text; the text where nothing came back."""
        if not texts:
            return []
        abroad = [one.text for one in _translated(self._there, texts)]
        reached = [k for k, text in enumerate(abroad) if text.strip()]
        made = [*texts]
        home = _translated(self._back, [abroad[k] for k in reached])
        for k, answer in zip(reached, home, strict=True):
            made[k] = answer.text if answer.text.strip() else texts[k]
        return made


def _translated(predictor, texts: Sequence[str]):
    return predictor.answers([Example(text) for text in texts])
