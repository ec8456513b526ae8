"""TFLite Metadata: what a file says of itself to ready-made clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import flatbuffers

_IDENTIFIER = b"M001"
# The oldest reader that knows units which make inputs, such as tokenizers.
_OLDEST_READER = "1.1.0"
_LABELS, _VOCABULARY = 2, 5  # kinds of files
# Kinds of units by the tokenizer, each of which is a table of the files.
_UNITS = {"wordpiece": 4, "sentencepiece": 5}


def tflite_metadata(
    inputs: Sequence[str],
    outputs: Sequence[str],
    tokenizer: str,
    vocabulary: str,
    labels: str | None = None,
) -> bytes:
    """What the buffer "TFLITE_METADATA" of a file holds.

    A flatbuffer of a schema that is Google's (`metadata_schema.fbs` in the
    wheels of mediapipe and tflite-support). It is written here field by field:
    a wheel of 43 MB would have to be installed for a hundred bytes.

    Args:
        inputs: what the clients call the inputs, in the order of the graph.
        outputs: the same of the outputs.
        tokenizer: "wordpiece" or "sentencepiece".
        vocabulary: the name of its file in the archive behind the network.
        labels: the name of the file of the first output's labels; None for
            no labels.
    """
    builder = _Builder()
    files = [] if labels is None else [builder.file(labels, _LABELS)]
    tensors = [
        builder.vector([builder.tensor(name) for name in inputs]),
        builder.vector(
            [
                builder.tensor(name, [] if index else files)
                for index, name in enumerate(outputs)
            ]
        ),
    ]
    options = builder.table(
        {0: builder.vector([builder.file(vocabulary, _VOCABULARY)])}
    )
    unit = builder.table({1: options}, {0: _UNITS[tokenizer]})
    graph = builder.table(
        {2: tensors[0], 3: tensors[1], 5: builder.vector([unit])}
    )
    root = {
        0: builder.text("ALBERT"),
        3: builder.vector([graph]),
        7: builder.text(_OLDEST_READER),
    }
    return builder.finished(builder.table(root))


class _Builder:
    """Writes parts of a flatbuffer; each is known by the place it is at."""

    def __init__(self):
        self._builder = flatbuffers.Builder()

    def text(self, value: str) -> int:
        return self._builder.CreateSharedString(value)

    def table(
        self, parts: Mapping[int, int], small: Mapping[int, int] = {}
    ) -> int:
        """A table of other parts and of small numbers, each by its field."""
        self._builder.StartObject(max([*parts, *small]) + 1)
        for field, part in parts.items():
            self._builder.PrependUOffsetTRelativeSlot(field, part, 0)
        for field, number in small.items():
            self._builder.PrependUint8Slot(field, number, 0)
        return self._builder.EndObject()

    def vector(self, parts: Sequence[int]) -> int:
        self._builder.StartVector(4, len(parts), 4)
        for part in reversed(parts):
            self._builder.PrependUOffsetTRelative(part)
        return self._builder.EndVector()

    def file(self, name: str, kind: int) -> int:
        return self.table({0: self.text(name)}, {2: kind})

    def tensor(self, name: str, files: Sequence[int] = ()) -> int:
        parts = {0: self.text(name)}
        if files:
            parts[6] = self.vector(files)
        return self.table(parts)

    def finished(self, root: int) -> bytes:
        self._builder.Finish(root, _IDENTIFIER)
        return bytes(self._builder.Output())
