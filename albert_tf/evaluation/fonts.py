"""Fonts for the letters of any script."""

from __future__ import annotations

from albert_tf.errors import warn


def find_fonts(text: str) -> tuple[list[str], set[str]]:
    """Finds installed fonts that have the letters of a text.

    Warns if a letter is in none of them.

    Args:
        text: all that is to be written; white space does not count.

    Returns:
        Names of families for matplotlib, the first of them its own, and the
        characters that none of them has.
    """
    from matplotlib import font_manager

    manager = font_manager.fontManager
    own = manager.defaultFamily["ttf"]
    missing = {character for character in text if not character.isspace()}
    families = [own]
    missing -= _characters(manager.findfont(own))
    for name, path in sorted(_others(manager.ttflist)):
        found = missing and missing & _characters(path)
        if found:
            families.append(name)
            missing -= found
    if missing:
        shown = "".join(sorted(missing)[:5])
        warn(
            f"no installed font has {shown}, so the picture shows codes in "
            "place of letters; a font such as Noto Sans would have them",
        )
    return families, missing


def _others(fonts) -> set[tuple[str, str]]:
    """Names and files of plain fonts."""
    return {
        (font.name, font.fname)
        for font in fonts
        # Others are told of by matplotlib when they are asked for ...
        if font.style == "normal" and font.weight in (400, "normal", "regular")
        # ... and these have a box for everything.
        if not font.name.replace(" ", "").startswith("LastResort")
    }


def _characters(path: str) -> set[str]:
    from matplotlib.font_manager import get_font

    try:
        return set(map(chr, get_font(path).get_charmap()))
    except (OSError, RuntimeError, ValueError):  # a font that is no outlines
        return set()
