"""Pre-training examples made the plain way, as a baseline to compare with.

The procedure of the paper's authors, one sentence, one token and one record
at a time, with nothing but Python, SentencePiece and `tf.train.Example`:
sentences are cleaned and tokenized one by one, collected until an example is
full, split in two at random and swapped in half of the cases, cut to the
length, masked over n-grams, and written with all their padding.

It is written with care. Their code has two habits that take most of its time:
it builds sets of letters anew for every token and every letter, and it draws
the length of each n-gram with `numpy.random.choice`. With these it can be
measured too, see `write`.
"""

from __future__ import annotations

import itertools
import random
import string
import unicodedata

import numpy as np
import tensorflow as tf

SHORT_SHARE, MASKED_SHARE = 0.1, 0.15
NGRAMS = (1, 2, 3)
WEIGHTS = [1 / n for n in NGRAMS]
IN_WORD = frozenset(string.ascii_letters + string.punctuation)


def write(path, documents, model, length: int, as_authors: bool) -> None:
    """Makes the examples of one epoch.

    Args:
        path: TFRecord file to write.
        documents: what `read` returned.
        model: `SentencePieceProcessor`.
        length: L, tokens of an example.
        as_authors: whether the habits of the authors' code are kept.
    """
    rng = random.Random(0)
    begins, draw = begins_word, draw_ngram
    if as_authors:
        begins, draw = begins_word_as_authors, draw_ngram_as_authors
    vocabulary = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    examples = []
    for document in documents:
        for first, second, is_swapped in pairs(document, length - 3, rng):
            tokens = ["[CLS]", *first, "[SEP]", *second, "[SEP]"]
            segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
            masked = mask(tokens, length, vocabulary, rng, begins, draw)
            examples.append((segments, is_swapped, *masked))
    rng.shuffle(examples)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for example in examples:
            writer.write(serialize(model, length, *example))


def read(path, model) -> list[list[list[str]]]:
    """Documents of sentences of pieces.

    Args:
        path: one sentence a line, blank lines between documents.
        model: `SentencePieceProcessor`.
    """
    documents = [[]]
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            pieces = tokenize(model, clean(line))
            if pieces:
                documents[-1].append(pieces)
            elif documents[-1]:
                documents.append([])
    return [document for document in documents if document]


def clean(text: str) -> str:
    """The text as the vocabulary expects it."""
    text = unicodedata.normalize("NFKD", " ".join(text.split()))
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


def tokenize(model, text: str) -> list[str]:
    """Pieces, with the comma that follows a digit apart."""
    pieces = []
    for piece in model.encode(text, out_type=str):
        if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
            parts = model.encode(piece[:-1].replace("▁", ""), out_type=str)
            if piece[0] != "▁" and parts[0][0] == "▁":
                parts[0] = parts[0][1:]
            pieces += [part for part in parts if part] + [","]
        else:
            pieces.append(piece)
    return pieces


def pairs(document, room: int, rng):
    """Two segments each, and whether they are swapped."""
    target = room
    if rng.random() < SHORT_SHARE:
        target = rng.randint(2, room)
    chunk, size = [], 0
    for number, sentence in enumerate(document):
        chunk.append(sentence)
        size += len(sentence)
        if size < target and number < len(document) - 1:
            continue
        if len(chunk) > 1:  # a lone sentence has no order
            split = rng.randint(1, len(chunk) - 1)
            first = [*itertools.chain.from_iterable(chunk[:split])]
            second = [*itertools.chain.from_iterable(chunk[split:])]
            is_swapped = rng.random() < 0.5
            if is_swapped:
                first, second = second, first
            while len(first) + len(second) > target:
                longer = first if len(first) > len(second) else second
                longer.pop(0 if rng.random() < 0.5 else -1)
            yield first, second, is_swapped
        chunk, size = [], 0


def mask(tokens, length: int, vocabulary: list[str], rng, begins, draw):
    """Masked tokens, starts of words, and positions and pieces to predict."""
    words, starts = [], []
    for position, token in enumerate(tokens):
        is_start = begins(token)
        starts.append(int(is_start))
        if token in ("[CLS]", "[SEP]"):
            continue
        if is_start or not words:
            words.append([position])
        else:
            words[-1].append(position)
    budget = round(len(tokens) * MASKED_SHARE)
    budget = min(max(budget, 1), num_predictions(length))
    places = [*range(len(words))]
    rng.shuffle(places)
    covered, output = set(), list(tokens)
    for place in places:
        if len(covered) >= budget:
            break
        longest = min(len(NGRAMS), len(words) - place)
        n = draw(longest, rng)
        span = [p for word in words[place : place + n] for p in word]
        while n > 1 and len(covered) + len(span) > budget:
            n -= 1
            span = [p for word in words[place : place + n] for p in word]
        if len(covered) + len(span) > budget:
            continue
        if any(position in covered for position in span):
            continue
        for position in span:
            covered.add(position)
            roll = rng.random()
            if roll < 0.8:
                output[position] = "[MASK]"
            elif roll >= 0.9:
                output[position] = rng.choice(vocabulary)
    positions = sorted(covered)
    return output, starts, positions, [tokens[p] for p in positions]


def begins_word(piece: str) -> bool:
    """Whether a piece stands at the start of a word."""
    if piece[0] in "▁<[" or len(piece) == 1 and not piece.isalpha():
        return True
    return any(character not in IN_WORD for character in piece)


def begins_word_as_authors(piece: str) -> bool:
    """The same, at the cost it has in the authors' code."""
    # It asks again where the answer is yes.
    return _begins_word_slowly(piece) and _begins_word_slowly(piece)


def _begins_word_slowly(piece):
    punctuation = set(string.punctuation)
    letters = set(string.ascii_lowercase)
    return (
        piece[0] in "▁<["
        or piece in punctuation
        or not all([c.lower() in letters.union(punctuation) for c in piece])
    )


def draw_ngram(longest: int, rng) -> int:
    """A number of words, at most `longest`."""
    return rng.choices(NGRAMS[:longest], WEIGHTS[:longest])[0]


def draw_ngram_as_authors(longest: int, rng) -> int:
    """The same, at the cost it has in the authors' code."""
    weights = np.array(WEIGHTS[:longest])
    return np.random.choice(NGRAMS[:longest], p=weights / weights.sum())


def num_predictions(length: int) -> int:
    """The most tokens of an example to predict."""
    return -(-length * 15 // 100)


def serialize(
    model, length, segments, is_swapped, output, starts, positions, originals
) -> bytes:
    """A record with the official features, padded."""
    ids = [model.piece_to_id(token) for token in output]
    labels = [model.piece_to_id(token) for token in originals]
    padding = [0] * (length - len(ids))
    filler = [0] * (num_predictions(length) - len(positions))
    features = {
        "input_ids": integers(ids + padding),
        "input_mask": integers([1] * len(ids) + padding),
        "segment_ids": integers(segments + padding),
        "token_boundary": integers(starts + padding),
        "masked_lm_positions": integers(positions + filler),
        "masked_lm_ids": integers(labels + filler),
        "masked_lm_weights": tf.train.Feature(
            float_list=tf.train.FloatList(
                value=[1.0] * len(positions) + [0.0] * len(filler)
            )
        ),
        "next_sentence_labels": integers([int(is_swapped)]),
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString()


def integers(values: list[int]):
    """A feature of whole numbers."""
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
