import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertEncoder

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


def test_outputs_equal_those_of_the_backbone(tmp_path, randomize):
    backbone = randomize(_backbone())
    backbone.save_to_preset(tmp_path / "preset")
    encoder = AlbertEncoder.from_preset(f"keras_hub:{tmp_path}/preset")
    rng = np.random.default_rng(1)
    mask = np.ones((3, 10), "int32")
    mask[1, 6:] = 0
    inputs = {
        "token_ids": rng.integers(0, 31, (3, 10), "int32"),
        "segment_ids": rng.integers(0, 2, (3, 10), "int32"),
        "padding_mask": mask,
    }
    expected, actual = backbone(inputs), encoder(inputs)
    for name in ("sequence_output", "pooled_output"):
        np.testing.assert_allclose(
            actual[name], expected[name], rtol=0, atol=1e-5
        )
    assert encoder.config.hidden_dropout_prob == 0.1
    assert encoder.config.num_blocks == 4


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
