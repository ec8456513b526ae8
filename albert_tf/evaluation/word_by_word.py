"""Translation without a model of sentences: each word by another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np

_ROUNDS = 5


class WordByWord:
    """Puts for each word the one that it is most often aligned with.

    How likely a word is translated by another is learned from pairs of
    sentences by IBM model 1 (Brown et al., 1993, section 4.1), without the
    empty word.

    Args:
        pairs: texts and their translations.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]]):
        sources: dict[str, int] = {}
        targets: dict[str, int] = {}
        places = [
            (number, sources.setdefault(a, len(sources)), b)
            for number, (text, other) in enumerate(pairs)
            for b in [
                targets.setdefault(word, len(targets)) for word in _words(other)
            ]
            for a in _words(text.lower())
        ]
        self._best: dict[str, str] = {}
        if not places:
            return
        # A row for each word of a sentence with each of its translation; the
        # word of a translation shares itself among those of the sentence.
        sentences, ours, theirs = np.array(places, np.int64).T
        _, seats = np.unique(
            sentences * len(targets) + theirs, return_inverse=True
        )
        kinds, kind = np.unique(
            ours * len(targets) + theirs, return_inverse=True
        )
        kind_source = kinds // len(targets)
        likely = np.ones(len(kinds))
        for _ in range(_ROUNDS):
            share = likely[kind]
            share /= np.bincount(seats, share)[seats]
            counts = np.bincount(kind, share)
            likely = counts / np.bincount(kind_source, counts)[kind_source]
        words = [[*sources], [*targets]]
        order = np.lexsort((kinds, -counts, kind_source))
        for source, group in itertools.groupby(
            order, key=lambda place: kind_source[place]
        ):
            target = kinds[next(group)] % len(targets)
            self._best[words[0][source]] = words[1][target]

    def translate(self, text: str) -> str:
        """The translations of the words, in their order, blanks between.

        A word that was never seen stays as it is.
        """
        words = re.findall(_WORD, text)
        return " ".join(self._best.get(word.lower(), word) for word in words)


_WORD = r"\w+|[^\w\s]"


def _words(text: str) -> list[str]:
    return re.findall(_WORD, text)
