"""What sources may look like, and what is said about them."""

import json
import logging
import shutil
import warnings
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load_file, save_file

from albert_tf.checkpoints import read_checkpoint
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertPretrainer,
    heads,
)
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer


@pytest.fixture
def edit_huggingface(tmp_path, data_dir):
    """Copies a golden and changes its tensors and its config.json."""

    def edit(golden="hf_pretraining", change=None, **fields):
        directory = tmp_path / "hf"
        shutil.copytree(data_dir / golden, directory)
        path = directory / "model.safetensors"
        tensors = load_file(path)
        save_file(change(tensors) if change else tensors, path)
        config = json.loads((directory / "config.json").read_text())
        config.update(fields)
        (directory / "config.json").write_text(json.dumps(config))
        return f"hf:{directory}"

    return edit


def _write_tf1_tensors(directory, tensors):
    names = sorted(tensors)
    tf.raw_ops.SaveV2(
        prefix=str(directory / "model.ckpt-best"),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.constant(tensors[n]) for n in names],
    )


@pytest.fixture
def edit_tf1(tmp_path, data_dir):
    """The official checkpoint with its tensors changed."""

    def edit(change):
        source, directory = data_dir / "official_tf1_tiny", tmp_path / "tf1"
        directory.mkdir()
        shutil.copy(source / "albert_config.json", directory)
        reader = tf.train.load_checkpoint(str(source / "model.ckpt-best"))
        names = reader.get_variable_to_shape_map()
        tensors = {n: reader.get_tensor(n) for n in names}
        _write_tf1_tensors(directory, change(tensors))
        return f"tf1:{directory}"

    return edit


# === Hugging Face ===


def test_names_without_prefix(edit_huggingface, data_dir, assert_same):
    source = edit_huggingface(
        change=lambda t: {n.removeprefix("albert."): a for n, a in t.items()}
    )
    expected = AlbertPretrainer.from_preset(f"hf:{data_dir}/hf_pretraining")
    assert_same(AlbertPretrainer.from_preset(source), expected)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_half_precision_becomes_float32(edit_huggingface, dtype, values):
    source = edit_huggingface(
        change=lambda t: {n: a.astype(dtype) for n, a in t.items()}
    )
    weights = values(AlbertEncoder.from_preset(source))
    path = source.removeprefix("hf:") + "/model.safetensors"
    kernel = load_file(path)["albert.pooler.weight"].astype("float32").T
    assert weights["pooler/kernel"].dtype == np.float32
    np.testing.assert_array_equal(weights["pooler/kernel"], kernel)


def test_buffers_and_tied_copies_are_ignored(edit_huggingface):
    def add(tensors):
        table = tensors["albert.embeddings.word_embeddings.weight"]
        return {
            **tensors,
            "albert.embeddings.position_ids": np.arange(64)[None],
            "predictions.decoder.weight": table,
            "predictions.decoder.bias": tensors["predictions.bias"],
        }

    source = edit_huggingface(change=add)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        AlbertPretrainer.from_preset(source)


def test_bias_that_is_only_in_the_decoder(edit_huggingface, values):
    def move(tensors):
        tensors["predictions.decoder.bias"] = tensors.pop("predictions.bias")
        return tensors

    weights = values(
        AlbertPretrainer.from_preset(edit_huggingface(change=move))
    )
    assert np.any(weights["masked_lm_head/output_bias"])


def test_decoder_that_is_not_tied_is_told(edit_huggingface):
    def untie(tensors):
        table = tensors["albert.embeddings.word_embeddings.weight"]
        return {**tensors, "predictions.decoder.weight": table + 1}

    with pytest.warns(UserWarning, match="decoder.weight differs"):
        AlbertPretrainer.from_preset(edit_huggingface(change=untie))


def test_unknown_weights_are_named(edit_huggingface):
    source = edit_huggingface(change=lambda t: {**t, "extra.w": np.ones(2)})
    with pytest.warns(UserWarning, match="left out: extra.w"):
        AlbertEncoder.from_preset(source)


def test_sharded(edit_huggingface, data_dir, assert_same):
    source = edit_huggingface()
    directory = Path(source.removeprefix("hf:"))
    tensors = load_file(directory / "model.safetensors")
    (directory / "model.safetensors").unlink()
    names = sorted(tensors)
    files = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, part in files.items():
        save_file({n: tensors[n] for n in part}, directory / file)
    index = {n: file for file, part in files.items() for n in part}
    (directory / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": index})
    )
    expected = AlbertPretrainer.from_preset(f"hf:{data_dir}/hf_pretraining")
    assert_same(AlbertPretrainer.from_preset(source), expected)


@pytest.mark.parametrize(
    ("architecture", "theirs", "ours", "count"),
    [
        ("AlbertForQuestionAnswering", "qa_outputs", "span_logits", 2),
        ("AlbertForTokenClassification", "classifier", "logits", 5),
        ("AlbertForMultipleChoice", "classifier", "score", 1),
        ("AlbertForSequenceClassification", "classifier", "logits", 3),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_heads(edit_huggingface, architecture, theirs, ours, count, named):
    kernel = np.random.default_rng(0).normal(size=(count, 48))

    def change(tensors):
        encoder = {n: a for n, a in tensors.items() if "albert." in n}
        return {
            **encoder,
            f"{theirs}.weight": kernel.astype("float32"),
            f"{theirs}.bias": np.arange(count, dtype="float32"),
        }

    if not named and theirs == "classifier":
        architecture, ours = "AlbertForSequenceClassification", "logits"
    source = edit_huggingface(
        change=change, architectures=[architecture] if named else None
    )
    weights = read_checkpoint(source, heads()).weights
    np.testing.assert_array_equal(
        weights[f"{ours}/kernel"], kernel.T.astype("float32")
    )
    np.testing.assert_array_equal(weights[f"{ours}/bias"], np.arange(count))


def test_masked_lm_has_neither_pooler_nor_sentence_order(edit_huggingface):
    source = edit_huggingface(
        change=lambda t: {
            n: a for n, a in t.items() if "sop_" not in n and "pooler" not in n
        },
        architectures=["AlbertForMaskedLM"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = AlbertPretrainer.from_preset(source)
    assert model.sentence_order_head is None
    with pytest.warns(UserWarning, match="encoder/pooler/kernel.*random") as w:
        AlbertPretrainer.from_preset(source, sentence_order=True)
    assert "sentence_order_head/kernel" in str(w[0].message)
    assert "masked_lm_head" not in str(w[0].message)


def test_labels_that_huggingface_leaves_out(edit_huggingface):
    source = edit_huggingface("hf_sequence_classification", id2label=None)
    model = AlbertClassifier.from_preset(source)
    assert model.labels == ["LABEL_0", "LABEL_1", "LABEL_2"]


def test_labels_in_the_order_of_their_numbers(edit_huggingface):
    source = edit_huggingface(
        "hf_sequence_classification",
        id2label={"2": "good", "0": "bad", "1": "so-so"},
    )
    model = AlbertClassifier.from_preset(source)
    assert model.labels == ["bad", "so-so", "good"]


def test_head_of_another_task_is_not_taken(edit_huggingface):
    source = edit_huggingface(
        "hf_sequence_classification",
        architectures=["AlbertForTokenClassification"],
    )
    with pytest.warns(UserWarning, match="logits/kernel, logits/bias"):
        model = AlbertClassifier.from_preset(source, labels=["a", "b", "c"])
    assert model.labels == ["a", "b", "c"]


# === Google ===


def test_hub_prefix(edit_tf1, data_dir, assert_same):
    source = edit_tf1(lambda t: {f"module/{n}": a for n, a in t.items()})
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        AlbertPretrainer.from_preset(source)
    expected = AlbertPretrainer.from_preset(f"tf1:{data_dir}/official_tf1_tiny")
    assert_same(AlbertPretrainer.from_preset(source), expected)


def test_optimizer_is_ignored(edit_tf1):
    def add(tensors):
        slots = {
            f"{name}/{slot}": array
            for name, array in tensors.items()
            for slot in ("adam_m", "adam_v", "lamb_m", "lamb_v")
        }
        return {**tensors, **slots}

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        AlbertPretrainer.from_preset(edit_tf1(add))


def test_without_heads(edit_tf1):
    source = edit_tf1(
        lambda t: {n: a for n, a in t.items() if n.startswith("bert/")}
    )
    AlbertEncoder.from_preset(source)
    with pytest.warns(UserWarning, match="masked_lm_head/transform/kernel"):
        AlbertPretrainer.from_preset(source)


def test_official_classifier(edit_tf1, values):
    output = np.random.default_rng(0).normal(size=(3, 48)).astype("float32")
    source = edit_tf1(
        lambda t: {**t, "output_weights": output, "output_bias": output[:, 0]}
    )
    model = AlbertClassifier.from_preset(source, labels=["a", "b", "c"])
    np.testing.assert_array_equal(values(model)["logits/kernel"], output.T)


def test_best_checkpoint_is_preferred(tmp_path, small_config, randomize):
    model = randomize(AlbertEncoder(small_config))
    model.save_preset(tmp_path / "out", "tf1")
    for path in (tmp_path / "out").glob("model.ckpt-best.*"):
        name = path.name.replace("best", "7")
        path.with_name(name).write_bytes(b"damaged")
    AlbertEncoder.from_preset(f"tf1:{tmp_path}/out")


# === All sources ===


def test_unused_heads_are_logged(data_dir, caplog):
    with caplog.at_level(logging.INFO, "albert_tf"):
        AlbertEncoder.from_preset(f"hf:{data_dir}/hf_pretraining")
    assert "sentence_order_head/kernel" in caplog.text
    assert "encoder/" not in caplog.text


def test_new_head_is_named(data_dir):
    with pytest.warns(UserWarning, match="random") as caught:
        AlbertClassifier.from_preset(
            f"hf:{data_dir}/hf_pretraining", labels=["a", "b"]
        )
    assert len(caught) == 1
    assert "logits/kernel, logits/bias: they are new" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_labels_given(data_dir):
    source = f"hf:{data_dir}/hf_sequence_classification"
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = AlbertClassifier.from_preset(source, labels=["a", "b", "c"])
    assert model.labels == ["a", "b", "c"]
    with pytest.warns(UserWarning, match="logits/kernel, logits/bias"):
        model = AlbertClassifier.from_preset(source, labels=["a", "b"])
    assert model.logits_dense.kernel.shape == (48, 2)


def test_preset_is_random_and_says_so():
    with pytest.warns(UserWarning, match="random: albert_pico") as caught:
        model = AlbertClassifier.from_preset("albert_pico", labels=["a", "b"])
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert isinstance(model.preprocessor.tokenizer, SentencePieceTokenizer)
    assert model.preprocessor.max_length == 512


def test_chinese_preset_has_the_chinese_vocabulary():
    preprocessor = read_checkpoint("albert_tiny_zh").get_preprocessor()
    assert isinstance(preprocessor.tokenizer, WordPieceTokenizer)
    assert preprocessor.tokenizer.vocab_size == 21128


def test_constructor_arguments_are_passed_on(data_dir):
    source = f"hf:{data_dir}/hf_pretraining"
    model = AlbertEncoder.from_preset(
        source, pooler=False, rematerialize=True, dtype="mixed_bfloat16"
    )
    assert model.pooler is None
    assert model.transformer.rematerialize
    assert model.compute_dtype == "bfloat16"


def test_tokenizer_given(tmp_path, small_config, letters):
    AlbertEncoder(small_config).save_preset(tmp_path / "out", "huggingface")
    tokenizer = WordPieceTokenizer(letters)
    with pytest.warns(UserWarning, match="new and random"):
        model = AlbertClassifier.from_preset(
            f"hf:{tmp_path}/out", labels=["a", "b"], tokenizer=tokenizer
        )
    assert model.preprocessor.tokenizer is tokenizer
    assert model.preprocessor.max_length == 16
