"""Next sentence: whether a text goes on with another."""

from __future__ import annotations

from albert_tf.tasks.sentence_pairs import SentencePairs


class NextSentence(SentencePairs):
    """Whether the second text follows the first, as BERT learns it.

    "random" means that it is from another document (Devlin et al., 2019,
    section 3.1).
    """

    name = "next_sentence"
    learned_head = "next_sentence_head"
    classes = ("next", "random")
    output = "next_sentence_logits"
