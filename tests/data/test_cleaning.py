import dataclasses
import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.cleaning import CleaningOptions, clean_document

OFF = CleaningOptions(control_characters=False)
HTML = dataclasses.replace(OFF, html=True)
CONTROLS = CleaningOptions()
REPEATED = dataclasses.replace(OFF, repeated_lines=True)

lines_of_text = st.lists(
    st.text(min_size=1).map(str.strip).filter(lambda s: s and "\n" not in s)
)


def is_clean(lines):
    return all(line == line.strip() != "" for line in lines)


def test_nothing_to_do():
    lines = ["a <b>c</b> &amp;\u200b", "a <b>c</b> &amp;\u200b"]
    assert clean_document(lines, OFF) == (lines, {})
    assert clean_document([], CleaningOptions(True, True, True)) == ([], {})
    plain = ["Two lines", "日本語 and é"]
    assert clean_document(plain, CleaningOptions(True, True, True)) == (
        plain,
        {},
    )


@pytest.mark.parametrize(
    ("lines", "expected", "tags"),
    [
        (["<p>One <b>bold</b>.</p>"], ["One bold."], 4),
        (["un<i>believ</i>able"], ["unbelievable"], 2),
        (["<h1>Title</h1>Text<br/>more"], ["Title", "Text", "more"], 3),
        (["<td>a</td><td>b</td>"], ["a", "b"], 4),
        (["see <a", 'href="x>y"', "id='z'>this</a> one"], ["see this one"], 2),
        (["a<!-- <b> gone", "-->b"], ["ab"], 1),
        (["<!DOCTYPE html><?xml?>x"], ["x"], 2),
        (["a<![endif]>b<![CDATA[c]]>"], ["ab"], 2),
        (["AT&amp;T &lt;b&gt; &eacute;&#8212;&#x41;"], ["AT&T <b> é—A"], 0),
        (["&nbsp;", "x&nbsp;"], ["x"], 0),
        (["if x <y and 3 < 4 then <3 <b>z</b>"],
         ["if x <y and 3 < 4 then <3 z"], 2),
        (["<p></p>"], [], 2),
        (["ends <a"], ["ends <a"], 0),
        (["<!--a--> b <!-- <i>c</i>"], ["b <!-- c"], 3),
    ],
)  # fmt: skip
def test_html(lines, expected, tags):
    cleaned, dropped = clean_document(lines, HTML)
    assert cleaned == expected
    assert dropped == ({"html tags": tags} if tags else {})


def test_html_scripts():
    lines = [
        "a<script>if (x<y) {",
        '"<p>"; }</script>b',
        "<STYLE>p {}</STYLE>c",
    ]
    cleaned, dropped = clean_document(lines, HTML)
    assert cleaned == ["ab", "c"]
    assert dropped == {"html tags": 4, "html scripts": 2}


@given(lines_of_text)
def test_html_gives_back_escaped_text(lines):
    # html.unescape, as browsers, takes these for other characters.
    lines = [line for line in lines if "\0" not in line and "\r" not in line]
    cleaned, dropped = clean_document(
        [f"<p>{html.escape(line)}</p>" for line in lines], HTML
    )
    assert cleaned == lines
    assert dropped["html tags"] == 2 * len(lines)


@given(st.lists(st.text("<>!-/abp[]&;#3 \"'=?")))
def test_html_takes_any_text(lines):
    cleaned, dropped = clean_document(lines, HTML)
    if "<" in "".join(lines) or "&" in "".join(lines):
        assert is_clean(cleaned)
    assert min(dropped.values(), default=1) > 0


@pytest.mark.parametrize(
    "text", ["<a ", "<a href='", "<a b=", "</", "<![", "<", "<!--"]
)
def test_many_unclosed_tags(text):
    # With html.parser alone, the first takes minutes.
    line = (text * 20_000).strip()
    cleaned, _ = clean_document([line], HTML)
    assert cleaned == [line.replace("<![", "<!")]


@pytest.mark.parametrize(
    ("line", "expected", "count"),
    [
        ("zero\u200bwidth \ufeffmark", "zerowidth mark", 2),
        ("soft\u00adhyphen", "softhyphen", 1),
        ("a\x00b\x07c\x7fd\x9fe", "abcde", 4),
        ("\u202aleft\u202c \ue000\ud800", "left", 4),
        (
            "tab\tvertical\vreturn\rnext\x85end",
            "tab vertical return next end",
            0,
        ),
        ("می\u200cخواهم 👩\u200d🚀", "می\u200cخواهم 👩\u200d🚀", 0),
        ("a\u00a0b\u3000c\u2028d", "a\u00a0b\u3000c\u2028d", 0),
        ("unassigned \u0378", "unassigned \u0378", 0),
    ],
)
def test_control_characters(line, expected, count):
    cleaned, dropped = clean_document(["first", line], CONTROLS)
    assert cleaned == ["first", expected]
    assert dropped == ({"control characters": count} if count else {})


def test_line_of_control_characters_is_dropped():
    cleaned, dropped = clean_document(
        ["a", "\u200b\ufeff", "b\u200b"], CONTROLS
    )
    assert cleaned == ["a", "b"]
    assert dropped == {"control characters": 3}


@given(lines_of_text)
def test_control_characters_and_nothing_else(lines):
    def is_control(character):
        category = unicodedata.category(character)
        return (
            category in ("Cc", "Cf", "Co", "Cs")
            and character not in "\u200c\u200d"
        )

    cleaned, dropped = clean_document(lines, CONTROLS)
    text = "".join(lines)
    left = [c for c in text if not is_control(c) and not c.isspace()]
    assert "".join("".join(cleaned).split()) == "".join(left)
    assert not any(map(is_control, "".join(cleaned)))
    assert is_clean(cleaned)
    gone = sum(is_control(c) and not c.isspace() for c in text)
    assert dropped["control characters"] == gone


def test_repeated_lines():
    lines = ["Menu", "One", "Menu", "menu", "Two", "Menu"]
    cleaned, dropped = clean_document(lines, REPEATED)
    assert cleaned == ["Menu", "One", "menu", "Two"]
    assert dropped == {"repeated lines": 2}


def test_all_in_order():
    lines = ["<b>Menu</b>&shy;", "Menu\u200b", "<p>Text</p>"]
    cleaned, dropped = clean_document(lines, CleaningOptions(True, True, True))
    assert cleaned == ["Menu", "Text"]
    assert dropped == {
        "html tags": 4,
        "control characters": 2,
        "repeated lines": 1,
    }


@given(lines_of_text)
def test_cleaning_twice_changes_nothing_more(lines):
    options = CleaningOptions(repeated_lines=True)
    cleaned, _ = clean_document(lines, options)
    assert clean_document(cleaned, options) == (cleaned, {})
