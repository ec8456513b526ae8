"""Settings beside vocabularies, alone and together.

Hugging Face's tokenizers gave the ids: of version 4.57.1, the slow ones where
there is one.
"""

import dataclasses
import gzip
import itertools
import json
import shutil

import pytest

from albert_tf.checkpoints import Checkpoint
from albert_tf.checkpoints.vocabulary import read_vocabulary, write_vocabulary
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer
from albert_tf.tokenizers.tokenizer_settings import GOOGLE, TRANSFORMERS

REPEATED_LINE = pytest.mark.filterwarnings("ignore:.*line 11 repeats 'b'")
_FILES = ("*.json", "spiece.model", "vocab.txt")
W, S, J = "long_word", "turkish_keep_accents", "json_only"


@pytest.fixture
def copy(data_dir, tmp_path):
    """Copies what there is of a model but its weights."""

    def run(name):
        (tmp_path / name).mkdir()
        for pattern in _FILES:
            for path in (data_dir / "real_world" / name).glob(pattern):
                shutil.copy(path, tmp_path / name)
        return tmp_path / name

    return run


def read(directory):
    config = AlbertConfig.load(directory / "config.json", "huggingface")
    return read_vocabulary(directory, config, TRANSFORMERS)


def check(tokenizer, texts, expected):
    batch = [encoding.token_ids for encoding in tokenizer.encode_batch(texts)]
    for text, fast, ids in zip(texts, batch, expected, strict=True):
        encoding = tokenizer.encode(text)
        assert encoding.token_ids == fast == ids, text
        for start, end in encoding.offsets:
            assert 0 <= start <= end <= len(text)


def read_variants(data_dir):
    path = data_dir / "tokenizer" / "huggingface_settings.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture(scope="module")
def variants(data_dir, tmp_path_factory):
    """Settings as they came out of a hat, in all files that may have them.

    Returns:
        The texts, and pairs of a directory and the ids of the texts.
    """
    made = []
    values = read_variants(data_dir)
    for variant in values["variants"]:
        base = data_dir / "real_world" / (variant["vocabulary"] or J)
        directory = tmp_path_factory.mktemp("variant")
        for name in ("spiece.model", "vocab.txt"):
            if (base / name).exists():
                (directory / name).symlink_to(base / name)
        for name, content in variant["files"].items():
            (directory / name).write_text(json.dumps(content))
        config = json.loads((base / "config.json").read_text())
        config["vocab_size"] = 5000
        (directory / "config.json").write_text(json.dumps(config))
        made.append((directory, variant["ids"]))
    assert len(made) == 130
    return values["texts"], made


@REPEATED_LINE
def test_ids(variants):
    texts, directories = variants
    for directory, ids in directories:
        check(read(directory).tokenizer, texts, ids)


def through_our_own(checkpoint, directory):
    preprocessor = checkpoint.get_preprocessor()
    preprocessor.save(directory)
    return type(preprocessor).load(directory)


def through_huggingface(checkpoint, directory):
    write_vocabulary(checkpoint, directory, TRANSFORMERS)
    return read_vocabulary(directory, checkpoint.config, TRANSFORMERS)


def through_tf1(checkpoint, directory):
    write_vocabulary(checkpoint, directory, GOOGLE)
    return read_vocabulary(directory, checkpoint.config, GOOGLE)


WAYS = [through_our_own, through_huggingface, through_tf1]


@REPEATED_LINE
@pytest.mark.parametrize("way", WAYS)
def test_settings_travel(variants, tmp_path, way):
    _, directories = variants
    for number, (source, _) in enumerate(directories):
        check_travel(read(source), way, tmp_path / str(number))


def check_travel(preprocessor, way, directory):
    config = dataclasses.replace(
        AlbertConfig.from_preset("albert_pico"),
        vocab_size=preprocessor.tokenizer.vocab_size,
    )
    checkpoint = Checkpoint(
        "here", config, None, "AlbertEncoder",
        get_preprocessor=lambda: preprocessor,
    )  # fmt: skip
    directory.mkdir()
    again = way(checkpoint, directory)
    assert again.max_length == preprocessor.max_length
    assert preprocessor.tokenizer.differences(again.tokenizer) == []


OURS = {
    "lowercase": [True, False],
    "strip_accents": [True, False],
    "follows": [GOOGLE, TRANSFORMERS],
    "added_tokens": [(), ({"content": "New York", "special": True},)],
}
KINDS = {
    SentencePieceTokenizer: (
        "japanese_keep_accents/spiece.model",
        {"collapse_spaces": [True, False]},
    ),
    WordPieceTokenizer: (
        "cased_strip/vocab.txt",
        {"split_ideographs": [True, False]},
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_settings_of_our_own_travel(data_dir, tmp_path, kind, way):
    file, more = KINDS[kind]
    choices = {**OURS, **more}
    for number, values in enumerate(itertools.product(*choices.values())):
        changes = dict(zip(choices, values, strict=True))
        tokenizer = kind(data_dir / "real_world" / file, **changes)
        preprocessor = TextPreprocessor(tokenizer, 40)
        check_travel(preprocessor, way, tmp_path / str(number))


def test_whose_rules_is_one_of_two(copy):
    directory = copy(W)
    change(directory, follows="nobody")
    refused(directory, "follows.*nobody.*: it must be google or transformers")


def test_lengths(copy):
    directory = copy(S)
    assert read(directory).max_length == 64  # not 512
    for value, expected in ((1e30, 64), (32, 32), (32.5, 32)):
        change(directory, model_max_length=value)
        assert read(directory).max_length == expected
    change(directory, model_max_length="many")
    refused(directory, '"many": it must be a number of')


def change(directory, name="tokenizer_config.json", **fields):
    path = directory / name
    values = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**values, **fields}))


REFUSED = [
    (W, "do_basic_tokenize", False, "not supported"),
    (W, "never_split", ["a"], "not supported"),
    (W, "clean_text", False, "not supported"),
    (W, "wordpieces_prefix", "_", "not supported"),
    (W, "do_lower_case", "yes", "must be true or false"),
    (W, "strip_accents", 1, "must be true or false"),
    (W, "tokenize_chinese_chars", "no", "must be true or false"),
    (W, "unk_token", 7, "must be some text"),
    (W, "cls_token", {"content": ""}, "must be some text"),
    (W, "truncation_side", "left", "not supported"),
    (W, "invented_here", 1, "is not known here"),
    (S, "sp_model_kwargs", {"enable_sampling": True}, "not supported"),
    (S, "keep_accents", "yes", "must be true or false"),
    (S, "remove_space", 0, "must be true or false"),
    (S, "auto_map", {"AutoTokenizer": ["a.B", None]}, "not supported"),
    (S, "add_eos_token", True, "not supported"),
    (S, "tokenizer_class", "XLNetTokenizer", "XLNetTokenizer, is not one of"),
    (S, "tokenizer_class", "BertTokenizer", "needs vocab.txt, but there is"),
    (S, "added_tokens_decoder", {"5000": "new"}, "'new' has the id 5000, but"),
    (J, "do_lower_case", False, "false by tokenizer_config.json .* and true"),
    (J, "additional_special_tokens", ["new"], "must have the token 'new'"),
    (J, "cls_token", "[START]", r"must have the token '\[START\]'"),
]


@pytest.mark.parametrize(("name", "field", "value", "message"), REFUSED)
def test_what_cannot_be_followed_is_named(copy, name, field, value, message):
    directory = copy(name)
    change(directory, **{field: value})
    refused(directory, message)


def refused(directory, message):
    with pytest.raises(UserError, match=message) as error:
        read(directory)
    assert "\n" not in str(error.value)
    assert str(directory) in str(error.value)


def test_two_added_tokens_with_one_id(copy):
    directory = copy(W)
    change(directory, "added_tokens.json", first=7, second=7)
    refused(directory, "'first' and 'second' have the same id, 7")


PAIR = "and of pairs .*CLS. A .SEP. B .SEP."
JSON_FILES = [
    ({"post_processor": None}, PAIR),
    (
        {
            "post_processor": {
                "type": "RobertaProcessing",
                "sep": ["[SEP]", 3],
                "cls": ["[CLS]", 2],
                "trim_offsets": True,
                "add_prefix_space": False,
            }
        },
        f"{PAIR}.* of pairs .CLS. .* .SEP. .SEP.",
    ),
    (
        {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True,
                           "trim_offsets": True, "use_regex": True}},
        "add_prefix_space is false by tokenizer_config.json",
    ),
    ({"normalizer": {"type": "Invented"}}, "not a tokenizer.json that the"),
    ({"model": {"type": "WordLevel", "unk_token": "?", "vocab": {
        "<pad>": 0, "<unk>": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4}}},
     "must have a piece for what is unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "message"), JSON_FILES)
def test_json_files_that_cannot_be_followed(copy, parts, message):
    directory = copy(J)
    change(directory, "tokenizer.json", **parts)
    refused(directory, message)


def test_segments_of_a_json_file(copy):
    directory = copy(J)
    path = directory / "tokenizer.json"
    path.write_text(path.read_text().replace('"type_id": 1', '"type_id": 0'))
    refused(directory, "segment .type_id. 1; a pair has 0 0 0 0 0")


def test_text_without_tokens_in_a_json_file(copy):
    tokenizer = read(copy(J)).tokenizer
    assert tokenizer.encode("").offsets == [(0, 0), (0, 0)]
