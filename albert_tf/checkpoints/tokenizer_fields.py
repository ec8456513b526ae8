"""The fields of Hugging Face's `tokenizer_config.json`.

Each is followed, must have a value that is what we do, or is known to change
no ids; any other one is refused.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from albert_tf.tokenizers import (
    JsonTokenizer,
    SentencePieceTokenizer,
    Tokenizer,
    WordPieceTokenizer,
)

SENTENCEPIECE = SentencePieceTokenizer.kind
WORDPIECE = WordPieceTokenizer.kind
JSON = JsonTokenizer.kind

# Hugging Face's classes, without "Fast" at the end.
KINDS = {
    "AlbertTokenizer": SENTENCEPIECE,
    "BertTokenizer": WORDPIECE,
    "PreTrainedTokenizer": JSON,
    "TokenizersBackend": JSON,  # version 5
}
_CLASSES = {
    SENTENCEPIECE: "AlbertTokenizer",
    WORDPIECE: "BertTokenizer",
    JSON: "PreTrainedTokenizerFast",
}
# The names of special tokens: in the order of `TokenizerSettings`, and in that
# in which those that the vocabulary lacks come behind it.
OURS = ("pad", "unk", "cls", "sep", "mask")
THEIRS = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")
USUAL_TOKENS = {
    kind.kind: dict(zip(OURS, kind.special_pieces, strict=True))
    for kind in (SentencePieceTokenizer, WordPieceTokenizer, JsonTokenizer)
}
USUAL_TOKENS[SENTENCEPIECE].update(bos="[CLS]", eos="[SEP]")
ADDITIONAL = "additional_special_tokens"
FOLLOWS = "follows"  # our own: whose rules, where they are not the format's

# Field, our setting, its value where nothing is said.
FLAGS = {
    SENTENCEPIECE: (
        ("do_lower_case", "lowercase", True),
        ("keep_accents", "strip_accents", False),  # the opposite
        ("remove_space", "collapse_spaces", True),
    ),
    WORDPIECE: (
        ("do_lower_case", "lowercase", True),
        ("strip_accents", "strip_accents", None),
        ("tokenize_chinese_chars", "split_ideographs", True),
    ),
    JSON: (),
}
# Fields that change ids, and the values that say what we do.
_FIXED = {
    "add_bos_token": (False, None),
    "add_eos_token": (False, None),
    "add_prefix_space": (True, None),
    "auto_map": (None, {}),
    "split_special_tokens": (False, None),
    "truncation_side": ("right",),
}
_FIXED_FOR = {
    SENTENCEPIECE: {"sp_model_kwargs": (None, {})},
    WORDPIECE: {
        "clean_text": (True,),
        "do_basic_tokenize": (True,),
        "never_split": (None, []),
        "wordpieces_prefix": ("##",),
    },
    JSON: {
        "add_prefix_space": (True, False, None),  # compared with the file
        FOLLOWS: (None,),
    },
}
# Options of SentencePiece that do nothing without `enable_sampling`.
_OF_SAMPLING = {"alpha", "nbest_size", "num_threads"}
# Fields that change no ids: names of files and classes, what is done with ids
# (padding, decoding, templates), and what was said in one call.
_WITHOUT_EFFECT = {
    "backend",
    "chat_template",
    "clean_up_tokenization_spaces",
    "errors",
    "from_slow",
    "full_tokenizer_file",
    "init_inputs",
    "is_local",
    "legacy",
    "local_files_only",
    "max_length",
    "model_input_names",
    "model_specific_special_tokens",
    "name_or_path",
    "pad_to_multiple_of",
    "pad_token_type_id",
    "padding",
    "padding_side",
    "processor_class",
    "return_token_type_ids",
    "special_tokens_map_file",
    "stride",
    "tokenizer_file",
    "tokenizer_type",
    "transformers_version",
    "trim_offsets",
    "truncation",
    "truncation_strategy",
    "unk_id",
    "use_fast",
    "verbose",
    "vocab_file",
    "vocab_size",
}
_FOLLOWED = {
    *(f"{name}_token" for name in THEIRS),
    "added_tokens_decoder",
    ADDITIONAL,
    FOLLOWS,
    "extra_special_tokens",
    "max_len",
    "model_max_length",
    "tokenizer_class",
}
# A field of one class is nothing to another.
_KNOWN = (
    _FOLLOWED
    | _WITHOUT_EFFECT
    | {field for flags in FLAGS.values() for field, *_ in flags}
    | {field for fixed in _FIXED_FOR.values() for field in fixed}
)


def why_not(field: str, value: Any, kind: str) -> str | None:
    """Why a field cannot be what it is; None if it can.

    Args:
        field: its name.
        value: as JSON has it.
        kind: of the tokenizer.
    """
    fixed = {**_FIXED, **_FIXED_FOR[kind]}
    if field == "sp_model_kwargs" and isinstance(value, dict):
        value = {
            k: v
            for k, v in value.items()
            if v is not False and k not in _OF_SAMPLING
        }
    if field in fixed:
        return None if value in fixed[field] else "this is not supported"
    if field in _KNOWN or value is None:
        return None
    return "this is not known here; if it changes no ids, take it out"


def fields_of(
    tokenizer: Tokenizer, max_length: int, follows: str
) -> dict[str, Any]:
    """What `tokenizer_config.json` has to say of a tokenizer.

    Args:
        tokenizer: any of ours.
        max_length: the longest sequence.
        follows: whose rules it has where nothing is said.
    """
    settings, kind = tokenizer.settings, tokenizer.kind
    fields: dict[str, Any] = {
        "tokenizer_class": _CLASSES[kind],
        "model_max_length": max_length,
    }
    for field, ours, _ in FLAGS[kind]:
        fields[field] = getattr(settings, ours)
    if kind != JSON and settings.follows != follows:
        fields[FOLLOWS] = settings.follows
    names = dict(zip(OURS, settings.special_tokens, strict=True))
    if kind == SENTENCEPIECE:
        fields["keep_accents"] = not settings.strip_accents
        names.update(bos=names["cls"], eos=names["sep"])
    for name in THEIRS:
        if name in names:
            fields[f"{name}_token"] = names[name]
    if settings.added_tokens:
        tokens = [dataclasses.asdict(token) for token in settings.added_tokens]
        fields["added_tokens_decoder"] = {
            str(token.pop("id")): token for token in tokens
        }
        fields[ADDITIONAL] = [
            token.content
            for token in settings.added_tokens
            if token.special and token.content not in settings.special_tokens
        ]
    return fields
