import csv
import io
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data import quoting
from albert_tf.data.quoting import has_quoted_fields
from albert_tf.data.readers import read_examples


def is_quoted(text):
    lines = enumerate(io.StringIO(text, newline=""), 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return has_quoted_fields("a.tsv", iter(lines))


@pytest.mark.parametrize(
    "rows",
    [
        ['"He said ""fine""."\tgood', "plain\tbad"],  # as pandas
        ['good\t"""Fine"" he said."', "bad\tplain"],
        ['"a\tb"\tgood'],
        ['"a', 'b"\tgood', "plain\tbad"],
        ['"a', "", 'b"\tgood'],
        ['"a ""b""', 'c"\tgood', '"d"\tbad'],
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_quotes_around_fields(rows, end):
    assert is_quoted(end.join(["text\tlabel", *rows, ""]))


def test_a_header_in_quotes():
    assert is_quoted('"text"\t"label"\n"plain"\t"good"\n"well"\t1\n')


@pytest.mark.parametrize(
    "rows",
    [
        ["plain\tgood"],
        ['open "quote\tgood', 'another"\tbad'],
        ['"Go home."\tgood', "plain\tbad"],  # spoken, maybe
        ['"Go home.\tgood', "plain\tbad"],
        ['"Go home.\tgood', 'Now."\tbad'],  # a sentence cut in two
        ['"Go," he said, "home."\tgood'],
        ['12" and 13"\tgood'],
    ],
)
def test_quotes_in_the_text(rows):
    assert not is_quoted("\n".join(["text\tlabel", *rows, ""]))


def test_warns_where_quotes_do_not_fit():
    quoted, odd = '"He said ""fine""."\tgood', 'He said "fine".\tbad'
    for rows in ([quoted, odd, "c\td"], [odd, "c\td", quoted]):
        text = "\n".join(["text\tlabel", *rows])
        number = rows.index(odd) + 2
        lines = enumerate(io.StringIO(text), 1)
        with pytest.warns(UserWarning, match=f"in line {number} a quote that"):
            assert not has_quoted_fields("a.tsv", iter(lines))


def test_an_odd_quote_does_not_join_the_whole_file(monkeypatch):
    monkeypatch.setattr(quoting, "_LONGEST_ROW", 1000)
    taken = []

    def lines():
        yield 1, "text\tlabel\n"
        yield 2, '"open\t1\n'
        for number in range(3, 10_000):
            taken.append(number)
            yield number, "plain text\t1\n"

    longest = max(len(row) for _, row in quoting._rows(lines()))
    assert 1000 <= longest < 1100
    assert not has_quoted_fields("a.tsv", lines())


def fits_line_by_line(text):
    """Whether each line of a quoted first field makes a row of two fields."""
    *lines, last = [line.count("\t") for line in text.split("\n")]
    return lines and not last and all(tabs == 1 for tabs in lines)


# A file of such fields alone means as much with its quotes as without them.
fields = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    min_size=1,
).filter(lambda text: text.strip() == text and not fits_line_by_line(text))
rows = st.lists(st.tuples(fields, st.sampled_from("ab")), min_size=1)


def reads(path, expected):
    examples = read_examples(path)
    assert [(one.text, one.label) for one in examples] == expected


@given(rows, st.sampled_from(["\n", "\r\n"]))
def test_reads_what_csv_wrote(tmp_path_factory, rows, end):
    """Python's csv, as pandas does, quotes what needs it; or everything."""
    # Where a line feed ends lines, it leaves a return without quotes, which
    # none of its readers takes.
    rows = [(text.replace("\r", "|"), label) for text, label in rows]
    folder = tmp_path_factory.mktemp("csv")
    for quoting_, name in (
        (csv.QUOTE_MINIMAL, "minimal.tsv"),
        (csv.QUOTE_ALL, "all.tsv"),
    ):
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(
                file, "excel-tab", quoting=quoting_, lineterminator=end
            )
            writer.writerows([("text", "label"), *rows])
        reads(folder / name, rows)


@given(rows)
def test_reads_what_was_written_as_it_is(tmp_path_factory, rows):
    """An odd quote says that quotes are nothing special."""
    path = tmp_path_factory.mktemp("plain") / "a.tsv"
    rows = [(" ".join(text.split()), label) for text, label in rows]
    rows.append(('an odd " one', "b"))
    text = "".join(f"{text}\t{label}\n" for text, label in rows)
    path.write_text(f"text\tlabel\n{text}", encoding="utf-8", newline="")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reads(path, rows)


def test_a_column_that_is_always_in_quotes():
    rows = ['"fine"\t1', '"dull"\t2', '"so so"\t3']
    assert is_quoted("\n".join(["text\tlabel", *rows, ""]))
    assert not is_quoted("\n".join(["text\tlabel", *rows[:2], ""]))
    assert not is_quoted("\n".join(["text\tlabel", *rows, "plain\t1", ""]))
