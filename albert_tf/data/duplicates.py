"""Finds documents that were there before."""

from __future__ import annotations

import hashlib
import re
import zlib

import numpy as np

from albert_tf.errors import UserError

_RUN = 5  # words
_PERMUTATIONS = 128
_SEED = 1
_FACTOR = np.uint32(0x9E3779B1)
# Ideographs and kana have no blanks between them; each is taken for a word.
_UNSPACED = re.compile("[\u2e80-\u9fff\uf900-\ufaff]")


def fingerprint(lines: list[str]) -> bytes:
    """16 bytes that documents share if they are exact duplicates.

    They are if their texts are equal but for case and white space.

    Args:
        lines: of the document.
    """
    text = "".join(" ".join(lines).split()).casefold()
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class NearDuplicates:
    """Tells whether a document is much like one before.

    Two documents are as alike as the share that they have in common of all
    their runs of five words (the Jaccard index); case and the
    number of times that a run occurs make no difference. A document of n words
    of which one is changed in the middle has (n - 9) / (n + 1) in common with
    what it was.

    Whether a document is found to be like one before is estimated (MinHash
    with locality-sensitive hashing, 128 permutations) and never verified. With
    the threshold 0.8, the chance is 0.1 % for documents that are 0.5 alike,
    8 % for 0.7, 40 % for 0.8, 93 % for 0.9 and 99.8 % for 0.95. So most of
    what is dropped is at least 0.8 alike, and nearly all that is 0.9 alike is
    found. Other thresholds move this curve.

    Memory grows by about 1 kB with each new document. The same documents in
    the same order give the same answers in every process.

    Args:
        threshold: of likeness, from 0.5 to 0.9.

    Raises:
        UserError: the threshold is another, or datasketch is not installed.
    """

    def __init__(self, threshold: float = 0.8):
        if not 0.5 <= threshold <= 0.9:
            raise UserError(f"threshold={threshold} must be from 0.5 to 0.9")
        try:
            import datasketch
        except ImportError:
            raise UserError(
                "finding near duplicates needs pip install datasketch"
            ) from None
        self._empty = datasketch.MinHash(
            _PERMUTATIONS, seed=_SEED, hashfunc=int
        )
        # Only its choice of bands: it would keep every document's hashes.
        index = datasketch.MinHashLSH(threshold, _PERMUTATIONS)
        self._shape = index.b, index.r
        self._seen = set()

    def is_new(self, lines: list[str]) -> bool:
        """Whether no new document before was much like this one.

        Args:
            lines: of the document.
        """
        keys = self._keys(" ".join(lines).lower())
        if not self._seen.isdisjoint(keys):
            return False
        self._seen.update(keys)
        return True

    def _keys(self, text: str) -> list[bytes]:
        """One key for each band of hashes."""
        sketch = self._empty.copy()
        sketch.update_batch(_hashes_of_runs(text).tolist())
        bands, rows = self._shape
        hashes = sketch.hashvalues[: bands * rows].reshape(bands, rows)
        return [
            hashlib.blake2b(band, digest_size=8, salt=bytes([number])).digest()
            for number, band in enumerate(hashes)
        ]


def _hashes_of_runs(text: str) -> np.ndarray:
    """uint32, one for each run of words, or one for all if they are fewer."""
    if not text.isascii():
        text = " ".join(_UNSPACED.sub(r" \g<0> ", text).split())
    words = np.array([*map(zlib.crc32, text.encode().split())], np.uint32)
    count = max(1, len(words) - _RUN + 1)
    hashes = np.zeros(count, np.uint32)
    for word in range(min(_RUN, len(words))):
        hashes = hashes * _FACTOR + words[word : word + count]
    return hashes
