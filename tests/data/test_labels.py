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
    with pytest.raises(UserError, match=r'"k9" \.\.\. \(77 in all\)$'):
        label_ids(examples("x"), [f"k{k}" for k in range(77)])


@pytest.mark.parametrize(
    ("labels", "classes", "says"),
    [
        (["good ", "bad", "good"], ["bad", "good"], '"good ", "good" differ'),
        (["Good", "bad", "good"], ["Good", "bad", "good"], "2 classes"),
        (["a  b", "a b", "c\n"], ["a  b", "a b", "c"], '"a  b", "a b" differ'),
        (["A", "a", "B", "b"], ["A", "B", "a", "b"], "so do 1 more"),
        (["1.0", "0.0", "1"], ["0", "1"], "classes, 0, 1; .* regression"),
        (["10.", "9.00"], ["9", "10"], "regression"),
        ([*map(str, range(24))], [*map(str, range(24))], "24 .* regression"),
        (["yes", "None", "no"], ["None", "no", "yes"], '"None" is taken for'),
    ],
)
def test_labels_that_look_like_mistakes(labels, classes, says):
    with pytest.warns(UserWarning, match=says):
        assert find_labels(examples(*labels)) == classes


@pytest.mark.parametrize(
    "labels", [["b", "a"], ["0", "1"], [*map(str, range(5))], ["1", "one"]]
)
@pytest.mark.filterwarnings("error")
def test_ordinary_labels_give_no_warning(labels):
    assert find_labels(examples(*labels)) == sorted(labels)


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (["0.00", "0.37", "5"], "3 .* fractions, 0.00, 0.37, 5 .* regression"),
        (["1e-3", "-.5"], "2 different numbers with fractions"),
        (["1", "0", "None"], 'example 3 has the label "None", the others'),
        (["1.0", "N/A", "0.0", "N/A"], 'example 2 has the label "N/A"'),
        (["1.0", "1", " 1"], 'all 3 examples have the same label "1"'),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_labels_that_are_no_classes(labels, says):
    with pytest.raises(UserError, match=says):
        find_labels(examples(*labels))


def test_a_label_is_known_however_it_is_written():
    ids = label_ids(examples("1.0", " 0", "1", "-2.00"), ["-2", "0", "1"])
    np.testing.assert_array_equal(ids, [2, 1, 2, 0])
    # Unless just that is a class.
    assert label_ids(examples("1.0"), ["1", "1.0"]) == [1]


@pytest.mark.parametrize(
    ("label", "labels", "says"),
    [
        ("1", ["bad", "good"], "are numbers, the known ones names: write"),
        ("good", ["0", "1"], "are names, the known ones numbers: write"),
        ("GOOD", ["bad", "good"], 'did you mean "good"'),
        ("a\n", ["b"], r'unknown label "a\\n"'),
    ],
)
def test_help_with_unknown_labels(label, labels, says):
    with pytest.raises(UserError, match=says):
        label_ids(examples(label), labels)


def test_whole_numbers_beside_names_are_one_class():
    found = find_labels(examples("1", "1.0", "unsure", "0"))
    assert found == ["0", "1", "unsure"]
    np.testing.assert_array_equal(
        label_ids(examples("1.0", "unsure", "0"), found), [1, 2, 0]
    )


def test_labels_that_look_alike_are_told_with_what_cannot_be_seen():
    with pytest.warns(UserWarning, match=r'"go\\u00a0od", "go od"|"go od"'):
        find_labels(examples("go\u00a0od", "go od", "bad"))
    with pytest.warns(UserWarning, match=r'"good\\u200b"'):
        find_labels(examples("good\u200b", "good", "bad"))
    with pytest.warns(UserWarning, match="how their letters are written"):
        find_labels(examples("café", "cafe\u0301", "bad"))


def test_a_label_of_many_digits_is_a_name():
    digits = "7" * 5000
    assert find_labels(examples(digits, "1")) == ["1", digits]
    with pytest.raises(UserError) as error:
        label_ids(examples("8" * 5000), ["1", "2"])
    assert len(str(error.value)) < 300
