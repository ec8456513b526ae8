import warnings

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEmbedder,
    AlbertEncoder,
    load_model,
)

pytestmark = pytest.mark.backend_agnostic

TEXTS = ["a b c", "a", "", "c c c c a b", "b a"]


@pytest.fixture
def embedder(config, preprocessor):
    keras.utils.set_random_seed(0)
    return AlbertEmbedder(config, preprocessor)


def vectors(model, batch):
    return ops.convert_to_numpy(model(batch)["embedding"])


def test_normalized_mean_equals_numpy(tiny, batch):
    model = AlbertEmbedder(tiny)
    tokens = ops.convert_to_numpy(model.encoder(batch)["sequence_output"])
    masks = batch["padding_mask"] > 0
    means = np.array(
        [x[mask].mean(0) for x, mask in zip(tokens, masks, strict=True)]
    )
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors(model, batch), expected, atol=1e-6)
    looped = ops.convert_to_numpy(model(batch, loop=True)["embedding"])
    np.testing.assert_allclose(looped, expected, atol=1e-6)


def test_nothing_but_padding_is_zero(tiny, batch):
    nothing = {**batch, "padding_mask": 0 * batch["padding_mask"]}
    found = vectors(AlbertEmbedder(tiny, dtype="mixed_float16"), nothing)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.zeros((4, 16)))


def test_it_is_the_encoder_alone(tiny):
    names = AlbertEncoder(tiny, pooler=False).named_weights()
    assert set(AlbertEmbedder(tiny).named_weights()) == {
        f"encoder/{name}" for name in names
    }


def test_embed_keeps_the_order(embedder):
    found = embedder.embed(TEXTS, batch_size=2)
    assert found.shape == (5, 16)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, found, strict=True):
        alone = embedder.embed(text)
        assert alone.shape == (16,)
        np.testing.assert_allclose(alone, vector, atol=1e-5)
    assert np.abs(found[0] - found[1]).max() > 1e-3


@pytest.mark.parametrize("texts", [[], [1, 2], None])
def test_embed_needs_texts(embedder, texts):
    with pytest.raises(UserError, match="text"):
        embedder.embed(texts)


def test_is_kept_by_our_directory_and_by_keras(embedder, tmp_path):
    embedder.save_preset(tmp_path / "preset")
    embedder.save(tmp_path / "model.keras")
    expected = embedder.embed(TEXTS)
    for again in (
        load_model(tmp_path / "preset"),
        keras.saving.load_model(tmp_path / "model.keras"),
    ):
        assert type(again) is AlbertEmbedder
        np.testing.assert_array_equal(again.embed(TEXTS), expected)


def test_any_model_is_one_without_a_warning(
    config, preprocessor, embedder, tmp_path
):
    for number, model in enumerate(
        [
            AlbertEncoder(config),
            AlbertEncoder(config, pooler=False),
            AlbertClassifier(config, ["a", "b"], preprocessor),
        ]
    ):
        path = tmp_path / str(number)
        model.save_preset(path)
        preprocessor.save(path)
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            loaded = AlbertEmbedder.from_preset(path)
        encoder = getattr(model, "encoder", model)
        features = preprocessor(["a b c"])
        tokens = ops.convert_to_numpy(encoder(features)["sequence_output"])[0]
        mean = tokens.mean(0)
        np.testing.assert_allclose(
            loaded.embed("a b c"), mean / np.linalg.norm(mean), atol=1e-5
        )


def test_poolings_equal_the_encoder_s_outputs(tiny, batch):
    for pooling in ("cls", "pooled"):
        model = AlbertEmbedder(tiny, pooling=pooling, normalize=False)
        outputs = model.encoder(batch)
        expected = ops.convert_to_numpy(
            outputs["sequence_output"][:, 0]
            if pooling == "cls"
            else outputs["pooled_output"]
        )
        np.testing.assert_allclose(vectors(model, batch), expected, atol=1e-6)
        model.normalize = True
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(vectors(model, batch), expected, atol=1e-6)
    with pytest.raises(UserError, match="pooling='max' must be one of mean"):
        AlbertEmbedder(tiny, pooling="max")


def test_arguments_are_kept(config, preprocessor, tmp_path):
    for pooling in ("cls", "pooled"):
        keras.utils.set_random_seed(0)
        model = AlbertEmbedder(
            config, preprocessor, pooling=pooling, normalize=False
        )
        model.save_preset(tmp_path / pooling)
        model.save(tmp_path / "model.keras")
        for again in (
            load_model(tmp_path / pooling),
            keras.saving.load_model(tmp_path / "model.keras"),
        ):
            np.testing.assert_array_equal(
                again.embed(TEXTS), model.embed(TEXTS)
            )


def test_a_loss_of_vectors_may_be_given(embedder):
    """As where a student learns those of a teacher."""
    rng = np.random.default_rng(0)
    targets = rng.normal(size=(len(TEXTS), 16)).astype("float32")
    embedder.compile("sgd", keras.losses.MeanSquaredError())
    expected = ((embedder.embed(TEXTS) - targets) ** 2).mean()
    loss = embedder.evaluate(TEXTS, targets, verbose=0)
    assert loss == pytest.approx(expected, rel=1e-5)
