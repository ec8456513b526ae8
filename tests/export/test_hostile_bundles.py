"""Files that were made to do harm, or were damaged on their way."""

import functools
import hashlib
import io
import json
import random
import re
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from export.bundle import read_bundle

NETWORK = bytes(range(256)) * 40
VOCABULARY = b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na"
CONFIG = AlbertConfig(
    vocab_size=6,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=64,
).to_dict()
LOCAL = struct.Struct("<4sHHHHHLLLHH")
ENTRY = struct.Struct("<4sHHHHHHLLLHHHHHLL")
END = struct.Struct("<4sHHHHLLH")


def manifest(network=NETWORK, **changes):
    return {
        "format": 2,
        "model": "AlbertClassifier",
        "config": CONFIG,
        "quantization": "float32",
        "task": "classification",
        "settings": {"labels": ["no", "yes"]},
        "preprocessor": {
            "max_length": 32,
            "tokenizer": {
                "tokenizer": "wordpiece",
                "vocabulary": "vocabulary.txt",
                "lowercase": True,
            },
            "vocabulary_sha256": hashlib.sha256(VOCABULARY).hexdigest(),
        },
        "network_bytes": len(network),
        "network_sha256": hashlib.sha256(network).hexdigest(),
        **changes,
    }


def deflate(content):
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(content) + compressor.flush()


def pack(members, network=NETWORK, end=(), before_end=b""):
    """A file whose directory may lie.

    `members` has name and content, perhaps fields of the directory's entry
    that say something else, and perhaps what is really stored.
    """
    body, directory = network, b""
    for name, content, *more in members:
        lies = more[0] if more else {}
        stored = more[1] if len(more) > 1 else deflate(content)
        fields = {
            "flags": 0,
            "method": 8,
            "crc": zlib.crc32(content),
            "packed": len(stored),
            "size": len(content),
            "offset": len(body),
            "extra": b"",
            **lies,
        }
        name = name.encode()
        sizes = (fields["crc"], fields["packed"], fields["size"])
        common = (fields["flags"], fields["method"], 0, 33)
        body += LOCAL.pack(b"PK\3\4", 20, *common, *sizes, len(name), 0)
        body += name + stored
        directory += ENTRY.pack(
            b"PK\1\2",
            20,
            20,
            *common,
            *sizes,
            len(name),
            len(fields["extra"]),
            *(0, 0, 0, 0),
            fields["offset"],
        )
        directory += name + fields["extra"]
    directory += before_end
    values = {
        "entries": len(members),
        "length": len(directory),
        "offset": len(body),
        **dict(end),
    }
    return (
        body
        + directory
        + END.pack(
            b"PK\5\6",
            *(0, 0, values["entries"], values["entries"]),
            values["length"],
            values["offset"],
            0,
        )
    )


def members(values=None):
    text = json.dumps(values or manifest()).encode()
    return [("vocabulary.txt", VOCABULARY), ("albert_tf.json", text)]


@pytest.fixture
def read(tmp_path):
    """Reads such a file."""
    path = tmp_path / "model.tflite"

    def run(content):
        path.write_bytes(content)
        return read_bundle(path)

    return run


@pytest.fixture
def refused(read):
    """The reason why such a file is refused, which takes little memory."""

    def run(content, most=8e6):
        tracemalloc.start()
        try:
            with pytest.raises(UserError) as caught:
                read(content)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < most
        message = str(caught.value)
        assert "\n" not in message
        assert len(message) < 400
        return message

    return run


def test_a_right_one_is_read(read):
    bundle = read(pack(members()))
    assert bundle.settings == {"labels": ["no", "yes"]}
    assert bundle.vocabulary == VOCABULARY


def test_the_first_format_is_read(read):
    values = manifest(format=1, labels=["no", "yes"])
    del values["task"], values["settings"]
    bundle = read(pack(members(values)))
    assert bundle == read(pack(members()))
    encoder = {**values, "model": "AlbertEncoder", "labels": []}
    bundle = read(pack(members(encoder)))
    assert (bundle.task, bundle.settings) == (None, {})


# === What the manifest says ===


def nested(depth):
    return json.loads("[" * depth + "]" * depth)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network_bytes": 1e15}, "must be a whole number"),
        ({"network_bytes": 10**15}, "the network has 10,240 bytes"),
        ({"network_bytes": 2**70}, "the network has 10,240 bytes"),
        ({"network_bytes": -1}, "is less than the configuration says"),
        ({"network_bytes": "5"}, "network_bytes='5' must be a whole number"),
        ({"network_bytes": True}, "True must be a whole number"),
        ({"network_bytes": None}, "None must be a whole number"),
        ({"network_sha256": "0" * 64}, "does not have its checksum"),
        ({"network_sha256": 5}, "must be a text"),
        ({"config": {}}, "config: vocab_size is missing"),
        ({"config": []}, r"config=\[\] must be an object"),
        ({"config": {**CONFIG, "more": 1}}, "has no field more"),
        ({"config": {**CONFIG, "hidden_size": "16"}}, "hidden_size='16' must"),
        ({"config": {**CONFIG, "vocab_size": 10**9}}, "less than the config"),
        ({"config": {**CONFIG, "vocab_size": 2**70}}, "less than the config"),
        ({"config": {**CONFIG, "vocab_size": True}}, "a whole number above 0"),
        ({"settings": "abc"}, "settings='abc' must be an object"),
        ({"settings": {"labels": "abc"}}, "labels='abc' must be different"),
        ({"settings": {"labels": ["a", "a"]}}, "must be different names"),
        ({"settings": {"labels": [1, 2]}}, "must be different names"),
        ({"settings": {"labels": []}}, "must be different names"),
        ({"settings": {"labels": {"a": 1}}}, "must be different names"),
        ({"labels": ["a", "b"]}, "'labels' is not known"),
        ({"task": 5}, "must be a text or null"),
        ({"model": {}}, "must be a text"),
        ({"quantization": "int3"}, "must be one of int8, float32"),
        ({"quantization": ["int8"]}, "must be a text"),
        ({"format": 3}, "its format is 3"),
        ({"format": 0}, "its format is 0"),
        ({"format": True}, "its format is True"),
        ({"format": "2"}, "its format is '2'"),
        ({"format": 1}, "labels is missing"),
        ({"preprocessor": "x"}, "must be an object or null"),
        ({"preprocessor": {}}, "max_length is missing"),
        ({"preprocessor": None}, "it has other members"),
        ({"model": nested(900)}, "must be a text"),
        ({"x" * 1000: 1}, "is not known"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_values(refused, changes, words):
    message = refused(pack(members(manifest(**changes))))
    assert re.search(words, message), message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_length": "64"}, "max_length='64' must be a whole number"),
        ({"max_length": 2**70}, "must be from 3 to 64"),
        ({"max_length": 65}, "must be from 3 to 64"),
        ({"max_length": 2}, "must be from 3 to 64"),
        ({"max_length": -1}, "must be from 3 to 64"),
        ({"max_length": True}, "must be a whole number"),
        ({"vocabulary_sha256": "0" * 64}, "the vocabulary does not have its"),
        ({"vocabulary_sha256": None}, "must be a text"),
        ({"tokenizer": "wordpiece"}, "must be an object"),
        ({"tokenizer": {}}, "its vocabulary is named None"),
        ({"tokenizer": {"vocabulary": []}}, r"its vocabulary is named \[\]"),
        ({"tokenizer": {"vocabulary": "v.txt"}}, "v.txt is missing"),
        ({"more": 1}, "'more' is not known"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_preprocessors(refused, changes, words):
    preprocessor = {**manifest()["preprocessor"], **changes}
    message = refused(pack(members(manifest(preprocessor=preprocessor))))
    assert re.search(words, message), message


@pytest.mark.parametrize(
    "name", ["../v.txt", "/v.txt", "..\\v.txt", "a/v.txt", "nul", "C:v", ".."]
)
def test_vocabularies_stay_in_their_directory(refused, name):
    values = manifest()
    values["preprocessor"]["tokenizer"]["vocabulary"] = name
    (_, vocabulary), json_file = members(values)
    message = refused(pack([(name, vocabulary), json_file]))
    assert "its vocabulary is named" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "JSON"),
        (b"[]", "must hold a JSON object"),
        (b"\xff\xfe", "not a readable JSON"),
        (b'{"format": NaN}', "NaN is no number"),
        (b'{"format": -Infinity}', "-Infinity is no number"),
        (b'{"format": 1e999}', "1e999 is no number"),
        (b'{"format": 2, "format": 2}', "a name is there twice"),
        (b'{"a": ' + b"[" * 200_000, "not a readable JSON"),
        (b"1" * 200_000, "not a readable JSON"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_our_json(refused, text, words):
    stored = ("albert_tf.json", text, {"method": 0}, text)
    assert words in refused(pack([stored]))


# === What the archive does ===

BOMB = bytes(100_000_000)


@functools.cache
def packed_bomb():
    return deflate(BOMB)


@pytest.mark.parametrize("lies", [{}, {"size": 50}, {"size": 40_000}])
@pytest.mark.parametrize("bomb", [0, 1])
def test_bombs(refused, bomb, lies):
    files = [list(member) for member in members()]
    files[bomb][1:] = [BOMB, lies, packed_bomb()]
    message = refused(pack(files))
    assert "larger than it needs" in message or lies


@pytest.mark.parametrize(
    "content", [bytes(900_000), random.Random(0).randbytes(1_100_000)]
)
def test_vocabularies_are_as_large_as_they_need(refused, content):
    files = [("vocabulary.txt", content), members()[1]]
    assert "larger than it needs" in refused(pack(files))


def test_a_configuration_that_allows_a_bomb_needs_as_large_a_network(refused):
    config = {**CONFIG, "vocab_size": 10**8, "embedding_size": 1}
    files = members(manifest(config=config))
    files[0] = ("vocabulary.txt", BOMB, {}, packed_bomb())
    assert "less than the configuration says" in refused(pack(files))


def test_much_json(refused):
    text = b'{"a": [' + b"[]," * 5_000_000 + b"[]]}"
    message = refused(pack([("albert_tf.json", text)]), most=40e6)
    assert "larger than it needs" in message
    text = b'{"a": [' + b"[]," * 300_000 + b"[]]}"
    message = refused(
        pack([("albert_tf.json", text, {"method": 0}, text)]), most=60e6
    )
    assert "its format is None" in message


def test_many_members(refused):
    files = [(f"{i}", b"") for i in range(3_000)]
    assert "no archive of ours" in refused(pack([*members(), *files]))
    more = [*members(), ("more", b"")]
    assert "no archive of ours" in refused(pack(more))
    message = refused(pack(more, end={"entries": 2}))
    assert "it has other members" in message
    message = refused(pack([*members(), *files], end={"entries": 2}))
    assert "no archive of ours" in message
    twice = [*members(), members()[1]]
    message = refused(pack(twice, end={"entries": 2}))
    assert "it has other members" in message


def zip64(offset, length):
    """The end of an archive with a directory elsewhere, in its 64-bit form."""
    end = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, length, offset
    )
    return end, struct.pack("<4sLQL", b"PK\6\7", 0, offset + length, 1)


def test_a_directory_elsewhere(refused):
    content = pack(members())
    record, locator = zip64(len(content) - 200, 178)
    message = refused(pack(members(), before_end=record + locator))
    assert "no archive of ours" in message
    for end in (
        {"offset": 0},
        {"offset": 2**32 - 1},
        {"length": 2**32 - 1},
        {"length": 0},
        {"entries": 2**16 - 1},
    ):
        refused(pack(members(), end=end))


def test_a_second_end_in_a_comment(refused):
    many = [(f"{i}", b"") for i in range(3_000)]
    content = bytearray(pack([*members(), *many]))
    content[-2:] = struct.pack("<H", END.size)
    comment = END.pack(b"PK\5\6", 0, 0, 2, 2, 120, len(content) - 142, 1)
    message = refused(content + comment)
    assert "no archive of ours" in message


def test_other_compressions(refused):
    file = io.BytesIO()
    file.write(NETWORK)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_LZMA) as archive:
        for name, content in members():
            archive.writestr(name, content)
    assert "compressed otherwise" in refused(file.getvalue())


@pytest.mark.parametrize(
    "lies",
    [
        {"offset": 0},
        {"offset": 2**32 - 1},
        {"offset": len(NETWORK) + 1},
        {"packed": 2**32 - 1},
        {"packed": 0},
        {"size": 2**32 - 1},
        {"size": 0},
        {"crc": 1},
        {"flags": 1},  # encrypted
        {"flags": 0x40},
        {"method": 12},
        {"method": 14},
        {"method": 99},
        {"extra": struct.pack("<HHQQ", 1, 16, 2**40, 2**40)},
        {"extra": b"\1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("which", [0, 1])
def test_a_directory_that_lies(refused, which, lies):
    files = [list(member) for member in members()]
    files[which].append(lies)
    if "extra" in lies:
        files[which][2] = {**lies, "packed": 2**32 - 1, "size": 2**32 - 1}
    refused(pack(files))


def test_members_do_not_overlap(refused):
    files = members()
    first = len(NETWORK)
    for lies in ({"offset": first}, {"offset": first + 10}):
        message = refused(pack([files[0], (*files[1], lies)]))
        assert "not in their places" in message


def test_nothing_lies_between(refused, read):
    message = refused(pack(members(), network=NETWORK + b"more"))
    assert "the network has 10,244 bytes" in message
    turned = pack(members()[::-1])
    assert read(turned) == read(pack(members()))


# === Damage of any kind ===

WHOLE = pack(members())


def attempt(read, content):
    """The bundle and no message, or the other way round."""
    try:
        return read(content), ""
    except UserError as error:
        return None, str(error)


@st.composite
def damaged(draw):
    """The file after some accidents."""
    content = bytearray(WHOLE)
    archive = st.integers(len(NETWORK), len(WHOLE) - 1)
    places = st.one_of(archive, st.integers(0, len(WHOLE) - 1))
    for _ in range(draw(st.integers(1, 3))):
        place = min(draw(places), max(0, len(content) - 1))
        accident = draw(st.sampled_from(["flip", "cut", "insert", "remove"]))
        if accident == "flip" and content:
            content[place] ^= draw(st.integers(1, 255))
        elif accident == "cut":
            del content[place:]
        elif accident == "insert":
            content[place:place] = draw(st.binary(min_size=1, max_size=30))
        else:
            del content[place : place + draw(st.integers(1, 30))]
    return bytes(content)


SETTINGS = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@SETTINGS
@given(damaged())
def test_damage_is_found_or_does_not_matter(read, content):
    bundle, message = attempt(read, content)
    assert bundle in (read(WHOLE), None)
    assert "\n" not in message


def test_every_single_byte(read):
    expected = read(WHOLE)
    for place in range(len(NETWORK) - 10, len(WHOLE)):
        content = bytearray(WHOLE)
        content[place] ^= 1 << place % 8
        bundle, message = attempt(read, content)
        assert bundle in (expected, None)
        assert "\n" not in message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["int8", "", "../x", "vocabulary.txt"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@SETTINGS
@given(
    st.sampled_from([*manifest(), "labels"]),
    JSON,
    st.sampled_from([(), ("preprocessor",), ("preprocessor", "tokenizer")]),
    st.sampled_from(["max_length", "tokenizer", "vocabulary", "more"]),
)
def test_any_value_anywhere(read, name, value, within, inner):
    values = manifest()
    place = values
    for key in within:
        place = place[key]
    place[inner if within else name] = value
    bundle, message = attempt(read, pack(members(values)))
    assert "\n" not in message
    if bundle is None:
        return
    assert isinstance(bundle.model, str)
    assert isinstance(bundle.settings, dict)
    assert AlbertConfig.from_dict(bundle.config)
    assert bundle.vocabulary == VOCABULARY
    assert 3 <= bundle.preprocessor["max_length"] <= 64
