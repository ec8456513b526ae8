"""Vocabularies of a teacher and of a student that has fewer words."""

import collections

from albert_tf.tokenizers import WordPieceTokenizer

_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def wordpiece(directory, text, words):
    """All characters of a text, and its most frequent words."""
    counts = collections.Counter(text.lower().split())
    letters = sorted({letter for word in counts for letter in word})
    pieces = [*_SPECIAL, *letters, *(f"##{letter}" for letter in letters)]
    pieces += [w for w, _ in counts.most_common(words) if w not in pieces]
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "vocab.txt"
    path.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return WordPieceTokenizer(path)
