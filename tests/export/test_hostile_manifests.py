"""What the manifest of a file of unknown origin may say."""

import json
import re

import pytest
from bundle_writer import CONFIG, VOCABULARY, manifest, members, pack

from export import Quantization
from export.fixed_lengths import FixedLengths

PARTS = dict.fromkeys(
    ("embeddings", "attention", "feed_forward", "head"), "int8"
)


def test_a_right_one_is_read(read):
    bundle = read(pack(members()))
    assert bundle.settings == {"labels": ["no", "yes"]}
    assert bundle.vocabulary == VOCABULARY


@pytest.mark.parametrize("kind", ["int8", "int4"])
def test_kinds_by_part_are_read(read, kind):
    parts = {**PARTS, "embeddings": kind}
    bundle = read(pack(members(manifest(quantization=parts))))
    assert bundle.quantization == Quantization(embeddings=kind)


def test_the_first_format_is_read(read):
    values = manifest(format=1, labels=["no", "yes"])
    del values["task"], values["settings"]
    bundle = read(pack(members(values)))
    assert bundle == read(pack(members()))
    encoder = {**values, "model": "AlbertEncoder", "labels": []}
    bundle = read(pack(members(encoder)))
    assert (bundle.task, bundle.settings) == (None, {})


def fixed(lengths, token_outputs=(), **more):
    values = {"lengths": lengths, "token_outputs": [*token_outputs], **more}
    return {"fixed_lengths": values}


def test_fixed_lengths_are_read(read):
    bundle = read(pack(members(manifest(**fixed([8, 32], ["logits"])))))
    assert bundle.fixed_lengths == FixedLengths((8, 32), ("logits",))
    assert bundle.longest == 32
    assert read(pack(members())).longest == 64


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
        ({"quantization": "int3"}, "must be one of float32, float16, int8"),
        ({"quantization": ["int8"]}, "must be a text or an object"),
        ({"quantization": {}}, "must have embeddings, attention"),
        ({"quantization": {**PARTS, "head": []}}, r"head=\[\] must be one"),
        ({"quantization": {**PARTS, "x" * 999: 1}}, "must have embeddings"),
        ({"config": {**CONFIG, "vocab_size": 2500}}, "less than the config"),
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
        ({"fixed_lengths": [8]}, "must be an object"),
        ({"fixed_lengths": {"lengths": [8]}}, "token_outputs is missing"),
        (fixed([8], more=1), "'more' is not known"),
        (fixed(8), "lengths=8 must be a list"),
        (fixed([]), r"lengths=\[\] must be different numbers from 3"),
        (fixed([8, 32, 8]), "must be different numbers from 3"),
        (fixed([2, 32]), "must be different numbers from 3"),
        (fixed([8, 65]), "from 3 to the model's 64 positions"),
        (fixed([True, 32]), "must have a whole number in each place"),
        (fixed([[8], 32]), "must have a whole number in each place"),
        (fixed([32], token_outputs=[1]), "must have a text in each place"),
        ({"associated_files": "a"}, "associated_files='a' must be a list"),
        ({"associated_files": ["../a"]}, "must be plain names"),
        ({"associated_files": [1]}, "must be plain names"),
        ({"associated_files": ["vocabulary.txt"]}, "it has other members"),
        (fixed([8, 16]), "max_length=32 must be from 3 to 16"),
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
