"""Documents that were there before."""

from __future__ import annotations

import hashlib

_SHINGLE = 5
_PERMUTATIONS = 128


def fingerprint(lines: list[str]) -> bytes:
    """16 bytes that are equal where texts differ in case or blanks only."""
    text = "".join("".join(lines).lower().split())
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class NearDuplicates:
    """Finds documents that share most of their text with an earlier one.

    Two documents are compared by the Jaccard similarity of their sequences of
    five words, estimated by MinHash with 128 permutations. Such a pair is
    found with a probability that rises steeply around the threshold: most
    pairs well above it are found, few below it are taken for one.

    Args:
        threshold: the similarity around which documents are duplicates.
    """

    def __init__(self, threshold: float = 0.8):
        import datasketch

        self._make_hash = datasketch.MinHash
        self._seen = datasketch.MinHashLSH(threshold, _PERMUTATIONS)

    def is_new(self, lines: list[str]) -> bool:
        """Whether nothing like a document came before; remembers it if so."""
        words = " ".join(lines).lower().split()
        shingles = {
            " ".join(words[i : i + _SHINGLE])
            for i in range(max(len(words) - _SHINGLE + 1, 1))
        }
        minhash = self._make_hash(_PERMUTATIONS)
        minhash.update_batch([shingle.encode() for shingle in shingles])
        if self._seen.query(minhash):
            return False
        self._seen.insert(str(len(self._seen.keys)), minhash)
        return True
