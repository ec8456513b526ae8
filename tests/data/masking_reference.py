"""Masking as plain Python, one position after the other."""

import dataclasses
import itertools
import pathlib

import numpy as np

from albert_tf.data.masking import DRAWS
from albert_tf.data.words import find_word_starts

BOOKS = pathlib.Path(__file__).parent / "books_excerpt.txt"


@dataclasses.dataclass
class Spans:
    """What the reference finds in one row."""

    words: list  # lists of positions
    chosen: list  # spans, lists of words
    budget: int

    @property
    def masked(self):
        return sorted(i for span in self.chosen for word in span for i in word)


def reference_spans(ids, starts, uniforms, options, tokenizer):
    """The procedure of the official code for one row, step by step."""
    special = {
        tokenizer.pad_id,
        tokenizer.cls_id,
        tokenizer.sep_id,
        tokenizer.mask_id,
    }
    segments = [[]]
    for position, token in enumerate(ids):
        segment = segments[-1]
        if token in special:
            segments.append([])
        elif options.masking == "token" or starts[position] or not segment:
            segment.append([position])
        else:
            segment[-1].append(position)
    places = [
        (segment, index)
        for segment in segments
        for index in range(len(segment))
    ]
    places.sort(key=lambda place: uniforms[0][place[0][place[1]][0]])
    length = sum(token != tokenizer.pad_id for token in ids)
    budget = max(1, round(length * options.masked_share))
    budget = min(budget, options.num_predictions(len(ids)))
    largest = options.max_ngram if options.masking == "ngram" else 1
    total = sum(1 / n for n in range(1, largest + 1))
    left, covered, chosen = budget, set(), []
    for segment, index in places:
        if not left:
            break
        number, bound = 1, 1 / total
        while uniforms[1][segment[index][0]] >= bound and number < largest:
            number += 1
            bound += 1 / number / total
        span = segment[index : index + number]
        while sum(map(len, span)) > left:
            span = span[:-1]
        positions = [i for word in span for i in word]
        if positions and covered.isdisjoint(positions):
            covered.update(positions)
            chosen.append(span)
            left -= len(positions)
    words = [word for segment in segments for word in segment]
    return Spans(words, chosen, budget)


def reference_row(ids, starts, uniforms, options, tokenizer):
    """A row after replacement, by the reference."""
    spans = reference_spans(ids, starts, uniforms, options, tokenizer)
    hidden = {
        tokenizer.pad_id,
        tokenizer.unk_id,
        tokenizer.cls_id,
        tokenizer.sep_id,
        tokenizer.mask_id,
    }
    drawable = [i for i in range(tokenizer.vocab_size) if i not in hidden]
    first = {i: word[0] for word in spans.words for i in word}
    ids = list(ids)
    for i in spans.masked:
        by_word = options.replace_unit == "word"
        roll = uniforms[2][first[i] if by_word else i]
        if roll < 0.8:
            ids[i] = tokenizer.mask_id
        elif roll >= 0.9:
            ids[i] = drawable[int(uniforms[3][i] * len(drawable))]
    return spans, ids


def masked_sets(result):
    return [
        positions[weights > 0].tolist()
        for positions, weights in zip(
            result["masked_positions"],
            result["masked_lm_weights"],
            strict=True,
        )
    ]


def text_rows(tokenizer, count, length, seed):
    """`[CLS] first [SEP] second [SEP]`, cut out of real text at any place.

    A fifth of the rows is shorter and padded.
    """
    rng = np.random.default_rng(seed)
    lines = BOOKS.read_text(encoding="utf-8").split("\n")
    stream = [*itertools.chain.from_iterable(tokenizer.to_ids(lines))]
    stream = np.array(stream, np.int32)
    begins = find_word_starts(tokenizer)
    ids = np.full((count, length), tokenizer.pad_id, np.int32)
    for row in ids:
        size = length if rng.random() < 0.8 else rng.integers(8, length)
        offset = rng.integers(len(stream) - size)
        row[:size] = stream[offset : offset + size]
        row[[0, rng.integers(2, size - 2), size - 1]] = (
            tokenizer.cls_id,
            tokenizer.sep_id,
            tokenizer.sep_id,
        )
    return ids, begins[ids], rng.random((count, DRAWS, length))
