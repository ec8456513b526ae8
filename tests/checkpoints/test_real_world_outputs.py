"""Models with the oddities of those that people publish.

Their weights are random; Hugging Face's code gave the outputs.
"""

import json
import shutil

import keras
import numpy as np
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder, load_model

MODELS = {
    "act_gelu_pytorch_tanh": "AlbertEncoder",
    "embedding_with_spare_rows": "AlbertClassifier",
    "multilabel": "AlbertMultilabelClassifier",
    "no_model_type": "AlbertPretrainer",
    "one_segment_classifier": "AlbertClassifier",
    "one_segment_odd_sizes": "AlbertEncoder",
    "projection_between_equal_sizes": "AlbertEncoder",
    "regression": "AlbertRegressor",
    "tagger": "AlbertTagger",
}
OUTPUTS = {
    "out_last_hidden_state": ("sequence_output",),
    "out_pooler_output": ("pooled_output",),
    "out_logits": ("logits", "masked_lm_logits"),
}


@pytest.fixture
def directory(data_dir):
    return data_dir / "real_world"


def check_outputs(model, golden_file):
    golden = np.load(golden_file)
    inputs = {
        ours: golden[theirs].astype("int32")
        for ours, theirs in (
            ("token_ids", "ids"),
            ("segment_ids", "seg"),
            ("padding_mask", "mask"),
        )
    }
    batch, length = golden["ids"].shape
    inputs["masked_positions"] = np.tile(np.arange(length), (batch, 1))
    outputs = model(inputs)
    for theirs, names in OUTPUTS.items():
        if theirs not in golden:
            continue
        expected = golden[theirs]
        name = next(name for name in names if name in outputs)
        actual = keras.ops.convert_to_numpy(outputs[name])
        if expected.shape[:2] == (batch, length):
            is_token = golden["mask"] == 1
            expected, actual = expected[is_token], actual[is_token]
        np.testing.assert_allclose(actual, expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore:.*sentence_order_head.*are new")
@pytest.mark.parametrize(("name", "class_name"), MODELS.items())
def test_outputs(directory, name, class_name):
    model = load_model(f"hf:{directory / name}")
    assert type(model).__name__ == class_name
    check_outputs(model, directory / name / "golden.npz")


@pytest.mark.parametrize("format", ["albert_tf", "huggingface", "keras"])
def test_projection_between_equal_sizes_travels(directory, tmp_path, format):
    name = "projection_between_equal_sizes"
    encoder = AlbertEncoder.from_preset(f"hf:{directory / name}")
    assert encoder.config.project_equal_sizes
    out = tmp_path / "out"
    if format == "keras":
        encoder.save(f"{out}.keras")
        again = keras.saving.load_model(f"{out}.keras")
    else:
        encoder.save_preset(out, format)
        prefix = {"albert_tf": "", "huggingface": "hf:"}[format]
        again = AlbertEncoder.from_preset(f"{prefix}{out}")
    assert again.config == encoder.config
    check_outputs(again, directory / name / "golden.npz")


def test_google_has_no_projection_between_equal_sizes(directory, tmp_path):
    encoder = AlbertEncoder.from_preset(
        f"hf:{directory}/projection_between_equal_sizes"
    )
    with pytest.raises(UserError, match="project_equal_sizes=True cannot"):
        encoder.save_preset(tmp_path / "out", "tf1")
    assert not (tmp_path / "out").exists()


def test_projection_that_changes_nothing_is_left_out(tmp_path):
    config = AlbertConfig.from_preset("albert_pico")
    config = AlbertConfig(
        **{**config.to_dict(), "vocab_size": 9, "embedding_size": 64}
    )
    AlbertEncoder(config).save_preset(tmp_path / "out", "huggingface")
    again = AlbertEncoder.from_preset(f"hf:{tmp_path}/out")
    assert again.config == config
    assert again.embedding.projection is None


def test_relative_positions_are_refused(directory, tmp_path):
    source = shutil.copytree(
        directory / "act_gelu_pytorch_tanh", tmp_path / "relative"
    )
    path = source / "config.json"
    fields = json.loads(path.read_text())
    fields["position_embedding_type"] = "relative_key"
    path.write_text(json.dumps(fields))
    message = "relative/config.json: position_embedding_type='relative_key'"
    with pytest.raises(UserError, match=message):
        load_model(f"hf:{source}")
