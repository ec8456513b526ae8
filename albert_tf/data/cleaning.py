"""What is removed from documents before they are used."""

from __future__ import annotations

import collections
import dataclasses
import html.parser
import unicodedata

# Within words of some scripts and in emoji these two are letters.
_JOINERS = "\u200c\u200d"
# Elements that begin a line of their own.
_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "br", "dd", "div", "dl")
    + ("dt", "figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5")
    + ("h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section")
    + ("table", "td", "th", "tr", "ul")
)
_HIDDEN = frozenset(("script", "style", "template"))


@dataclasses.dataclass(frozen=True)
class CleaningOptions:
    """What is cleaned.

    Attributes:
        html: tags, and what is in `script` and `style`, are removed, and
            entities become characters.
        control_characters: control and format characters and those for
            private use are removed; tabs become blanks.
        repeated_lines: of lines that a document has more than once, the first
            stays.
    """

    html: bool = False
    control_characters: bool = True
    repeated_lines: bool = False


def clean_document(
    lines: list[str], options: CleaningOptions
) -> tuple[list[str], collections.Counter]:
    """Cleans a document.

    Args:
        lines: of the document.
        options: what is cleaned.

    Returns:
        The lines that are left, none of them blank, and how much was removed:
        "html tags", "control characters", "repeated lines".
    """
    dropped = collections.Counter()
    if options.html:
        lines = _strip_html(lines, dropped)
    if options.control_characters:
        lines = [_strip_controls(line, dropped) for line in lines]
    if options.repeated_lines:
        unique = dict.fromkeys(lines)
        dropped["repeated lines"] += len(lines) - len(unique)
        lines = [*unique]
    return [line for line in lines if line.strip()], +dropped


def _strip_controls(line: str, dropped) -> str:
    if line.isprintable():
        return line
    line = line.replace("\t", " ")
    kept = "".join(filter(_is_wanted, line))
    dropped["control characters"] += len(line) - len(kept)
    return kept


def _is_wanted(character: str) -> bool:
    if character in _JOINERS:
        return True
    return not unicodedata.category(character).startswith("C")


def _strip_html(lines, dropped) -> list[str]:
    if not any("<" in line or "&" in line for line in lines):
        return lines
    parser = _TextOfHtml()
    parser.feed("\n".join(lines))
    parser.close()
    dropped["html tags"] += parser.tags
    return "".join(parser.text).split("\n")


class _TextOfHtml(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self._hidden = [], 0, 0

    def handle_starttag(self, tag, attrs):
        self.tags += 1
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_endtag(self, tag):
        self.tags += 1
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data):
        if not self._hidden:
            self.text.append(data)
