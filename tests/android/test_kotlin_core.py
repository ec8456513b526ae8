"""The Kotlin library, driven by JPype, does as Python's does."""

import gzip
import json
import unicodedata

import hostile_texts
import kotlin_places
import pytest

from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer

pytestmark = pytest.mark.slow

KINDS = sorted(hostile_texts.kinds())
STRINGS = 150
OTHERS = 15
EXAMPLES = 20


@pytest.fixture(scope="module")
def parity(kotlin):
    """The comparison, of the same Unicode version on both sides."""
    import tokenizer_parity

    table = kotlin.java_class("unicode.UnicodeTables").VERSION
    if unicodedata.unidata_version != table:
        pytest.skip(
            f"this Python has Unicode {unicodedata.unidata_version}, the "
            f"Kotlin library {table}, as Python 3.11"
        )
    return tokenizer_parity


@pytest.fixture(scope="module")
def tokenizers(parity):
    return parity.tokenizers()


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_texts(parity, tokenizers, kind):
    texts = hostile_texts.texts(kind, STRINGS, seed=1)
    for name, tokenizer, share in tokenizers:
        part = texts if share == 1 else texts[:OTHERS]
        assert not parity.different(tokenizer, part), name


def test_goldens(kotlin, data_dir):
    """Google's ids of texts, by Kotlin."""
    kinds = {
        "sentencepiece": kotlin.java_tokenizer(SentencePieceTokenizer()),
        "wordpiece_zh": kotlin.java_tokenizer(WordPieceTokenizer()),
    }
    folder = data_dir / "tokenizer"
    with (
        gzip.open(folder / "vectors.jsonl.gz", "rt") as texts,
        gzip.open(folder / "official_ids.jsonl.gz", "rt") as ids,
    ):
        for text, expected in zip(
            map(json.loads, texts), map(json.loads, ids), strict=True
        ):
            for kind, tokenizer in kinds.items():
                found = kotlin.encoded(tokenizer, text["text"], None, 10**6)[0]
                assert found[1:-1] == expected[kind], text["text"]


def test_real_sentences(parity, tokenizers, shared):
    texts = parity.real_sentences(shared / "data", 400, seed=1)
    for name, tokenizer, share in tokenizers:
        part = texts if share == 1 else texts[:OTHERS]
        assert not parity.different(tokenizer, part), name


def test_pairs_and_truncation(kotlin, parity):
    tokenizer = SentencePieceTokenizer()
    kotlin_tokenizer = kotlin.java_tokenizer(tokenizer)
    texts = hostile_texts.texts("any", 40, seed=2)
    for number, (text, pair) in enumerate(zip(texts, texts[1:], strict=False)):
        arguments = text, pair, 3 + number
        assert kotlin.encoded(
            kotlin_tokenizer, *arguments
        ) == kotlin_places.expected(tokenizer, *arguments)


@pytest.mark.filterwarnings("ignore:.*line 11 repeats 'b'")
def test_settings_of_others(kotlin, parity, data_dir, tmp_path):
    """Settings and added tokens as they came out of a hat."""
    from albert_tf.checkpoints.vocabulary import read_vocabulary
    from albert_tf.config import AlbertConfig

    path = data_dir / "tokenizer" / "huggingface_settings.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        values = json.load(file)
    compared = 0
    for number, variant in enumerate(values["variants"]):
        base = data_dir / "real_world" / (variant["vocabulary"] or "json_only")
        directory = tmp_path / str(number)
        directory.mkdir()
        for name in ("spiece.model", "vocab.txt"):
            if (base / name).exists():
                (directory / name).symlink_to(base / name)
        for name, content in variant["files"].items():
            (directory / name).write_text(json.dumps(content))
        config = json.loads((base / "config.json").read_text())
        config["vocab_size"] = 5000
        (directory / "config.json").write_text(json.dumps(config))
        config = AlbertConfig.load(directory / "config.json", "huggingface")
        tokenizer = read_vocabulary(directory, config, "transformers").tokenizer
        if tokenizer.kind != "tokenizers":
            assert not parity.different(tokenizer, values["texts"]), variant
            compared += 1
    assert compared > 80


def test_user_defined_pieces_win_as_in_sentencepiece(
    parity, train_odd_tokenizer
):
    words = ["a.b", ".a.", "€€", "a€b", "(a)", "b..", "aa.bb", "ab.ab"]
    tokenizer = train_odd_tokenizer(
        [" ".join(words[i % 8 :] + words[: i % 5]) for i in range(200)],
        vocab_size=16,
        hard_vocab_limit=False,
        user_defined_symbols=[".", "€", ".b", "a."],
        character_coverage=1.0,
    )
    texts = hostile_texts.texts("numbers", 50) + [
        "".join(words[i % 8] + words[j % 7] for j in range(i))
        for i in range(60)
    ]
    assert not parity.different(tokenizer, texts)


@pytest.mark.parametrize("lengths", [None, [16, 40, 64]])
@pytest.mark.parametrize(
    "task",
    [
        "classification",
        "early_exit",
        "multilabel",
        "regression",
        "similarity",
        "tagging",
        "crf_tagging",
        "intent_slots",
        "question_answering",
        "joint_question_answering",
    ],
)
def test_predictions(parity, data_dir, tmp_path_factory, task, lengths):
    pytest.importorskip("ai_edge_litert")
    import prediction_parity

    path = tmp_path_factory.getbasetemp() / f"{task}-own.tflite"
    if not path.exists():
        prediction_parity.random_file(task, path.parent)
    text = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    examples = prediction_parity.examples_of(text.splitlines(), EXAMPLES)
    assert not prediction_parity.different(path, examples, lengths)


def test_a_file_for_other_clients(parity, data_dir, tmp_path):
    pytest.importorskip("ai_edge_litert")
    import prediction_parity

    path = prediction_parity.random_file(
        "classification", tmp_path, compatible="task-library"
    )
    text = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    examples = prediction_parity.examples_of(text.splitlines(), EXAMPLES)
    assert not prediction_parity.different(path, examples, [128])
