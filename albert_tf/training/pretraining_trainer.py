"""One step of pre-training, on any number of devices, for Orbit."""

from __future__ import annotations

import keras
import orbit
import tensorflow as tf

from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.training.stop_signal import StopSignal

_SUMS = (
    "masked_lm_nll",
    "masked_lm_correct",
    "predictions",
    "sentence_order_nll",
    "sentence_order_correct",
    "examples",
    "stops",
)


class PretrainingTrainer(orbit.AbstractTrainer):
    """Does steps and sums up what happened.

    The loss of a batch is that of the whole batch, however it is divided:
    each replica, and each part that is accumulated, adds its sums over the
    numbers of predictions and examples of all of them together.

    Args:
        model: what is trained.
        optimizer: with `clip_norm`; built in the strategy's scope.
        dataset: of `PretrainingCorpus.batches`, distributed.
        strategy: how it is distributed.
        accumulate: a replica's batch is computed in so many parts, one after
            the other, which need less memory.
        jit: compile the forward and backward pass with XLA.
        stop: asked after each step.

    Attributes:
        global_step: steps that were done.
        stopped: whether a worker was asked to stop.
    """

    def __init__(
        self,
        model: AlbertPretrainer,
        optimizer: keras.optimizers.Optimizer,
        dataset,
        strategy: tf.distribute.Strategy,
        accumulate: int = 1,
        jit: bool = False,
        stop: StopSignal | None = None,
    ):
        self._model = model
        self._optimizer = optimizer
        self._batches = iter(dataset)
        self._strategy = strategy
        self._accumulate = accumulate
        self._has_others = strategy.extended._in_multi_worker_mode()
        self._stop = stop or StopSignal()
        self.stopped = False
        self._gradients = tf.function(self._part_gradients, jit_compile=jit)
        self._step = tf.function(self._distributed_step)
        with strategy.scope():
            self.global_step = orbit.utils.create_global_step()
        self._totals = _Totals(strategy)

    def train(self, num_steps):
        """Does up to `num_steps` steps.

        Returns:
            Losses and accuracies over these steps, `gradient_norm` and
            `learning_rate` of the last, numbers of tokens.
        """
        self._totals.reset()
        for _ in range(int(num_steps)):
            stop = float(self._stop.requested)
            self._step(next(self._batches), tf.constant(stop))
            if stop and not self._has_others:
                break
        self.stopped = self._totals.stops() > 0
        return {
            **self._totals.results(),
            "gradient_norm": self._optimizer.gradient_norm.numpy(),
            "learning_rate": float(self._optimizer.learning_rate),
        }

    def _distributed_step(self, batch, stop):
        sums = self._strategy.run(self._replica_step, args=(*batch, stop))
        self._totals.add(sums)
        self.global_step.assign_add(1)

    def _replica_step(self, inputs, targets, stop):
        context = tf.distribute.get_replica_context()
        predictions, examples = context.all_reduce(
            tf.distribute.ReduceOp.SUM,
            [
                tf.reduce_sum(targets["masked_lm_weights"]),
                tf.reduce_sum(targets["example_weights"]),
            ],
        )
        variables = self._model.trainable_variables
        gradients, sums = None, 0.0
        for part in _split((inputs, targets), self._accumulate):
            new, new_sums = self._gradients(*part, predictions, examples)
            sums += new_sums
            if gradients is None:
                gradients = new
            else:
                gradients = [a + b for a, b in zip(gradients, new, strict=True)]
        self._optimizer.apply(gradients, variables)
        # A stop that one worker is told of reaches all of them this way, at
        # the same step.
        return tf.concat([sums[:-1], [stop]], axis=0)

    def _part_gradients(self, inputs, targets, predictions, examples):
        """Gradients of a part's share of the loss, and its sums."""
        with tf.GradientTape() as tape:
            outputs = self._model(inputs, training=True)
            sums = self._model.pretraining_sums(outputs, targets)
            loss = sums["masked_lm_nll"] / (predictions + 1e-5)
            if "sentence_order_nll" in sums:
                loss += sums["sentence_order_nll"] / examples
        variables = [v.value for v in self._model.trainable_variables]
        gradients = tape.gradient(loss, variables)
        # The rows of an embedding's gradient become one matrix.
        return [tf.convert_to_tensor(g) for g in gradients], _as_vector(sums)


class PretrainingEvaluator(orbit.AbstractEvaluator):
    """Losses and accuracies on held-out examples.

    Args:
        model: what is evaluated.
        dataset: of `PretrainingCorpus.all_batches`, distributed.
        strategy: how it is distributed.
    """

    def __init__(self, model, dataset, strategy):
        self._model = model
        self._dataset = dataset
        self._strategy = strategy
        self._step = tf.function(self._distributed_step)
        self._totals = _Totals(strategy)

    def evaluate(self, num_steps=-1):
        """Goes through all examples.

        Returns:
            Losses, accuracies and perplexity.
        """
        self._totals.reset()
        for batch in self._dataset:
            self._step(batch)
        return self._totals.results()

    def _distributed_step(self, batch):
        self._totals.add(self._strategy.run(self._replica_step, args=batch))

    def _replica_step(self, inputs, targets):
        outputs = self._model(inputs)
        return _as_vector(self._model.pretraining_sums(outputs, targets))


class _Totals:
    """Sums over steps, kept on the devices until somebody asks."""

    def __init__(self, strategy):
        self._strategy = strategy
        with strategy.scope():
            self._sums = tf.Variable(tf.zeros(len(_SUMS)), trainable=False)

    def reset(self):
        self._sums.assign(tf.zeros_like(self._sums))

    def add(self, sums):
        """Adds the sums of all replicas, each with a vector as `_SUMS`."""
        self._sums.assign_add(
            self._strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)
        )

    def stops(self) -> float:
        return float(self._sums[-1])

    def results(self) -> dict[str, float]:
        sums = dict(zip(_SUMS, self._sums.numpy().tolist(), strict=True))
        predictions = max(sums["predictions"], 1.0)
        examples = max(sums["examples"], 1.0)
        results = {
            "masked_lm_loss": sums["masked_lm_nll"] / predictions,
            "masked_lm_accuracy": sums["masked_lm_correct"] / predictions,
            "sentence_order_loss": sums["sentence_order_nll"] / examples,
            "sentence_order_accuracy": sums["sentence_order_correct"]
            / examples,
        }
        results["loss"] = (
            results["masked_lm_loss"] + results["sentence_order_loss"]
        )
        return results


def _as_vector(sums: dict):
    zero = tf.constant(0.0)
    return tf.stack([sums.get(name, zero) for name in _SUMS])


def _split(batch, parts: int):
    """Parts of a batch of the same size, one after the other."""
    flat = tf.nest.flatten(batch)
    pieces = zip(*(tf.split(tensor, parts) for tensor in flat), strict=True)
    return [tf.nest.pack_sequence_as(batch, list(piece)) for piece in pieces]
