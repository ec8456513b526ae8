"""Packed weights on disk: of this network, or of none."""

import shutil

import numpy as np
import pytest

import export
from albert_tf.errors import UserError
from export.cached_model import CachedModel

LENGTHS = (8, 32)
TEXTS = ["play some jazz", "Will it RAIN tomorrow in the north?", "no"]


@pytest.fixture(scope="module")
def path(classifier, tmp_path_factory):
    path = tmp_path_factory.mktemp("fixed") / "model.tflite"
    export.to_tflite(classifier, path, "int8", lengths=LENGTHS)
    return path


@pytest.fixture(scope="module")
def other(classifier, tmp_path_factory):
    """A model of the same sizes with other matrices."""
    path = tmp_path_factory.mktemp("other") / "model.tflite"
    block = classifier.encoder.transformer.blocks[0]
    kernel = block.feed_forward.output_dense.kernel
    right = kernel.numpy()
    try:
        kernel.assign(-right)
        export.to_tflite(classifier, path, "int8", lengths=LENGTHS)
    finally:
        kernel.assign(right)
    return path


def logits(model, features):
    """Of a sequence for each signature."""
    rows = [model(features(n, 30000, padding=2)) for n in (7, 20)]
    return np.concatenate([row["logits"] for row in rows])


def test_answers_as_without(path, tmp_path, features):
    expected = logits(export.TFLiteModel(path), features)
    for _ in range(2):  # the first start writes, the second reads
        model = CachedModel(path, tmp_path / "cache")
        np.testing.assert_allclose(
            logits(model, features), expected, rtol=0, atol=1e-5
        )
    (file,) = (tmp_path / "cache").iterdir()
    assert file.stat().st_size > 10_000
    assert model.output_size("logits") == 3
    assert model.output_size("tags") is None


def test_another_model_in_its_place_gives_its_own_answers(
    path, other, tmp_path, features
):
    place = tmp_path / "model.tflite"
    found = []
    for source in (path, other, path):
        shutil.copy(source, place)
        expected = logits(export.TFLiteModel(place), features)
        found.append(logits(CachedModel(place, tmp_path / "cache"), features))
        np.testing.assert_allclose(found[-1], expected, rtol=0, atol=1e-5)
    assert np.abs(found[0] - found[1]).max() > 0.1
    assert len([*(tmp_path / "cache").iterdir()]) == 2


def test_a_cache_that_was_cut_off_is_made_again(path, tmp_path, features):
    expected = logits(CachedModel(path, tmp_path), features)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    np.testing.assert_array_equal(
        logits(CachedModel(path, tmp_path), features), expected
    )


def test_load_takes_a_directory(path, tmp_path):
    ours = export.load(path, cache=tmp_path / "a" / "b").predict(TEXTS)
    for mine, plain in zip(ours, export.load(path).predict(TEXTS), strict=True):
        assert mine.scores == pytest.approx(plain.scores, abs=1e-5)
    assert len([*(tmp_path / "a" / "b").iterdir()]) == 1


def test_says_nothing_on_the_terminal(path, tmp_path, capfd):
    CachedModel(path, tmp_path)
    assert capfd.readouterr() == ("", "")


def test_mistakes(path, files, tmp_path):
    with pytest.raises(UserError, match="any length; a cache needs a file"):
        export.load(files["int8"], cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
    with pytest.raises(UserError, match="num_threads=0 must be at least 1"):
        CachedModel(path, tmp_path, num_threads=0)
    with pytest.raises(UserError, match="a SavedModel has no cache"):
        export.load(tmp_path, cache=tmp_path)
