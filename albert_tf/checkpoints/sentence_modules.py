"""What sentence-transformers puts beside Hugging Face's files.

`modules.json` lists what makes a vector of a text: a transformer, a pooling
of its tokens, maybe a dense layer, maybe the division by the length.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.huggingface_files import open_tensors
from albert_tf.checkpoints.storage import write_safetensors
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.json_files import parse_json_value, read_json, write_json

_MODULES = "modules.json"
_SETTINGS = "config_sentence_transformers.json"
_PACKAGE = "sentence_transformers."
_OPTIONAL = ("Dense", "Normalize")
# The settings of the transformer are in the first of these that is there.
_TRANSFORMER = [
    f"sentence_{name}_config.json"
    for name in ("bert", "roberta", "distilbert", "camembert", "albert")
] + ["sentence_xlm-roberta_config.json", "sentence_xlnet_config.json"]
_ADVICE = (
    "; without modules.json the directory is read as the encoder alone, whose "
    "tokens AlbertEmbedder takes the mean of"
)
_TANH = "torch.nn.modules.activation.Tanh"
# What version 5 and later write of every text model.
_USUAL = {
    "transformer_task": "feature-extraction",
    "module_output_name": "token_embeddings",
    "modality_config": {
        "text": {"method": "forward", "method_output_name": "last_hidden_state"}
    },
}
# Those of version 6 have the short names.
_POOLINGS = {
    "mean_tokens": "mean",
    "cls_token": "cls",
    "mean": "mean",
    "cls": "cls",
}
_POOLER = "encoder/pooler/"


@dataclasses.dataclass(frozen=True)
class SentenceModules:
    """How a sentence-transformers directory makes a vector of a text.

    Attributes:
        encoder: the directory of the transformer.
        pooling: "mean", "cls" or "pooled", see `AlbertEmbedder`; the last is
            there [CLS] and a dense layer with tanh.
        normalize: whether vectors get the length 1.
        max_length: the longest sequence, in tokens; None where the tokenizer
            says it.
        lowercase: whether texts are lower-cased before they are tokenized.
        dense: the directory of the dense layer; only where "pooled".
    """

    encoder: Path
    pooling: str
    normalize: bool = True
    max_length: int | None = None
    lowercase: bool = False
    dense: Path | None = None

    @classmethod
    def read(cls, directory: Path) -> SentenceModules | None:
        """What the files say; None for a directory without `modules.json`.

        Raises:
            UserError: if they ask for what we do not do, or are damaged.
        """
        if not (directory / _MODULES).exists():
            return None
        kinds = _modules(directory)
        names = [*kinds]
        rest = [name for name in _OPTIONAL if name in names]
        if names != ["Transformer", "Pooling", *rest]:
            raise UserError(
                f"{directory / _MODULES}: has {', '.join(names) or 'nothing'}; "
                "Transformer, Pooling, and maybe Dense and Normalize can be "
                f"read, in this order{_ADVICE}"
            )
        normalize = "Normalize" in kinds
        _check_settings(directory / _SETTINGS, normalize)
        max_length, lowercase = _transformer(kinds["Transformer"])
        pooling = _pooling(kinds["Pooling"] / "config.json")
        if "Dense" in kinds:
            _check_dense(kinds["Dense"] / "config.json", pooling)
            pooling = "pooled"
        return cls(
            kinds["Transformer"],
            pooling,
            normalize,
            max_length,
            lowercase,
            kinds.get("Dense"),
        )

    def weights(self) -> dict[str, np.ndarray]:
        """Those of the dense layer, by our names; maybe none."""
        if self.dense is None:
            return {}
        tensors = open_tensors(self.dense)
        if {*tensors} != {"linear.weight", "linear.bias"}:
            raise UserError(
                f"{self.dense}: must hold linear.weight and linear.bias; "
                f"there are {', '.join(sorted(tensors))}"
            )
        return {
            _POOLER + "kernel": tensors["linear.weight"].read().T,
            _POOLER + "bias": tensors["linear.bias"].read(),
        }

    def preprocessor(
        self, preprocessor: TextPreprocessor | None, longest: int
    ) -> TextPreprocessor | None:
        """The tokenizer's with the longest sequence that is told here.

        Args:
            preprocessor: what the vocabulary and the files beside it say.
            longest: how many positions the model has.

        Raises:
            UserError: if texts are to be lower-cased that the tokenizer does
                not lower-case.
        """
        if preprocessor is None:
            return None
        if self.lowercase and not preprocessor.tokenizer.settings.lowercase:
            raise UserError(
                f"{self.encoder}: do_lower_case=true, but its tokenizer keeps "
                "capitals; let tokenizer_config.json say it too"
            )
        if self.max_length is None:
            return preprocessor
        return preprocessor.with_max_length(min(self.max_length, longest))


def write_modules(checkpoint: Checkpoint, directory: Path) -> None:
    """Makes a directory of Hugging Face's one of sentence-transformers too.

    Args:
        checkpoint: an embedder. The pooler of a "pooled" one becomes the
            dense layer that it is there.
        directory: has the encoder and its vocabulary.
    """
    # Files of embedders that had no choice do not say it.
    pooling = checkpoint.arguments.get("pooling", "mean")
    normalize = checkpoint.arguments.get("normalize", True)
    preprocessor = checkpoint.get_preprocessor()
    max_length = None if preprocessor is None else preprocessor.max_length
    size = checkpoint.config.hidden_size
    kinds = ["Transformer", "Pooling"]
    kinds += ["Dense"] * (pooling == "pooled")
    kinds += ["Normalize"] * normalize
    places = ["", *(f"{n}_{kind}" for n, kind in enumerate(kinds) if n)]
    for place in places:
        (directory / place).mkdir(exist_ok=True)
    listed = [
        {
            "idx": number,
            "name": str(number),
            "path": place,
            "type": f"{_PACKAGE}models.{kind}",
        }
        for number, (kind, place) in enumerate(zip(kinds, places, strict=True))
    ]
    write_json(directory / _MODULES, listed)
    write_json(directory / _SETTINGS, {"similarity_fn_name": "cosine"})
    write_json(
        directory / _TRANSFORMER[0],
        {"max_seq_length": max_length, "do_lower_case": False},
    )
    modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens"]
    modes += ["weightedmean_tokens", "lasttoken"]
    wanted = "mean_tokens" if pooling == "mean" else "cls_token"
    write_json(
        directory / places[1] / "config.json",
        {
            "word_embedding_dimension": size,
            **{f"pooling_mode_{mode}": mode == wanted for mode in modes},
            "include_prompt": True,
        },
    )
    if pooling == "pooled":
        _write_dense(directory / places[2], size, checkpoint.weights)


def _write_dense(directory: Path, size: int, weights) -> None:
    write_json(
        directory / "config.json",
        {
            "in_features": size,
            "out_features": size,
            "bias": True,
            "activation_function": _TANH,
        },
    )
    tensors = {
        "linear.weight": np.ascontiguousarray(weights[_POOLER + "kernel"].T),
        "linear.bias": weights[_POOLER + "bias"],
    }
    write_safetensors(
        directory / "model.safetensors", tensors, {"format": "pt"}
    )


def _modules(directory: Path) -> dict[str, Path]:
    """The kinds of modules in their order, and the directory of each."""
    path = directory / _MODULES
    try:
        values = parse_json_value(path.read_bytes())
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    found = {}
    for module in values if isinstance(values, list) else [values]:
        kind, place = (
            module.get(name) if isinstance(module, dict) else None
            for name in ("type", "path")
        )
        if not isinstance(kind, str) or not isinstance(place, str):
            raise UserError(
                f"{path}: must be a list of objects with type and path; got "
                f"{module!r:.60}"
            )
        name = kind.rpartition(".")[2]
        if not kind.startswith(_PACKAGE) or name in found:
            name = kind
        if Path(place).is_absolute() or ".." in Path(place).parts:
            raise UserError(
                f"{path}: path={place!r:.60} must lie in the directory"
            )
        found[name] = directory / place
    return found


def _check_settings(path: Path, normalize: bool) -> None:
    """What is compared otherwise, or has words put before it, is refused."""
    values = read_json(path) if path.exists() else {}
    name = values.get("default_prompt_name")
    prompts = values.get("prompts")
    if name is not None and not (
        isinstance(prompts, dict) and prompts.get(name) == ""
    ):
        raise UserError(
            f"{path}: default_prompt_name={name!r:.60} puts a prompt before "
            "every text, which is not done here: set it to null and put the "
            "prompt there yourself"
        )
    compared = values.get("similarity_fn_name") or "cosine"
    if compared != "cosine" and not (compared == "dot" and normalize):
        raise UserError(
            f"{path}: similarity_fn_name={compared!r:.60}, but vectors are "
            'compared by their cosines here: it must be "cosine", or "dot" '
            "with a Normalize module"
        )


def _transformer(directory: Path) -> tuple[int | None, bool]:
    """The longest sequence, and whether texts are lower-cased."""
    paths = [directory / name for name in _TRANSFORMER]
    path = next((path for path in paths if path.exists()), None)
    values = {} if path is None else read_json(path)
    max_length = values.pop("max_seq_length", None)
    if max_length is not None and not (
        type(max_length) is int and max_length >= 3
    ):
        raise UserError(
            f"{path}: max_seq_length={max_length!r:.60} must be a whole "
            "number of at least 3"
        )
    lowercase = values.pop("do_lower_case", False)
    values.pop("unpad_inputs", None)  # how fast it is
    for name, value in values.items():
        if value and value != _USUAL.get(name):
            raise UserError(
                f"{path}: {name}={value!r:.60} is not supported"
                + (f"; {_USUAL[name]!r} is" if name in _USUAL else "")
                + _ADVICE
            )
    return max_length, bool(lowercase)


def _pooling(path: Path) -> str:
    """Ours that is the same."""
    values = read_json(path)
    start = "pooling_mode_"
    modes = [
        name.removeprefix(start)
        for name, value in values.items()
        if name.startswith(start) and value
    ] or ["mean_tokens"]
    if "pooling_mode" in values:
        written = values["pooling_mode"]
        modes = written if isinstance(written, list) else [written]
    modes = [*map(str, modes)]
    if len(modes) != 1 or modes[0] not in _POOLINGS:
        raise UserError(
            f"{path}: pooling by {' and '.join(modes)} is not supported; "
            f"mean_tokens or cls_token is{_ADVICE}"
        )
    return _POOLINGS[modes[0]]


def _check_dense(path: Path, pooling: str) -> None:
    """Only what BERT and ALBERT call the pooler, as in LaBSE, is one of ours.

    Whether it has the size of a pooler the shapes of its weights tell.
    """
    values: dict[str, Any] = read_json(path)
    names = ("in_features", "out_features", "bias", "activation_function")
    sizes = [values.get(name) for name in names]
    inputs = (values.get("module_input_name"), values.get("module_output_name"))
    if (
        pooling != "cls"
        or sizes[0] != sizes[1]
        or sizes[2:] != [True, _TANH]
        or any(name not in (None, "sentence_embedding") for name in inputs)
    ):
        said = ", ".join(
            f"{n}={v!r}" for n, v in zip(names, sizes, strict=True)
        )
        raise UserError(
            f"{path}: a Dense module with {said:.200} after pooling by "
            f"{pooling} is not supported; one of [CLS] with tanh that keeps "
            f"the size is{_ADVICE}"
        )
