"""Pre-training as a whole; every case that needs one has its own process."""

import json
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from albert_tf.data.corpus import prepare_corpus
from albert_tf.data.corpus_blocks import CorpusOptions
from albert_tf.data.segments import SegmentOptions
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertPretrainer
from albert_tf.training.pretrain import pretrain
from albert_tf.training.pretrain_options import PretrainOptions

CASE = Path(__file__).parent / "pretrain_case.py"
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def start(corpus, output, strategy="one", workers=(), **options):
    return subprocess.Popen(
        [sys.executable, str(CASE), strategy, str(corpus), str(output)]
        + [json.dumps(options), *map(str, workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process, timeout=300):
    """Its result, or the message that it ended with."""
    out, errors = process.communicate(timeout=timeout)
    if process.returncode == 0:
        return json.loads(out.splitlines()[-1])
    return errors.strip().splitlines()[-1]


def weights(output):
    return load_file(output / "model" / "weights.safetensors")


def newest_state(output):
    place = max((output / "checkpoints").glob("step-*"))
    return load_file(place / "state.safetensors")


def assert_same_bits(first, second):
    assert first.keys() == second.keys()
    for name in first:
        assert first[name].tobytes() == second[name].tobytes(), name


def assert_close(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_allclose(
            first[name], second[name], atol=1e-5, err_msg=name
        )


def logged_step(output):
    log = output / "log.jsonl"
    lines = log.read_text().splitlines() if log.exists() else []
    return json.loads(lines[-1])["step"] if lines else 0


def wait_for_step(process, output, step):
    """Waits until a run that goes on has done so many more steps."""
    while process.poll() is None and logged_step(output) < step:
        time.sleep(0.005)


# === What it makes ===


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


def test_the_last_checkpoints_and_the_best_stay(run):
    output, _, _ = run
    places = sorted(p.name for p in (output / "checkpoints").iterdir())
    assert places == ["step-00000020", "step-00000030"]


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


@pytest.mark.parametrize(
    "changes",
    [
        {"embedding_size": 16},
        {"sharing": "none"},
        {"num_hidden_layers": 3, "sharing": "attention"},
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


@pytest.mark.slow
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


# === The same on other devices ===


@pytest.fixture(scope="module")
def one_device(corpus_directory, tmp_path_factory):
    output = tmp_path_factory.mktemp("one") / "run"
    finish(start(corpus_directory, output, learning_rate=0.01,
                 changes=NO_DROPOUT))  # fmt: skip
    return weights(output)


@pytest.mark.slow
def test_accumulated_gradients_equal_one_batch(
    corpus_directory, tmp_path, one_device
):
    result = finish(
        start(
            corpus_directory,
            tmp_path / "run",
            accumulate=4,
            learning_rate=0.01,
            changes=NO_DROPOUT,
        )  # fmt: skip
    )
    assert result["step"] == 8
    assert_close(weights(tmp_path / "run"), one_device)


@pytest.mark.slow
def test_two_devices_equal_one(corpus_directory, tmp_path, one_device):
    result = finish(
        start(
            corpus_directory,
            tmp_path / "run",
            "mirrored",
            accumulate=2,
            learning_rate=0.01,
            changes=NO_DROPOUT,
        )  # fmt: skip
    )
    assert result["step"] == 8
    assert_close(weights(tmp_path / "run"), one_device)


def free_addresses(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ",".join(f"127.0.0.1:{port}" for port in ports)


def start_workers(corpus, output, **options):
    addresses = free_addresses(2)
    return [
        start(corpus, output, "workers", (addresses, i), **options)
        for i in range(2)
    ]


@pytest.mark.slow
def test_two_workers_equal_one_device(corpus_directory, tmp_path, one_device):
    workers = start_workers(
        corpus_directory, tmp_path / "run", learning_rate=0.01,
        changes=NO_DROPOUT,
    )  # fmt: skip
    results = [finish(worker) for worker in workers]
    assert [result["step"] for result in results] == [8, 8]
    assert results[0]["dev"] == results[1]["dev"]
    assert_close(weights(tmp_path / "run"), one_device)


@pytest.mark.slow
def test_a_worker_that_never_comes_is_named(corpus_directory, tmp_path):
    addresses = free_addresses(2).split(",")
    code = (
        "from albert_tf.training import strategies\n"
        "from albert_tf.errors import UserError\n"
        f"try: strategies.make_strategy('workers', {addresses}, timeout=2)\n"
        "except UserError as error: print(error)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert "worker 1 (127.0.0.1:" in process.stdout
    assert "could not be reached within 2 s" in process.stdout


# === Killed and started again ===


@pytest.mark.slow
def test_killed_ten_times_the_weights_are_the_same(corpus_directory, tmp_path):
    options = {"steps": 90, "checkpoint_every": 4, "evaluate_every": 30,
               "learning_rate": 0.01}  # fmt: skip
    finish(start(corpus_directory, tmp_path / "whole", **options))
    output = tmp_path / "killed"
    rng = random.Random(7)
    for kill in range(10):
        process = start(corpus_directory, output, **options)
        # Each kill comes some steps after the last checkpoint.
        wait_for_step(process, output, kill * 8 + rng.randrange(1, 9))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    assert finish(start(corpus_directory, output, **options))["step"] == 90
    assert_same_bits(weights(output), weights(tmp_path / "whole"))
    assert_same_bits(newest_state(output), newest_state(tmp_path / "whole"))
    steps = [
        json.loads(line)["step"]
        for line in (output / "log.jsonl").read_text().splitlines()
        if '"train"' in line
    ]
    assert steps == list(range(1, 91))


@pytest.mark.slow
def test_a_killed_worker_ends_the_job_and_it_goes_on(
    corpus_directory, tmp_path
):
    options = {"steps": 40, "checkpoint_every": 5, "learning_rate": 0.01}
    for worker in start_workers(corpus_directory, tmp_path / "a", **options):
        finish(worker)
    output = tmp_path / "b"
    chief, other = start_workers(corpus_directory, output, **options)
    wait_for_step(chief, output, 12)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert "another worker is gone" in finish(chief, timeout=120)
    workers = start_workers(corpus_directory, output, **options)
    assert [finish(worker)["step"] for worker in workers] == [40, 40]
    assert_same_bits(newest_state(output), newest_state(tmp_path / "a"))


@pytest.mark.slow
def test_sigterm_saves_and_ends_well(corpus_directory, tmp_path):
    options = {"steps": 300, "checkpoint_every": 1000, "learning_rate": 0.01}
    finish(start(corpus_directory, tmp_path / "whole", **options))
    output = tmp_path / "stopped"
    process = start(corpus_directory, output, **options)
    wait_for_step(process, output, 20)
    process.send_signal(signal.SIGTERM)
    result = finish(process)
    assert 20 <= result["step"] < 300
    assert logged_step(output) == result["step"]
    assert [p.name for p in (output / "checkpoints").iterdir()] == [
        f"step-{result['step']:08d}"
    ]
    assert finish(start(corpus_directory, output, **options))["step"] == 300
    assert_same_bits(newest_state(output), newest_state(tmp_path / "whole"))
