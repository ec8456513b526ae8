"""Distillation as a whole."""

import dataclasses
import io
import json
import signal

import keras
import numpy as np
import pytest
from rich.console import Console
from runs import (
    assert_close,
    assert_same_bits,
    finish,
    newest_state,
    start,
    wait_for_step,
    weights,
)
from small_vocabularies import wordpiece

from albert_tf.checkpoints import read_checkpoint
from albert_tf.config import AlbertConfig
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.evaluation.sts import sts_spearman
from albert_tf.models import AlbertClassifier, AlbertEmbedder, AlbertEncoder
from albert_tf.models.distiller import Distiller
from albert_tf.models.loading import with_dropout
from albert_tf.training.distill import distill
from albert_tf.training.distill_options import DistillOptions

SIZES = {
    "hidden_size": 32,
    "embedding_size": 16,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}
OPTIONS = {
    "batch_tokens": 512, "length": 64, "learning_rate": 0.01, "log_every": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def documents(data_dir):
    prose = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    return [[line] for line in prose.split("\n") if line.strip()]


@pytest.fixture(scope="module")
def directory(documents, tmp_path_factory):
    """A teacher, a narrower student with fewer words, and text."""
    folder = tmp_path_factory.mktemp("distillation")
    prose = " ".join(line for document in documents for line in document)
    for seed, name, words, changes in (
        (1, "teacher", 600, {"num_hidden_layers": 4, "initializer_range": 0.3}),
        (2, "student", 200, {"num_hidden_layers": 2, "hidden_size": 24,
                             "shared_norms": False}),
    ):  # fmt: skip
        tokenizer = wordpiece(folder / f"{name}_vocabulary", prose, words)
        config = AlbertConfig(
            vocab_size=tokenizer.vocab_size, **{**SIZES, **changes}
        )
        keras.utils.set_random_seed(seed)
        model = AlbertClassifier(
            config,
            ["a", "b"],
            preprocessor=TextPreprocessor(tokenizer, max_length=64),
        )
        model.save_preset(folder / name)
    text = json.dumps(documents)
    (folder / "documents.json").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def models(directory):
    return [read_checkpoint(directory / n) for n in ("teacher", "student")]


def run(directory, output, strategy="one", **options):
    return start(
        directory, output, strategy, case="distill_case.py",
        **{**OPTIONS, **options},
    )  # fmt: skip


@pytest.mark.slow
def test_it_learns_and_says_so(models, documents, tmp_path):
    output = tmp_path / "run"
    options = DistillOptions(
        steps=60, evaluate_every=30, held_out_share=0.1, **OPTIONS
    )
    lines = [line[:60] for document in documents for line in document]
    pairs = [
        Example(lines[k], lines[k + 40][: 3 * k + 5], float(k))
        for k in range(12)
    ]
    teacher, student = models
    student = with_dropout(student, 0.1)
    result = distill(teacher, student, documents, output, options, pairs)
    assert (result.step, result.interrupted) == (60, False)
    log = [json.loads(x) for x in (output / "log.jsonl").open()]
    train = [x for x in log if x["kind"] == "train"]
    dev = [x for x in log if x["kind"] == "dev"]
    assert [x["step"] for x in dev] == [30, 60]
    for name in ("layers_distance", "last_distance", "sentence_distance"):
        assert train[-1][name] < 0.7 * train[0][name]
        assert dev[-1][name] < 0.7 * train[0][name]
    embedder = AlbertEmbedder.from_preset(output / "model")
    expected = sts_spearman(embedder.embed, pairs)
    assert dev[-1]["spearman"] == pytest.approx(expected, abs=1e-6)
    assert (output / "curve.png").stat().st_size > 5000
    again = AlbertEncoder.from_preset(output / "model")
    assert not again.config.shared_norms
    # It has seen none, whatever its configuration said.
    assert again.config.hidden_dropout_prob == 0
    assert again.config.attention_probs_dropout_prob == 0
    for name, weight in result.student.named_weights().items():
        np.testing.assert_array_equal(again.named_weights()[name], weight)
    classifier = AlbertClassifier.from_preset(
        output / "model", labels=["a", "b"]
    )
    assert classifier.classify("the old house").label in ("a", "b")
    assert classifier.pooling == "mean"  # what it has learned


@pytest.mark.slow
def test_what_the_teacher_attends_to(models, documents, tmp_path):
    teacher = models[0]
    student = dataclasses.replace(
        teacher, config=dataclasses.replace(teacher.config, hidden_size=16),
        weights=None,
    )  # fmt: skip
    found = {}
    for weight in (1e-9, 3.0):
        output = tmp_path / str(weight)
        options = DistillOptions(
            steps=40, attention_weight=weight, held_out_share=0.1, **OPTIONS
        )
        dev = distill(teacher, student, documents, output, options).dev
        found[weight] = dev["attention_distance"]
    assert found[3.0] < 0.8 * found[1e-9]


def test_attention_of_other_tokens(models, documents, tmp_path):
    options = DistillOptions(steps=1, attention_weight=1.0, **OPTIONS)
    with pytest.raises(UserError, match="attention_weight=1.0: attention is"):
        distill(*models, documents, tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_widening_starts_from_the_embedding(
    models, documents, tmp_path, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        Distiller, "fit_widening", lambda _, features: seen.append(features)
    )
    options = DistillOptions(steps=1, **OPTIONS)
    distill(*models, documents, tmp_path / "run", options)
    (features,) = seen
    assert (features["student"] >= 0).sum() > 100


@pytest.mark.slow
def test_killed_again_and_again_the_weights_are_the_same(directory, tmp_path):
    options = {"steps": 24, "checkpoint_every": 4, "evaluate_every": 9,
               "held_out_share": 0.1, "replaced_share": 0.2}  # fmt: skip
    finish(run(directory, tmp_path / "whole", **options))
    output = tmp_path / "killed"
    for step in (6, 13):
        process = run(directory, output, **options)
        wait_for_step(process, output, step)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert finish(run(directory, output, **options))["step"] == 24
    assert_same_bits(weights(output), weights(tmp_path / "whole"))
    assert_same_bits(newest_state(output), newest_state(tmp_path / "whole"))


@pytest.mark.slow
def test_two_devices_equal_one(directory, tmp_path):
    results = [
        finish(
            run(
                directory,
                tmp_path / name,
                name,
                steps=6,
                evaluate_every=6,
                held_out_share=0.1,
            )  # fmt: skip
        )
        for name in ("one", "mirrored")
    ]
    one, two = (result["dev"] for result in results)
    for name, value in one.items():
        assert two[name] == pytest.approx(value, abs=1e-5)
    assert_close(weights(tmp_path / "mirrored"), weights(tmp_path / "one"))


@pytest.mark.slow
def test_another_run_is_not_gone_on_with(directory, tmp_path):
    finish(run(directory, tmp_path / "run", steps=2))
    other = run(directory, tmp_path / "run", steps=2, sentence_weight=1.0)
    assert "sentence_weight=2.0, not 1.0; choose another" in finish(other)


def test_a_wider_student(models, documents, tmp_path):
    with pytest.raises(UserError, match="hidden_size=32 must be at most its"):
        distill(*reversed(models), documents, tmp_path / "run")


@pytest.mark.slow
def test_what_is_held_out_is_not_learned_from(models, tmp_path):
    documents = [["the house"], ["a voice was heard", "he said so"]]
    options = DistillOptions(steps=1, held_out_share=0.5, **OPTIONS)
    console = Console(file=io.StringIO())
    distill(*models, documents, tmp_path / "run", options, console=console)
    assert "1 passages of" in console.file.getvalue()


def test_no_text(models, tmp_path):
    with pytest.raises(UserError, match="the text has no words"):
        distill(*models, [], tmp_path / "run")
