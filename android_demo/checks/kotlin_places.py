"""Places in texts and answers of Python as Kotlin has them, in UTF-16 units."""

import array

import numpy as np

from albert_tf.nearest import unit


def units(text):
    """The UTF-16 units of a text; half surrogate pairs stay what they are."""
    return array.array("H", text.encode("utf-16-le", "surrogatepass")).tolist()


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


def answer(task, found, text):
    """An answer in plain values, the same as of `kotlin_answers`.

    Args:
        task: whose answer it is.
        found: the answer.
        text: the text that its places are in.
    """
    name = task.name
    if name == "regression":
        return {"number": found}
    if name == "similarity":
        return {"vector": unit(found).tolist()}
    if name == "multilabel":
        return {"labels": found.labels, "scores": found.scores}
    if name == "intent_slots":
        return {
            "scores": found.intent.scores,
            "label": found.intent.label,
            **_tags(found.slots, text),
        }
    if hasattr(found, "tags"):
        return _tags(found, text)
    if hasattr(found, "candidates"):
        return _answers(found, text)
    return {"scores": found.scores, "label": found.label}


def _tags(found, text):
    places = utf16_places(text)
    return {
        "tags": found.tags,
        "spans": [
            [
                int(places[one.start]),
                int(places[one.end]),
                one.text,
                one.label,
                one.score,
            ]
            for one in found.spans
        ],
    }


def _answers(found, text):
    places = utf16_places(text)

    def span(one):
        if one.start is None:
            return [-1, -1, "", one.score]
        start, end = int(places[one.start]), int(places[one.end])
        return [start, end, one.answer, one.score]

    return {
        "best": span(found.best),
        "words": span(found.words),
        "no_answer": float(found.no_answer),
        "candidates": [span(one) for one in found.candidates],
    }
