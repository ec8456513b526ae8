"""The Kotlin library in this process, by JPype, for comparisons with Python."""

import json

import build_core
import kotlin_places
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
    units = jpype.JArray(jpype.JChar)(kotlin_places.units(text))
    return jpype.JString(units)


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
