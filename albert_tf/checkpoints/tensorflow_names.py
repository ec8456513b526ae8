"""What Hugging Face's TensorFlow models call their weights."""

from __future__ import annotations

from collections.abc import Mapping

from albert_tf.checkpoints.rename import transpose
from albert_tf.checkpoints.stored_tensor import StoredTensor

_ENDINGS = {
    "kernel": "weight",
    "embeddings": "weight",
    "gamma": "weight",
    "beta": "bias",
}


def has_tensorflow_names(tensors: Mapping[str, StoredTensor]) -> bool:
    """Whether the names are those of TensorFlow's variables."""
    return any(name.endswith(":0") for name in tensors)


def to_pytorch_names(
    tensors: Mapping[str, StoredTensor],
) -> dict[str, StoredTensor]:
    """The same as Hugging Face's PyTorch models have it.

    The rule is that of transformers' own conversion:
    "albert/pooler/kernel:0" becomes the transpose of "albert.pooler.weight".

    Args:
        tensors: by the names of variables, without that of the model.
    """
    renamed = {}
    for name, tensor in tensors.items():
        levels = name.removesuffix(":0").replace("_._", "/").split("/")
        # "mlm___cls" and "nsp___cls" are two layers there and one in PyTorch.
        levels = [level.rpartition("___")[2] for level in levels]
        if levels[-1] == "kernel":
            tensor = tensor.change(transpose)
        levels[-1] = _ENDINGS.get(levels[-1], levels[-1])
        renamed[".".join(levels)] = tensor
    # There are two biases there, and the decoder adds its own.
    if "predictions.decoder.bias" in renamed:
        renamed["predictions.bias"] = renamed.pop("predictions.decoder.bias")
    return renamed
