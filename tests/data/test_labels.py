import numpy as np
import pytest

from albert_tf.data.example import Example
from albert_tf.data.labels import find_labels, label_ids
from albert_tf.errors import UserError


def examples(*labels):
    return [Example("text", label=label) for label in labels]


def test_classes_are_sorted():
    assert find_labels(examples("b", "a", "b", "C")) == ["C", "a", "b"]


def test_integers_are_sorted_by_value():
    assert find_labels(examples("10", "9", "-1")) == ["-1", "9", "10"]
    assert find_labels(examples("10", "9", "x")) == ["10", "9", "x"]


def test_one_class_only():
    with pytest.raises(UserError, match='all 2 examples have the same .*"a"'):
        find_labels(examples("a", "a"))


def test_no_label():
    with pytest.raises(UserError, match="example 2 has no label"):
        find_labels(examples("a", None, "b"))
    with pytest.raises(UserError, match="f.tsv: example 1 has no label"):
        label_ids(examples(None), ["a"], "f.tsv")


def test_numbers():
    ids = label_ids(examples("b", "a", "b"), ["a", "b"])
    assert ids.dtype == np.int32
    np.testing.assert_array_equal(ids, [1, 0, 1])


def test_unknown_label():
    with pytest.raises(UserError) as caught:
        label_ids(examples("play", "plai"), ["play", "stop"], "dev.tsv")
    assert str(caught.value) == (
        'dev.tsv: example 2 has the unknown label "plai"; known: "play", '
        '"stop"; did you mean "play"?'
    )


def test_many_known_labels_are_not_all_listed():
    with pytest.raises(UserError, match=r'"9" \.\.\. \(77 in all\)$'):
        label_ids(examples("x"), [str(k) for k in range(77)])
