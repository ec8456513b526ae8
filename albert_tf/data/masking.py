"""Masked language modelling over n-grams of whole words (paper 4.1)."""

from __future__ import annotations

import numpy as np

from albert_tf.data.masking_options import MaskingOptions
from albert_tf.tokenizers import Tokenizer

# Uniform numbers that the masking of a token may use: for the order in which
# words are tried, the length of an n-gram, the replacement, and a random token.
DRAWS = 4


class Masker:
    """Chooses and replaces the tokens to predict, for a whole batch at once.

    As the official create_pretraining_data.py: words are tried in random
    order, each as the start of a span, until the budget is met; a span that
    would exceed it is tried with fewer words. Other than there, a span never
    overlaps another one or goes over the end of a segment, and special tokens
    are never drawn as random ones.

    Args:
        options: what is masked.
        tokenizer: knows the special tokens.
    """

    def __init__(self, options: MaskingOptions, tokenizer: Tokenizer):
        self.options = options
        self._pad_id = tokenizer.pad_id
        self._mask_id = tokenizer.mask_id
        special = [
            tokenizer.pad_id,
            tokenizer.cls_id,
            tokenizer.sep_id,
            tokenizer.mask_id,
        ]
        self._is_special = np.zeros(tokenizer.vocab_size, bool)
        self._is_special[special] = True
        drawable = ~self._is_special
        drawable[tokenizer.unk_id] = False
        self._drawable = np.flatnonzero(drawable).astype(np.int32)
        max_ngram = options.max_ngram if options.masking == "ngram" else 1
        weights = 1 / np.arange(1, max_ngram + 1)
        self._ngram_bounds = np.cumsum(weights / weights.sum())[:-1]

    def __call__(
        self,
        token_ids: np.ndarray,
        word_starts: np.ndarray,
        uniforms: np.ndarray,
    ) -> dict[str, np.ndarray]:
        """Masks a batch.

        Args:
            token_ids: int32 [B, L], special tokens and padding included.
            word_starts: bool [B, L], where words begin. The first token of a
                segment begins one in any case.
            uniforms: float [B, DRAWS, L], random numbers in [0, 1).

        Returns:
            `token_ids`, int32 [B, L], after the replacement;
            `masked_positions`, int32 [B, P], ascending, filled up with 0;
            `masked_lm_ids`, int32 [B, P], the original tokens;
            `masked_lm_weights`, float32 [B, P], 0 at filler.
        """
        maskable = ~self._is_special[token_ids]
        starts = maskable & self._begin_words(maskable, word_starts)
        masked = self._choose(token_ids, maskable, starts, uniforms)
        positions, weights = _compact(
            masked, self.options.num_predictions(token_ids.shape[1])
        )
        originals = np.take_along_axis(token_ids, positions, 1)
        return {
            "token_ids": self._replace(token_ids, masked, starts, uniforms),
            "masked_positions": positions,
            "masked_lm_ids": np.where(weights > 0, originals, 0),
            "masked_lm_weights": weights,
        }

    def _begin_words(self, maskable, word_starts):
        if self.options.masking == "token":
            return np.ones_like(maskable)
        after_special = np.ones_like(maskable)
        after_special[:, 1:] = ~maskable[:, :-1]
        return word_starts | after_special

    def _budget(self, token_ids):
        """How many tokens of each row are predicted, int [B]."""
        lengths = (token_ids != self._pad_id).sum(1)
        share = np.round(lengths * self.options.masked_share).astype(np.int64)
        limit = self.options.num_predictions(token_ids.shape[1])
        return np.clip(share, 1, limit)

    def _choose(self, token_ids, maskable, starts, uniforms):
        """Which tokens are predicted, bool [B, L]."""
        batch, length = token_ids.shape
        # After the last column: an end that no word begins at.
        word_ends = _next_true(starts | ~maskable)  # [B, L + 1]
        is_start = np.pad(starts, ((0, 0), (0, 1)))
        order = np.argsort(np.where(starts, uniforms[:, 0], 2.0), axis=1)
        num_words = starts.sum(1)
        ngrams = (
            np.searchsorted(self._ngram_bounds, uniforms[:, 1], "right") + 1
        )
        covered = np.zeros((batch, length + 1), bool)
        left = self._budget(token_ids)
        rows = np.flatnonzero((num_words > 0) & (left > 0))
        trial = 0
        while rows.size:
            start = order[rows, trial]
            end = self._span_ends(
                rows,
                start,
                ngrams[rows, start],
                left[rows],
                word_ends,
                is_start,
                covered,
            )
            taken = end > start
            r, s, e = rows[taken], start[taken], end[taken]
            left[r] -= e - s
            for k in range(int((e - s).max(initial=0))):
                inside = s + k < e
                covered[r[inside], s[inside] + k] = True
            trial += 1
            rows = rows[(left[rows] > 0) & (trial < num_words[rows])]
        return covered[:, :-1]

    def _span_ends(
        self, rows, start, ngrams, left, word_ends, is_start, covered
    ):
        """Where the spans that begin at `start` end; there, if not allowed."""
        end = start
        free = np.ones(len(rows), bool)
        for n in range(len(self._ngram_bounds) + 1):
            longer = word_ends[rows, end]
            fits = (n < ngrams) & is_start[rows, end]
            fits &= longer - start <= left
            free &= ~fits | ~covered[rows, end]
            end = np.where(fits, longer, end)
        return np.where(free, end, start)

    def _replace(self, token_ids, masked, starts, uniforms):
        rolls = uniforms[:, 2]
        if self.options.replace_unit == "word":
            columns = np.where(starts, np.arange(token_ids.shape[1]), 0)
            word = np.maximum.accumulate(columns, axis=1)
            rolls = np.take_along_axis(rolls, word, 1)
        drawn = (uniforms[:, 3] * len(self._drawable)).astype(np.int64)
        replaced = np.where(masked & (rolls < 0.8), self._mask_id, token_ids)
        return np.where(
            masked & (rolls >= 0.9), self._drawable[drawn], replaced
        ).astype(np.int32)


def _next_true(flags):
    """For each column the next one after it whose flag is set.

    Args:
        flags: bool [B, L].

    Returns:
        int [B, L + 1]; L where there is none.
    """
    batch, length = flags.shape
    columns = np.full((batch, length + 1), length)
    columns[:, :-1][flags] = np.nonzero(flags)[1]
    following = np.minimum.accumulate(columns[:, ::-1], axis=1)[:, ::-1]
    return np.pad(following[:, 1:], ((0, 0), (0, 1)), constant_values=length)


def _compact(masked, size):
    """The columns that are set, as `size` slots a row.

    Args:
        masked: bool [B, L], at most `size` set in a row.
        size: P.

    Returns:
        The columns, int32 [B, P], and 1.0 where a slot is used, float32 [B, P].
    """
    rows, columns = np.nonzero(masked)
    slots = (np.cumsum(masked, axis=1) - 1)[rows, columns]
    positions = np.zeros((len(masked), size), np.int32)
    weights = np.zeros((len(masked), size), np.float32)
    positions[rows, slots] = columns
    weights[rows, slots] = 1
    return positions, weights
