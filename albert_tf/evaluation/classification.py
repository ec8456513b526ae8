"""Scores of a classifier, by scikit-learn's definitions."""

import numpy as np

from albert_tf.evaluation.classification_report import ClassificationReport


def evaluate_classification(
    label_ids, predicted_ids, labels
) -> ClassificationReport:
    """Compares predictions with the truth.

    Args:
        label_ids: the true classes, integers [B], B at least 1.
        predicted_ids: the predicted ones, integers [B].
        labels: the C class names.

    Returns:
        All scores.

    Raises:
        ValueError: the arrays are empty or their lengths differ, or a number
            is not one of a class.
    """
    from sklearn import metrics

    truth, predicted = np.asarray(label_ids), np.asarray(predicted_ids)
    if truth.shape != predicted.shape or truth.ndim != 1 or not len(truth):
        raise ValueError(
            "one prediction for each label is needed, and at least one; got "
            f"shapes {truth.shape} and {predicted.shape}"
        )
    both = np.concatenate([truth, predicted])
    if both.min() < 0 or both.max() >= len(labels):
        raise ValueError(
            f"class numbers must be 0 ... {len(labels) - 1}, got "
            f"{both.min()} ... {both.max()}"
        )
    classes = np.arange(len(labels))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, predicted, labels=classes, zero_division=0
    )
    return ClassificationReport(
        labels=tuple(labels),
        accuracy=float(np.mean(truth == predicted)),
        # A class that is neither asked for nor predicted has no F1.
        macro_f1=float(f1[np.unique(both)].mean()),
        precision=precision,
        recall=recall,
        f1=f1,
        # Where nothing is right, scikit-learn counts in floats.
        support=np.bincount(truth, minlength=len(labels)),
        confusion=metrics.confusion_matrix(truth, predicted, labels=classes),
    )
