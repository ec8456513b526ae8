"""BERT as an ALBERT that shares nothing.

A BERT (Devlin et al., 2019) has the layers of ALBERT; each is a group of its
own, and the embedding is as wide as the encoder, so that nothing projects it.
"""

from __future__ import annotations

import re

_LAYER = r"encoder\.layer\.(\d+)\."
_ALBERT_LAYER = r"encoder.albert_layer_groups.\1.albert_layers.0."
# What a part of a name is in Hugging Face's ALBERT.
_RENAMES = [
    (r"^bert\.", "albert."),
    (rf"{_LAYER}attention\.self\.", rf"{_ALBERT_LAYER}attention."),
    (rf"{_LAYER}attention\.output\.", rf"{_ALBERT_LAYER}attention."),
    (rf"{_LAYER}intermediate\.dense\.", rf"{_ALBERT_LAYER}ffn."),
    (rf"{_LAYER}output\.dense\.", rf"{_ALBERT_LAYER}ffn_output."),
    (
        rf"{_LAYER}output\.LayerNorm\.",
        rf"{_ALBERT_LAYER}full_layer_layer_norm.",
    ),
    (r"pooler\.dense\.", "pooler."),
    (r"^cls\.predictions\.transform\.", "predictions."),
    (r"^cls\.predictions\.", "predictions."),
    # As the first checkpoints, made of Google's, have it.
    (r"(LayerNorm|layer_norm)\.gamma$", r"\1.weight"),
    (r"(LayerNorm|layer_norm)\.beta$", r"\1.bias"),
]


def albert_name(name: str) -> str:
    """What a weight of Hugging Face's BERT is called in its ALBERT.

    The head of the next sentence keeps its name, `cls.seq_relationship`:
    ALBERT's order of sentences is another task, and has another one.
    """
    for pattern, replacement in _RENAMES:
        name = re.sub(pattern, replacement, name)
    return name


def albert_class(name: str) -> str:
    """What a class of Hugging Face's BERT is called in its ALBERT."""
    return re.sub("^Bert", "Albert", name)
