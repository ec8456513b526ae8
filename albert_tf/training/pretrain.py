"""Pre-training: a prepared corpus in, a trained ALBERT out."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import logging
import os
import warnings
from pathlib import Path

import keras
import numpy as np
import orbit
import tensorflow as tf
from rich.console import Console

from albert_tf.checkpoints import read_checkpoint
from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.deepening import deepen
from albert_tf.costs import training_flops
from albert_tf.data.corpus_blocks import HELD_OUT, TRAIN
from albert_tf.data.masking_options import MaskingOptions
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.pretraining_corpus import PretrainingCorpus, Shard
from albert_tf.errors import UserError
from albert_tf.evaluation.learning_curve import plot_learning_curve
from albert_tf.models import heads
from albert_tf.models.loading import make_model
from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.training.checkpoint_store import CheckpointStore
from albert_tf.training.lamb import Lamb
from albert_tf.training.pretrain_optimizer import make_optimizer
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.pretraining_monitor import PretrainingMonitor
from albert_tf.training.pretraining_trainer import (
    PretrainingEvaluator,
    PretrainingTrainer,
)
from albert_tf.training.stop_signal import StopSignal
from albert_tf.training.strategies import is_chief
from albert_tf.training.throughput import measure_matmul_flops

# What may change when a run goes on.
_CHANGEABLE = (
    "steps",
    "log_every",
    "checkpoint_every",
    "evaluate_every",
    "keep",
    "accumulate",
    "jit_compile",
    "rematerialize",
)


@dataclasses.dataclass(frozen=True)
class PretrainResult:
    """What came of it.

    Attributes:
        model: with the last weights.
        step: steps that were done.
        interrupted: whether Ctrl-C or SIGTERM ended it early.
        dev: results of the last evaluation, None if there was none.
    """

    model: AlbertPretrainer
    step: int
    interrupted: bool
    dev: dict | None


def pretrain(
    source: str | os.PathLike,
    corpus: str | os.PathLike,
    output: str | os.PathLike,
    options: PretrainOptions | None = None,
    changes: dict | None = None,
    strategy: tf.distribute.Strategy | None = None,
    console: Console | None = None,
) -> PretrainResult:
    """Trains masked LM and sentence order; goes on where it was interrupted.

    `output` gets `checkpoints/`, `log.jsonl`, `tensorboard/` and, in the end,
    `model/`, a preset with the vocabulary, and `curve.png`. A run that was
    killed and is started again ends with the same bits as one that was not.

    Args:
        source: what to start from, see `PresetModel.from_preset`: the name of
            a preset for random weights, or trained weights.
        corpus: directory of `prepare_corpus`.
        output: directory of the run; with a run in it, that goes on.
        options: how; None for the defaults.
        changes: fields of the configuration to change; with trained weights
            only `num_hidden_layers` and the dropout rates.
        strategy: see `make_strategy`; None for one device.
        console: where to show the progress; None for nowhere.

    Returns:
        The model and how far it got.

    Raises:
        UserError: a mistake in corpus, options or source; another
            configuration than that of the run in `output`; the loss is not a
            number or has diverged; another worker is gone.
    """
    options = options or PretrainOptions()
    strategy = strategy or tf.distribute.get_strategy()
    run = _Run(
        source, corpus, Path(output), options, changes, strategy, console
    )
    with StopSignal() as stop:
        try:
            return run.train(stop)
        except tf.errors.OpError as error:
            if strategy.extended._in_multi_worker_mode():
                raise UserError(
                    "another worker is gone or cannot be reached; start all "
                    "workers again, the run goes on from its last checkpoint "
                    f"({_first_line(error)})"
                ) from error
            raise


def _first_line(error) -> str:
    return str(error.message).strip().splitlines()[0][:200]


class _Run:
    """A run with all its parts."""

    def __init__(
        self, source, corpus, output, options, changes, strategy, console
    ):
        self.output, self.strategy = output, strategy
        self.corpus = PretrainingCorpus(corpus, TRAIN)
        options = _with_masking(options, self.corpus)
        self.options = options
        self.held_out = None
        if PretrainingCorpus.exists(corpus, HELD_OUT):
            self.held_out = PretrainingCorpus(corpus, HELD_OUT)
        checkpoint = _starting_point(source, changes or {}, self.corpus)
        preprocessor = TextPreprocessor(
            self.corpus.tokenizer or checkpoint.get_preprocessor().tokenizer,
            checkpoint.config.max_position_embeddings,
        )
        keras.utils.set_random_seed(options.seed)
        with strategy.scope(), warnings.catch_warnings():
            # That weights are random is no news in pre-training.
            warnings.simplefilter("ignore", UserWarning)
            self.model = make_model(
                AlbertPretrainer,
                checkpoint,
                sentence_order=self._has_sentence_order(),
                preprocessor=preprocessor,
                rematerialize=options.rematerialize,
                dtype=options.precision,
                # Checkpoints name weights by it: not "..._1" the second time
                # in a process.
                name="albert_pretrainer",
            )
            self.optimizer = make_optimizer(options)
            self.optimizer.build(self.model.trainable_variables)
        self.facts = _facts(self.model, options, self.corpus)
        self.is_chief = is_chief(strategy)
        self.log = output / "log.jsonl"
        self.store = CheckpointStore(output / "checkpoints", options.keep)
        if self.is_chief:
            output.mkdir(parents=True, exist_ok=True)
        flops = training_flops(
            checkpoint.config,
            self.corpus.length,
            self.corpus.num_predictions(options.masking),
        )
        self.monitor = PretrainingMonitor(
            tokens=options.batch_size * self.corpus.length,
            flops=options.batch_size * flops,
            peak_flops=measure_matmul_flops(options.precision)
            * strategy.num_replicas_in_sync,
            log=self.log if self.is_chief else Path(os.devnull),
            console=_bound(console) if self.is_chief else None,
        )
        self.dev = None

    def _has_sentence_order(self) -> bool:
        if self.options.sentence_order is None:
            return self.corpus.objective != "none"
        return self.options.sentence_order

    def train(self, stop: StopSignal) -> PretrainResult:
        """Trains to the end, or until the signal."""
        step = self._restore()
        trainer = PretrainingTrainer(
            self.model,
            self.optimizer,
            self._distribute(self._batches, step),
            self.strategy,
            accumulate=self.options.accumulate,
            jit=self.options.jit_compile,
            stop=stop,
        )
        trainer.global_step.assign(step)
        evaluator = None
        if self.held_out is not None:
            evaluator = PretrainingEvaluator(
                self.model, self._distribute(self._dev_batches), self.strategy
            )
        with _silent_orbit():
            controller = orbit.Controller(
                global_step=trainer.global_step,
                trainer=trainer,
                evaluator=evaluator,
                strategy=self.strategy,
                train_actions=[
                    lambda result: self._after_steps(trainer, result)
                ],
                steps_per_loop=self._steps_to_do,
                summary_dir=self._summaries("train"),
                eval_summary_dir=self._summaries("dev"),
            )
            self.monitor.restart(step)
            if evaluator is None:
                self.monitor.say("no held-out examples, so no evaluation")
            self._drive(controller, trainer)
        step = int(trainer.global_step.numpy())
        interrupted = step < self.options.steps
        if self.is_chief and not interrupted:
            self.model.save_preset(self.output / "model", overwrite=True)
            plot_learning_curve([self.log], self.output / "curve.png")
        return PretrainResult(self.model, step, interrupted, self.dev)

    def _drive(self, controller, trainer) -> None:
        options = self.options
        step = int(trainer.global_step.numpy())
        while step < options.steps and not trainer.stopped:
            with contextlib.suppress(_StoppedError):
                controller.train(
                    min(
                        _next(step, options.evaluate_every),
                        _next(step, options.checkpoint_every),
                        options.steps,
                    ),
                    checkpoint_at_completion=False,
                )
            step = int(trainer.global_step.numpy())
            last = step == options.steps or trainer.stopped
            due = step % options.evaluate_every == 0 or step == options.steps
            evaluated = due and controller.evaluator is not None
            if evaluated:
                self.dev = dict(controller.evaluate())
                self.monitor.dev_result(step, self.dev)
            if last or step % options.checkpoint_every == 0:
                self._save(step, self.dev if evaluated else None)
                self.monitor.restart(step)

    def _steps_to_do(self, step: int) -> int:
        return _next(step, self.options.log_every) - step

    def _after_steps(self, trainer, result) -> None:
        if isinstance(self.optimizer, Lamb):
            ratios = [r.numpy() for r in self.optimizer.trust_ratios.values()]
            result["trust_ratio_mean"] = float(np.mean(ratios))
            result["trust_ratio_smallest"] = float(np.min(ratios))
        self.monitor.train_result(int(trainer.global_step.numpy()), result)
        if trainer.stopped:
            raise _StoppedError

    def _summaries(self, name) -> str | None:
        return (
            str(self.output / "tensorboard" / name) if self.is_chief else None
        )

    # === Data ===

    def _distribute(self, make, *args):
        def dataset(context):
            return make(
                *args,
                Shard(
                    pipeline=context.input_pipeline_id,
                    pipelines=context.num_input_pipelines,
                    replicas=context.num_replicas_in_sync
                    // context.num_input_pipelines,
                ),
            )

        return self.strategy.distribute_datasets_from_function(dataset)

    def _batches(self, step, shard):
        options = self.options
        return self.corpus.batches(
            options.batch_size, options.masking, options.seed, step, shard
        )

    def _dev_batches(self, shard):
        return self.held_out.all_batches(
            self.options.batch_size, self.options.masking, shard
        )

    # === State ===

    def _variables(self) -> dict:
        """All that a step changes, by name."""
        model = {f"model/{v.path}": v for v in self.model.variables}
        optimizer = {
            f"optimizer/{number:04d}/{v.name}": v
            for number, v in enumerate(self.optimizer.variables)
        }
        return {**model, **optimizer}

    def _save(self, step, dev) -> None:
        if not self.is_chief:
            return
        facts = dict(self.facts)
        if dev is not None:
            facts["dev"], facts["dev_loss"] = dev, dev["loss"]
        arrays = {
            name: np.asarray(keras.ops.convert_to_numpy(variable))
            for name, variable in self._variables().items()
        }
        self.store.save(step, arrays, facts)

    def _restore(self) -> int:
        """Goes back to the newest checkpoint; tells its step."""
        saved = self.store.load_newest()
        if saved is None:
            return 0
        self._check_same_run(saved.facts)
        variables = self._variables()
        if set(variables) != set(saved.arrays):
            raise UserError(
                f"{self.output}: its checkpoints are of another run"
            )
        for name, variable in variables.items():
            variable.assign(saved.arrays[name])
        if self.is_chief:
            self.monitor.forget_after(saved.step)
        return saved.step

    def _check_same_run(self, facts) -> None:
        for name, mine in self.facts.items():
            theirs = facts.get(name)
            different = [k for k in mine if mine[k] != theirs.get(k)]
            if different:
                key = different[0]
                raise UserError(
                    f"{self.output}: holds a run with {key}={theirs.get(key)!r}"
                    f", not {mine[key]!r}; choose another output directory, or "
                    "go on with the same options"
                )


class _StoppedError(Exception):
    """Takes a stop through Orbit's loop, which does not ask."""


def _with_masking(options, corpus) -> PretrainOptions:
    """The options with the masks that training draws, if it does."""
    if not corpus.is_masked:
        masking = options.masking or MaskingOptions()
        return dataclasses.replace(options, masking=masking)
    if options.masking is not None:
        raise UserError(
            f"{corpus.directory}: its examples were masked when they were "
            f"made, so masking={options.masking} would have no effect; leave "
            "it out, or prepare the text without --mask-once"
        )
    return options


def _starting_point(source, changes: dict, corpus) -> Checkpoint:
    """The weights, or none, with the configuration to train."""
    checkpoint = read_checkpoint(source, heads())
    changes = dict(changes)
    if checkpoint.weights is None:
        if corpus.tokenizer is not None:
            changes.setdefault("vocab_size", corpus.tokenizer.vocab_size)
        checkpoint = _reconfigure(checkpoint, changes)
        corpus.check_fits(None, checkpoint.config)
        return checkpoint
    preprocessor = checkpoint.get_preprocessor()
    tokenizer = preprocessor.tokenizer if preprocessor else None
    corpus.check_fits(tokenizer, checkpoint.config)
    layers = changes.pop("num_hidden_layers", None)
    if layers is not None:
        checkpoint = deepen(checkpoint, layers)
    fixed = [name for name in changes if not name.endswith("dropout_prob")]
    if fixed:
        raise UserError(
            f"{source}: has trained weights, so {fixed[0]} cannot be changed; "
            "only the number of layers and the dropout can"
        )
    return _reconfigure(checkpoint, changes)


def _reconfigure(checkpoint, changes):
    config = dataclasses.replace(checkpoint.config, **changes)
    return dataclasses.replace(checkpoint, config=config)


def _facts(model, options, corpus) -> dict:
    """What must stay the same while a run goes on."""
    kept = {
        name: value
        for name, value in dataclasses.asdict(options).items()
        if name not in _CHANGEABLE
    }
    facts = {
        "config": model.config.to_dict(),
        "options": kept,
        "corpus": {"examples": len(corpus), "length": corpus.length},
    }
    return json.loads(json.dumps(facts))


def _next(step: int, interval: int) -> int:
    """The next multiple of the interval after a step."""
    return (step // interval + 1) * interval


def _bound(console: Console | None) -> Console | None:
    """A console that writes to the present file also when Orbit may not."""
    if console is None:
        return None
    return Console(file=console.file, width=console.width)


@contextlib.contextmanager
def _silent_orbit():
    """Orbit prints and logs what it does; we have a console of our own."""
    logging.getLogger("absl").setLevel(logging.ERROR)
    with contextlib.redirect_stdout(_Nowhere()):
        yield


class _Nowhere(io.TextIOBase):
    def write(self, text):
        return len(text)
