"""A BERT is an ALBERT that shares nothing, with all its heads."""

import json
import shutil
import warnings

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertTagger,
    load_model,
)

HEADS = {
    "BertForMaskedLM": AlbertPretrainer,
    "BertForPreTraining": AlbertPretrainer,
    "BertForSequenceClassification": AlbertClassifier,
    "BertForTokenClassification": AlbertTagger,
    "BertForQuestionAnswering": AlbertQuestionAnswerer,
    "BertForMultipleChoice": AlbertMultipleChoice,
}


def read(directory):
    with np.load(directory / "golden.npz") as golden:
        golden = dict(golden)
    inputs = {
        "token_ids": golden["ids"],
        "padding_mask": golden["mask"],
        "segment_ids": golden["seg"],
    }
    return golden, inputs


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.filterwarnings("ignore:.*kept as cls.seq_relationship")
def test_outputs_equal_those_of_hugging_face(data_dir, name, tmp_path):
    directory = data_dir / "hf_bert" / name
    golden, inputs = read(directory)
    mask = golden["mask"]
    if name == "BertForMultipleChoice":
        inputs = {key: array[None] for key, array in inputs.items()}
    if HEADS[name] is AlbertPretrainer:
        positions = np.arange(mask.shape[1], dtype="int32")
        inputs["masked_positions"] = np.tile(positions, (len(mask), 1))
    model = load_model(f"hf:{directory}")
    assert type(model) is HEADS[name]
    model.save_preset(tmp_path / "ours")
    model.save_preset(tmp_path / "theirs", "huggingface")
    for source in (tmp_path / "ours", f"hf:{tmp_path / 'theirs'}"):
        for again in (model, load_model(source)):
            outputs = again(inputs)
            for key, expected in golden.items():
                if not key.startswith("out_"):
                    continue
                ours = key.removeprefix("out_")
                if HEADS[name] is AlbertPretrainer:
                    ours = (
                        "next_sentence_logits"
                        if "relationship" in key
                        else "masked_lm_logits"
                    )
                actual = np.asarray(outputs[ours])
                if actual.shape[:2] == mask.shape:  # of tokens
                    actual, expected = actual[mask > 0], expected[mask > 0]
                np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_the_next_sentence_is_not_the_order_of_sentences(data_dir, tmp_path):
    source = f"hf:{data_dir}/hf_bert/BertForPreTraining"
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = load_model(source)
    assert model.sentence_order_head is None
    assert model.second_task == "next_sentence"
    with pytest.raises(UserError, match="needs sentence_order=False"):
        AlbertPretrainer.from_preset(source, sentence_order=True)
    with pytest.warns(UserWarning, match="kept as cls.seq_relationship"):
        model.save_preset(tmp_path / "hf", "huggingface")
    values = json.loads((tmp_path / "hf" / "config.json").read_text())
    assert values["architectures"] == ["AlbertForMaskedLM"]


def test_the_head_of_the_next_sentence_alone(data_dir, tmp_path):
    directory = data_dir / "hf_bert" / "BertForPreTraining"
    golden, inputs = read(directory)
    tensors = {
        name: array
        for name, array in load_file(directory / "model.safetensors").items()
        if not name.startswith("cls.predictions.")
    }
    save_file(tensors, tmp_path / "model.safetensors")
    values = json.loads((directory / "config.json").read_text())
    values["architectures"] = ["BertForNextSentencePrediction"]
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.warns(UserWarning, match="no fitting weights for masked_lm"):
        model = load_model(f"hf:{tmp_path}")
    inputs["masked_positions"] = np.zeros((len(inputs["token_ids"]), 1), int)
    np.testing.assert_allclose(
        model(inputs)["next_sentence_logits"],
        golden["out_seq_relationship_logits"],
        atol=1e-5,
    )


def test_every_layer_is_a_group_of_its_own(data_dir):
    path = data_dir / "hf_bert" / "BertForMaskedLM" / "config.json"
    config = AlbertConfig.load(path)
    assert config.num_hidden_groups == config.num_hidden_layers == 3
    assert config.embedding_size == config.hidden_size == 16
    assert not config.has_projection
    assert config.hidden_act == "gelu"


def test_sizes_that_are_not_said_are_those_of_the_base_model():
    config = AlbertConfig.from_huggingface(
        {"model_type": "bert", "vocab_size": 100, "classifier_dropout": 0.3}
    )
    assert (config.hidden_size, config.num_hidden_layers) == (768, 12)
    assert config.hidden_dropout_prob == 0.1
    assert config.classifier_dropout_prob == 0.3


def test_names_of_the_first_checkpoints(data_dir, tmp_path):
    """These have gamma and beta, and BertModel has no "bert." before."""
    directory = data_dir / "hf_bert" / "BertForSequenceClassification"
    _, inputs = read(directory)
    tensors = {
        name.removeprefix("bert.")
        .replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta"): array
        for name, array in load_file(directory / "model.safetensors").items()
        if name.startswith("bert.")
    }
    save_file(tensors, tmp_path / "model.safetensors")
    values = json.loads((directory / "config.json").read_text())
    values["architectures"] = ["BertModel"]
    (tmp_path / "config.json").write_text(json.dumps(values))
    expected = load_model(f"hf:{directory}").encoder(inputs)
    actual = AlbertEncoder.from_preset(f"hf:{tmp_path}")(inputs)
    for name, array in expected.items():
        np.testing.assert_array_equal(actual[name], array)


def test_what_is_no_bert_is_refused(data_dir, tmp_path):
    directory = data_dir / "hf_bert" / "BertForMaskedLM"
    shutil.copytree(directory, tmp_path / "it")
    path = tmp_path / "it" / "config.json"
    values = json.loads(path.read_text())
    for change, message in (
        ({"model_type": "gpt2"}, "'gpt2' must be 'albert' or 'bert'"),
        ({"position_embedding_type": "relative_key"}, "relative_key"),
        ({"is_decoder": True}, "is_decoder"),
        ({"hidden_size": 32}, "hidden_size|shape"),
    ):
        path.write_text(json.dumps({**values, **change}))
        with pytest.raises(UserError, match=message):
            load_model(f"hf:{tmp_path / 'it'}")
