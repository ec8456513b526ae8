import pathlib

import pytest
import sentencepiece

from albert_tf.errors import UserError
from albert_tf.tokenizers import (
    SentencePieceTokenizer,
    TokenizerSettings,
    train_vocabulary,
)

EXCERPT = pathlib.Path(__file__).parent.parent / "data" / "books_excerpt.txt"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("vocabulary") / "books.model"
    return path, train_vocabulary([EXCERPT], path, vocab_size=500)


def test_it_loads_and_has_the_official_layout(trained):
    path, counts = trained
    assert counts == {"pieces": 500, "lines": 87, "skipped_lines": 0}
    tokenizer = SentencePieceTokenizer(path)
    assert tokenizer.vocab_size == 500
    first = tokenizer._load(path)[:13]
    assert first == ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]", *'()"-.–£€']
    assert tokenizer.mask_id == 4
    text = "Doctor Thorne's reputation was good."
    assert tokenizer.unk_id not in tokenizer.encode(text).token_ids
    assert tokenizer.decode(tokenizer.encode(text).token_ids) == text.lower()


def test_the_list_names_every_piece(trained):
    lines = trained[0].with_suffix(".vocab").read_text("utf-8").splitlines()
    assert len(lines) == 500
    assert lines[:3] == ["<pad>\t0", "<unk>\t0", "[CLS]\t0"]
    assert sorted(p.name for p in trained[0].parent.iterdir()) == [
        "books.json",
        "books.model",
        "books.vocab",
    ]


def test_same_files_same_vocabulary(trained, tmp_path):
    train_vocabulary(
        [str(EXCERPT)], str(tmp_path / "new" / "again"), vocab_size=500
    )
    assert (tmp_path / "new" / "again.model").read_bytes() == trained[
        0
    ].read_bytes()


def test_case_can_be_kept(tmp_path):
    path = tmp_path / "cased.model"
    settings = TokenizerSettings(lowercase=False)
    train_vocabulary([EXCERPT], path, vocab_size=300, settings=settings)
    tokenizer = SentencePieceTokenizer(path, settings)
    assert tokenizer.decode(tokenizer.encode("The Duke").token_ids) == (
        "The Duke"
    )


def test_nothing_is_overwritten(tmp_path):
    for name in ("a.model", "b.vocab"):
        path = tmp_path / name
        path.write_text("mine")
        with pytest.raises(UserError, match=f"{name}: exists already"):
            train_vocabulary([EXCERPT], path.with_suffix(""), 300)
        assert path.read_text() == "mine"
    train_vocabulary([EXCERPT], tmp_path / "a.model", 300, overwrite=True)
    assert SentencePieceTokenizer(tmp_path / "a.model").vocab_size == 300


def test_long_lines_are_counted(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text(EXCERPT.read_text("utf-8") + "word " * 900, "utf-8")
    counts = train_vocabulary([path], tmp_path / "v.model", 300)
    assert counts == {"pieces": 300, "lines": 88, "skipped_lines": 1}


@pytest.mark.parametrize(
    ("content", "vocab_size", "word"),
    [
        (None, 500, "corpus.txt: No such file"),
        (b"", 500, "corpus.txt: no text in the file"),
        (b" \n\n", 500, "corpus.txt: no text in the file"),
        (b"good\nb\xe4d\n", 500, "corpus.txt: not UTF-8 at byte 6"),
        (b"word " * 999, 500, "longer than 4192 bytes"),
        (EXCERPT.read_bytes(), 30_000, "30000 is too large for this text"),
        (EXCERPT.read_bytes(), 20, "20 is too small for the characters"),
    ],
)
def test_bad_input(content, vocab_size, word, tmp_path):
    path = tmp_path / "corpus.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=word) as error:
        train_vocabulary([path], tmp_path / "v.model", vocab_size)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.glob("*v.*"))


@pytest.mark.parametrize("files", ["a.txt", []])
def test_files_must_be_a_list(files, tmp_path):
    with pytest.raises(UserError, match="must be a list of paths, received"):
        train_vocabulary(files, tmp_path / "v.model")


def test_the_sizes_named_in_the_message_work(tmp_path):
    for wrong in (30_000, 20):
        with pytest.raises(UserError) as error:
            train_vocabulary([EXCERPT], tmp_path / "v.model", wrong)
        right = int(str(error.value).split()[-1])
        train_vocabulary([EXCERPT], tmp_path / f"{right}.model", right)


def test_a_vocabulary_without_special_tokens_is_refused(tmp_path):
    sentencepiece.SentencePieceTrainer.train(
        input=str(EXCERPT),
        model_prefix=str(tmp_path / "plain"),
        vocab_size=300,
        minloglevel=2,
    )
    with pytest.raises(
        UserError, match=r"lacks <pad> \[CLS\] \[SEP\] \[MASK\]; `albert-tf"
    ):
        SentencePieceTokenizer(tmp_path / "plain.model")
