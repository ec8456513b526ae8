"""What a model without a transformer makes of the same data."""

import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.evaluation.baseline import (
    most_frequent_tags,
    tfidf_classes,
    tfidf_numbers,
)


def test_words_are_learned():
    texts = ["a good film", "a bad film", "so good", "so bad"]
    classes = np.array([1, 0, 1, 0])
    assert tfidf_classes(texts, classes, ["good", "bad"]).tolist() == [1, 0]


def test_chinese_has_no_blanks_between_words():
    texts = ["这家酒店很好", "房间不干净", "服务很好", "早餐不好吃"]
    classes = np.array([1, 0, 1, 0])
    dev = ["位置很好", "不满意"]
    assert tfidf_classes(texts, classes, dev).tolist() == [1, 0]


def test_texts_without_words():
    with pytest.raises(UserError, match="TF-IDF learns nothing of the texts"):
        tfidf_classes(["!", "?"], np.array([0, 1]), ["!"])


def test_a_word_has_the_tag_that_it_had_most_often():
    texts = [[("a", "O"), ("rio", "B-x")], [("rio", "B-x"), ("rio", "O")]]
    found = most_frequent_tags(texts, [["rio", "b"], ["a"]])
    assert found == [["B-x", "O"], ["O"]]


def test_numbers_of_texts_and_of_pairs():
    texts = [("a good film",), ("a bad film",), ("so good",), ("so bad",)]
    good, bad = tfidf_numbers(
        texts, np.array([5.0, 0, 5, 0]), [("good",), ("bad",)]
    )
    assert good > 3 > 2 > bad
    pairs = [("a cat", "a cat"), ("a cat", "the dog"), ("so", "so"), ("b", "c")]
    same, other = tfidf_numbers(
        pairs, np.array([5.0, 0, 5, 0]), [("the dog", "the dog"), ("a", "so")]
    )
    assert same > other
