"""How an output learns from what a teacher gives."""

from __future__ import annotations

import dataclasses

import numpy as np
from keras import ops

_LITTLE = 1e-30  # whose logarithm is finite
_NEVER = -1e9  # the logit of what is no choice


@dataclasses.dataclass(frozen=True)
class SoftOutput:
    """How an output of a model is compared with the same of its teacher.

    Attributes:
        kind: "softmax" where the last axis is one choice of several, "sigmoid"
            where each number is a yes or no, "number" for amounts.
        labels: the model's attribute that names the last axis; None where it
            has no names, as choices and places in a text.
        layers: the output that has the same of every layer, [B, N, C], which
            all learn it; None for a model with one.
    """

    kind: str = "softmax"
    labels: str | None = None
    layers: str | None = None

    def soften(self, logits: np.ndarray, temperature: float) -> np.ndarray:
        """What the student is to give.

        Args:
            logits: the teacher's, float [..., C]; NaN where it has none.
            temperature: what they are divided by.

        Returns:
            Probabilities, or amounts as they are, float32 [..., C]; rows of
            -1 where the teacher has none.
        """
        logits = np.asarray(logits, "float64")
        if self.kind == "number":
            return logits.astype("float32")
        logits = logits / temperature
        if self.kind == "sigmoid":
            found = 0.5 * (1 + np.tanh(0.5 * logits))
        else:
            found = np.exp(logits - logits.max(-1, keepdims=True))
            found /= found.sum(-1, keepdims=True)
        return np.where(np.isnan(found), -1, found).astype("float32")

    def distance(self, targets, outputs: dict, name: str, temperature: float):
        """How far the student is from its teacher.

        The divergence of the softened probabilities, times the square of the
        temperature, so that its gradient does not shrink (Hinton et al., 2015,
        section 2); of amounts the squared error.

        Args:
            targets: of `soften`, float32 [B, C], or [B, L, C] of tokens; -1
                does not count.
            outputs: the student's, by name.
            name: of the output.
            temperature: that of `soften`.

        Returns:
            The mean, a scalar. Of several layers that of layer j counts
            j-fold.
        """
        if self.kind == "number":
            return ops.mean(ops.square(targets - outputs[name]))
        weights = 1.0
        logits = outputs[self.layers or name] / temperature
        if self.layers is not None:
            layers = logits.shape[1]
            targets = ops.expand_dims(targets, 1) + ops.zeros_like(logits)
            weights = ops.arange(1, layers + 1, dtype="float32")
            weights *= 2 / (layers + 1)  # with a mean of 1
        diverged = _sigmoid if self.kind == "sigmoid" else _softmax
        found, counts = diverged(targets, logits)
        total = ops.sum(found * counts * weights)
        mean = total / ops.maximum(ops.sum(counts), 1.0)
        return mean * temperature**2


def _softmax(targets, logits):
    """The divergences [...] of choices [..., C], and which count, 1 or 0."""
    is_choice = targets >= 0
    truth = ops.where(is_choice, targets, 0.0)
    log_q = ops.log_softmax(ops.where(is_choice, logits, _NEVER))
    log_p = ops.log(ops.maximum(truth, _LITTLE))
    counts = ops.cast(ops.any(is_choice, -1), "float32")
    return ops.sum(truth * (log_p - log_q), -1), counts


def _sigmoid(targets, logits):
    """The divergence of each yes or no by itself; all count."""
    total = 0.0
    for truth, logit in ((targets, logits), (1 - targets, -logits)):
        log_p = ops.log(ops.maximum(truth, _LITTLE))
        total += truth * (log_p - ops.log_sigmoid(logit))
    return total, ops.ones_like(total)
