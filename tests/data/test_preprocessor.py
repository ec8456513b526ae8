import pytest

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer


@pytest.fixture(scope="module")
def preprocessor():
    return TextPreprocessor(SentencePieceTokenizer(), max_length=8)


def test_features(preprocessor):
    features = preprocessor(["this is a test", "a"], ["yes", "no"])
    assert features["token_ids"].shape == (2, 8)
    assert features["token_ids"][0].tolist()[:3] == [2, 48, 25]
    assert features["padding_mask"].sum(-1).tolist() == [8, 5]


def test_round_trip(preprocessor, tmp_path):
    preprocessor.save(tmp_path)
    again = TextPreprocessor.load(tmp_path)
    assert again.max_length == 8
    assert again.encode(["a test"]) == preprocessor.encode(["a test"])
    assert TextPreprocessor.load(tmp_path / "nothing") is None


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"max_length": 8}'])
def test_damaged_file(tmp_path, text):
    (tmp_path / "preprocessor.json").write_text(text)
    with pytest.raises(UserError, match="preprocessor.json: "):
        TextPreprocessor.load(tmp_path)


def test_too_short():
    with pytest.raises(UserError, match="max_length=2 must be at least 3"):
        TextPreprocessor(SentencePieceTokenizer(), max_length=2)
