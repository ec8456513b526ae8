"""Pre-training: a prepared corpus in, a trained ALBERT out."""

from __future__ import annotations

import dataclasses
import functools
import math
import os
import warnings
from pathlib import Path

import keras
import tensorflow as tf
from rich.console import Console

from albert_tf.data.corpus_blocks import HELD_OUT, TRAIN
from albert_tf.data.masking_options import MaskingOptions
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.pretraining_corpus import PretrainingCorpus
from albert_tf.data.shards import find_shards
from albert_tf.errors import UserError
from albert_tf.evaluation.learning_curve import plot_learning_curve
from albert_tf.models.loading import make_model
from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.training.bars import Bars
from albert_tf.training.checksum import checksum_of_weights
from albert_tf.training.evaluator import Evaluator
from albert_tf.training.optimizers import make_optimizer
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.pretrain_schedule import make_schedule
from albert_tf.training.pretraining_objectives import (
    make_objective,
    objective_flops,
)
from albert_tf.training.run_loop import run_loop
from albert_tf.training.run_monitor import RunMonitor
from albert_tf.training.run_state import (
    RunState,
    check_output,
    fixed_options,
)
from albert_tf.training.starting_point import starting_point
from albert_tf.training.stop_signal import StopSignal
from albert_tf.training.strategies import (
    distribute,
    is_chief,
    lost_workers_told,
)
from albert_tf.training.throughput import measure_matmul_flops
from albert_tf.training.trainer import Trainer


@dataclasses.dataclass(frozen=True)
class PretrainResult:
    """What came of it.

    Attributes:
        model: with the last weights.
        step: steps that were done.
        interrupted: whether Ctrl-C or SIGTERM ended it early.
        dev: results of the last evaluation, None if there was none.
        saved: where the model was saved; None if it was interrupted, or if
            another worker saves it.
    """

    model: AlbertPretrainer
    step: int
    interrupted: bool
    dev: dict | None
    saved: Path | None = None


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
    _check_parts(options, strategy.num_replicas_in_sync)
    check_output(Path(output))
    run = _Run(
        source, corpus, Path(output), options, changes, strategy, console
    )
    with StopSignal() as stop, lost_workers_told(strategy):
        return run.train(stop)


def _check_parts(options: PretrainOptions, replicas: int) -> None:
    if options.batch_size % (replicas * options.accumulate):
        raise UserError(
            f"batch_size={options.batch_size} must be divisible by "
            f"{replicas * options.accumulate}: {replicas} replicas with "
            f"accumulate={options.accumulate}"
        )


class _Run:
    """A run with all its parts."""

    def __init__(
        self, source, corpus, output, options, changes, strategy, console
    ):
        self.output, self.strategy = output, strategy
        self.is_chief = is_chief(strategy)
        if not self.is_chief:
            console = None  # all would say the same
        self.bars = Bars(console)
        self.corpus = self._read(corpus, TRAIN)
        self.held_out = None
        if PretrainingCorpus.exists(corpus, HELD_OUT):
            self.held_out = self._read(corpus, HELD_OUT)
        self.options = _with_masking(options, self.corpus)
        checkpoint = starting_point(source, changes or {}, self.corpus)
        keras.utils.set_random_seed(options.seed)
        with strategy.scope():
            self.model = self._make_model(checkpoint)
            self.model.encoder.trainable = not options.freeze_encoder
            self.optimizer = make_optimizer(options, make_schedule(options))
            self.optimizer.build(self.model.trainable_variables)
        self.objective = make_objective(self.model, self.options)
        if self.is_chief:
            output.mkdir(parents=True, exist_ok=True)
        self.state = RunState(
            output / "checkpoints",
            self.model,
            self.optimizer,
            _facts(self.model, checkpoint, self.options, self.corpus),
            self.options.steps,
            self._schedule_of,
            self.options.keep,
            strategy,
        )
        self.monitor = self._make_monitor(console)

    def _read(self, corpus, split: str) -> PretrainingCorpus:
        paths = find_shards(Path(corpus), split).paths
        size = sum(path.stat().st_size for path in paths)
        with self.bars, self.bars.bar("reading", size) as progress:
            return PretrainingCorpus(corpus, split, progress)

    def _make_model(self, checkpoint) -> AlbertPretrainer:
        options, objective = self.options, self.corpus.objective
        second_task = options.sentence_order
        if second_task is None:
            second_task = objective != "none"
        preprocessor = TextPreprocessor(
            self.corpus.tokenizer or checkpoint.get_preprocessor().tokenizer,
            checkpoint.config.max_position_embeddings,
        )
        with warnings.catch_warnings():
            # That weights are random is no news in pre-training.
            warnings.simplefilter("ignore", UserWarning)
            return make_model(
                AlbertPretrainer,
                checkpoint,
                sentence_order=second_task and objective != "nsp",
                next_sentence=second_task and objective == "nsp",
                preprocessor=preprocessor,
                rematerialize=options.rematerialize,
                dtype=options.precision,
                # Checkpoints name weights by it: not "..._1" the second time
                # in a process.
                name="albert_pretrainer",
            )

    def _schedule_of(self, steps: int):
        return make_schedule(dataclasses.replace(self.options, steps=steps))

    def _make_monitor(self, console) -> RunMonitor:
        options, corpus = self.options, self.corpus
        flops = objective_flops(
            self.model.config,
            options,
            corpus.length,
            corpus.num_predictions(options.masking),
        )
        return RunMonitor(
            self.objective.describe,
            tokens=options.batch_size * corpus.length,
            flops=options.batch_size * flops,
            peak_flops=measure_matmul_flops(options.precision)
            * self.strategy.num_replicas_in_sync,
            directory=self.output if self.is_chief else None,
            console=console,
        )

    def train(self, stop: StopSignal) -> PretrainResult:
        """Trains to the end, or until the signal."""
        first = self.state.restore()
        trainer = Trainer(
            self.objective,
            self.optimizer,
            distribute(self.strategy, functools.partial(self._batches, first)),
            self.strategy,
            stop,
            accumulate=self.options.accumulate,
            jit=self.options.jit_compile,
        )
        evaluate = None
        if self.held_out is not None:
            held_out = distribute(self.strategy, self._dev_batches)
            evaluator = Evaluator(self.objective, held_out, self.strategy)
            evaluate = functools.partial(self._evaluate, evaluator)
        with self.bars:
            self._say_what_is_done(first)
            step, dev = run_loop(
                first,
                self.options,
                trainer,
                evaluate,
                self.state,
                self.monitor,
                self.bars,
            )
        interrupted = step < self.options.steps
        saved = None
        if self.is_chief and not interrupted:
            saved = self.output / "model"
            self.model.save_preset(saved, overwrite=True)
            plot_learning_curve([self.monitor.log], self.output / "curve.png")
        return PretrainResult(self.model, step, interrupted, dev, saved)

    def _say_what_is_done(self, step: int) -> None:
        options, examples = self.options, len(self.corpus)
        epochs = options.steps * options.batch_size / examples
        self.monitor.say(
            f"{examples:,} examples of up to {self.corpus.length} tokens; "
            f"{options.steps:,} steps of {options.batch_size} go through them "
            f"{epochs:.1f} times"
        )
        if step:
            self.monitor.say(f"goes on after step {step:,}")
        if self.held_out is None:
            self.monitor.say("no held-out examples, so no evaluation")

    def _evaluate(self, evaluator) -> dict[str, float]:
        batches = math.ceil(len(self.held_out) / self.options.batch_size)
        with self.bars.bar("evaluation", batches) as tick:
            return evaluator.evaluate(tick)

    # === Data ===

    def _batches(self, step, shard):
        options = self.options
        return self.corpus.batches(
            options.batch_size, options.masking, options.seed, step, shard
        )

    def _dev_batches(self, shard):
        return self.held_out.all_batches(
            self.options.batch_size, self.options.masking, shard
        )


def _with_masking(
    options: PretrainOptions, corpus: PretrainingCorpus
) -> PretrainOptions:
    """The options with the masks that training draws, if it does."""
    if not corpus.is_masked:
        masking = options.masking or MaskingOptions()
        return dataclasses.replace(options, masking=masking)
    if options.masking is not None:
        raise UserError(
            f"{corpus.directory}: its examples were masked when they were "
            "made, so options of masking would have no effect; leave them "
            "out, or prepare the text without --mask-once"
        )
    return options


def _facts(model, checkpoint, options, corpus) -> dict[str, dict]:
    """What must stay the same while a run goes on."""
    return {
        "config": model.config.to_dict(),
        "start": {"starting weights": checksum_of_weights(checkpoint)},
        "options": fixed_options(options),
        "corpus": {"examples": len(corpus), "length": corpus.length},
    }
