"""What a model without a transformer makes of the same data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from albert_tf.errors import UserError

# Scripts without blanks between words: Thai to Khmer, kana, ideographs.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"


def tfidf_accuracy(
    texts: Sequence[str],
    classes: np.ndarray,
    dev_texts: Sequence[str],
    dev_classes: np.ndarray,
) -> float:
    """Accuracy of logistic regression on TF-IDF of words and word pairs.

    Args:
        texts: to fit.
        classes: their numbers, int [n].
        dev_texts: to score.
        dev_classes: their numbers.

    Returns:
        The share of `dev_texts` that is classified right.

    Raises:
        UserError: if the texts have no word.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        # Words of one letter too; where no blanks are, each character is one.
        TfidfVectorizer(
            ngram_range=(1, 2),
            sublinear_tf=True,
            token_pattern=rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+",
        ),
        LogisticRegression(C=10, max_iter=1000),
    )
    try:
        model.fit(texts, classes)
    except ValueError as error:
        raise UserError(
            f"TF-IDF learns nothing of the texts: {error}"
        ) from None
    return float(model.score(dev_texts, dev_classes))
