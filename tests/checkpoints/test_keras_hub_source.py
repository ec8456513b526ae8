import re

import keras
import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultilabelClassifier,
    AlbertRegressor,
    load_model,
)

keras_hub = pytest.importorskip("keras_hub")


def _backbone(**changes):
    sizes = {
        "vocabulary_size": 31,
        "num_layers": 4,
        "num_heads": 2,
        "embedding_dim": 8,
        "hidden_dim": 12,
        "intermediate_dim": 20,
        "num_groups": 2,
        "num_inner_repetitions": 2,
        "dropout": 0.1,
        "max_sequence_length": 16,
    }
    return keras_hub.models.AlbertBackbone(**{**sizes, **changes})


def _inputs():
    rng = np.random.default_rng(1)
    mask = np.ones((3, 10), "int32")
    mask[1, 6:] = 0
    return {
        "token_ids": rng.integers(0, 31, (3, 10), "int32"),
        "segment_ids": rng.integers(0, 2, (3, 10), "int32"),
        "padding_mask": mask,
    }


def test_outputs_equal_those_of_the_backbone(tmp_path, randomize):
    backbone = randomize(_backbone())
    backbone.save_to_preset(tmp_path / "preset")
    encoder = AlbertEncoder.from_preset(f"keras_hub:{tmp_path}/preset")
    expected, actual = backbone(_inputs()), encoder(_inputs())
    for name in ("sequence_output", "pooled_output"):
        np.testing.assert_allclose(
            actual[name], expected[name], rtol=0, atol=1e-5
        )
    assert encoder.config.hidden_dropout_prob == 0.1
    assert encoder.config.num_blocks == 4


@pytest.mark.parametrize(
    ("classes", "activation", "model_class"),
    [
        (3, None, AlbertClassifier),
        (3, "softmax", AlbertClassifier),
        (3, "sigmoid", AlbertMultilabelClassifier),
        (1, None, AlbertRegressor),
    ],
)
def test_text_classifier(tmp_path, randomize, classes, activation, model_class):
    theirs = randomize(
        keras_hub.models.AlbertTextClassifier(
            _backbone(), classes, activation=activation, dropout=0.2
        )
    )
    theirs.save_to_preset(tmp_path / "preset")
    ours = load_model(f"keras_hub:{tmp_path}/preset")
    assert type(ours) is model_class
    assert ours.labels == [f"LABEL_{i}" for i in range(classes)]
    assert ours.config.classifier_dropout_prob == 0.2
    logits = ours(_inputs())["logits"]
    activate = keras.activations.get(activation)
    np.testing.assert_allclose(
        activate(logits), theirs(_inputs()), rtol=0, atol=1e-5
    )


def test_classifier_with_another_activation(tmp_path):
    keras_hub.models.AlbertTextClassifier(
        _backbone(), 3, activation="tanh"
    ).save_to_preset(tmp_path / "preset")
    with pytest.raises(UserError, match="activation='tanh'"):
        load_model(f"keras_hub:{tmp_path}/preset")


def test_other_heads_are_left_out(tmp_path):
    keras_hub.models.AlbertMaskedLM(_backbone()).save_to_preset(
        tmp_path / "preset"
    )
    with pytest.warns(UserWarning, match="head of AlbertMaskedLM is left out"):
        model = load_model(f"keras_hub:{tmp_path}/preset")
    assert type(model) is AlbertEncoder


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        ("config.json", "hidden_dim", 20_000),
        ("config.json", "num_groups", 4),
        ("task.json", "hidden_dim", 20_000),
        ("task.json", "num_classes", 10**9),
    ],
)
def test_sizes_are_compared_before_anything_is_made(
    tmp_path, monkeypatch, file, field, value
):
    keras_hub.models.AlbertTextClassifier(_backbone(), 3).save_to_preset(
        tmp_path / "preset"
    )
    monkeypatch.delattr(keras_hub.models, "AlbertTextClassifier")
    path = tmp_path / "preset" / file
    text = re.sub(rf'("{field}": )\d+', rf"\g<1>{value}", path.read_text())
    path.write_text(text)
    with pytest.raises(UserError, match=re.escape(f"{path}: ")) as caught:
        load_model(f"keras_hub:{tmp_path}/preset")
    assert "stored" in str(caught.value) or field in str(caught.value)


def test_vocabulary_comes_along(tmp_path):
    import albert_tf.tokenizers as tokenizers

    shipped = tokenizers.SentencePieceTokenizer()
    path = shipped.save(tmp_path)["vocabulary"]
    directory = tmp_path / "preset"
    _backbone(vocabulary_size=30000).save_to_preset(directory)
    keras_hub.models.AlbertTokenizer(str(tmp_path / path)).save_to_preset(
        directory
    )
    with pytest.warns(UserWarning, match="logits/kernel, logits/bias"):
        classifier = AlbertClassifier.from_preset(
            f"keras_hub:{directory}", labels=["a", "b"]
        )
    tokenizer = classifier.preprocessor.tokenizer
    assert tokenizer.encode("Hello").token_ids == (
        shipped.encode("Hello").token_ids
    )
    assert classifier.preprocessor.max_length == 16


def test_no_vocabulary_gives_no_preprocessor(tmp_path):
    _backbone().save_to_preset(tmp_path / "preset")
    with pytest.warns(UserWarning, match="new and random"):
        classifier = AlbertClassifier.from_preset(
            f"keras_hub:{tmp_path}/preset", labels=["a", "b"]
        )
    assert classifier.preprocessor is None


def test_projection_between_equal_sizes(tmp_path, randomize):
    backbone = randomize(_backbone(embedding_dim=12))
    backbone.save_to_preset(tmp_path / "random")
    encoder = AlbertEncoder.from_preset(f"keras_hub:{tmp_path}/random")
    assert encoder.config.project_equal_sizes
    np.testing.assert_array_equal(
        encoder.embedding.projection.kernel,
        backbone.get_layer("embedding_projection").kernel,
    )


def test_unknown_preset():
    with pytest.raises(UserError, match="keras_hub:nonsense: cannot be") as e:
        AlbertEncoder.from_preset("keras_hub:nonsense")
    assert "\n" not in str(e.value)
