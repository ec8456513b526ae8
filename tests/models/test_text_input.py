"""Text goes into `fit`, `evaluate` and `predict` as it is."""

import dataclasses

import keras
import numpy as np
import pytest

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultilabelClassifier,
    AlbertRegressor,
    AlbertTagger,
)
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer
from albert_tf.training import AdamW

tf = pytest.importorskip("tensorflow", reason="tests tf.data")

TEXTS = ["good", "a bad day", "it was good in every way", "bad"] * 3
PAIRS = ["yes", "no no", "well yes", "no"] * 3
LABELS = ["+", "-", "+", "-"] * 3
IDS = [1, 0, 1, 0] * 3


@pytest.fixture
def classifier(config, preprocessor):
    """Eager: to make a graph takes longer than to run a few steps."""
    keras.utils.set_random_seed(0)
    model = AlbertClassifier(config, ["-", "+"], preprocessor)
    model.compile(AdamW(1e-3), run_eagerly=True)
    return model


def dataset(*columns):
    return tf.data.Dataset.from_tensor_slices(columns).batch(4)


def test_every_form_of_text_gives_the_same_logits(classifier, preprocessor):
    expected = classifier.predict(preprocessor(TEXTS), verbose=0)["logits"]
    for x in (TEXTS, np.array(TEXTS), dataset(TEXTS), dataset(TEXTS, IDS)):
        actual = classifier.predict(x, batch_size=5, verbose=0)["logits"]
        np.testing.assert_allclose(actual, expected, atol=1e-5)
    features = preprocessor(TEXTS, PAIRS)
    expected = classifier.predict(features, verbose=0)["logits"]
    for x in ((TEXTS, PAIRS), dataset((TEXTS, PAIRS))):
        actual = classifier.predict(x, verbose=0)["logits"]
        np.testing.assert_allclose(actual, expected, atol=1e-5)


@pytest.mark.parametrize("y", [LABELS, IDS, np.array(IDS)])
def test_every_form_of_targets(classifier, preprocessor, y):
    features = preprocessor(TEXTS)
    expected = classifier.evaluate(features, np.array(IDS), verbose=0)
    for x, targets in ((TEXTS, y), (dataset(TEXTS, y), None)):
        actual = classifier.evaluate(x, targets, verbose=0)
        assert actual == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        {"x": TEXTS, "y": LABELS, "validation_data": (TEXTS, LABELS)},
        {"x": (TEXTS, PAIRS), "y": LABELS, "validation_split": 0.25},
        {"x": TEXTS, "y": LABELS, "validation_data": dataset(TEXTS, LABELS)},
        {"x": dataset((TEXTS, PAIRS), LABELS)},
        {"x": TEXTS, "y": IDS, "class_weight": {0: 1.0, 1: 2.0}},
        {"x": TEXTS, "y": IDS, "sample_weight": np.ones(12)},
    ],
)
def test_fit(classifier, data):
    classifier.compile(AdamW(1e-3))
    before = classifier.logits_dense.kernel.numpy()
    history = classifier.fit(**data, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2
    has_validation = any("validation" in name for name in data)
    assert ("val_accuracy" in history) == has_validation
    assert np.abs(classifier.logits_dense.kernel.numpy() - before).max() > 0


@pytest.mark.slow
def test_same_seed_same_training(config, preprocessor):
    def train():
        keras.utils.set_random_seed(5)
        model = AlbertClassifier(config, ["-", "+"], preprocessor)
        model.compile(AdamW(1e-3))
        model.fit(TEXTS, LABELS, epochs=2, batch_size=4, verbose=0)
        return model.logits_dense.kernel.numpy()

    np.testing.assert_array_equal(train(), train())


def test_classify(classifier):
    predictions = classifier.classify(TEXTS[:3])
    assert len(predictions) == 3
    assert {p.label for p in predictions} <= {"-", "+"}
    assert predictions[0].score >= 0.5
    assert len(classifier.classify(TEXTS[:2], PAIRS[:2])) == 2
    for wrong in ([], None, [3], np.array([], object)):
        with pytest.raises(UserError, match="text"):
            classifier.classify(wrong)


def test_long_text_is_cut(classifier):
    logits = classifier.predict(["word " * 2000], verbose=0)["logits"]
    assert np.isfinite(logits).all()


@pytest.mark.slow
def test_keras_file_keeps_the_vocabulary(classifier, tmp_path):
    classifier.fit(TEXTS, LABELS, verbose=0)
    classifier.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.classify(TEXTS) == classifier.classify(TEXTS)
    again.fit(TEXTS, LABELS, verbose=0)  # still compiled


def test_preset_keeps_everything(classifier, tmp_path):
    classifier.compile()  # no less a graph than that of the other
    classifier.save_preset(tmp_path / "model")
    again = AlbertClassifier.from_preset(tmp_path / "model")
    assert again.classify(TEXTS) == classifier.classify(TEXTS)


def test_mistakes(classifier, config):
    with pytest.raises(UserError, match="unknown label 'x'"):
        classifier.fit(["a"], ["x"])
    with pytest.raises(UserError, match="must be batched"):
        classifier.predict(tf.data.Dataset.from_tensor_slices(TEXTS))
    chinese = TextPreprocessor(WordPieceTokenizer())
    for size in (21127, 30000):
        other = dataclasses.replace(config, vocab_size=size)
        with pytest.raises(UserError, match=f"21128 .* vocab_size={size}"):
            AlbertClassifier(other, ["-", "+"], chinese)
    spare = dataclasses.replace(config, vocab_size=21130)
    AlbertClassifier(spare, ["-", "+"], chinese)


def test_rematerialized_gradients_with_dropout(config):
    config = dataclasses.replace(
        config, hidden_dropout_prob=0.2, attention_probs_dropout_prob=0.2
    )
    x = {
        name: tf.ones((2, 6), "int32")
        for name in ("token_ids", "segment_ids", "padding_mask")
    }
    gradients = []
    for rematerialize in (False, True):
        keras.utils.set_random_seed(1)
        encoder = AlbertEncoder(config, rematerialize=rematerialize)

        @tf.function
        def gradient(encoder=encoder):
            with tf.GradientTape() as tape:
                y = encoder(x, training=True)["pooled_output"]
                loss = tf.reduce_sum(y**2)
            return tape.gradient(loss, encoder.trainable_variables)

        gradients.append([tf.convert_to_tensor(g) for g in gradient()])
    for kept, again in zip(*gradients, strict=True):
        np.testing.assert_allclose(kept, again, atol=1e-5)


def told(call, *args, **kwargs):
    with pytest.raises(UserError) as caught:
        call(*args, verbose=0, **kwargs)
    assert caught.value.__suppress_context__  # one line, no traceback of C++
    return str(caught.value)


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (["+", "-", "x"], "unknown label 'x'"),
        ([0, 1, 2], "unknown label 2"),
        (np.array([0, -1, 1], "int64"), "unknown label -1"),
    ],
)
def test_unknown_labels_in_a_dataset(classifier, y, says):
    bad, good = dataset(TEXTS[:3], y), dataset(TEXTS[:3], ["+", "-", "-"])
    assert says in told(classifier.fit, bad)
    assert says in told(classifier.evaluate, bad)
    assert says in told(classifier.fit, good, validation_data=bad)
    assert says in told(
        classifier.fit, TEXTS[:2], LABELS[:2], validation_data=bad
    )
    # Nothing is wrong with the texts.
    assert classifier.predict(bad, verbose=0)["logits"].shape == (3, 2)


def test_text_in_a_dataset_that_is_not_utf_8(classifier):
    texts = [b"good", b'caf\xe9 "new"\nline']
    says = "not UTF-8: b'caf\\xe9 \"new\"\\nline', at byte 3"
    assert says in told(classifier.fit, dataset(texts, [0, 1]))
    assert says in told(classifier.predict, dataset(texts))
    assert says in told(
        classifier.evaluate, dataset((["a", "b"], texts), [0, 1])
    )
    assert "is not UTF-8" in told(
        classifier.fit, dataset(["a", "b"], [b"\xff", b"+"])
    )


def test_a_dataset_of_several_labels_a_text(config, preprocessor):
    model = AlbertMultilabelClassifier(config, ["a", "b", "c"], preprocessor)
    model.compile(AdamW(1e-3), run_eagerly=True)
    targets = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1]] * 4)
    expected = model.evaluate(TEXTS, targets, verbose=0)
    for y in (targets, targets.astype("float32")):
        actual = model.evaluate(dataset(TEXTS, y), verbose=0)
        assert actual == pytest.approx(expected, abs=1e-5)


def test_a_dataset_of_numbers(config, preprocessor):
    model = AlbertRegressor(config, preprocessor=preprocessor)
    model.compile(AdamW(1e-3), run_eagerly=True)
    numbers = np.arange(12)
    expected = model.evaluate(TEXTS, numbers, verbose=0)
    for y in (numbers, numbers.astype("float32")):
        actual = model.evaluate(dataset(TEXTS, y), verbose=0)
        assert actual == pytest.approx(expected, rel=1e-4)


def test_a_dataset_of_targets_for_tokens(config, preprocessor):
    model = AlbertTagger(config, ["a", "b"], preprocessor)
    model.compile(AdamW(1e-3), run_eagerly=True)
    ids = [[1] * len(e.token_ids) for e in preprocessor.encode(TEXTS)]
    data = tf.data.Dataset.from_tensor_slices((TEXTS, tf.ragged.constant(ids)))
    losses = [
        model.evaluate(data.ragged_batch(size), verbose=0) for size in (3, 12)
    ]
    # The mean over tokens, so that the batches' own means differ a little.
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


@pytest.mark.slow
def test_all_positions_of_a_long_model_are_used(config, tmp_path):
    config = dataclasses.replace(config, max_position_embeddings=1024)
    tokenizer = SentencePieceTokenizer()
    AlbertClassifier(config, ["-", "+"]).save_preset(
        tmp_path / "long", "huggingface"
    )
    model = AlbertClassifier.from_preset(
        f"hf:{tmp_path}/long", tokenizer=tokenizer
    )
    assert model.preprocessor.max_length == 1024
    words = ["word"] * 1000
    (a,) = model.predict(" ".join(words), verbose=0)["logits"]
    words[900] = "other"
    (b,) = model.predict(" ".join(words), verbose=0)["logits"]
    assert (a != b).any()


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.array([]), "there is no text"),
        ([None, "a"], "text 0 must be a string; got NoneType"),
        ([("a", "b"), ("c", "d")], "a tuple of two columns"),
    ],
)
def test_what_is_nearly_text_is_refused(classifier, x, words):
    with pytest.raises(UserError, match=words):
        classifier.predict(x, verbose=0)


def test_bytes_are_text_too(classifier):
    assert len(classifier.predict(b"abc", verbose=0)["logits"]) == 1
