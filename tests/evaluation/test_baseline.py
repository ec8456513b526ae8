"""What a model without a transformer makes of the same data."""

import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.evaluation.baseline import tfidf_accuracy


def test_words_are_learned():
    texts = ["a good film", "a bad film", "so good", "so bad"]
    classes = np.array([1, 0, 1, 0])
    assert tfidf_accuracy(texts, classes, ["good", "bad"], classes[:2]) == 1


def test_chinese_has_no_blanks_between_words():
    texts = ["这家酒店很好", "房间不干净", "服务很好", "早餐不好吃"]
    classes = np.array([1, 0, 1, 0])
    dev = ["位置很好", "不满意"]
    assert tfidf_accuracy(texts, classes, dev, classes[:2]) == 1


def test_texts_without_words():
    with pytest.raises(UserError, match="TF-IDF learns nothing of the texts"):
        tfidf_accuracy(["!", "?"], np.array([0, 1]), ["!"], np.array([0]))
