import itertools
import json
import os
from pathlib import Path

# Before anything imports TensorFlow or Keras.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import pytest
from hypothesis import settings

# How long an example takes depends on what else the machine does.
settings.register_profile("any_time", deadline=None)
settings.load_profile("any_time")

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The small files that the tests bring along."""
    return DATA


@pytest.fixture(scope="session")
def shared() -> Path:
    """Published data and goldens of it, which may not be shipped."""
    root = Path(__file__).parents[1]
    named = os.environ.get("ALBERT_TF_SHARED")
    places = (
        [Path(named)] if named else [root / "shared", root.parent / "shared"]
    )
    for place in places:
        if (place / "data").is_dir():
            return place
    pytest.skip("no folder shared/ here; ALBERT_TF_SHARED may name one")


@pytest.fixture(scope="session")
def tokenizer():
    from albert_tf.tokenizers import SentencePieceTokenizer

    return SentencePieceTokenizer()


@pytest.fixture
def eager():
    """TensorFlow without graphs: to make one takes longer than a few steps."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def train_odd_tokenizer(tmp_path):
    """Trains a vocabulary that `train_vocabulary` would not make."""
    import sentencepiece

    from albert_tf.tokenizers import SentencePieceTokenizer

    def train(sentences, **options):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences),
            model_prefix=str(tmp_path / "odd"),
            pad_id=0,
            unk_id=1,
            bos_id=-1,
            eos_id=-1,
            control_symbols=["[CLS]", "[SEP]", "[MASK]"],
            minloglevel=2,
            **options,
        )
        return SentencePieceTokenizer(tmp_path / "odd.model")

    return train


@pytest.fixture(scope="session")
def book_file(data_dir, tmp_path_factory):
    """Real prose as documents of three paragraphs, in JSON Lines."""
    text = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    paragraphs = [line for line in text.split("\n") if line.strip()]
    path = tmp_path_factory.mktemp("books") / "books.jsonl"
    documents = itertools.zip_longest(*[iter(paragraphs)] * 3, fillvalue="")
    lines = [json.dumps({"text": "\n".join(d)}) for d in documents]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def corpus_directory(book_file, tokenizer, tmp_path_factory):
    """Examples of 64 tokens, an eighth of the documents held out."""
    output = tmp_path_factory.mktemp("corpus") / "corpus"
    from albert_tf.data.corpus import prepare_corpus
    from albert_tf.data.corpus_blocks import CorpusOptions
    from albert_tf.data.segments import SegmentOptions

    options = CorpusOptions(
        segments=SegmentOptions(length=64), held_out_share=0.125
    )
    prepare_corpus([book_file], output, tokenizer, options, processes=1)
    return output
