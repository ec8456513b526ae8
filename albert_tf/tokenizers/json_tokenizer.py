"""Tokenizers that exist as Hugging Face's `tokenizer.json` only."""

import itertools
import json
import unicodedata

from albert_tf.errors import UserError
from albert_tf.tokenizers.tokenizer import Tokenizer

_RARE = "\u16a0 \U00030000"  # a rune, a rare ideograph: no vocabulary has both


class JsonTokenizer(Tokenizer):
    """What a `tokenizer.json` says, done by Hugging Face's own library.

    The file says itself how text is cleaned, so that of the settings there
    are only the names of the special tokens.
    """

    kind = "tokenizers"
    vocabulary_file = "vocabulary.json"
    special_pieces = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")
    unused_settings = (
        "lowercase",
        "strip_accents",
        "collapse_spaces",
        "split_ideographs",
        "follows",
        "added_tokens",
    )
    words_are_apart = False  # not known

    def _strips_accents(self, settings):
        return None

    def _load(self, source):
        import tokenizers  # heavier than all of this package together

        try:
            values = json.loads(self._data)
            self._name_unknown(values["model"])
            self._prepare(values)
            self._tokenizer = tokenizers.Tokenizer.from_str(json.dumps(values))
        # The library raises nothing narrower.
        except Exception as error:
            reason = " ".join(str(error).split()) or repr(error)
            raise UserError(
                f"vocabulary {source}: not a tokenizer.json that the "
                f"tokenizers library reads: {reason}"
            ) from error
        if values["model"].get("dropout"):
            raise UserError(
                f"vocabulary {source}: draws the pieces at random (dropout), "
                "which a model that is in use cannot have"
            )
        self._check_unknown(source)
        self._check_layout(source)
        self._tokenizer.encode_special_tokens = True  # as text
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=True)
        pieces = [""] * (1 + max(vocabulary.values()))
        for piece, index in vocabulary.items():
            pieces[index] = piece
        self.marks_word_starts = any(p.startswith("\u2581") for p in pieces)
        return pieces

    def _name_unknown(self, model):
        """Whatever it is called elsewhere, the model has one piece for it."""
        unknown = model.get("unk_token")
        if model.get("unk_id") is not None:
            unknown = model["vocab"][model["unk_id"]][0]
        if unknown is not None:
            self._rename_unknown(unknown)

    def _prepare(self, values):
        """Added tokens are looked for in texts, the model's own ones not."""
        values["truncation"] = values["padding"] = None
        for token in values.get("added_tokens") or []:
            token["special"] = token["content"] in self.settings.special_tokens

    def _check_unknown(self, source):
        """Checks that there are tokens for any text at all."""
        try:
            self._tokenizer.encode(_RARE)
        except Exception as error:  # the library raises nothing narrower
            raise UserError(
                f"vocabulary {source}: its model must have a piece for what "
                f"is unknown: {error}"
            ) from error

    def _check_layout(self, source):
        """Compares what the file makes of texts and pairs with our way."""

        def encode(*texts, **kwargs):
            return self._tokenizer.encode(*texts, **kwargs)

        text = encode("a", add_special_tokens=False).ids
        _, _, cls, sep, _ = self.settings.special_tokens
        first = [
            self._tokenizer.token_to_id(cls),
            *text,
            self._tokenizer.token_to_id(sep),
        ]
        second = first[1:]
        single, pair = encode("a"), encode("a", "a")
        segments = [0] * len(first) + [1] * len(second)
        if (single.ids, pair.ids) != (first, first + second):
            raise UserError(
                f"vocabulary {source}: its post_processor must make {cls} A "
                f"{sep}, and of pairs {cls} A {sep} B {sep}; of A it makes "
                f"{' '.join(encode('A').tokens)}, and of pairs "
                f"{' '.join(encode('A', 'B').tokens)}"
            )
        if pair.type_ids != segments:
            raise UserError(
                f"vocabulary {source}: its post_processor must give the "
                "second text of a pair the segment (type_id) 1; a pair has "
                f"{' '.join(map(str, pair.type_ids))}"
            )

    def _split(self, text):
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return encoded.tokens, encoded.ids, _with_marks(text, encoded.offsets)

    def _split_batch(self, texts):
        batch = self._tokenizer.encode_batch_fast(
            texts, add_special_tokens=False
        )
        return [encoded.ids for encoded in batch]

    def _join(self, token_ids):
        return self._tokenizer.decode(token_ids, skip_special_tokens=False)


def _with_marks(text, offsets):
    """Spans with the marks after them that were dropped or composed."""
    spans = []
    limits = itertools.chain((start for start, _ in offsets[1:]), [len(text)])
    for (start, end), limit in zip(offsets, limits, strict=False):
        while start < end < limit and _is_mark(text[end]):
            end += 1
        spans.append((start, end))
    return spans


def _is_mark(character):
    return unicodedata.category(character).startswith("M")
