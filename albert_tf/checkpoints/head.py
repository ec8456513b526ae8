"""What other libraries call the weights of a task."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.rename import Change, keep, transpose

Kind = Literal["dense", "layer_norm", "output", "output_bias"]
# Ends of our names, and what Hugging Face and the official code put there.
# Hugging Face keeps all matrices transposed, the official code those of its
# output layers.
_ENDINGS: dict[Kind, list[tuple[str, tuple[str, Change], tuple[str, Change]]]]
_ENDINGS = {
    "dense": [
        ("/kernel", (".weight", transpose), ("/kernel", keep)),
        ("/bias", (".bias", keep), ("/bias", keep)),
    ],
    "layer_norm": [
        ("/gamma", (".weight", keep), ("/gamma", keep)),
        ("/beta", (".bias", keep), ("/beta", keep)),
    ],
    "output": [
        ("/kernel", (".weight", transpose), ("output_weights", transpose)),
        ("/bias", (".bias", keep), ("output_bias", keep)),
    ],
    "output_bias": [
        ("/output_bias", (".bias", keep), ("output_bias", keep)),
    ],
}


@dataclasses.dataclass(frozen=True)
class HeadLayer:
    """One layer of a head in each library.

    Attributes:
        name: ours, such as "logits".
        kind: which weights it has: "dense" (kernel and bias), "layer_norm"
            (gamma and beta), "output" (kernel and bias of a last layer,
            which the official code calls `output_weights`, `output_bias`) or
            "output_bias" (that alone).
        huggingface: its name there, such as "classifier"; None if they lack
            it.
        tf1: its scope in Google's checkpoints, such as
            "cls/seq_relationship/"; "" for none, None if they lack it.
        argument: of our constructor, which says whether there is this layer;
            None for one that is always there.
        is_of_class: whether Hugging Face's class has it; else it is kept in
            their files, and only we read it.
    """

    name: str
    kind: Kind
    huggingface: str | None = None
    tf1: str | None = None
    argument: str | None = None
    is_of_class: bool = True

    def is_among(self, weights: Iterable[str]) -> bool:
        """Whether there are weights of this layer, by our names."""
        return any(name.startswith(f"{self.name}/") for name in weights)

    def huggingface_row(self):
        """The row of a `RenameTable`; only where `huggingface` is not None."""
        endings = [(our, *their) for our, their, _ in _ENDINGS[self.kind]]
        return self.name, self.huggingface, endings

    def tf1_row(self):
        """The row of a `RenameTable`; only where `tf1` is not None."""
        endings = [(our, *their) for our, _, their in _ENDINGS[self.kind]]
        return self.name, self.tf1, endings


@dataclasses.dataclass(frozen=True)
class Head:
    """How a model's head is told in other libraries' formats.

    Attributes:
        model_name: our class.
        huggingface: its classes there, the first one with all layers, the
            last one without those that need not be there.
        layers: the layers of the head.
        problem_type: what `problem_type` of `config.json` says where several
            of our classes are one of theirs; None for nothing.
        has_modules: whether it is what sentence-transformers keeps beside
            the encoder's files.
    """

    model_name: str
    huggingface: tuple[str, ...] = ()
    layers: Sequence[HeadLayer] = ()
    problem_type: str | None = None
    has_modules: bool = False

    def architecture(self, weights: Iterable[str]) -> str:
        """Hugging Face's class for these weights, by our names."""
        is_whole = all(
            layer.is_among(weights)
            for layer in self.layers
            if layer.is_of_class
        )
        return self.huggingface[0 if is_whole else -1]

    def arguments(self, weights: Iterable[str]) -> dict[str, bool]:
        """What our constructor needs to make just these weights."""
        return {
            layer.argument: layer.is_among(weights)
            for layer in self.layers
            if layer.argument is not None
        }

    def fits(self, published: Mapping[str, Any]) -> bool:
        """Whether this is the head that a `config.json` speaks of."""
        named = published.get("architectures")
        return (
            isinstance(named, list)
            and any(name in named for name in self.huggingface)
            and self._has_problem(published)
        )

    def is_in(
        self, tensors: Mapping[str, Any], published: Mapping[str, Any]
    ) -> bool:
        """Whether Hugging Face's tensors hold weights of this head."""
        starts = tuple(
            f"{layer.huggingface}."
            for layer in self.layers
            if layer.huggingface is not None
        )
        return (
            bool(starts)
            and any(n.startswith(starts) for n in tensors)
            and self._has_problem(published)
        )

    def _has_problem(self, published: Mapping[str, Any]) -> bool:
        return self.problem_type in (None, _problem_type(published))


def _problem_type(published: Mapping[str, Any]) -> str:
    """Hugging Face's rule for what a `config.json` leaves out."""
    said = published.get("problem_type")
    if said is not None:
        return said
    labels = published.get("id2label") or published.get("label2id")
    count = len(labels) if isinstance(labels, dict) else 0
    if published.get("num_labels", count) == 1:
        return "regression"
    return "single_label_classification"


def optional_layers(
    checkpoint: Checkpoint, heads: Sequence[Head]
) -> list[HeadLayer]:
    """The layers of a checkpoint's head that it could do without."""
    head = head_of(checkpoint, heads)
    layers = () if head is None else head.layers
    return [
        layer
        for layer in layers
        if layer.argument is not None and layer.is_among(checkpoint.weights)
    ]


def head_of(checkpoint: Checkpoint, heads: Sequence[Head]) -> Head | None:
    """The head of a checkpoint's class, or of the nearest that it is from."""
    by_name = {head.model_name: head for head in heads}
    for name in (checkpoint.model_name, *checkpoint.base_names):
        if name in by_name:
            return by_name[name]
    return None


def find_head(weights: Iterable[str], heads: Sequence[Head]) -> Head:
    """The first head of which there are weights, else the encoder's."""
    for head in heads:
        if any(layer.is_among(weights) for layer in head.layers):
            return head
    return Head("AlbertEncoder")


def tf1_rows(heads: Iterable[Head]) -> list:
    """The rows of a `RenameTable` for heads that the official code has.

    Several of ours may be one of theirs; the last one counts.
    """
    rows = {
        layer.tf1: layer.tf1_row()
        for head in heads
        for layer in head.layers
        if layer.tf1 is not None
    }
    return list(rows.values())
