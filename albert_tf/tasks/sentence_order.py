"""Sentence order: whether two texts are in their right order."""

from __future__ import annotations

from albert_tf.tasks.sentence_pairs import SentencePairs


class SentenceOrder(SentencePairs):
    """Whether the second text followed the first, as ALBERT learns it.

    Both are of one document, next to each other; "swapped" means that the
    second one was first (paper, section 3.1).
    """

    name = "sentence_order"
    learned_head = "sentence_order_head"
    classes = ("ordered", "swapped")
    output = "sentence_order_logits"
