"""Published formats give the outputs of the libraries they come from."""

import os
from pathlib import Path

import numpy as np
import pytest

from albert_tf.models import AlbertClassifier, AlbertEncoder, AlbertPretrainer

TOLERANCE = 1e-5


def _load(directory):
    with np.load(directory / "golden.npz") as golden:
        return dict(golden)


def _check(actual, expected, tolerance=TOLERANCE):
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


def _log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


@pytest.fixture(scope="module")
def official(data_dir):
    golden = _load(data_dir / "official_tf1_tiny")
    model = AlbertPretrainer.from_preset(f"tf1:{data_dir}/official_tf1_tiny")
    inputs = {
        "token_ids": golden["input_ids"],
        "segment_ids": golden["segment_ids"],
        "padding_mask": golden["input_mask"],
    }
    outputs = model(
        {**inputs, "masked_positions": golden["masked_lm_positions"]}
    )
    outputs = {name: np.asarray(value) for name, value in outputs.items()}
    return model, golden, inputs, outputs


def test_official_encoder(official):
    model, golden, inputs, outputs = official
    embedded = model.encoder.embedding.embed(
        inputs["token_ids"], inputs["segment_ids"]
    )
    layers = model.encoder(inputs, return_layers=True)["hidden_states"]
    _check(embedded, golden["embedding_output"])
    _check(layers[1], golden["layer_0"])
    _check(outputs["sequence_output"], golden["sequence_output"])
    _check(outputs["pooled_output"], golden["pooled_output"])


def test_official_heads_and_losses(official):
    model, golden, _, outputs = official
    masked = _log_softmax(outputs["masked_lm_logits"])
    _check(masked.reshape(-1, masked.shape[-1]), golden["mlm_log_probs"])
    order = _log_softmax(outputs["sentence_order_logits"])
    _check(order, golden["sop_log_probs"])
    losses = model.pretraining_losses(
        outputs,
        {
            "masked_lm_ids": golden["masked_lm_ids"],
            "masked_lm_weights": golden["masked_lm_weights"],
            "sentence_order_labels": golden["sentence_order_labels"][:, 0],
        },
    )
    _check(losses["masked_lm_loss"], golden["mlm_loss"])
    _check(losses["sentence_order_loss"], golden["sop_loss"])


def test_official_prefix_is_a_source_too(data_dir, official, assert_same):
    prefix = f"tf1:{data_dir}/official_tf1_tiny/model.ckpt-best"
    assert_same(AlbertPretrainer.from_preset(prefix), official[0])


def _huggingface_inputs(golden):
    return {
        "token_ids": golden["input_ids"],
        "segment_ids": golden["token_type_ids"],
        "padding_mask": golden["attention_mask"],
    }


def test_huggingface_pretraining(data_dir):
    golden = _load(data_dir / "hf_pretraining")
    model = AlbertPretrainer.from_preset(f"hf:{data_dir}/hf_pretraining")
    inputs = _huggingface_inputs(golden)
    batch, length = golden["input_ids"].shape
    everywhere = np.tile(np.arange(length, dtype="int32"), (batch, 1))
    outputs = model({**inputs, "masked_positions": everywhere})
    _check(outputs["masked_lm_logits"], golden["prediction_logits"])
    _check(outputs["sentence_order_logits"], golden["sop_logits"])
    _check(outputs["sequence_output"], golden["sequence_output"])
    layers = model.encoder(inputs, return_layers=True)["hidden_states"]
    _check(layers[0], golden["hidden_state_0"])
    _check(layers[1], golden["hidden_state_1"])


def test_huggingface_classifier(data_dir):
    golden = _load(data_dir / "hf_sequence_classification")
    model = AlbertClassifier.from_preset(
        f"hf:{data_dir}/hf_sequence_classification"
    )
    assert model.labels == ["LABEL_0", "LABEL_1", "LABEL_2"]
    assert model.preprocessor is None
    inputs = _huggingface_inputs(golden)
    _check(model(inputs)["logits"], golden["logits"])
    outputs = model.encoder(inputs, return_layers=True)
    _check(outputs["sequence_output"], golden["sequence_output"])
    _check(outputs["hidden_states"][0], golden["hidden_state_0"])
    _check(outputs["hidden_states"][1], golden["hidden_state_1"])


def test_trained_weights_in_half_precision():
    folder = os.environ.get("ALBERT_DATA")
    if folder is None or not Path(folder, "plbert_albert").is_dir():
        pytest.skip("ALBERT_DATA names no folder that has plbert_albert")
    folder = Path(folder, "plbert_albert")
    model = AlbertEncoder.from_preset(f"hf:{folder}", pooler=False)
    reference = np.load(folder / "reference.npz")
    token_ids = reference["input_ids"].astype("int32")
    inputs = {
        "token_ids": token_ids,
        "segment_ids": np.zeros_like(token_ids),
        "padding_mask": np.ones_like(token_ids),
    }
    outputs = model(inputs, return_layers=True)
    embedded = model.embedding.embed(token_ids, inputs["segment_ids"])
    _check(embedded, reference["embeddings"])
    _check(outputs["hidden_states"][1], reference["layer_1"])
    _check(outputs["sequence_output"], reference["last_hidden_state"])
    # What half precision itself costs, the largest activation being 11.6.
    _check(
        outputs["sequence_output"],
        reference["last_hidden_state_onnx_fp16"],
        tolerance=0.01,
    )
