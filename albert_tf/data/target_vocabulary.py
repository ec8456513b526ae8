"""The vocabulary that a translation is written in."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from albert_tf.errors import UserError, require_at_least, warn
from albert_tf.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from albert_tf.tokenizers.tokenizer_settings import TokenizerSettings
from albert_tf.tokenizers.vocabulary import train_vocabulary

# What is written is shown to people: with capitals, umlauts and accents.
_SETTINGS = TokenizerSettings(lowercase=False, strip_accents=False)


class TargetVocabulary:
    """Sentences to ids and back, with a beginning and an end of their own.

    It is made as all vocabularies here are, by `train_vocabulary`: `[CLS]`
    begins a sentence and `[SEP]` ends it.

    Args:
        content: a SentencePiece model in base64, so that it travels among a
            task's settings.

    Attributes:
        size: V, the number of pieces.
        pad_id: fills up.
        begin_id: before the first token.
        end_id: after the last token.
        hidden_ids: what no sentence has: padding, unknown, begin, mask.

    Raises:
        UserError: if `content` is something else.
    """

    # Positions of a decoder: tokens of the longest sentence, its end included.
    MOST_TOKENS = 256

    def __init__(self, content: str):
        try:
            data = base64.b64decode(content, validate=True)
        except (ValueError, TypeError) as error:
            raise UserError(
                f"target_vocabulary is not base64: {error}"
            ) from None
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "target.model")
            path.write_bytes(data)
            self._tokenizer = SentencePieceTokenizer(path, _SETTINGS)
        self.size = self._tokenizer.vocab_size
        self.pad_id = self._tokenizer.pad_id
        self.begin_id = self._tokenizer.cls_id
        self.end_id = self._tokenizer.sep_id
        self.hidden_ids = [
            self.pad_id,
            self._tokenizer.unk_id,
            self.begin_id,
            self._tokenizer.mask_id,
        ]

    @staticmethod
    def train(texts: Iterable[str], size: int) -> str:
        """Trains a SentencePiece model.

        Args:
            texts: sentences of the language.
            size: V, the number of pieces.

        Returns:
            What the constructor takes; the same texts give the same.

        Raises:
            UserError: `size` is too large or too small for the texts.
        """
        require_at_least(1, target_vocab_size=size)
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "target.model")
            train_vocabulary(
                ["the target texts"],
                path,
                size,
                _SETTINGS,
                read=lambda _: texts,
            )
            return base64.b64encode(path.read_bytes()).decode("ascii")

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The ids of sentences, from the begin to the end.

        Warns of sentences that are cut.

        Args:
            texts: n sentences.

        Returns:
            n arrays, int32 [T + 1] with T of `MOST_TOKENS` at most.
        """
        ids = self._tokenizer.to_ids([*texts])
        most = self.MOST_TOKENS - 1
        cut = sum(len(one) > most for one in ids)
        if cut:
            warn(
                f"{cut:,} of {len(ids):,} target texts are cut to "
                f"{self.MOST_TOKENS} tokens"
            )
        return [
            np.array([self.begin_id, *one[:most], self.end_id], "int32")
            for one in ids
        ]

    def decode(self, ids: Iterable[int]) -> str:
        """The sentence that ids stand for, without begin, end and padding."""
        return self._tokenizer.decode(ids)
