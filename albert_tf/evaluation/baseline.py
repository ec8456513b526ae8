"""What a model without a transformer makes of the same data."""

from __future__ import annotations

from collections.abc import Sequence

from albert_tf.data.example import Example


def tfidf_accuracy(train: Sequence[Example], dev: Sequence[Example]) -> float:
    """Accuracy of logistic regression on TF-IDF of words and word pairs.

    Args:
        train: labelled examples to fit.
        dev: labelled examples to score.

    Returns:
        The share of `dev` that is classified right.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(C=10, max_iter=1000),
    )
    model.fit(_texts(train), [example.label for example in train])
    return float(model.score(_texts(dev), [example.label for example in dev]))


def _texts(examples: Sequence[Example]) -> list[str]:
    return [f"{example.text} {example.pair or ''}" for example in examples]
