"""The Kotlin library in this process, by JPype, for comparisons with Python."""

import array
import json

import build_core
import numpy as np

from albert_tf.errors import UserError

try:
    import jpype
except ImportError:
    raise UserError(
        "the Kotlin library is driven by JPype: pip install jpype1"
    ) from None

PACKAGE = "io.github.alberttf"


def start():
    """Starts a JVM with the library, once."""
    if not jpype.isJVMStarted():
        classpath = [*map(str, build_core.core_classpath())]
        jpype.startJVM(classpath=classpath, convertStrings=False)


def java_class(name):
    """A class of the library, such as "model.ModelFile"."""
    return jpype.JClass(f"{PACKAGE}.{name}")


def java_text(text):
    """The same text in UTF-16; half surrogate pairs stay what they are."""
    units = array.array("H", text.encode("utf-16-le", "surrogatepass"))
    return jpype.JString(jpype.JArray(jpype.JChar)(units.tolist()))


def java_tokenizer(tokenizer):
    """The same tokenizer in Kotlin."""
    configuration = json.dumps(tokenizer.configuration)
    data = np.frombuffer(tokenizer.data, "int8")
    return java_class("tokenizers.Tokenizer").read(
        java_text(configuration), jpype.JArray(jpype.JByte)(data)
    )


def encoded(tokenizer, text, pair=None, max_length=512):
    """What Kotlin makes of a text: ids, segments, starts, ends, truncated."""
    found = tokenizer.encode(
        java_text(text), None if pair is None else java_text(pair), max_length
    )
    return (
        [*found.getTokenIds()],
        [*found.getSegmentIds()],
        [*zip(found.getStarts(), found.getEnds(), strict=True)],
        int(found.getTruncated()),
    )


def expected(tokenizer, text, pair=None, max_length=512):
    """What Python makes of it, with places in UTF-16 units.

    Half surrogate pairs, which Python refuses, are U+FFFD.
    """
    text = well_formed(text)
    pair = None if pair is None else well_formed(pair)
    found = tokenizer.encode(text, pair, max_length)
    units = [utf16_places(text), utf16_places(pair or "")]
    spans = [
        (int(units[segment][start]), int(units[segment][end]))
        for (start, end), segment in zip(
            found.offsets, found.segment_ids, strict=True
        )
    ]
    return found.token_ids, found.segment_ids, spans, found.num_truncated


def well_formed(text):
    """The text with U+FFFD for each half of a surrogate pair."""
    data = text.encode("utf-16-le", "surrogatepass")
    whole = data.decode("utf-16-le", "surrogatepass")
    return "".join(
        "\ufffd" if "\ud800" <= character <= "\udfff" else character
        for character in whole
    )


def utf16_places(text):
    """For each character, and the end, where it is in UTF-16 units."""
    sizes = [1 + (character > "\uffff") for character in text]
    return np.concatenate([[0], np.cumsum(sizes, dtype=int)])
