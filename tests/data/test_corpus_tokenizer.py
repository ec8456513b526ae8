"""A corpus has its tokenizer with it, with all settings."""

import json
import shutil

import pytest

from albert_tf.config import AlbertConfig
from albert_tf.data.corpus import MANIFEST, prepare_corpus
from albert_tf.data.corpus_options import CorpusOptions
from albert_tf.data.pretraining_corpus import PretrainingCorpus
from albert_tf.data.segment_options import SegmentOptions
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer

SETTINGS = {
    "lowercase": False,
    "strip_accents": False,
    "collapse_spaces": False,
    "follows": "transformers",
    "added_tokens": [{"content": "\u6771\u4eac", "special": True}],
}
OTHERS = {
    "lowercase": True,
    "strip_accents": True,
    "collapse_spaces": True,
    "follows": "google",
    "added_tokens": [],
    "special_tokens": ["<pad>", "<unk>", "[CLS]", "[SEP]", "\u3042"],
}


@pytest.fixture(scope="module")
def vocabulary(data_dir):
    return data_dir / "real_world" / "japanese_keep_accents" / "spiece.model"


@pytest.fixture(scope="module")
def tokenizer(vocabulary):
    return SentencePieceTokenizer(vocabulary, **SETTINGS)


@pytest.fixture(scope="module")
def directory(data_dir, tokenizer, tmp_path_factory):
    output = tmp_path_factory.mktemp("corpus") / "corpus"
    options = CorpusOptions(
        segments=SegmentOptions(length=32, objective="none"),
        held_out_share=0,
        duplicates="keep",
    )
    file = data_dir / "real_world" / "ja.txt"
    prepare_corpus([file], output, tokenizer, options, processes=1)
    return output


def config_for(tokenizer):
    return AlbertConfig(
        **{
            **AlbertConfig.from_preset("albert_pico").to_dict(),
            "vocab_size": tokenizer.vocab_size,
        }
    )


def test_all_settings_are_in_the_corpus(directory, tokenizer):
    corpus = PretrainingCorpus(directory)
    assert tokenizer.differences(corpus.tokenizer) == []
    said = json.loads((directory / MANIFEST).read_text())["tokenizer"]
    assert said == tokenizer.configuration
    corpus.check_fits(tokenizer, config_for(tokenizer))


@pytest.mark.parametrize("name", OTHERS)
def test_a_model_with_another_setting_is_refused(
    directory, vocabulary, tokenizer, name
):
    changed = {**SETTINGS, name: OTHERS[name]}
    other = SentencePieceTokenizer(vocabulary, **changed)
    corpus = PretrainingCorpus(directory)
    with pytest.raises(UserError) as error:
        corpus.check_fits(other, config_for(tokenizer))
    message = str(error.value)
    assert f"{name}={tokenizer.configuration[name]!r} instead of" in message
    assert message.count("instead of") == 1
    assert "\n" not in message


@pytest.mark.parametrize("name", OTHERS)
def test_a_setting_that_was_changed_afterwards(directory, tmp_path, name):
    copy = shutil.copytree(directory, tmp_path / "copy")
    path = copy / "tokenizer.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, name: OTHERS[name]}))
    with pytest.raises(UserError, match="not the one that the examples were"):
        PretrainingCorpus(copy)
