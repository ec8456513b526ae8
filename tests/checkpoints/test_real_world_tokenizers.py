"""Vocabularies with the oddities of those that people publish.

The ids are those of the slow tokenizers of transformers 4.57.1; of `json_only`
those of its fast one, there being no other.
"""

import json
import shutil

import keras
import pytest

from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertEncoder, convert
from albert_tf.tokenizers import JsonTokenizer
from export.bundle import append_bundle, read_bundle
from export.quantization import Quantization
from export.tflite_predictor import preprocessor_of

MODELS = [
    "accents_removed_and_quotes",
    "byte_fallback",
    "cased_strip",
    "embedding_with_spare_rows",
    "japanese_keep_accents",
    "json_only",
    "korean_wordpiece_no_strip",
    "long_word",
    "one_segment_classifier",
    "pad_in_added_tokens",
    "special_names_in_brackets",
    "tokenize_chinese_chars_false",
    "turkish_keep_accents",
    "vocabulary_line_twice",
]
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*are new and random", "ignore:.*repeats"
)


@pytest.fixture
def directory(data_dir):
    return data_dir / "real_world"


def load(source):
    return AlbertClassifier.from_preset(source, labels=["no", "yes"])


def through_preset(model, place):
    model.save_preset(place / "ours")
    return load(place / "ours").preprocessor


def through_keras(model, place):
    model.save(place / "model.keras")
    return keras.saving.load_model(place / "model.keras").preprocessor


def through_huggingface(model, place):
    model.save_preset(place / "ours")
    convert(place / "ours", place / "theirs", "huggingface")
    return load(f"hf:{place / 'theirs'}").preprocessor


def through_tflite(model, place):
    path = place / "model.tflite"
    config = model.config
    rows = config.vocab_size + config.max_position_embeddings
    path.write_bytes(bytes(rows * config.embedding_size))  # the network
    append_bundle(path, model, Quantization())
    return preprocessor_of(read_bundle(path))


WAYS = [through_preset, through_keras, through_huggingface, through_tflite]


@pytest.mark.parametrize("name", MODELS)
def test_ids_are_those_of_hugging_face_however_they_travel(
    directory, name, tmp_path
):
    golden = json.loads(
        (directory / name / "golden_tok_4.57.1.json").read_text()
    )
    model = load(f"hf:{directory / name}")
    expected = golden["ids"]
    assert len(expected) == len(golden["texts"]) > 1
    preprocessors = {"hf:": model.preprocessor}
    for number, way in enumerate(WAYS):
        place = tmp_path / str(number)
        place.mkdir()
        preprocessors[way.__name__] = way(model, place)
    for way, preprocessor in preprocessors.items():
        tokenizer = preprocessor.tokenizer
        assert preprocessor.max_length == model.preprocessor.max_length, way
        one_by_one = [tokenizer.encode(t).token_ids for t in golden["texts"]]
        assert one_by_one == expected, way
        batch = tokenizer.encode_batch(golden["texts"])
        assert [one.token_ids for one in batch] == expected, way


def test_a_token_that_has_no_piece_is_bytes_with_a_place(directory):
    tokenizer = load(f"hf:{directory}/byte_fallback").preprocessor.tokenizer
    text = "a 🦜 o"
    encoding = tokenizer.encode(text)
    pieces = tokenizer.tokenize(text)
    found = b""
    for piece, (start, end) in zip(pieces, encoding.offsets[1:-1], strict=True):
        if piece.startswith("<0x"):
            found += bytes([int(piece[1:-1], 16)])
            assert text[start:end] == "🦜"
    assert found.decode() == "🦜"
    assert tokenizer.decode(encoding.token_ids) == text


def test_a_line_that_is_there_twice_is_told(directory):
    with pytest.warns(UserWarning, match="vocab.txt: line .* repeats"):
        load(f"hf:{directory}/vocabulary_line_twice")


def test_tokenizer_json_alone_is_a_vocabulary(directory):
    preprocessor = load(f"hf:{directory}/json_only").preprocessor
    assert isinstance(preprocessor.tokenizer, JsonTokenizer)


def test_a_tokenizer_of_another_kind_is_named(directory, tmp_path):
    source = f"hf:{directory}/other_tokenizer_class"
    for work in (
        lambda: load(source),
        lambda: convert(source, tmp_path / "out", "huggingface"),
        lambda: convert(source, tmp_path / "out", "albert_tf"),
    ):
        with pytest.raises(UserError, match="BertJapaneseTokenizer"):
            work()
        assert not (tmp_path / "out").exists()
    assert AlbertEncoder.from_preset(source)  # takes ids, so needs none


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("japanese_keep_accents", {"keep_accents": "maybe"}),
        ("japanese_keep_accents", {"sp_model_kwargs": {"enable_sampling": 1}}),
        ("japanese_keep_accents", {"add_prefix_space": False}),
        ("japanese_keep_accents", {"truncation_side": "left"}),
        ("cased_strip", {"never_split": ["abc"]}),
        ("cased_strip", {"do_basic_tokenize": False}),
        ("cased_strip", {"clean_text": False}),
        ("cased_strip", {"wordpieces_prefix": "@@"}),
        ("cased_strip", {"strip_accents": "yes"}),
        ("cased_strip", {"a_new_rule": True}),
    ],
)
def test_what_cannot_be_followed_is_refused(directory, tmp_path, name, change):
    source = shutil.copytree(directory / name, tmp_path / "it")
    path = source / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    (field,) = change
    with pytest.raises(UserError, match=f"tokenizer_config.json.*{field}"):
        load(f"hf:{source}")


@pytest.mark.parametrize(
    ("name", "change", "text"),
    [
        ("japanese_keep_accents", {"keep_accents": False}, "ガ é"),
        ("turkish_keep_accents", {"do_lower_case": False}, "İSTANBUL Ankara"),
        ("cased_strip", {"do_lower_case": True}, "Abc DEF"),
        ("cased_strip", {"strip_accents": False}, "Émile café"),
        ("korean_wordpiece_no_strip", {"strip_accents": True}, "고양이"),
        (
            "tokenize_chinese_chars_false",
            {"tokenize_chinese_chars": True},
            "中文字",
        ),
    ],
)
def test_every_setting_changes_ids(directory, tmp_path, name, change, text):
    source = shutil.copytree(directory / name, tmp_path / "it")
    path = source / "tokenizer_config.json"
    before = json.loads(path.read_text())
    first = load(f"hf:{source}").preprocessor.tokenizer
    path.write_text(json.dumps({**before, **change}))
    second = load(f"hf:{source}").preprocessor.tokenizer
    assert first.settings != second.settings
    assert first.tokenize(text) != second.tokenize(text)
