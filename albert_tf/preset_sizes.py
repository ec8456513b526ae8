"""Fields of `AlbertConfig` of each preset, as far as they are no defaults."""

from __future__ import annotations

from typing import Any


def _sizes(layers, hidden, heads, **other) -> dict[str, Any]:
    return {
        "num_hidden_layers": layers,
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "intermediate_size": 4 * hidden,
        **other,
    }


_BASE = _sizes(12, 768, 12)
_LARGE = _sizes(24, 1024, 16)
_XLARGE = _sizes(24, 2048, 16)
_XXLARGE = _sizes(12, 4096, 64)
_ENGLISH = {
    "base": _BASE,
    "large": _LARGE,
    "xlarge": _XLARGE,
    "xxlarge": _XXLARGE,
}
_DROPOUT = {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
_V1 = {
    name: {**sizes, **({} if name == "xxlarge" else _DROPOUT)}
    for name, sizes in _ENGLISH.items()
}
# Google's released Chinese models; tiny and small are albert_zh's.
_CHINESE = {
    "tiny": _sizes(4, 312, 12, hidden_act="gelu"),
    "small": _sizes(6, 384, 12, hidden_act="gelu"),
    "base": {**_BASE, "hidden_act": "relu"},
    "large": {**_LARGE, "hidden_act": "relu"},
    "xlarge": {**_XLARGE, "hidden_act": "relu", "initializer_range": 0.014},
}

# Two groups, in which each layer has LayerNorm and biases of its own.
_DISTILLED = {
    "hidden_act": "gelu",
    "num_hidden_groups": 2,
    "shared_norms": False,
}

# Published sizes (paper table 1, the released configurations) and, last, our
# own small ones, for phones and, `pico`, for tests. Those with a language come
# with trained weights.
PRESET_SIZES: dict[str, dict[str, Any]] = {
    **{
        f"albert_{name}_v1": {"hidden_act": "gelu", **sizes}
        for name, sizes in _V1.items()
    },
    **{f"albert_{name}_v2": sizes for name, sizes in _ENGLISH.items()},
    **{
        f"albert_{name}_zh": {"vocab_size": 21128, **sizes}
        for name, sizes in _CHINESE.items()
    },
    "albert_mini": _sizes(6, 384, 6, **_DROPOUT),
    "albert_nano": _sizes(4, 256, 4, **_DROPOUT),
    "albert_mini_en": _sizes(6, 384, 12, vocab_size=14_000, **_DISTILLED),
    "albert_mini_zh": _sizes(4, 384, 6, vocab_size=11_911, **_DISTILLED),
    "albert_nano_en": _sizes(4, 256, 4, vocab_size=10_000, **_DISTILLED),
    "albert_nano_books_en": _sizes(4, 256, 4, vocab_size=8_000),
    "albert_micro": _sizes(4, 128, 2, embedding_size=64, **_DROPOUT),
    "albert_pico": _sizes(2, 64, 2, embedding_size=32, **_DROPOUT),
}
