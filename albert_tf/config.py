"""The configuration of an ALBERT model, its presets and its JSON forms."""

from __future__ import annotations

import dataclasses
import difflib
import os
from typing import Any

from albert_tf import published_config
from albert_tf.errors import UserError
from albert_tf.json_files import read_json
from albert_tf.preset_sizes import PRESET_SIZES

ACTIVATIONS = ("gelu", "gelu_new", "relu", "silu", "tanh", "linear")
# No file shows how often its weights are applied, so that nothing else would
# tell that a number is damaged before a model runs for years.
_MOST_APPLIED = 10_000
SHARING = ("all", "attention", "feed_forward", "none")
# What a task that says one thing of a text may read of it.
POOLINGS = ("cls", "mean")
# By what a text may leave before the last layer.
EXIT_RULES = ("confidence", "patience")
# Fields that switch on what is in no published model; off if they are false.
VARIANTS = published_config.VARIANTS


@dataclasses.dataclass(frozen=True)
class AlbertConfig:
    """Sizes and rates of an ALBERT encoder, under their published names.

    The names are those of Google's `albert_config.json`; `layer_norm_eps`
    and `classifier_dropout_prob` are Hugging Face's, `sharing`,
    `project_equal_sizes`, `shared_norms` and `num_parallel_encoders` are ours.

    Attributes:
        vocab_size: V, number of tokens.
        embedding_size: E, width of the factorized embedding (paper 3.1).
        hidden_size: H, width of the encoder.
        num_hidden_layers: N, how often a transformer layer is applied.
        num_hidden_groups: the layers are split into this many consecutive
            groups; layers of one group share their weights.
        inner_group_num: blocks that are applied, one after the other, each
            time a layer is applied.
        num_attention_heads: A, heads of self-attention; divides H.
        intermediate_size: F, width inside the feed-forward network.
        hidden_act: "gelu" (exact, with erf), "gelu_new" (tanh approximation),
            "relu", "silu", "tanh" or "linear". Google's files say "gelu" and
            mean the approximation, Hugging Face's have several names for it;
            `from_google` and `from_huggingface` translate.
        hidden_dropout_prob: dropout after the embeddings, after attention and
            after the feed-forward network.
        attention_probs_dropout_prob: dropout on the attention probabilities.
        classifier_dropout_prob: dropout before a task's output layer.
        max_position_embeddings: longest sequence, in tokens.
        type_vocab_size: number of segment ids.
        initializer_range: standard deviation of the truncated normal from
            which matrices are drawn.
        layer_norm_eps: added to the variance in every LayerNorm.
        sharing: what the layers share (paper 4.4): "all", "attention" (each
            layer its own feed-forward network), "feed_forward" (each layer
            its own attention) or "none".
        project_equal_sizes: whether the embedding is projected to the width
            of the encoder where it has that width already, as models trained
            with Hugging Face's code are.
        shared_norms: whether layers that share matrices share their LayerNorm
            weights and all biases too, as in the paper. If not, each layer
            has these vectors to itself: they are some thousandths of the
            weights and cost no time, and a model is better for them.
        num_parallel_encoders: how many encoders, each with layers of its own,
            read the text side by side. Their vectors are put together, so
            that tasks see so many times H.
        layer_adapters: R, the rank of what each layer adds to the matrices
            that it shares (docs/variants.md); 0 for nothing.
        cross_layer_attention: whether a layer attends to what the layer before
            was given, besides what it is given itself.
        soft_segments: whether a token's segment is also read from its
            embedding, as probabilities.

    Raises:
        UserError: if a field breaks its rule; the message names field, value
            and rule.
    """

    vocab_size: int = 30000
    embedding_size: int = 128
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_hidden_groups: int = 1
    inner_group_num: int = 1
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu_new"
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    classifier_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    sharing: str = "all"
    project_equal_sizes: bool = False
    shared_norms: bool = True
    num_parallel_encoders: int = 1
    layer_adapters: int = 0
    cross_layer_attention: bool = False
    soft_segments: bool = False

    def __post_init__(self):
        for field in dataclasses.fields(self):
            self._check_type(field.name, field.type)
        for name in (f.name for f in dataclasses.fields(self)):
            if name.endswith("dropout_prob"):
                rule = "must be at least 0 and less than 1"
                self._check(name, 0 <= getattr(self, name) < 1, rule)
        self._check(
            "num_attention_heads",
            self.hidden_size % self.num_attention_heads == 0,
            f"must divide hidden_size={self.hidden_size}",
        )
        self._check(
            "num_hidden_layers",
            self.num_hidden_layers * self.inner_group_num <= _MOST_APPLIED,
            f"times inner_group_num={self.inner_group_num} must be at most "
            f"{_MOST_APPLIED}: so often are blocks applied",
        )
        self._check(
            "num_hidden_groups",
            self.num_hidden_groups <= self.num_hidden_layers,
            "must be at most num_hidden_layers="
            f"{self.num_hidden_layers}, or a group would have no layer",
        )
        self._check(
            "hidden_act",
            self.hidden_act in ACTIVATIONS,
            f"must be one of {', '.join(ACTIVATIONS)}",
        )
        self._check(
            "sharing",
            self.sharing in SHARING,
            f"must be one of {', '.join(SHARING)}",
        )
        self._check(
            "num_hidden_groups",
            self.sharing == "all" or self.num_hidden_groups == 1,
            f"must be 1 with sharing={self.sharing!r}: groups share all",
        )
        self._check(
            "project_equal_sizes",
            not self.project_equal_sizes
            or self.embedding_size == self.hidden_size,
            f"must be False with embedding_size={self.embedding_size} and "
            f"hidden_size={self.hidden_size}: they differ, so the embedding "
            "is projected anyway",
        )
        self._check(
            "soft_segments",
            not self.soft_segments or self.type_vocab_size > 1,
            f"needs type_vocab_size={self.type_vocab_size} to be at least 2",
        )
        self._check_adapters()
        self._check(
            "cross_layer_attention",
            not (self.cross_layer_attention and self.num_parallel_encoders > 1),
            "does not go with num_parallel_encoders="
            f"{self.num_parallel_encoders}: layers go through all at once",
        )

    def _check_adapters(self) -> None:
        if not self.layer_adapters:
            return
        self._check(
            "layer_adapters",
            self.layer_adapters <= self.hidden_size,
            f"must be at most hidden_size={self.hidden_size}",
        )
        self._check(
            "layer_adapters",
            self.sharing == "all" and not self.shared_norms,
            "needs sharing='all' with shared_norms=False: it adds to shared "
            "matrices, and a layer's own vectors come first, which cost less",
        )

    def _check(self, name: str, right: bool, rule: str) -> None:
        if not right:
            raise UserError(
                f"AlbertConfig: {name}={getattr(self, name)!r} {rule}"
            )

    def _check_type(self, name: str, type_name: str) -> None:
        value = getattr(self, name)
        if type_name == "int":
            least = 0 if name in VARIANTS else 1
            right = type(value) is int and value >= least
            rule = "at least 0" if least == 0 else "above 0"
            self._check(name, right, f"must be a whole number {rule}")
        elif type_name == "float":
            right = type(value) in (int, float) and 0 <= value < float("inf")
            self._check(name, right, "must be a number, at least 0")
        elif type_name == "bool":
            self._check(name, type(value) is bool, "must be True or False")

    def without_variants(self) -> AlbertConfig:
        """The same with all `VARIANTS` off."""
        off = {f.name: f.default for f in dataclasses.fields(self)}
        return dataclasses.replace(self, **{n: off[n] for n in VARIANTS})

    @property
    def head_size(self) -> int:
        """D, the width of one attention head."""
        return self.hidden_size // self.num_attention_heads

    @property
    def output_size(self) -> int:
        """The width of the encoder's output: H for each encoder."""
        return self.hidden_size * self.num_parallel_encoders

    @property
    def has_projection(self) -> bool:
        """Whether the embedding is projected to the width of the encoder."""
        return (
            self.embedding_size != self.hidden_size or self.project_equal_sizes
        )

    @property
    def num_blocks(self) -> int:
        """How many distinct transformer blocks an encoder has.

        Some of their weights may be common, see `owner`.
        """
        return self.blocks_of_layer(self.num_hidden_layers - 1).stop

    def blocks_of_layer(self, layer: int) -> range:
        """The blocks that layer number `layer` applies, in their order."""
        number = self.group_of_layer(layer) if self._shares_blocks else layer
        first = number * self.inner_group_num
        return range(first, first + self.inner_group_num)

    @property
    def _shares_blocks(self) -> bool:
        """Whether the layers of a group apply the very same blocks."""
        return self.sharing == "all" and self.shared_norms

    def group_of_layer(self, layer: int) -> int:
        """The group of layer number `layer`.

        In whole numbers: the official `int(layer / N * G)` falls into the
        wrong group for some N and G, such as layer 15 of N = G = 22.
        """
        return layer * self.num_hidden_groups // self.num_hidden_layers

    def layers_of_group(self, group: int) -> range:
        """The layers of group number `group`, the first and those after it."""
        first, end = (  # divided, rounded up
            -(-g * self.num_hidden_layers // self.num_hidden_groups)
            for g in (group, group + 1)
        )
        return range(first, end)

    def owner(self, block: int, sublayer: str) -> int:
        """The block that holds the matrices of a block's sublayer.

        It holds the biases too, unless `shared_norms` is false.

        Args:
            block: number of the block that uses them.
            sublayer: "attention" or "feed_forward".
        """
        if self._shares_blocks or self.sharing not in ("all", sublayer):
            return block
        layer, inner = divmod(block, self.inner_group_num)
        first = self.layers_of_group(self.group_of_layer(layer)).start
        return self.blocks_of_layer(first)[inner]

    # === Presets ===

    @classmethod
    def from_preset(cls, name: str) -> AlbertConfig:
        """The configuration of a preset such as "albert_base_v2".

        Raises:
            UserError: if there is no such preset; near names are offered.
        """
        if name not in PRESETS:
            near = difflib.get_close_matches(name, PRESETS) or sorted(PRESETS)
            raise UserError(
                f"no preset is called {name!r}; did you mean "
                f"{' or '.join(near)}?"
            )
        return PRESETS[name]

    # === JSON ===

    @classmethod
    def load(
        cls, path: str | os.PathLike, format: str | None = None
    ) -> AlbertConfig:
        """Reads a JSON file of ours, Hugging Face's or Google's.

        Args:
            path: the file.
            format: "albert_tf", "huggingface" or "google". None guesses: ours
                is known by `sharing`, Hugging Face's by `model_type` or
                `architectures`; what has none of them is Google's.

        Raises:
            UserError: if the file cannot be read or asks for something that
                is not built here; the message names the field.
        """
        values = read_json(path)
        if format is None:
            format = _guess_format(values)
        try:
            if format == "albert_tf":
                return cls.from_dict(values)
            if format == "huggingface":
                return cls.from_huggingface(values, str(path))
            return cls.from_google(values, str(path))
        except UserError as error:
            raise UserError(f"{path}: {error}") from None

    def to_dict(self) -> dict[str, Any]:
        """All fields, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> AlbertConfig:
        """The inverse of `to_dict`; unknown names are an error."""
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise UserError(f"AlbertConfig has no field {', '.join(unknown)}")
        return cls(**values)

    @classmethod
    def from_huggingface(
        cls, values: dict[str, Any], source: str = "config.json"
    ) -> AlbertConfig:
        """From the fields of a Hugging Face `config.json`.

        Whether `project_equal_sizes` holds is seen in the weights only.

        Args:
            values: the fields.
            source: where they are from, for the warning of unknown ones.

        Raises:
            UserError: if a field asks for something that is not built here.
        """
        return cls(**published_config.from_huggingface(values, source))

    def to_huggingface(self) -> dict[str, Any]:
        """The fields of a Hugging Face `config.json`.

        Raises:
            UserError: if they cannot say how the layers share.
        """
        return published_config.to_huggingface(self.to_dict())

    @classmethod
    def from_google(
        cls, values: dict[str, Any], source: str = "albert_config.json"
    ) -> AlbertConfig:
        """From the fields of Google's `albert_config.json`.

        Args:
            values: the fields.
            source: where they are from, for the warning of unknown ones.

        Raises:
            UserError: if a field asks for something that is not built here.
        """
        return cls(**published_config.from_google(values, source))

    def to_google(self) -> dict[str, Any]:
        """The fields of Google's `albert_config.json`.

        Raises:
            UserError: if the official code has no name for a value, such as
                exact GELU or another epsilon than 1e-12.
        """
        return published_config.to_google(self.to_dict())


def _guess_format(values: dict[str, Any]) -> str:
    if "sharing" in values:
        return "albert_tf"
    is_huggingface = "model_type" in values or "architectures" in values
    return "huggingface" if is_huggingface else "google"


PRESETS: dict[str, AlbertConfig] = {
    name: AlbertConfig(**sizes) for name, sizes in PRESET_SIZES.items()
}
