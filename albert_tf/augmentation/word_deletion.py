"""Words that are left out."""

from __future__ import annotations

from albert_tf.augmentation.word_augmentation import (
    WordAugmentation,
    draw,
    replaced,
)


class WordDeletion(WordAugmentation):
    """Leaves words out at random, but never all of them (EDA)."""

    def change(self, text, words, rng):
        """See `WordAugmentation.change`."""
        if len(words) < 2:
            return text
        gone = draw(words, self.rate, rng)
        if len(gone) == len(words):
            del gone[rng.integers(len(gone))]
        # A word takes the blank before it along.
        spans = [
            (begin - text[begin - 1 : begin].isspace(), end)
            for begin, end in (words[k] for k in gone)
        ]
        made = replaced(text, spans, dict.fromkeys(range(len(spans)), ""))
        return made if text[:1].isspace() else made.lstrip()
