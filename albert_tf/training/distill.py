"""Distillation: a teacher and text in, a smaller encoder out."""

from __future__ import annotations

import dataclasses
import functools
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console

from albert_tf.checkpoints import Checkpoint, write_checkpoint
from albert_tf.costs import multiply_accumulates
from albert_tf.data.aligned_text import AlignedText
from albert_tf.data.batches import BucketedBatches
from albert_tf.data.example import Example
from albert_tf.data.held_out import hold_out
from albert_tf.data.passage_batches import PassageBatches
from albert_tf.data.shard import Shard
from albert_tf.errors import UserError
from albert_tf.evaluation.learning_curve import (
    DISTILLATION,
    plot_learning_curve,
)
from albert_tf.evaluation.sts import check_pairs, sts_spearman
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.distiller import Distiller
from albert_tf.models.encoder import AlbertEncoder
from albert_tf.models.loading import make_model, with_dropout
from albert_tf.training.bars import Bars
from albert_tf.training.checksum import checksum_of_weights
from albert_tf.training.distill_options import DistillOptions
from albert_tf.training.distillation_objective import DistillationObjective
from albert_tf.training.evaluator import Evaluator
from albert_tf.training.fused_activation import fuse_activations
from albert_tf.training.optimizers import make_optimizer
from albert_tf.training.run_loop import run_loop
from albert_tf.training.run_monitor import RunMonitor
from albert_tf.training.run_state import (
    RunState,
    check_output,
    fixed_options,
)
from albert_tf.training.schedules import WarmupPolynomialDecay
from albert_tf.training.stop_signal import StopSignal
from albert_tf.training.strategies import (
    distribute,
    is_chief,
    lost_workers_told,
)
from albert_tf.training.throughput import measure_matmul_flops
from albert_tf.training.trainer import Trainer


@dataclasses.dataclass(frozen=True)
class DistillResult:
    """What came of it.

    Attributes:
        student: with the last weights.
        step: steps that were done.
        interrupted: whether Ctrl-C or SIGTERM ended it early.
        dev: results of the last evaluation, None if there was none.
        saved: where the student was saved; None if it was interrupted, or if
            another worker saves it.
    """

    student: AlbertEncoder
    step: int
    interrupted: bool
    dev: dict | None
    saved: Path | None = None


def distill(
    teacher: Checkpoint,
    student: Checkpoint,
    documents: Sequence[list[str]],
    output: str | os.PathLike,
    options: DistillOptions | None = None,
    pairs: Sequence[Example] | None = None,
    strategy: tf.distribute.Strategy | None = None,
    console: Console | None = None,
) -> DistillResult:
    """Trains an encoder to give what another one gives, layer by layer.

    `output` gets `checkpoints/`, `log.jsonl`, `tensorboard/` and, in the end,
    `model/`, a preset with the student's vocabulary, and `curve.png`. A run
    that was killed and is started again ends with the same bits as one that
    was not.

    Args:
        teacher: what to learn from; with weights and a vocabulary.
        student: what learns; with weights, or random.
        documents: lists of sentences.
        output: directory of the run; with a run in it, that goes on.
        options: how; None for the defaults.
        pairs: pairs of texts with their similarity, as of STS-B, to evaluate
            sentence vectors on; None for no such evaluation.
        strategy: see `make_strategy`; None for one device.
        console: where to show the progress; None for nowhere.

    Returns:
        The student and how far it got.

    Raises:
        UserError: a mistake in text or options; the two do not fit each
            other; another run is in `output`; the loss is not a number or
            has diverged; another worker is gone.
    """
    options = options or DistillOptions()
    strategy = strategy or tf.distribute.get_strategy()
    check_output(Path(output))
    run = _Run(
        teacher,
        student,
        documents,
        Path(output),
        options,
        pairs,
        strategy,
        console,
    )
    with StopSignal() as stop, lost_workers_told(strategy):
        return run.train(stop)


class _Run:
    """A run with all its parts."""

    def __init__(
        self,
        teacher,
        student,
        documents,
        output,
        options,
        pairs,
        strategy,
        console,
    ):
        self.output, self.strategy, self.options = output, strategy, options
        self.pairs = pairs
        if pairs is not None:
            check_pairs(pairs)  # not after hours
        self.is_chief = is_chief(strategy)
        self.bars = Bars(console if self.is_chief else None)
        self.preprocessor = student.get_preprocessor()
        self.train_text, self.held_out = self._read(documents, teacher)
        keras.utils.set_random_seed(options.seed)
        with strategy.scope():
            self.model = self._make_model(teacher, student)
            self.optimizer = make_optimizer(
                options, self._schedule_of(options.steps)
            )
            self.optimizer.build(self.model.trainable_variables)
        if self.is_chief:
            output.mkdir(parents=True, exist_ok=True)
        self.objective = DistillationObjective(
            self.model,
            layers=options.layers_weight,
            last=options.last_weight,
            sentence=options.sentence_weight,
            attention=options.attention_weight,
        )
        self.state = RunState(
            output / "checkpoints",
            self.model,
            self.optimizer,
            self._facts(teacher, student),
            options.steps,
            self._schedule_of,
            options.keep,
            strategy,
        )
        self.monitor = self._make_monitor(
            teacher, student, console if self.is_chief else None
        )
        self.vectors = tf.function(
            self.model.sentence_vectors, reduce_retracing=True
        )

    def _read(self, documents, teacher: Checkpoint):
        """The text to train on and that to evaluate on, maybe None."""
        train, held_out = hold_out(documents, self.options.held_out_share)
        align = functools.partial(
            AlignedText,
            teacher=teacher.get_preprocessor().tokenizer,
            student=self.preprocessor.tokenizer,
            length=self.options.length,
            seed=self.options.seed,
        )
        text = align(train, replaced_share=self.options.replaced_share)
        if self.options.attention_weight and not text.is_same:
            raise UserError(
                f"attention_weight={self.options.attention_weight}: attention "
                "is compared token by token, but teacher and student have "
                "different vocabularies; 0 leaves it out"
            )
        return text, align(held_out) if held_out else None

    def _make_model(self, teacher, student) -> Distiller:
        make = functools.partial(
            make_model,
            AlbertEncoder,
            pooler=False,
            dtype=self.options.precision,
        )
        with warnings.catch_warnings():
            # That a student's weights are random is no news.
            warnings.simplefilter("ignore", UserWarning)
            # Checkpoints name weights by the model's name.
            models = (
                make(student, name="student"),
                make(teacher, name="teacher"),
            )
        if self.options.precision != "float32":
            for model in models:
                fuse_activations(model)
        distiller = Distiller(
            *models,
            attention=self.options.attention_weight > 0,
            name="distiller",
        )
        distiller.fit_widening(self._batches(self.train_text)[0])
        return distiller

    def _schedule_of(self, steps: int):
        options = dataclasses.replace(self.options, steps=steps)
        return WarmupPolynomialDecay(
            options.learning_rate, steps, options.warmup
        )

    def _facts(self, teacher, student) -> dict[str, dict]:
        """What must stay the same while a run goes on."""
        return {
            "student": student.config.to_dict(),
            "teacher": {
                **teacher.config.to_dict(),
                "weights": checksum_of_weights(teacher),
            },
            "start": {"starting weights": checksum_of_weights(student)},
            "options": fixed_options(self.options),
            "text": {
                "passages": len(self.train_text),
                "tokens": int(self.train_text.lengths.sum()),
            },
        }

    def _batches(self, text: AlignedText, shard=Shard()) -> PassageBatches:
        options = self.options
        return PassageBatches(
            text,
            options.batch_tokens,
            options.seed,
            shard.pipelines * shard.replicas,
        )

    def _make_monitor(self, teacher, student, console) -> RunMonitor:
        options, text = self.options, self.train_text
        tokens = text.lengths.sum() / len(self._batches(text))
        length = round(text.lengths.mean())
        # The backward pass takes twice as long as the forward pass.
        flops = 2 * sum(
            passes * multiply_accumulates(checkpoint.config, length) / length
            for passes, checkpoint in ((3, student), (1, teacher))
        )
        return RunMonitor(
            self.objective.describe,
            tokens=tokens,
            flops=flops * tokens,
            peak_flops=measure_matmul_flops(options.precision)
            * self.strategy.num_replicas_in_sync,
            directory=self.output if self.is_chief else None,
            console=console,
        )

    def train(self, stop: StopSignal) -> DistillResult:
        """Trains to the end, or until the signal."""
        first = self.state.restore()
        trainer = Trainer(
            self.objective,
            self.optimizer,
            distribute(
                self.strategy, functools.partial(self._train_batches, first)
            ),
            self.strategy,
            stop,
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
            self._save(saved)
            plot_learning_curve(
                [self.monitor.log], self.output / "curve.png", DISTILLATION
            )
        return DistillResult(self.model.student, step, interrupted, dev, saved)

    def _save(self, directory: Path) -> None:
        checkpoint = to_checkpoint(self.model.student)
        checkpoint = dataclasses.replace(
            # It has learned without dropout, and learns a task better so.
            with_dropout(checkpoint, 0.0),
            # Whatever head it gets: the mean is what it has learned.
            arguments={**checkpoint.arguments, "pooling": "mean"},
            get_preprocessor=lambda: self.preprocessor,
        )
        write_checkpoint(checkpoint, directory, overwrite=True)

    def _say_what_is_done(self, step: int) -> None:
        text, batches = self.train_text, self._batches(self.train_text)
        self.monitor.say(
            f"{len(text):,} passages of {text.lengths.sum():,} tokens; "
            f"{self.options.steps:,} steps go through them "
            f"{self.options.steps / len(batches):.1f} times"
        )
        if not text.is_same:
            self.monitor.say(
                f"the vocabularies differ: {text.same_share:.1%} of the words "
                "are compared piece by piece, the others as a whole"
            )
        if step:
            self.monitor.say(f"goes on after step {step:,}")
        if self.held_out is None:
            self.monitor.say("no held-out documents, so no evaluation")

    # === Evaluation ===

    def _evaluate(self, evaluator) -> dict[str, float]:
        batches = len(self._batches(self.held_out))
        with self.bars.bar("evaluation", batches) as tick:
            results = evaluator.evaluate(tick)
        if self.pairs is not None:
            results["spearman"] = sts_spearman(self._vectors_of, self.pairs)
        return results

    def _vectors_of(self, texts: list[str]) -> np.ndarray:
        batches = BucketedBatches(
            self.preprocessor.encode(texts), batch_size=64
        )
        rows = [self.vectors(features).numpy() for (features,) in batches]
        return batches.restore(np.concatenate(rows))

    # === Data ===

    def _train_batches(self, first, shard):
        batches = self._batches(self.train_text, shard)
        return batches.dataset(first, None, shard)

    def _dev_batches(self, shard):
        batches = self._batches(self.held_out, shard)
        return batches.dataset(0, len(batches), shard)
