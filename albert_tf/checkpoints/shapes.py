"""Which weights a configuration has, and how large they are."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from albert_tf.checkpoints.checkpoint import ENCODER
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError

Shape = tuple[int, ...]
# Axes are fields of the configuration, or numbers.
Axes = tuple[str | int, ...]

_V, _E, _H, _F = (
    "vocab_size",
    "embedding_size",
    "hidden_size",
    "intermediate_size",
)
_OUTPUT = "output_size"  # of all encoders, a property
_EMBEDDING = ENCODER + "embedding/"
_PROJECTION = _EMBEDDING + "projection/"
_BLOCK = ENCODER + "transformer/block_{k}/"
_SUBLAYERS = ("attention", "feed_forward")
_POOLER = ENCODER + "pooler/"
_HEAD = "masked_lm_head/"
_ORDER = "sentence_order_head/"
# Which field of the configuration a weight is there for, by a part of its name.
_VARIANTS = {
    "/adapter_": "layer_adapters",
    "/previous_gate": "cross_layer_attention",
    "/segment_logits/": "soft_segments",
    "/segment_gate": "soft_segments",
}


def _dense(name: str, inputs: str | int, outputs: str | int):
    return {f"{name}kernel": (inputs, outputs), f"{name}bias": (outputs,)}


def _shared_dense(name: str, inputs: str | int, outputs: str | int):
    return {
        **_dense(name, inputs, outputs),
        f"{name}adapter_down": (inputs, "layer_adapters"),
        f"{name}adapter_up": ("layer_adapters", outputs),
    }


def _layer_norm(name: str, size: str):
    return {f"{name}gamma": (size,), f"{name}beta": (size,)}


_AXES: dict[str, Axes] = {
    _EMBEDDING + "token_embedding/embeddings": (_V, _E),
    _EMBEDDING + "position_embedding/embeddings": (
        "max_position_embeddings",
        _E,
    ),
    _EMBEDDING + "segment_embedding/embeddings": ("type_vocab_size", _E),
    **_dense(_EMBEDDING + "segment_logits/", _E, "type_vocab_size"),
    _EMBEDDING + "segment_gate": (1,),
    **_layer_norm(_EMBEDDING + "layer_norm/", _E),
    **_dense(_PROJECTION, _E, _H),
    **_shared_dense(_BLOCK + "attention/query/", _H, _H),
    **_shared_dense(_BLOCK + "attention/key/", _H, _H),
    **_shared_dense(_BLOCK + "attention/value/", _H, _H),
    **_shared_dense(_BLOCK + "attention/output/", _H, _H),
    _BLOCK + "attention/previous_gate": ("num_attention_heads",),
    **_layer_norm(_BLOCK + "attention_layer_norm/", _H),
    **_shared_dense(_BLOCK + "feed_forward/intermediate/", _H, _F),
    **_shared_dense(_BLOCK + "feed_forward/output/", _F, _H),
    **_layer_norm(_BLOCK + "feed_forward_layer_norm/", _H),
    **_dense(_POOLER, _OUTPUT, _OUTPUT),
    **_dense(_HEAD + "transform/", _OUTPUT, _E),
    **_layer_norm(_HEAD + "layer_norm/", _E),
    _HEAD + "output_bias": (_V,),
    **_dense(_ORDER, _OUTPUT, 2),
}


def weight_shapes(config: AlbertConfig) -> Iterator[tuple[str, Shape]]:
    """Names and shapes of a pre-trainer's weights, each distinct one once."""
    for template, axes in _AXES.items():
        shape = _shape(axes, config)
        for encoder in range(_encoders(template, config)):
            named = template
            if encoder:  # the first one's blocks lie in the whole itself
                named = template.replace("block_", f"encoder_{encoder}/block_")
            for k in _numbers(template, config):
                yield named.format(k=k), shape


def _shape(axes: Axes, config: AlbertConfig) -> Shape:
    return tuple(
        getattr(config, axis) if isinstance(axis, str) else axis
        for axis in axes
    )


def _encoders(template: str, config: AlbertConfig) -> int:
    """How many encoders have such a weight."""
    return config.num_parallel_encoders if template.startswith(_BLOCK) else 1


def _numbers(template: str, config: AlbertConfig) -> Sequence[int]:
    """The blocks that have a weight of their own; one number for the rest."""
    field = variant_of(template)
    if field is not None and not getattr(config, field):
        return range(0)
    if template.startswith(_PROJECTION):
        return range(config.has_projection)
    if not template.startswith(_BLOCK):
        return range(1)
    blocks = range(config.num_blocks)
    sublayer, _, _ = template.removeprefix(_BLOCK).partition("/")
    is_matrix = template.endswith("/kernel")
    if sublayer not in _SUBLAYERS or not (is_matrix or config.shared_norms):
        return blocks
    return [k for k in blocks if config.owner(k, sublayer) == k]


def variant_of(name: str) -> str | None:
    """The field of the configuration that switches a weight on, if any."""
    fields = (field for part, field in _VARIANTS.items() if part in name)
    return next(fields, None)


def is_needed(name: str, offered: Collection[str]) -> bool:
    """Whether a model is not whole without a weight that is not offered.

    It can do without a pooler, which is new then, and without a variant of
    which nothing is offered, as that starts as if it were off.
    """
    field = variant_of(name)
    if field is not None:
        return any(variant_of(other) == field for other in offered)
    return name.startswith(ENCODER) and not name.startswith(_POOLER)


def parameter_count(config: AlbertConfig) -> int:
    """Distinct weights of the encoder with its pooler (paper, table 1).

    Layers that share a block count it once. Nothing is written out, however
    many blocks a damaged number says.
    """
    return sum(
        _encoders(template, config)
        * len(_numbers(template, config))
        * math.prod(_shape(axes, config))
        for template, axes in _AXES.items()
        if template.startswith(ENCODER)
    )


def check_shapes(
    shapes: Mapping[str, Shape], config: AlbertConfig, source: str
) -> None:
    """Compares what a source has with what its configuration says.

    Only those weights have to be there that `is_needed` says.

    Args:
        shapes: by our names.
        config: the source's.
        source: its name, for the message.

    Raises:
        UserError: if weights of the encoder are missing, or any is of another
            shape.
    """
    if not config.has_projection and f"{_PROJECTION}kernel" in shapes:
        # Only weights tell whether equal sizes are projected.
        config = dataclasses.replace(config, project_equal_sizes=True)
    misfits, missing = {}, []
    for name, shape in weight_shapes(config):
        if name in shapes:
            if shapes[name] != shape:
                misfits[name] = shape, shapes[name]
        elif is_needed(name, shapes):
            missing.append(name)
            if len(missing) > 10:  # a damaged number may say millions
                break
    if misfits:
        raise UserError(f"{source}: {describe_misfits(misfits)}")
    if missing:
        raise UserError(f"{source}: lacks {_list(missing)}")


def describe_misfits(misfits: Mapping[str, tuple[Shape, Shape]]) -> str:
    """What is wrong with weights, and which field of the configuration is.

    Args:
        misfits: by name, the shape that is expected and the one received.
    """
    first, *others = misfits
    expected, received = misfits[first]
    text = f"{first} has shape {received}, the configuration says {expected}"
    block = re.sub(r"(encoder_\d+/)?block_\d+", "block_{k}", first)
    axes = _AXES.get(block, ())
    if len(axes) == len(received):
        fitting = {
            axis: right
            for axis, right, wrong in zip(axes, received, expected, strict=True)
            if right != wrong and isinstance(axis, str) and axis != _OUTPUT
        }
        text += "".join(f"; {f}={size} fits" for f, size in fitting.items())
    return text + (f" (and also {_list(others)})" if others else "")


def _list(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
