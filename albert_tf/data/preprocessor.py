"""Text in, model inputs out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from albert_tf.data.encodings import Encodings
from albert_tf.data.features import pad
from albert_tf.errors import UserError, require_at_least
from albert_tf.json_files import read_json, write_json
from albert_tf.tokenizers import Encoding, Tokenizer, restore_tokenizer

_FILE = "preprocessor.json"
_CHUNK = 1024  # texts that are encoded at once


class TextPreprocessor:
    """Turns texts, or pairs of texts, into a model's inputs.

    Example:

    ```python
    preprocessor = TextPreprocessor(SentencePieceTokenizer())
    features = preprocessor(["a good film", "not for me"])
    features["token_ids"].shape  # (2, 6)
    ```

    Args:
        tokenizer: makes the token ids.
        max_length: longest sequence in tokens, special ones included; what
            is longer is truncated.
        progress: is told, now and then, how many more texts are encoded.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        max_length: int = 512,
        progress: Callable[[int], None] | None = None,
    ):
        require_at_least(3, max_length=max_length)
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.progress = progress or (lambda number: None)

    def __call__(
        self, texts: Sequence[str], pairs: Sequence[str] | None = None
    ) -> dict:
        """Encodes and pads to the longest.

        Args:
            texts: B texts.
            pairs: B second texts, or None.

        Returns:
            `token_ids`, `segment_ids` and `padding_mask`, int32 [B, L].
        """
        return pad(self.encode(texts, pairs))

    def with_max_length(self, max_length: int) -> TextPreprocessor:
        """The same with another longest sequence."""
        return TextPreprocessor(self.tokenizer, max_length)

    def with_progress(
        self, progress: Callable[[int], None]
    ) -> TextPreprocessor:
        """The same, which tells how far it is."""
        return TextPreprocessor(self.tokenizer, self.max_length, progress)

    def encode(
        self, texts: Sequence[str], pairs: Sequence[str] | None = None
    ) -> Encodings:
        """Encodes without padding; see `Tokenizer.encode_batch`."""
        if pairs is not None and len(pairs) != len(texts):
            raise UserError(
                f"pairs need as many first as second texts; got {len(texts)} "
                f"and {len(pairs)}"
            )
        return Encodings(self._encode(texts, pairs))

    def _encode(self, texts, pairs) -> Iterator[Encoding]:
        for start in range(0, len(texts), _CHUNK):
            part = slice(start, start + _CHUNK)
            encodings = self.tokenizer.encode_batch(
                texts[part],
                None if pairs is None else pairs[part],
                max_length=self.max_length,
            )
            self.progress(len(encodings))
            yield from encodings

    def save(self, directory: str | os.PathLike) -> None:
        """Writes `preprocessor.json` and the vocabulary to `directory`."""
        config = {
            "max_length": self.max_length,
            "tokenizer": self.tokenizer.save(directory),
        }
        write_json(Path(directory, _FILE), config)

    @classmethod
    def load(cls, directory: str | os.PathLike) -> TextPreprocessor | None:
        """The inverse of `save`; None if nothing was saved there."""
        path = Path(directory, _FILE)
        if not path.exists():
            return None
        config = read_json(path)
        try:
            tokenizer, max_length = config["tokenizer"], config["max_length"]
        except KeyError as error:
            raise UserError(f"{path}: damaged: lacks {error}") from error
        try:
            return cls(restore_tokenizer(tokenizer, directory), max_length)
        except UserError as error:
            raise UserError(f"{path}: {error}") from error
