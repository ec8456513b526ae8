"""What a model without a transformer makes of the same data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from albert_tf.errors import UserError

# Scripts without blanks between words: Thai to Khmer, kana, ideographs.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"


def tfidf_classes(
    texts: Sequence[str], classes: np.ndarray, dev_texts: Sequence[str]
) -> np.ndarray:
    """What logistic regression says, on TF-IDF of words and word pairs.

    Args:
        texts: to fit.
        classes: their numbers, int [n].
        dev_texts: to classify.

    Returns:
        Numbers of classes, int [m].

    Raises:
        UserError: if the texts have no word.
    """
    from sklearn.linear_model import LogisticRegression

    vectors = _fit_vectors(texts)
    model = LogisticRegression(C=10, max_iter=1000)
    try:
        model.fit(vectors.transform(texts), classes)
    except ValueError as error:  # one class
        raise _nothing_learned(error) from None
    return model.predict(vectors.transform(dev_texts))


def tfidf_numbers(
    texts: Sequence[tuple[str, ...]],
    numbers: np.ndarray,
    dev_texts: Sequence[tuple[str, ...]],
) -> np.ndarray:
    """What ridge regression says, on TF-IDF of words and word pairs.

    Of two texts it sees, for each word, by how much they differ and what they
    have in common.

    Args:
        texts: to fit, each one text or two.
        numbers: theirs, float [n].
        dev_texts: such too.

    Returns:
        Numbers, float [m].

    Raises:
        UserError: if the texts have no word.
    """
    from scipy.sparse import hstack
    from sklearn.linear_model import Ridge

    vectors = _fit_vectors([text for one in texts for text in one])

    def features(texts):
        first, *second = map(vectors.transform, zip(*texts, strict=True))
        if not second:
            return first
        difference, common = abs(first - second[0]), first.multiply(second[0])
        return hstack([difference, common, common.sum(axis=1)])

    return Ridge().fit(features(texts), numbers).predict(features(dev_texts))


def _fit_vectors(texts: Sequence[str]):
    from sklearn.feature_extraction.text import TfidfVectorizer

    # Words of one letter too; where no blanks are, each character is one.
    vectors = TfidfVectorizer(
        ngram_range=(1, 2),
        sublinear_tf=True,
        token_pattern=rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+",
    )
    try:
        return vectors.fit(texts)
    except ValueError as error:
        raise _nothing_learned(error) from None


def _nothing_learned(error: ValueError) -> UserError:
    return UserError(f"TF-IDF learns nothing of the texts: {error}")


def most_frequent_tags(
    texts: Sequence[Sequence[tuple[str, str]]],
    dev_texts: Sequence[Sequence[str]],
) -> list[list[str]]:
    """For each word the tag that it had most often.

    Args:
        texts: words in small letters and their tags.
        dev_texts: words in small letters; one that `texts` do not have gets
            the tag that is most frequent of all.

    Returns:
        The tags of `dev_texts`.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    every: Counter[str] = Counter()
    for pairs in texts:
        for word, tag in pairs:
            counts[word][tag] += 1
            every[tag] += 1
    (default, _), *_ = every.most_common(1)
    best = {word: tags.most_common(1)[0][0] for word, tags in counts.items()}
    return [[best.get(word, default) for word in words] for words in dev_texts]
