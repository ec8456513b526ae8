"""Which column of a file is text, pair and label."""

import json

import pytest

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.readers import read_examples
from albert_tf.errors import UserError


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("sentence label", ("sentence", None, "label")),  # SST-2
        (
            "index sentence1 sentence2 label",  # RTE, WNLI
            ("sentence1", "sentence2", "label"),
        ),
        (
            "index question sentence label",  # QNLI
            ("question", "sentence", "label"),
        ),
        (
            "id qid1 qid2 question1 question2 is_duplicate",  # QQP
            ("question1", "question2", "is_duplicate"),
        ),
        (
            "Quality,#1 ID,#2 ID,#1 String,#2 String",  # MRPC
            ("#1 String", "#2 String", "Quality"),
        ),
        (
            "index genre filename year old_index source1 source2 sentence1 "
            "sentence2 score",  # STS-B
            ("sentence1", "sentence2", "score"),
        ),
        (
            "index promptID pairID genre sentence1_binary_parse "
            "sentence2_binary_parse sentence1_parse sentence2_parse sentence1 "
            "sentence2 label1 gold_label",  # MNLI
            ("sentence1", "sentence2", "gold_label"),
        ),
        (
            "premise hypothesis label idx",
            ("premise", "hypothesis", "label"),
        ),
        ("question passage idx label", ("question", "passage", "label")),
        ("text_a text_b label", ("text_a", "text_b", "label")),
        ("text category", ("text", None, "category")),  # Banking77
        ("label review", ("review", None, "label")),
        ("text intent", ("text", None, "intent")),
        ("Sentence1 Sentence2 Label", ("Sentence1", "Sentence2", "Label")),
        ("question label", ("question", None, "label")),
    ],
)
def test_usual_names_are_recognised(write, header, columns):
    names = header.split("," if "," in header else " ")
    path = write("a.tsv", "\t".join(names) + "\n" + "\t".join(names) + "\n")
    file = read_examples(path)
    assert file.columns == Columns(*columns)
    assert file == [Example(*columns)]
    first = json.dumps(dict(zip(names, names, strict=True)))
    assert read_examples(write("a.jsonl", first)).columns == file.columns
    described = str(file.columns)
    assert all(f'"{name}"' in described for name in columns if name)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("text sentence label", 'text may be in any of "text", "sentence";'),
        (
            "question1 question2 sentence1 sentence2 label",
            'any of "sentence1", "sentence2", "question1", "question2";',
        ),
        ("text label intent", 'label may be in any of "label", "intent";'),
        ("sentence1 label", "no column has a usual name for the text"),
        ("text other", "no column has a usual name for the label"),
    ],
)
def test_columns_that_may_be_meant(write, header, says, error_of):
    names = header.split()
    path = write("a.tsv", "\t".join(names) + "\n" + "\t".join(names) + "\n")
    assert says in error_of(path)
    file = read_examples(path, text_column=names[0], label_column=names[-1])
    assert file.columns == Columns(names[0], None, names[-1])


def test_labels_are_not_read_where_several_may_be_meant(write):
    path = write("a.tsv", "text\tlabel\tintent\na\t1\tx\n")
    assert read_examples(path, require_labels=False) == [Example("a")]


def test_pairs_and_single_texts_are_not_alike(write):
    pairs = read_examples(
        write("p.tsv", "sentence1\tsentence2\tlabel\na\tb\tc")
    )
    single = read_examples(write("s.tsv", "text\tlabel\na\tc"))
    pairs.check_alike(pairs)
    single.check_alike(single)
    for one, other in ((pairs, single), (single, pairs)):
        with pytest.raises(UserError) as caught:
            one.check_alike(other)
        assert str(caught.value) == (
            f"{one.path} was read as {one.columns}, but {other.path} as "
            f"{other.columns}: both must have pairs of texts, or neither"
        )
