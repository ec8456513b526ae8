"""Words that change places."""

from __future__ import annotations

from albert_tf.augmentation.word_augmentation import (
    WordAugmentation,
    draw,
    replaced,
)


class WordSwap(WordAugmentation):
    """Lets two words change places, again and again (EDA)."""

    def change(self, text, words, rng):
        """See `WordAugmentation.change`."""
        if len(words) < 2:
            return text
        order = [*range(len(words))]
        for _ in draw(words, self.rate, rng):
            one, other = rng.choice(len(words), 2, replace=False)
            order[one], order[other] = order[other], order[one]
        spelled = [text[begin:end] for begin, end in words]
        moved = {k: spelled[old] for k, old in enumerate(order)}
        return replaced(text, words, moved)
