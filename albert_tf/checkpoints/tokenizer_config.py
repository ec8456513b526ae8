"""What the files beside a Hugging Face vocabulary say.

`tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and the
added tokens of `tokenizer.json`, as the slow tokenizers of transformers 4 read
them.
"""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from pathlib import Path
from typing import Any

from albert_tf.checkpoints.tokenizer_fields import (
    ADDITIONAL,
    FLAGS,
    FOLLOWS,
    JSON,
    OURS,
    SENTENCEPIECE,
    THEIRS,
    USUAL_TOKENS,
    WORDPIECE,
    why_not,
)
from albert_tf.errors import UserError
from albert_tf.json_files import read_json
from albert_tf.tokenizers import AddedToken, TokenizerSettings
from albert_tf.tokenizers.tokenizer_settings import GOOGLE, TRANSFORMERS

CONFIG = "tokenizer_config.json"
JSON_FILE = "tokenizer.json"
_SPECIAL_TOKENS = "special_tokens_map.json"
_ADDED_TOKENS = "added_tokens.json"
_OF_TOKENS = {field.name for field in dataclasses.fields(AddedToken)}


class TokenizerConfig:
    """The settings that lie beside a vocabulary.

    Args:
        directory: where the files are.

    Attributes:
        class_name: Hugging Face's tokenizer class without "Fast" at its end;
            None where nothing is said.

    Raises:
        UserError: a file is no JSON object.
    """

    def __init__(self, directory: Path):
        self._directory = directory
        self._values = _read(directory / CONFIG)
        name = self._values.get("tokenizer_class")
        if name is None:
            name = _read(directory / "config.json").get("tokenizer_class")
        self.class_name = None
        if name is not None:
            self.class_name = str(name).removesuffix("Fast")

    def max_length(self, limit: int) -> int:
        """The longest sequence, in tokens; at most what the model takes."""
        for field in ("model_max_length", "max_len"):
            value = self._values.get(field)
            if value is None:
                continue
            if type(value) not in (int, float) or not value >= 3:
                self._refuse(field, "it must be a number of at least 3")
            return int(min(value, limit))  # "no limit" is 1e30
        return limit

    def settings(self, kind: str, follows: str) -> TokenizerSettings:
        """What a tokenizer of this kind is to do.

        Args:
            kind: of the tokenizer.
            follows: see `TokenizerSettings`; the files may say otherwise.

        Raises:
            UserError: a field has a value that we do not follow, or is one
                that we do not know; files contradict each other.
        """
        for field, value in self._values.items():
            if reason := why_not(field, value, kind):
                self._refuse(field, reason)
        self._check_file_agrees(kind)
        usual = USUAL_TOKENS[kind]
        if kind == JSON:
            usual = self._names_in_file()
        names, added = self._tokens(usual)
        special_tokens = tuple(names[name] for name in OURS)
        if kind == JSON:  # which has all the rest itself
            self._check_file_has(added)
            return TokenizerSettings(special_tokens=special_tokens)
        flags = {
            ours: self._flag(field, usual) for field, ours, usual in FLAGS[kind]
        }
        if kind == SENTENCEPIECE:
            flags["strip_accents"] = not flags["strip_accents"]
        follows = self._values.get(FOLLOWS, follows)
        if follows not in (GOOGLE, TRANSFORMERS):
            self._refuse(FOLLOWS, f"it must be {GOOGLE} or {TRANSFORMERS}")
        return TokenizerSettings(
            **flags,
            follows=follows,
            special_tokens=special_tokens,
            added_tokens=tuple(added),
        )

    def _flag(self, field: str, usual: bool | None) -> bool | None:
        """A switch; null is false, but for the one that is null by itself."""
        value = self._values.get(field, usual)
        if value is None:
            return None if usual is None else False
        if not isinstance(value, bool):
            self._refuse(field, "it must be true or false")
        return value

    def _refuse(self, field: str, reason: str) -> None:
        value = json.dumps(self._values.get(field), ensure_ascii=False)
        if len(value) > 100:
            value = f"{value[:100]}..."
        raise UserError(
            f'{self._directory / CONFIG}: "{field}": {value}: {reason}'
        )

    # === Tokens ===

    def _tokens(
        self, usual: dict[str, str]
    ) -> tuple[dict[str, str], list[AddedToken]]:
        """The names of special tokens, and all tokens that are added."""
        said = dict(self._values)
        decoder = said.get("added_tokens_decoder")
        if decoder is None:  # written before version 4.34
            older = _read(self._directory / _SPECIAL_TOKENS)
            lists = [values.get(ADDITIONAL) or [] for values in (said, older)]
            said = {**said, **older, ADDITIONAL: [*lists[0], *lists[1]]}
        names, special = {}, {}
        for name in THEIRS:
            field = f"{name}_token"
            value = said.get(field, usual.get(name))
            if value is not None:
                token = self._token(field, value)
                names[name] = token.content
                special.setdefault(token.content, token)
            elif name in OURS:
                self._refuse(field, "ALBERT needs this token")
        for field in (ADDITIONAL, "extra_special_tokens"):
            values = said.get(field) or []
            values = values.values() if isinstance(values, dict) else values
            for value in values:
                token = self._token(field, value)
                special.setdefault(token.content, token)
        added = []
        for token in self._listed(decoder, special):
            told = special.pop(token.content, None)
            # What is told of a special token counts more than the list.
            if told and told != AddedToken(told.content, special=True):
                token = dataclasses.replace(told, id=token.id)
            added.append(token)
        return names, [*added, *special.values()]

    def _listed(
        self, decoder: dict[str, Any] | None, special: dict[str, AddedToken]
    ) -> list[AddedToken]:
        """Added tokens whose ids are given."""
        if decoder is not None:
            source = "added_tokens_decoder"
            listed = [
                (int(number) if number.isdecimal() else number, token)
                for number, token in decoder.items()
            ]
        else:
            source = _ADDED_TOKENS
            contents = _read(self._directory / _ADDED_TOKENS)
            listed = [(number, text) for text, number in contents.items()]
            more = _read(self._directory / JSON_FILE).get("added_tokens") or []
            listed += [(token.get("id"), token) for token in more]
        tokens = {}
        for number, value in listed:
            token = self._token(source, value, id=number)
            first = tokens.get(number, token).content
            if first != token.content:
                raise UserError(
                    f"{self._directory}: the added tokens {first!r} and "
                    f"{token.content!r} have the same id, {number}"
                )
            is_special = token.content in special
            # One that is special by this list alone does not keep its case.
            only_here = isinstance(value, dict) and value.get("special")
            tokens[number] = dataclasses.replace(
                token,
                special=is_special,
                normalized=token.normalized and (is_special or not only_here),
            )
        return [*tokens.values()]

    def _token(self, source: str, value: Any, **others: Any) -> AddedToken:
        """A token that is given by its text or by all that is known of it."""
        values = value if isinstance(value, dict) else {"content": value}
        values = {k: v for k, v in values.items() if k in _OF_TOKENS}
        try:
            return AddedToken(**{**values, "special": True, **others})
        except (TypeError, UserError) as error:
            raise UserError(
                f"{self._directory}: {source} has {value!r}: {error}"
            ) from None

    # === tokenizer.json ===

    def _check_file_agrees(self, kind: str) -> None:
        """Compares what is said with what `tokenizer.json`, if there, does.

        Of WordPiece, Hugging Face's classes do what is said in any case.
        """
        if kind == WORDPIECE:
            return
        done = _what_is_done(self._directory / JSON_FILE)
        said = {field: self._values.get(field) for field in done}
        if self.class_name == "BertTokenizer" or kind == SENTENCEPIECE:
            flags = FLAGS[WORDPIECE if kind == JSON else kind]
            said = {f: self._flag(f, usual) for f, _, usual in flags}
            if said.get("strip_accents", False) is None:
                said["strip_accents"] = said["do_lower_case"]
        if kind == JSON:  # Hugging Face's classes set it, whatever is there
            said["add_prefix_space"] = bool(
                self._values.get("add_prefix_space")
            )
        for field, value in said.items():
            if value is not None and done.get(field, value) != value:
                raise UserError(
                    f"{self._directory}: {field} is {json.dumps(value)} by "
                    f"{CONFIG} (or by default) and {json.dumps(done[field])} "
                    f"by {JSON_FILE}; mend or remove the one that is wrong"
                )

    def _names_in_file(self) -> dict[str, str]:
        """Of the two names that are in use, the one that the file has."""
        ids = self._ids_in_file()
        bracketed = USUAL_TOKENS[WORDPIECE]
        return {
            name: bracketed[name] if bracketed[name] in ids else piece
            for name, piece in USUAL_TOKENS[JSON].items()
        }

    def _ids_in_file(self) -> dict[str, int]:
        path = self._directory / JSON_FILE
        values = _read(path)
        try:
            pieces = values["model"]["vocab"]
            if isinstance(pieces, list):
                pieces = {piece[0]: i for i, piece in enumerate(pieces)}
            added = values.get("added_tokens") or []
            return {**pieces, **{t["content"]: t["id"] for t in added}}
        except (KeyError, TypeError, IndexError) as error:
            raise UserError(f"{path}: damaged: {error!r}") from error

    def _check_file_has(self, tokens: list[AddedToken]) -> None:
        ids = self._ids_in_file()
        for token in tokens:
            found = ids.get(token.content)
            if found is None or token.id not in (None, found):
                wanted = "" if token.id is None else f" with the id {token.id}"
                raise UserError(
                    f"{self._directory / JSON_FILE}: must have the token "
                    f"{token.content!r}{wanted}, which is named beside it"
                )


def _what_is_done(path: Path) -> dict[str, bool]:
    """How a `tokenizer.json` behaves, in Hugging Face's fields."""
    import tokenizers

    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(path))
        words = json.loads(tokenizer.to_str())["pre_tokenizer"] or {}
    # The library raises nothing narrower. If the file is used, it is read
    # again, with an error.
    except Exception:
        return {}

    def clean(text):
        normalizer = tokenizer.normalizer
        return text if normalizer is None else normalizer.normalize_str(text)

    keeps = "\u00e9" in unicodedata.normalize("NFC", clean("\u00e9"))
    done = {
        "do_lower_case": "A" not in clean("A"),
        "keep_accents": keeps,
        "strip_accents": not keeps,
        "tokenize_chinese_chars": " " in clean("a\u732b").strip(),
    }
    if "add_prefix_space" in words:
        done["add_prefix_space"] = words["add_prefix_space"]
    return done


def _read(path: Path) -> dict[str, Any]:
    return read_json(path) if path.exists() else {}
