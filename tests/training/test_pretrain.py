"""Pre-training as a whole, in this process."""

import dataclasses
import json
import random
import shutil

import numpy as np
import pytest
from runs import NO_DROPOUT
from safetensors.numpy import load_file

from albert_tf.data.corpus import prepare_corpus
from albert_tf.data.corpus_blocks import CorpusOptions
from albert_tf.data.segments import SegmentOptions
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertPretrainer
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.sentence_order import SentenceOrder
from albert_tf.training import run_state
from albert_tf.training.checkpoint_store import CheckpointStore
from albert_tf.training.evaluator import Evaluator
from albert_tf.training.pretrain import pretrain
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.run_state import arrays_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(corpus_directory, tmp_path_factory):
    """A short run in this process."""
    output = tmp_path_factory.mktemp("run") / "run"
    options = PretrainOptions(
        steps=30, batch_size=8, learning_rate=0.02, log_every=10,
        evaluate_every=15, checkpoint_every=10, keep=2,
    )  # fmt: skip
    result = pretrain("albert_pico", corpus_directory, output, options)
    return output, options, result


def test_it_learns_and_says_so(run):
    output, _, result = run
    assert (result.step, result.interrupted) == (30, False)
    log = [json.loads(x) for x in (output / "log.jsonl").read_text().split("\n")
           if x]  # fmt: skip
    train = [x for x in log if x["kind"] == "train"]
    dev = [x for x in log if x["kind"] == "dev"]
    assert [x["step"] for x in dev] == [15, 30]
    assert train[-1]["masked_lm_loss"] < train[0]["masked_lm_loss"] - 0.2
    assert dev[-1]["masked_lm_loss"] < dev[0]["masked_lm_loss"]
    assert dev[-1]["masked_lm_perplexity"] == pytest.approx(
        np.exp(dev[-1]["masked_lm_loss"])
    )
    for name in (
        "learning_rate", "gradient_norm", "trust_ratio_mean",
        "tokens_per_second", "share_of_peak",
    ):  # fmt: skip
        assert train[-1][name] >= 0
    assert [*(output / "tensorboard" / "train").glob("events*")]


def test_the_last_checkpoints_stay(run):
    output, _, _ = run
    places = sorted(p.name for p in (output / "checkpoints").iterdir())
    assert places == ["step-00000020", "step-00000030"]


def test_the_best_checkpoint_stays(corpus_directory, tmp_path, monkeypatch):
    losses = iter([4.0, 2.0, 3.0, 3.0])
    evaluate = Evaluator.evaluate
    monkeypatch.setattr(
        Evaluator,
        "evaluate",
        lambda *args: {**evaluate(*args), "loss": next(losses)},
    )
    options = PretrainOptions(
        steps=4, batch_size=8, evaluate_every=1, checkpoint_every=1, keep=1
    )
    pretrain("albert_pico", corpus_directory, tmp_path, options)
    places = sorted(p.name for p in (tmp_path / "checkpoints").iterdir())
    assert places == ["step-00000002", "step-00000004"]


def test_the_model_starts_other_tasks(run):
    output, _, result = run
    model = AlbertPretrainer.from_preset(output / "model")
    for name, weight in result.model.named_weights().items():
        np.testing.assert_array_equal(model.named_weights()[name], weight)
    with pytest.warns(UserWarning, match="logits/kernel"):
        classifier = AlbertClassifier.from_preset(
            output / "model", labels=["a", "b"]
        )
    np.testing.assert_array_equal(
        classifier.encoder.pooler.kernel, result.model.encoder.pooler.kernel
    )
    assert len(classifier.classify(["some text"])) == 1


def test_another_configuration_does_not_go_on(run, corpus_directory):
    output, options, _ = run
    with pytest.raises(UserError, match="holds a run with num_hidden_layers"):
        pretrain(
            "albert_pico", corpus_directory, output, options,
            changes={"num_hidden_layers": 3},
        )  # fmt: skip
    different = PretrainOptions(**{**vars(options), "seed": 1})
    with pytest.raises(UserError, match="holds a run with seed=0, not 1"):
        pretrain("albert_pico", corpus_directory, output, different)
    # Of the same sizes.
    with pytest.raises(UserError, match="holds a run with starting weights=0"):
        pretrain(output / "model", corpus_directory, output, options)


def test_a_run_of_a_version_with_fewer_fields_goes_on(
    run, corpus_directory, tmp_path, monkeypatch
):
    output, options, _ = run
    shutil.copytree(output, tmp_path / "run")
    load_newest = CheckpointStore.load_newest

    def of_old(*args, **kwargs):
        saved = load_newest(*args, **kwargs)
        del saved.facts["config"]["num_parallel_encoders"]
        del saved.facts["start"]
        return saved

    monkeypatch.setattr(CheckpointStore, "load_newest", of_old)
    more = PretrainOptions(**{**vars(options), "steps": options.steps + 1})
    with pytest.warns(UserWarning, match="was to end after"):
        result = pretrain(
            "albert_pico", corpus_directory, tmp_path / "run", more
        )
    assert result.step == more.steps


def test_more_steps_than_were_planned(run, corpus_directory, tmp_path):
    output, options, _ = run
    shutil.copytree(output / "checkpoints", tmp_path / "checkpoints")
    fewer = dataclasses.replace(options, steps=29)
    with pytest.raises(UserError, match="has done 30 steps already; steps=29"):
        pretrain("albert_pico", corpus_directory, tmp_path, fewer)
    more = dataclasses.replace(options, steps=40, log_every=1)
    said = "after 30 steps, now after 40; .* rate goes from 0.* to 5.00e-03"
    with pytest.warns(UserWarning, match=said):
        result = pretrain("albert_pico", corpus_directory, tmp_path, more)
    assert result.step == 40
    first = (tmp_path / "log.jsonl").read_text().splitlines()[0]
    # The rate of the next step, which is logged with the last that was done.
    assert json.loads(first)["learning_rate"] == pytest.approx(0.02 * 9 / 40)


def test_trained_weights_go_on_in_a_deeper_model(
    run, corpus_directory, tmp_path
):
    output, _, result = run
    options = PretrainOptions(steps=1, batch_size=8, learning_rate=1e-12)
    deeper = pretrain(
        output / "model", corpus_directory, tmp_path / "run", options,
        changes={"num_hidden_layers": 4},
    ).model  # fmt: skip
    assert deeper.config.num_hidden_layers == 4
    for name, weight in result.model.named_weights().items():
        np.testing.assert_allclose(
            deeper.named_weights()[name], weight, atol=1e-6
        )
    with pytest.raises(UserError, match="hidden_size cannot be changed"):
        pretrain(
            output / "model", corpus_directory, tmp_path / "b", options,
            changes={"hidden_size": 32},
        )  # fmt: skip


def test_without_the_second_task_its_head_is_gone(corpus_directory, tmp_path):
    options = PretrainOptions(steps=2, batch_size=8, sentence_order=False)
    result = pretrain("albert_pico", corpus_directory, tmp_path, options)
    names = result.model.named_weights()
    assert not [n for n in names if "sentence_order" in n or "pooler" in n]
    assert result.dev["sentence_order_loss"] == 0


def test_the_next_sentence_is_learned_by_a_head_of_its_own(
    book_file, tokenizer, tmp_path
):
    options = CorpusOptions(
        segments=SegmentOptions(length=64, objective="nsp"),
        held_out_share=0.125,
    )
    corpus = tmp_path / "corpus"
    prepare_corpus([book_file], corpus, tokenizer, options, processes=1)
    options = PretrainOptions(steps=2, batch_size=8)
    result = pretrain("albert_pico", corpus, tmp_path / "run", options)
    assert result.model.second_task == "next_sentence"
    assert result.dev["sentence_order_loss"] > 0.1
    again = AlbertPretrainer.from_preset(tmp_path / "run" / "model")
    assert again.second_task == "next_sentence"


@pytest.mark.parametrize(
    "changes",
    [
        {"embedding_size": 16},
        {"sharing": "none"},
        {"num_hidden_layers": 3, "sharing": "attention"},
        {"shared_norms": False},
        {"hidden_size": 32, "intermediate_size": 64},
        {"hidden_dropout_prob": 0.5},
    ],
)
def test_ablations_reach_the_model(corpus_directory, tmp_path, changes):
    options = PretrainOptions(steps=1, batch_size=8)
    result = pretrain(
        "albert_pico", corpus_directory, tmp_path, options, changes=changes
    )
    for name, value in changes.items():
        assert getattr(result.model.config, name) == value


def test_a_disaster_stops_and_keeps_the_last_checkpoint(
    corpus_directory, tmp_path
):
    options = PretrainOptions(
        steps=40, batch_size=8, learning_rate=1e6, warmup_steps=0,
        optimizer="adamw", log_every=2, checkpoint_every=2,
    )  # fmt: skip
    with pytest.raises(UserError, match="diverged|not a number"):
        pretrain("albert_pico", corpus_directory, tmp_path, options)
    for place in (tmp_path / "checkpoints").glob("step-*"):
        state = load_file(place / "state.safetensors")
        assert all(np.isfinite(array).all() for array in state.values())


def test_half_precision_keeps_small_gradients(
    corpus_directory, tmp_path, monkeypatch
):
    """Without a scale those of queries and keys are 0."""
    moments = {}

    def arrays_and_moments(model, optimizer):
        moments.update(
            {
                v.path: v.numpy()
                for v in optimizer.variables
                if v.path.endswith("_v") and "kernel" in v.path
            }
        )
        return arrays_of(model, optimizer)

    monkeypatch.setattr(run_state, "arrays_of", arrays_and_moments)
    options = PretrainOptions(
        steps=2, batch_size=8, precision="mixed_float16", log_every=1
    )
    pretrain("albert_pico", corpus_directory, tmp_path, options)
    log = (tmp_path / "log.jsonl").read_text()
    assert json.loads(log.splitlines()[0])["loss_scale"] == 2**15
    assert [name for name in moments if "query" in name]
    for name, values in moments.items():
        assert (values > 0).mean() > 0.9, name


def test_both_tasks_are_learned_where_they_can_be(tokenizer, tmp_path):
    """The first sentence has what the second never has, and the reverse."""
    rng = random.Random(0)
    days = ["monday", "tuesday", "friday", "sunday"]
    stories = [
        f"In the morning of {rng.choice(days)} we went out. "
        f"At night we came home on {rng.choice(days)}."
        for _ in range(800)
    ]
    path = tmp_path / "stories.txt"
    path.write_text("\n\n".join(stories))
    options = CorpusOptions(
        segments=SegmentOptions(length=24, short_share=0.0),
        duplicates="keep",
        held_out_share=0.1,
    )
    corpus = tmp_path / "corpus"
    prepare_corpus([path], corpus, tokenizer, options, processes=1)
    result = pretrain(
        "albert_pico",
        corpus,
        tmp_path / "run",
        PretrainOptions(
            steps=200, batch_size=32, optimizer="adamw", learning_rate=0.001,
            log_every=100, evaluate_every=200, checkpoint_every=200,
        ),
        changes=NO_DROPOUT,
    )  # fmt: skip
    assert result.dev["sentence_order_accuracy"] > 0.95
    assert result.dev["masked_lm_accuracy"] > 0.4
    first = "In the morning of friday we went out."
    second = "At night we came home on monday."
    order = Predictor.of_model(result.model, task_class=SentenceOrder)
    answers = order.predict([first, second], [second, first])
    assert [answer.label for answer in answers] == ["ordered", "swapped"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"optimizer": "sgd"},
        {"schedule": "steps"},
        {"precision": "half"},
        {"learning_rate": -1.0},
        {"seed": -1},
        {"keep": 0},
    ],
)
def test_options_are_checked(wrong):
    (name,) = wrong
    with pytest.raises(UserError, match=name):
        PretrainOptions(**wrong)


def test_a_directory_of_something_else_is_left_alone(
    corpus_directory, tmp_path
):
    (tmp_path / "model.json").write_text("{}")
    options = PretrainOptions(steps=1, batch_size=8)
    with pytest.raises(UserError, match=r"other files, such as model\.json"):
        pretrain("albert_pico", corpus_directory, tmp_path, options)
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_a_frozen_encoder_stays_as_it_is(corpus_directory, tmp_path):
    options = PretrainOptions(
        steps=3, batch_size=8, learning_rate=0.02, freeze_encoder=True
    )
    start = tmp_path / "start"
    AlbertPretrainer.from_preset("albert_pico").save_preset(start)
    result = pretrain(start, corpus_directory, tmp_path / "run", options)
    before = load_file(start / "weights.safetensors")
    after = result.model.named_weights()
    same = {
        name
        for name, weight in before.items()
        if np.array_equal(weight, after[name])
    }
    encoder = {name for name in before if name.startswith("encoder/")}
    assert same == encoder
