"""Reads TFLite Metadata, by where Google's schema has its fields."""

import flatbuffers.table
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import encode, number_types


class Part(flatbuffers.table.Table):
    def _place(self, field):
        return self.Offset(4 + 2 * field)

    def text(self, field):
        place = self._place(field)
        return place and self.String(place + self.Pos).decode()

    def number(self, field):
        place = self._place(field)
        return place and self.Get(number_types.Uint8Flags, place + self.Pos)

    def part(self, field):
        place = self.Pos + self._place(field)
        return Part(self.Bytes, self.Indirect(place))

    def parts(self, field):
        place = self._place(field)
        if not place:
            return []
        start = self.Vector(place)
        return [
            Part(self.Bytes, self.Indirect(start + 4 * index))
            for index in range(self.VectorLen(place))
        ]


def read_metadata(path):
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    [entry] = [m for m in model.metadata if m.name == b"TFLITE_METADATA"]
    data = bytes(bytearray(model.buffers[entry.buffer].data))
    assert data[4:8] == b"M001"
    root = Part(
        data, encode.Get(number_types.UOffsetTFlags.packer_type, data, 0)
    )
    assert root.text(7) == "1.1.0"  # the oldest reader
    [graph] = root.parts(3)
    [unit] = graph.parts(5)
    [vocabulary] = unit.part(1).parts(0)
    return {
        "inputs": [tensor.text(0) for tensor in graph.parts(2)],
        "outputs": [
            (tensor.text(0), [f.text(0) for f in tensor.parts(6)])
            for tensor in graph.parts(3)
        ],
        "unit": unit.number(0),
        "vocabulary": vocabulary.text(0),
    }
