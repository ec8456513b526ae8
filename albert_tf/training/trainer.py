"""Steps of a training, on any number of devices."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from albert_tf.training.lamb import Lamb
from albert_tf.training.objective import Objective
from albert_tf.training.stop_signal import StopSignal
from albert_tf.training.totals import Totals


class Trainer:
    """Does steps and sums up what happened.

    The loss of a batch is that of the whole batch, however it is divided:
    each replica, and each part that is accumulated, adds its sums over the
    counts of all of them together.

    Args:
        objective: what is learned.
        optimizer: of `make_optimizer`, built in the strategy's scope.
        dataset: endless, of the objective's batches, distributed.
        strategy: how it is distributed.
        stop: asked after each step.
        accumulate: a replica's batch is computed in so many parts, one after
            the other, which need less memory.
        jit: compile the forward and backward pass with XLA.

    Attributes:
        stopped: whether a worker was asked to stop.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: keras.optimizers.Optimizer,
        dataset,
        strategy: tf.distribute.Strategy,
        stop: StopSignal,
        accumulate: int = 1,
        jit: bool = False,
    ):
        self._objective = objective
        self._optimizer = optimizer
        self._scales_loss = isinstance(
            optimizer, keras.optimizers.LossScaleOptimizer
        )
        self._batches = iter(dataset)
        self._strategy = strategy
        self._accumulate = accumulate
        self._has_others = strategy.extended._in_multi_worker_mode()
        self._stop = stop
        self.stopped = False
        self._gradients = tf.function(self._part_gradients, jit_compile=jit)
        # The same graph whichever batch is the first: else a run that goes on
        # would differ in the last bits where batches differ in length.
        self._step = tf.function(
            self._distributed_step,
            input_signature=[dataset.element_spec, tf.TensorSpec(())],
        )
        self._totals = Totals(objective.sum_names, strategy)

    def train(
        self, steps: int, tick: Callable[[], None] = lambda: None
    ) -> tuple[int, dict[str, float]]:
        """Does up to `steps` steps; fewer when it is asked to stop.

        Args:
            steps: how many.
            tick: is called after each.

        Returns:
            The number of steps done; and the objective's results over these
            steps, with `gradient_norm`, `learning_rate`, trust ratios of
            `Lamb` and `loss_scale` of the last, where there are such.
        """
        self._totals.reset()
        done = 0
        while done < steps:
            stop = self._stop.requested
            self._step(next(self._batches), tf.constant(float(stop)))
            done += 1
            tick()
            # Several workers all go on to the end, where they agree.
            if stop and not self._has_others:
                break
        self.stopped = self._totals.stops() > 0
        results = self._objective.results(self._totals.sums())
        return done, {**results, **self._last_step()}

    def _last_step(self) -> dict[str, float]:
        results = {"learning_rate": float(self._optimizer.learning_rate)}
        optimizer = self._optimizer
        if self._scales_loss:
            results["loss_scale"] = float(optimizer.dynamic_scale.numpy())
            optimizer = optimizer.inner_optimizer
        results["gradient_norm"] = float(optimizer.gradient_norm.numpy())
        if isinstance(optimizer, Lamb):
            ratios = [r.numpy() for r in optimizer.trust_ratios.values()]
            results["trust_ratio_mean"] = float(np.mean(ratios))
            results["trust_ratio_smallest"] = float(np.min(ratios))
        return results

    def _distributed_step(self, batch, stop):
        self._totals.add(
            self._strategy.run(self._replica_step, args=(batch, stop))
        )

    def _replica_step(self, batch, stop):
        context = tf.distribute.get_replica_context()
        counts = self._objective.counts(batch)
        totals = context.all_reduce(
            tf.distribute.ReduceOp.SUM, [*counts.values()]
        )
        counts = dict(zip(counts, totals, strict=True))
        gradients, sums = None, 0.0
        for part in _split(batch, self._accumulate):
            new, new_sums = self._gradients(part, counts)
            sums += new_sums
            if gradients is None:
                gradients = new
            else:
                gradients = [a + b for a, b in zip(gradients, new, strict=True)]
        if self._scales_loss:
            gradients = _agree_on_finite(gradients, context)
        self._optimizer.apply(gradients, self._variables)
        # A stop that one worker is told of reaches all of them this way, at
        # the same step.
        return tf.concat([sums[:-1], [stop]], axis=0)

    def _part_gradients(self, batch, counts):
        """Gradients of a part's share of the loss, and its sums."""
        with tf.GradientTape() as tape:
            sums = self._objective.sums(batch, training=True)
            loss = self._objective.loss(sums, counts)
            if self._scales_loss:
                loss = self._optimizer.scale_loss(loss)
        variables = [v.value for v in self._variables]
        gradients = tape.gradient(loss, variables)
        # The rows of an embedding's gradient become one matrix.
        gradients = [tf.convert_to_tensor(g) for g in gradients]
        return gradients, self._totals.vector(sums)

    @property
    def _variables(self):
        return self._objective.model.trainable_variables


def _agree_on_finite(gradients, context):
    """Makes the gradients of all replicas not finite if one replica's are.

    Keras' `LossScaleOptimizer` leaves such a step out, but looks only at the
    first replica.
    """
    finite = [tf.reduce_all(tf.math.is_finite(g)) for g in gradients]
    number = tf.where(tf.reduce_all(finite), 0.0, float("nan"))
    number = context.all_reduce(tf.distribute.ReduceOp.SUM, number)
    return [gradients[0] + number, *gradients[1:]]


def _split(batch, parts: int):
    """Parts of a batch of the same size, one after the other."""
    flat = tf.nest.flatten(batch)
    pieces = zip(*(tf.split(tensor, parts) for tensor in flat), strict=True)
    return [tf.nest.pack_sequence_as(batch, list(piece)) for piece in pieces]
