"""How many layers a text needs, and where one may stop."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

# How sure it is that no more answers change than was promised.
_CONFIDENCE = 0.95


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    exponentials = np.exp(logits - logits.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


def sureness(
    logits: np.ndarray, rule: str, temperatures: Sequence[float] | None
) -> np.ndarray:
    """What the rule compares with its threshold, after each layer.

    Args:
        logits: float [n, N, C].
        rule: "confidence" or "patience", see `AlbertEarlyExitClassifier`.
        temperatures: N numbers; None for 1.

    Returns:
        float [n, N], probabilities or numbers of layers.
    """
    if rule == "confidence":
        scale = np.asarray(temperatures or [1.0] * logits.shape[1])
        return softmax(logits / scale[:, None]).max(-1)
    labels = logits.argmax(-1)
    alike = np.zeros(labels.shape)
    for layer in range(1, labels.shape[1]):
        same = labels[:, layer] == labels[:, layer - 1]
        alike[:, layer] = np.where(same, alike[:, layer - 1] + 1, 0)
    return alike


def needed_layers(sure: np.ndarray, threshold: float | None) -> np.ndarray:
    """How many layers are computed.

    Args:
        sure: see `sureness`.
        threshold: from where on a layer is the last; None for never.

    Returns:
        int [n], from 1 to N.
    """
    layers = sure.shape[1]
    if threshold is None:
        return np.full(len(sure), layers)
    leaves = sure >= threshold
    leaves[:, -1] = True
    return leaves.argmax(1) + 1


def fit_temperatures(logits: np.ndarray, truth: np.ndarray) -> list[float]:
    """The temperature of each layer that makes its probabilities true.

    It is the one with the highest likelihood (Guo et al., 2017).

    Args:
        logits: float [n, N, C].
        truth: class numbers, int [n].

    Returns:
        N numbers, from 0.05 to 20.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature, layer):
        scaled = logits[:, layer] / np.exp(log_temperature)
        highest = scaled.max(-1)
        total = np.log(np.exp(scaled - highest[:, None]).sum(-1)) + highest
        return np.mean(total - scaled[np.arange(len(truth)), truth])

    bounds = (np.log(0.05), np.log(20))
    return [
        float(
            np.exp(
                minimize_scalar(
                    loss, bounds=bounds, args=(k,), method="bounded"
                ).x
            )
        )
        for k in range(logits.shape[1])
    ]


@dataclasses.dataclass(frozen=True)
class Exit:
    """What a threshold does to some examples.

    Attributes:
        threshold: None for all layers.
        layers: mean number of layers computed.
        changed: share of the answers that are others than with all layers.
        accuracy: share of right answers.
    """

    threshold: float | None
    layers: float
    changed: float
    accuracy: float


def exit_curve(
    logits: np.ndarray, sure: np.ndarray, truth: np.ndarray
) -> list[Exit]:
    """What each threshold does, from all layers to the first one alone.

    Args:
        logits: float [n, N, C].
        sure: see `sureness`.
        truth: class numbers, int [n].
    """
    labels = logits.argmax(-1)
    return [
        _exit(labels, needed_layers(sure, threshold), truth, threshold)
        for threshold in (None, *thresholds(sure))
    ]


def thresholds(sure: np.ndarray, most: int = 100) -> list[float]:
    """All that differ in what they do, or `most` of them, highest first."""
    values = np.unique(sure[:, :-1])[::-1]
    if len(values) > most:
        places = np.linspace(0, len(values) - 1, most).round().astype(int)
        values = values[places]
    return values.tolist()


def choose_threshold(
    logits: np.ndarray, sure: np.ndarray, promise: float
) -> float | None:
    """The lowest threshold that changes few enough answers.

    Thresholds are tried from the highest down, each by an exact test of
    whether more than `promise` of all answers would be others than with all
    layers; the first that fails ends it. So the one that is chosen breaks the
    promise with a chance of 5 % at most, however many are tried (fixed
    sequence testing: Angelopoulos et al., 2021, section 3).

    Args:
        logits: float [n, N, C].
        sure: see `sureness`.
        promise: share of the answers that may change.

    Returns:
        None if no threshold keeps the promise for sure: for one of 1 % there
        must be 299 examples, even if no answer changes.
    """
    from scipy.stats import beta

    labels = logits.argmax(-1)
    rows, chosen = np.arange(len(labels)), None
    for threshold in thresholds(sure):
        found = labels[rows, needed_layers(sure, threshold) - 1]
        changed = int((found != labels[:, -1]).sum())
        # Clopper and Pearson's upper bound.
        bound = 1.0
        if changed < len(labels):
            bound = beta.ppf(_CONFIDENCE, changed + 1, len(labels) - changed)
        if bound > promise:
            break
        chosen = threshold
    return chosen


def _exit(labels, needed, truth, threshold) -> Exit:
    found = labels[np.arange(len(labels)), needed - 1]
    return Exit(
        threshold,
        float(needed.mean()),
        float((found != labels[:, -1]).mean()),
        float((found == truth).mean()),
    )
