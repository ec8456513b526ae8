"""Case and marks are kept all the way, where they are asked for."""

import json

import pytest
from commands import call

from albert_tf.models import load_model
from albert_tf.tokenizers import tokenizer_for_file

pytestmark = pytest.mark.slow

SAMPLES = {
    "ja.txt": (76, "かぎは机の上にある。", "かきは机の上にある。"),
    "de.txt": (54, "Die Bäume sind schön.", "die baume sind schon."),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_from_the_vocabulary_to_the_model(data_dir, tmp_path, name):
    text = data_dir / "real_world" / name
    size, marked, bare = SAMPLES[name]
    vocabulary = tmp_path / "own.model"
    argv = ["vocabulary", text, "--output", vocabulary, "--size", size]
    assert call([*argv, "--keep-case", "--keep-accents"]) == 0
    keeping = tokenizer_for_file(vocabulary)
    assert keeping.tokenize(marked) != keeping.tokenize(bare)
    assert keeping.decode(keeping.encode(marked).token_ids) == marked

    corpus, run = tmp_path / "corpus", tmp_path / "run"
    argv = ["prepare", text, "--output", corpus, "--vocabulary", vocabulary]
    argv += ["--length", "32", "--held-out-share", "0", "--processes", "1"]
    assert call([*argv, "--objective", "none"]) == 0
    argv = ["pretrain", corpus, "--output", run, "--model", "albert_pico"]
    assert call([*argv, "--steps", "2", "--batch-size", "2"]) == 0
    tokenizer = load_model(run / "model").preprocessor.tokenizer
    assert not tokenizer.differences(keeping)

    again = tmp_path / "again"
    argv = ["prepare", text, "--output", again, "--vocabulary", run / "model"]
    assert call([*argv, "--objective", "none", "--processes", "1"]) == 0


def test_a_corpus_and_a_model_that_differ_in_marks(data_dir, tmp_path, fails):
    text = data_dir / "real_world" / "de.txt"
    vocabulary = tmp_path / "own.model"
    argv = ["vocabulary", text, "--output", vocabulary, "--size", "49"]
    assert call([*argv, "--keep-accents"]) == 0
    flat = ["--length", "32", "--objective", "none", "--held-out-share", "0"]
    argv = ["prepare", text, *flat, "--output"]
    own = ["--vocabulary", vocabulary]
    assert call([*argv, tmp_path / "first", *own]) == 0
    steps = ["--steps", "1", "--batch-size", "2", "--output"]
    start = ["--model", "albert_pico"]
    first = ["pretrain", tmp_path / "first", *start, *steps]
    assert call([*first, tmp_path / "run"]) == 0

    own[1].with_suffix(".json").unlink()
    assert call([*argv, tmp_path / "second", *own]) == 0
    model = ["--model", tmp_path / "run" / "model"]
    second = ["pretrain", tmp_path / "second", *model, *steps]
    said = fails(*second, tmp_path / "no")
    assert "strip_accents=True instead of False" in said
    assert not (tmp_path / "no").exists()


def test_what_a_vocabulary_says_itself(data_dir, tmp_path, fails):
    text = data_dir / "real_world" / "de.txt"
    vocabulary = tmp_path / "own.model"
    assert (
        call(["vocabulary", text, "--output", vocabulary, "--size", "47"]) == 0
    )
    argv = ["prepare", text, "--output", tmp_path / "out", "--vocabulary"]
    said = fails(*argv, vocabulary, "--keep-case")
    assert "--keep-case has no effect: " in said
    assert "own.model says itself" in said
    assert "--keep-accents has no effect" in fails(
        *argv, "albert_nano_books_en", "--keep-accents"
    )
    vocabulary.with_suffix(".json").write_text('{"lowercase": "no"}')
    assert "own.json: is no settings of a vocabulary" in fails(
        *argv, vocabulary
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("beside", ["tokenizer_config.json", "corpus.json"])
def test_a_vocabulary_out_of_a_model(data_dir, tmp_path, fails, beside):
    model = data_dir / "real_world" / "japanese_keep_accents"
    vocabulary = tmp_path / "spiece.model"
    vocabulary.write_bytes((model / "spiece.model").read_bytes())
    text = data_dir / "real_world" / "ja.txt"
    argv = ["prepare", text, "--objective", "none", "--processes", "1"]
    argv += ["--length", "32", "--output", tmp_path / "out", "--vocabulary"]
    (tmp_path / beside).write_text("{}")
    assert f"is not alone, {beside} has settings" in fails(*argv, vocabulary)
    assert not (tmp_path / "out").exists()
    assert call([*argv, f"hf:{model}"]) == 0
    said = json.loads((tmp_path / "out" / "corpus.json").read_text())
    assert said["tokenizer"]["strip_accents"] is False
