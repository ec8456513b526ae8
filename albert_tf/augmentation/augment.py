"""Examples and variants of them, with the same labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from albert_tf.data.example import Example
from albert_tf.errors import require_at_least

# From texts and a source of random numbers to as many texts.
Augmentation = Callable[[Sequence[str], np.random.Generator], list[str]]


@dataclasses.dataclass(frozen=True)
class Augmented:
    """What was made.

    Attributes:
        examples: those that were given, then their variants.
        dropped: how many variants were no others than an example that was
            there already.
    """

    examples: list[Example]
    dropped: int


def augment(
    examples: Sequence[Example],
    augmentations: Sequence[Augmentation],
    copies: int,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Augmented:
    """Makes variants of examples.

    Each variant is made by one of the augmentations, drawn at random, as in
    EDA (Wei and Zou 2019, arXiv:1901.11196). Of a pair both texts change.

    Args:
        examples: with labels or without.
        augmentations: one or more.
        copies: how many variants of each example.
        seed: the same gives the same.
        progress: is told how many texts are done.

    Raises:
        UserError: if `copies` is less than 1.
    """
    require_at_least(1, copies=copies)
    rng = np.random.default_rng(seed)
    known, made = set(examples), []
    for _ in range(copies):
        drawn = rng.integers(len(augmentations), size=len(examples))
        for kind, augmentation in enumerate(augmentations):
            chosen = [examples[k] for k in np.flatnonzero(drawn == kind)]
            made += _variants(chosen, augmentation, rng)
            progress(len(chosen))
    new = [one for one in dict.fromkeys(made) if one not in known]
    return Augmented([*examples, *new], len(made) - len(new))


def _variants(examples, augmentation, rng) -> list[Example]:
    pairs = [k for k, one in enumerate(examples) if one.pair]
    texts = [one.text for one in examples]
    changed = augmentation(texts + [examples[k].pair for k in pairs], rng)
    seconds = dict(zip(pairs, changed[len(texts) :], strict=True))
    return [
        dataclasses.replace(one, text=text, pair=seconds.get(k, one.pair))
        for k, (one, text) in enumerate(zip(examples, changed, strict=False))
    ]
