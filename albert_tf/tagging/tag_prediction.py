"""The tags that a model gives to a text."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tagging.tags import spans_of, to_bio
from albert_tf.tagging.viterbi import viterbi


@dataclasses.dataclass(frozen=True)
class TaggedSpan:
    """A part of a text and what it is.

    Attributes:
        text: the part, character for character.
        start: its first character.
        end: the one after its last.
        label: what it is.
        score: mean probability of the tags of its words.
    """

    text: str
    start: int
    end: int
    label: str
    score: float


@dataclasses.dataclass(frozen=True)
class TagPrediction:
    """The tags of the words of a text.

    Attributes:
        tags: one for each word; of entities in the scheme BIO.
        spans: the entities; where tags are classes of words, the words.
    """

    tags: list[str]
    spans: list[TaggedSpan]

    @classmethod
    def from_logits(
        cls,
        example: TaggedText,
        logits: np.ndarray,
        labels: Sequence[str],
        transitions: np.ndarray,
        has_entities: bool,
    ) -> TagPrediction:
        """The best path through the scores of all words.

        Args:
            example: the text.
            logits: float [W, C]; NaN for a word without a token of its own,
                which gets what the word before it has.
            labels: C tags.
            transitions: float [C + 1, C], see `viterbi`.
            has_entities: whether the tags are those of entities.
        """
        has_token = ~np.isnan(logits).any(-1)
        path = viterbi(logits[has_token], transitions)
        probabilities = _softmax(logits[has_token])[np.arange(len(path)), path]
        tags, scores = [], []
        found = iter(zip(path, probabilities, strict=True))
        for is_read in has_token:
            if is_read:
                number, score = next(found)
                tags.append(labels[number])
                scores.append(float(score))
            else:
                tags.append(tag_after(tags, has_entities))
                scores.append(scores[-1] if scores else 0.0)
        if has_entities:
            tags = to_bio(tags)
        return cls(tags, _spans(example, tags, scores, has_entities))


def tag_after(tags: list[str], has_entities: bool) -> str:
    """The tag of a word that the model does not see by itself."""
    if not tags:
        return "O"
    if not has_entities or tags[-1] == "O":
        return tags[-1]
    return f"I-{tags[-1][2:]}"


def _spans(example, tags, scores, has_entities) -> list[TaggedSpan]:
    if has_entities:
        parts = [(one.first, one.last, one.kind) for one in spans_of(tags)]
    else:
        parts = [(place, place, tag) for place, tag in enumerate(tags)]
    spans = []
    for first, last, label in parts:
        start, end = example.words[first][0], example.words[last][1]
        score = sum(scores[first : last + 1]) / (last + 1 - first)
        text = example.text[start:end]
        spans.append(TaggedSpan(text, start, end, label, score))
    return spans


def _softmax(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(-1, keepdims=True, initial=0))
    return exponentials / exponentials.sum(-1, keepdims=True)
