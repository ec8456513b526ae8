"""Words with a slip of the finger."""

from __future__ import annotations

from albert_tf.augmentation.word_augmentation import (
    WordAugmentation,
    draw,
    replaced,
)


class Typos(WordAugmentation):
    """Two neighbouring letters change places, or one is lost or doubled.

    As people mistype (Belinkov and Bisk 2018, arXiv:1711.02173). First and
    last letters stay, and so do words of fewer than four letters.
    """

    def change(self, text, words, rng):
        """See `WordAugmentation.change`."""
        long = [(begin, end) for begin, end in words if end - begin >= 4]
        if not long:
            return text
        drawn = draw(long, self.rate, rng)
        slips = {k: _slip(text[slice(*long[k])], rng) for k in drawn}
        return replaced(text, long, slips)


def _slip(word: str, rng) -> str:
    place = int(rng.integers(1, len(word) - 2))
    before, one, other = word[:place], word[place], word[place + 1]
    after = word[place + 2 :]
    return (
        before
        + (other + one, other, one + one + other)[rng.integers(3)]
        + after
    )
