"""Fill-mask, on the weights that we ship."""

import json

import numpy as np
import pytest
from commands import call

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.models import AlbertPretrainer, load_model
from albert_tf.tasks import find_task
from albert_tf.tasks.fill_mask import FillMask
from albert_tf.tasks.predictor import Predictor

TEXT = "He went to the [MASK] to buy some [MASK]."


@pytest.fixture(scope="module")
def model():
    return load_model("albert_nano_books_en")


@pytest.fixture(scope="module")
def keras(model):
    return Predictor.of_model(model)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("fill_mask") / "nano.tflite"
    assert call(["export", "albert_nano_books_en", path]) == 0
    return path


def logits(model, ids):
    """[L, V], all positions predicted at once."""
    length = len(ids)
    features = {
        "token_ids": np.array([ids], "int32"),
        "segment_ids": np.zeros((1, length), "int32"),
        "padding_mask": np.ones((1, length), "int32"),
        "masked_positions": np.arange(length, dtype="int32")[None],
    }
    return np.asarray(model(features)["masked_lm_logits"])[0]


def test_words_are_those_of_the_highest_logits(model, keras):
    tokenizer = model.preprocessor.tokenizer
    ids = [tokenizer.cls_id]
    ids += tokenizer.encode("he went to the").token_ids[1:-1]
    ids += [tokenizer.mask_id]
    ids += tokenizer.encode("to buy some").token_ids[1:-1]
    ids += [tokenizer.mask_id, tokenizer.pieces.index("."), tokenizer.sep_id]
    expected = logits(model, ids)
    (answer,) = keras.predict([TEXT])
    places = [k for k, i in enumerate(ids) if i == tokenizer.mask_id]
    assert len(answer.candidates) == len(places) == 2
    for words, place in zip(answer.candidates, places, strict=True):
        row = np.exp(expected[place] - expected[place].max())
        row /= row.sum()
        best = np.argsort(-row)[:5]
        assert [*words] == [tokenizer.decode([i]) for i in best]
        np.testing.assert_allclose([*words.values()], row[best], rtol=1e-3)
    assert answer.words[0] in ("house", "room", "door", "table")


def test_perplexity_is_that_of_each_token_masked_in_turn(model, keras):
    text = "the weather is nice today"
    ids = model.preprocessor.tokenizer.encode(text).token_ids
    nll = []
    for place in range(1, len(ids) - 1):
        masked = [*ids]
        masked[place] = model.preprocessor.tokenizer.mask_id
        row = logits(model, masked)[place]
        nll.append(np.log(np.exp(row).sum()) - row[ids[place]])
    (answer,) = keras.predict([text])
    assert answer.candidates == []
    assert answer.perplexity == pytest.approx(np.exp(np.mean(nll)), rel=1e-3)


def test_natural_text_is_less_perplexing(keras):
    natural, jumbled = keras.predict(
        ["he went to the house of his father", "father his of house to went"]
    )
    assert natural.perplexity < jumbled.perplexity / 3


def test_many_rows_are_answered_in_parts(keras, monkeypatch):
    texts = ["the end", TEXT, "one more text, that is longer", "the end"]
    whole = keras.predict(texts)
    monkeypatch.setattr("albert_tf.tasks.predictor._MOST_ROWS", 3)
    parts = keras.predict(texts)
    assert [a.words for a in parts] == [a.words for a in whole]
    assert [a.perplexity or 0 for a in parts] == pytest.approx(
        [a.perplexity or 0 for a in whole], rel=1e-3
    )


def test_pairs(keras):
    first, second = keras.predict(
        ["the king of [MASK]"], ["he was a great [MASK]"]
    )[0].candidates
    assert len(first) == len(second) == 5


@pytest.mark.slow
def test_the_file_answers_as_keras(keras, file, tmp_path, capsys):
    texts = [TEXT, "the weather is nice today"]
    filled, plain = keras.predict(texts)
    capsys.readouterr()
    assert call(["predict", file, *texts, "--json"]) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    by_file, plain_by_file = lines
    for words, others in zip(filled.candidates, by_file["masks"], strict=True):
        assert len({*words} & {*others}) >= 3
    assert plain_by_file["perplexity"] == pytest.approx(
        plain.perplexity, rel=0.1
    )


@pytest.mark.slow
def test_evaluate_and_verify(file, tmp_path, capsys):
    rows = tmp_path / "masks.tsv"
    rows.write_text(
        "text\tlabel\n"
        "he went to the [MASK] of his father\thouse\n"
        "once upon a [MASK] there was a [MASK]\ttime king\n"
    )
    assert call(["evaluate", file, rows, "--json"]) == 0
    score = json.loads(capsys.readouterr().out)
    assert score["examples"] == 3
    assert score["accuracy"] in (0, 1 / 3, 2 / 3, 1)
    argv = ["export", "albert_nano_books_en", tmp_path / "float.tflite"]
    argv += ["--quantization", "float32", "--verify", rows]
    assert call(argv) == 0


def test_text_shows_words_and_numbers(keras):
    examples = [Example(TEXT), Example("the end")]
    filled, plain = keras.answers(examples)
    lines = [
        keras.task.to_text(answer, example)
        for answer, example in zip([filled, plain], examples, strict=True)
    ]
    assert lines[0].startswith(f"{filled.words[0]} 0.")
    assert lines[0].count(" | ") == 1
    assert lines[0].endswith(f"\t{TEXT}")
    assert lines[1] == f"perplexity {plain.perplexity:.2f}\tthe end"


def test_mistakes(keras, tmp_path):
    assert find_task("fill-mask") is FillMask
    with pytest.raises(UserError, match="603 tokens; the model takes at most"):
        keras.predict(["the " * 600 + "[MASK]"])
    with pytest.raises(UserError, match="has no token"):
        keras.predict([" "])
    example = Example(TEXT, label=("bread",))
    with pytest.raises(UserError, match=r"has 2 \[MASK\], but 1 words"):
        keras.task.score(keras.answers([example]), [example])
    with pytest.raises(UserError, match="albert-tf pretrain"):
        FillMask.of_examples([example])


def test_a_pretrainer_without_a_vocabulary_takes_no_text():
    bare = AlbertPretrainer.from_preset("albert_pico")
    bare.preprocessor = None
    with pytest.raises(UserError, match="has no vocabulary"):
        Predictor.of_model(bare)
