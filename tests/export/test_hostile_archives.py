"""Archives that were made to do harm."""

import functools
import io
import random
import struct
import zipfile

import pytest
from bundle_writer import CONFIG, END, NETWORK, deflate, manifest, members, pack

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
    assert "it has other members" in refused(pack(more))
    assert "no archive of ours" in refused(pack([*more, *files[:2]]))
    message = refused(pack(more, end={"entries": 2}))
    assert "it has other members" in message
    message = refused(pack([*members(), *files], end={"entries": 2}))
    assert "no archive of ours" in message
    twice = [*members(), members()[1]]
    message = refused(pack(twice, end={"entries": 2}))
    assert "it has other members" in message


def test_files_of_others(read, refused):
    """They are there, whole, and no larger than a vocabulary may be."""
    text = manifest(associated_files=["labels.txt"])
    assert read(pack([*members(text), ("labels.txt", b"a\nb\n")]))
    assert "labels.txt is missing" in refused(pack(members(text)))
    broken = ("labels.txt", b"a\nb\n", {"crc": 1})
    assert "CRC" in refused(pack([*members(text), broken]))
    large = ("labels.txt", bytes(2**21))
    assert "larger than it needs" in refused(pack([*members(text), large]))
    other = ("other.txt", b"")
    message = refused(pack([*members(text), ("labels.txt", b""), other]))
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
