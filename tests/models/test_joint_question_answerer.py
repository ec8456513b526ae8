"""The head that scores ends by starts, against plain NumPy and by hand."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import UserError
from albert_tf.models import AlbertJointQuestionAnswerer

pytestmark = pytest.mark.backend_agnostic

# [CLS] question [SEP] passage [SEP], and padding.
PASSAGES = ([3, 4, 5, 6, 7], [4, 5], [2, 3, 4, 5, 6], [3])
LENGTHS = (9, 7, 8, 5)
TARGETS = {
    "start_positions": np.array([4, 0, 2, 3]),
    "end_positions": np.array([6, 0, 2, 3]),
}


@pytest.fixture
def inputs(batch):
    """Four questions with passages of up to five tokens."""
    mask, segments = np.zeros((2, 4, 9), "int32")
    for row, (passage, length) in enumerate(
        zip(PASSAGES, LENGTHS, strict=True)
    ):
        mask[row, :length] = 1
        segments[row, passage[0] : length] = 1
    return {**batch, "padding_mask": mask, "segment_ids": segments}


@pytest.fixture
def make(tiny):
    """Makes a model without dropout whose weights are all random."""

    def make(**arguments):
        config = dataclasses.replace(
            tiny,
            num_hidden_layers=1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            classifier_dropout_prob=0.0,
        )
        model = AlbertJointQuestionAnswerer(config, **arguments)
        rng = np.random.default_rng(1)
        for weight in model.weights:
            if weight.dtype == "float32":
                weight.assign(rng.normal(0, 0.4, weight.shape))
        return model

    return make


class Reference:
    """All that the head says of one question, computed one by one."""

    def __init__(self, model, inputs, row):
        self.weights = {
            name: ops.convert_to_numpy(weight).astype("float64")
            for name, weight in model.named_weights().items()
        }
        outputs = model.encoder(inputs)["sequence_output"]
        self.x = ops.convert_to_numpy(outputs)[row].astype("float64")
        self.passage = PASSAGES[row]
        self.allowed = [0, *self.passage]
        self.start_logits = self.dense("start_logits", self.x)[:, 0]
        self.start_log_probs = self.log_probs(self.start_logits)

    def dense(self, name, x):
        x = x @ self.weights[f"{name}/kernel"]
        return x + self.weights.get(f"{name}/bias", 0)

    def log_probs(self, logits):
        exponentials = {i: np.exp(logits[i]) for i in self.allowed}
        total = sum(exponentials.values())
        return {i: np.log(e / total) for i, e in exponentials.items()}

    def end_log_probs(self, start):
        logits = []
        for token in self.x:
            pair = np.concatenate([token, self.x[start]])
            y = np.tanh(self.dense("end_logits/pair", pair))
            y = (y - y.mean()) / np.sqrt(y.var() + 1e-12)
            y = y * self.weights["end_logits/layer_norm/gamma"]
            y = y + self.weights["end_logits/layer_norm/beta"]
            logits.append(self.dense("end_logits/score", y)[0])
        return self.log_probs(logits)

    def no_answer(self):
        start = sum(
            np.exp(p) * self.x[i] for i, p in self.start_log_probs.items()
        )
        y = np.concatenate([start, self.x[0]])
        y = np.tanh(self.dense("no_answer_dense", y))
        return self.dense("no_answer_logits", y)[0]

    def runs(self, longest):
        """(score, start, end) of all runs, highest first."""
        found = [
            (self.start_log_probs[i] + self.end_log_probs(i)[j], i, j)
            for i in self.passage
            for j in self.passage
            if i <= j < i + longest
        ]
        return sorted(found, reverse=True)

    def loss(self, start, end):
        logit = self.no_answer()
        sign = 1 if start == 0 else -1
        return (
            -(self.start_log_probs[start] + self.end_log_probs(start)[end]) / 2
            + np.log1p(np.exp(-sign * logit)) / 2
        )


def arrays(outputs):
    return {k: ops.convert_to_numpy(v) for k, v in outputs.items()}


def runs_of(outputs, row):
    """(score, start, end) of what was found, highest first."""
    found = [
        (outputs["start_log_probs"][row][i] + score, start, end)
        for i, start in enumerate(outputs["start_indices"][row])
        for end, score in zip(
            outputs["end_indices"][row][i],
            outputs["end_log_probs"][row][i],
            strict=True,
        )
    ]
    return sorted((run for run in found if run[0] > -1e29), reverse=True)


def assert_same_runs(actual, expected):
    assert [run[1:] for run in actual] == [run[1:] for run in expected]
    np.testing.assert_allclose(
        [run[0] for run in actual], [run[0] for run in expected], atol=1e-4
    )


@pytest.mark.parametrize("longest", [1, 3, 30])
def test_all_starts_and_ends_are_those_of_brute_force(make, inputs, longest):
    # More than there are tokens.
    model = make(start_n_top=12, end_n_top=12, max_answer_length=longest)
    outputs = arrays(model(inputs))
    assert outputs["start_indices"].max() < 9
    assert outputs["end_indices"].max() < 9
    for row in range(4):
        expected = Reference(model, inputs, row).runs(longest)
        assert_same_runs(runs_of(outputs, row), expected)


def test_the_best_ends_of_the_best_starts(make, inputs):
    model = make(start_n_top=3, end_n_top=2)
    outputs = arrays(model(inputs))
    assert outputs["start_indices"].shape == (4, 3)
    assert outputs["end_indices"].shape == (4, 3, 2)
    for row, passage in enumerate(PASSAGES):
        reference = Reference(model, inputs, row)
        starts = sorted(
            passage, key=reference.start_log_probs.get, reverse=True
        )[:3]
        found = outputs["start_indices"][row].tolist()
        assert found[: len(starts)] == starts
        expected = []
        for start in starts:
            runs = [run for run in reference.runs(30) if run[1] == start]
            expected += runs[:2]
        assert_same_runs(runs_of(outputs, row), sorted(expected, reverse=True))


def test_the_logit_of_no_answer(make, inputs):
    model = make()
    logits = arrays(model(inputs))["no_answer_logits"]
    expected = [Reference(model, inputs, row).no_answer() for row in range(4)]
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    in_training = arrays(model(inputs, training=True))["no_answer_logits"]
    np.testing.assert_allclose(in_training, expected, atol=1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_the_loss_is_of_the_end_given_the_true_start(make, inputs, training):
    model = make()
    expected = [
        Reference(model, inputs, row).loss(start, end)
        for row, (start, end) in enumerate(zip(*TARGETS.values(), strict=True))
    ]
    inputs = {k: ops.convert_to_tensor(v) for k, v in inputs.items()}

    def loss(y, weight=None):
        outputs = model(inputs, training=training)
        return float(model.compute_loss(inputs, y, outputs, weight, training))

    assert loss(TARGETS) == pytest.approx(np.mean(expected), abs=1e-4)
    unknown = {k: np.where([1, 1, 0, 0], v, -1) for k, v in TARGETS.items()}
    assert loss(unknown) == pytest.approx(np.mean(expected[:2]), abs=1e-4)
    weight = np.array([0, 0, 1, 1], "float32")
    for given in (weight, dict.fromkeys(TARGETS, weight)):
        half = sum(expected[2:]) / 4  # as Keras divides by all four
        assert loss(TARGETS, given) == pytest.approx(half, abs=1e-4)


def test_what_is_trained_is_what_is_evaluated(make, inputs):
    model = make()
    model.compile(keras.optimizers.SGD(0.0))
    trained = model.fit(inputs, TARGETS, verbose=0).history["loss"][0]
    model.compile(keras.optimizers.SGD(0.0))  # now with a list of metrics
    again = model.fit(
        inputs, TARGETS, validation_data=(inputs, TARGETS), verbose=0
    ).history
    assert again["loss"][0] == pytest.approx(trained, abs=1e-5)
    assert again["val_loss"][0] == pytest.approx(trained, abs=1e-5)


def test_padding_changes_nothing(make, inputs):
    model = make()
    expected = arrays(model(inputs))
    wider = {k: np.pad(v, [(0, 0), (0, 4)]) for k, v in inputs.items()}
    wider["token_ids"][:, 9:] = 7
    for name, actual in arrays(model(wider)).items():
        if not name.endswith("_indices"):
            np.testing.assert_allclose(actual, expected[name], atol=1e-4)
    for row in range(4):
        assert_same_runs(
            runs_of(arrays(model(wider)), row), runs_of(expected, row)
        )


@pytest.mark.parametrize(
    "dtype", ["float32", "mixed_float16", "mixed_bfloat16"]
)
def test_no_passage_gives_no_run_and_no_nan(make, inputs, dtype):
    model = make(dtype=dtype)
    mask = inputs["padding_mask"].copy()
    mask[0] = 0
    segments = inputs["segment_ids"].copy()
    segments[1] = 0
    outputs = arrays(
        model({**inputs, "padding_mask": mask, "segment_ids": segments})
    )
    assert all(np.isfinite(output).all() for output in outputs.values())
    assert [len(runs_of(outputs, row)) for row in (0, 1)] == [0, 0]
    assert runs_of(outputs, 2)
    assert outputs["end_indices"].max() < 9


def test_a_keras_file(make, inputs, tmp_path):
    model = make(
        start_n_top=2, end_n_top=4, null_threshold=0.5, max_answer_length=3
    )
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is AlbertJointQuestionAnswerer
    assert loaded.get_config() == model.get_config()
    expected = arrays(model(inputs))
    for name, output in arrays(loaded(inputs)).items():
        np.testing.assert_array_equal(output, expected[name])


@pytest.mark.parametrize("name", ["start_n_top", "end_n_top"])
def test_numbers_that_make_no_sense(make, name):
    with pytest.raises(UserError, match=f"{name}=0 must be at least 1"):
        make(**{name: 0})
