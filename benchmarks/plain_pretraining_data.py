"""Pre-training examples made the plain way, as a baseline to compare with.

The procedure of the paper's authors, one sentence, one token and one record
at a time, with nothing but Python, SentencePiece and `tf.train.Example`:
sentences are cleaned and tokenized one by one, collected until an example is
full, split in two at random and swapped in half of the cases, cut to the
length, masked over n-grams, and written with all their padding.
"""

from __future__ import annotations

import itertools
import random
import string
import unicodedata

import sentencepiece
import tensorflow as tf

SHORT_SHARE, MASKED_SHARE = 0.1, 0.15
NGRAMS = (1, 2, 3)
IN_WORD = frozenset(string.ascii_letters + string.punctuation)


def write(text_path, vocabulary_path, output_path, length: int, seed=0) -> int:
    """Makes examples of one pass over a text.

    Args:
        text_path: one sentence a line, blank lines between documents.
        vocabulary_path: a SentencePiece model.
        output_path: TFRecord file to write.
        length: L, tokens of an example.
        seed: of all choices.

    Returns:
        The number of tokens of the text.
    """
    rng = random.Random(seed)
    model = sentencepiece.SentencePieceProcessor(str(vocabulary_path))
    documents = read(text_path, model)
    vocabulary = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    rng.shuffle(documents)
    examples = []
    for document in documents:
        for first, second, is_swapped in pairs(document, length - 3, rng):
            tokens = ["[CLS]", *first, "[SEP]", *second, "[SEP]"]
            segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
            examples.append(
                (segments, is_swapped, *mask(tokens, length, vocabulary, rng))
            )
    rng.shuffle(examples)
    with tf.io.TFRecordWriter(str(output_path)) as writer:
        for example in examples:
            record = serialize(model, length, *example)
            writer.write(record)
    return sum(len(s) for document in documents for s in document)


def read(path, model) -> list[list[list[str]]]:
    """Documents of sentences of pieces."""
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


def mask(tokens: list[str], length: int, vocabulary: list[str], rng):
    """Masked tokens, starts of words, and positions and pieces to predict."""
    words, starts = [], []
    for position, token in enumerate(tokens):
        is_start = begins_word(token)
        starts.append(int(is_start))
        if token in ("[CLS]", "[SEP]"):
            continue
        if is_start or not words:
            words.append([position])
        else:
            words[-1].append(position)
    budget = round(len(tokens) * MASKED_SHARE)
    budget = min(max(budget, 1), num_predictions(length))
    weights = [1 / n for n in NGRAMS]
    places = [*range(len(words))]
    rng.shuffle(places)
    covered, output = set(), list(tokens)
    for place in places:
        if len(covered) >= budget:
            break
        longest = min(len(NGRAMS), len(words) - place)
        (n,) = rng.choices(NGRAMS[:longest], weights[:longest])
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
