"""Removes from documents what is no text."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser

# Joiners are how Persian, Indian scripts and emoji are spelled.
_KEPT = "\u200c\u200d"
# HTMLParser takes time that grows with the square of the text, or worse, for
# tags that nothing closes, as in "x <y", so they become text before; those of
# comments are not told by the next ">", as comments may hold tags.
_UNCLOSED = re.compile("<(?!!--|[^<>]*>)")
_DROPPED = frozenset(("script", "style"))
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|button|caption|center|dd|details|"
    "dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|"
    "header|hr|html|legend|li|main|nav|ol|optgroup|option|p|pre|section|"
    "select|summary|table|tbody|td|textarea|tfoot|th|thead|title|tr|ul"
)


@dataclasses.dataclass(frozen=True)
class CleaningOptions:
    """What is cleaned.

    Attributes:
        html: removes tags; entities such as `&amp;` become the characters
            they stand for.
        control_characters: removes characters that control the display only
            or have no meaning (Unicode categories Cc, Cf, Co and Cs). Tabs
            and other white space become blanks; the joiners U+200C and U+200D
            stay, which belong to the spelling of words.
        repeated_lines: removes a line that the document had before, as menus
            of web pages.
    """

    html: bool = False
    control_characters: bool = True
    repeated_lines: bool = False


def clean_document(
    lines: list[str], options: CleaningOptions
) -> tuple[list[str], Counter]:
    """Cleans a document.

    Args:
        lines: none blank, nor with white space around it.
        options: what is cleaned.

    Returns:
        The lines that are left, which are such lines too, and counts of what
        was dropped: "html tags" (comments too), "html scripts" (with styles),
        "control characters", "repeated lines". What was not dropped has no
        count.
    """
    dropped = Counter()
    if options.html:
        lines = _without_html(lines, dropped)
    if options.control_characters:
        lines = _without_control_characters(lines, dropped)
    if options.repeated_lines:
        distinct = [*dict.fromkeys(lines)]
        if len(distinct) < len(lines):
            dropped["repeated lines"] = len(lines) - len(distinct)
            lines = distinct
    return lines, dropped


def _without_html(lines, dropped):
    text = "\n".join(lines)
    if "<" not in text and "&" not in text:
        return lines
    closed, end, rest = text.rpartition("-->")
    text = closed + end + rest.replace("<!--", "&lt;!--")
    # HTMLParser fails on `<![`, which begins a comment in browsers.
    text = _UNCLOSED.sub("&lt;", text.replace("<![", "<!"))
    parser = _TextOfHtml(dropped)
    parser.feed(text)
    parser.close()
    return _stripped("".join(parser.parts).split("\n"))


class _TextOfHtml(HTMLParser):
    """Collects the text between tags; block tags become ends of lines."""

    def __init__(self, dropped: Counter):
        super().__init__()
        self.parts = []
        self._dropped = dropped
        self._is_script = False

    def handle_starttag(self, tag, attrs):
        self._is_script = tag in _DROPPED
        if self._is_script:
            self._dropped["html scripts"] += 1
        self._drop_tag(tag)

    def handle_startendtag(self, tag, attrs):
        self._drop_tag(tag)

    def handle_endtag(self, tag):
        self._is_script = False
        self._drop_tag(tag)

    def handle_data(self, data):
        if not self._is_script:
            self.parts.append(data)

    def handle_comment(self, data):
        self._drop_tag()

    def handle_decl(self, decl):
        self._drop_tag()

    def handle_pi(self, data):
        self._drop_tag()

    def _drop_tag(self, tag=""):
        self._dropped["html tags"] += 1
        if _BLOCK.fullmatch(tag):
            self.parts.append("\n")


def _without_control_characters(lines, dropped):
    # Fast, and true of nearly all documents.
    if all(map(str.isprintable, lines)):
        return lines
    return _stripped(_without_controls(line, dropped) for line in lines)


def _without_controls(line, dropped):
    if line.isprintable():
        return line
    for character in set(line):
        if character.isprintable() or character in _KEPT:
            continue
        category = unicodedata.category(character)
        if category == "Cc" and character.isspace():
            line = line.replace(character, " ")
        elif category in ("Cc", "Cf", "Co", "Cs"):
            dropped["control characters"] += line.count(character)
            line = line.replace(character, "")
    return line


def _stripped(lines):
    return [line for line in map(str.strip, lines) if line]
