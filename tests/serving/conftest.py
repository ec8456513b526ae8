import pytest
from running import running

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.tokenizers import SentencePieceTokenizer


def small(kind, max_length=64, **arguments):
    """A model with random weights."""
    import keras

    from albert_tf import models

    keras.utils.set_random_seed(0)
    config = AlbertConfig(
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
    )
    preprocessor = TextPreprocessor(SentencePieceTokenizer(), max_length)
    return getattr(models, kind)(config, preprocessor=preprocessor, **arguments)


@pytest.fixture(scope="session")
def make(tmp_path_factory):
    """Exports a small model to a file of that name."""

    def run(kind, name, **arguments):
        from export import to_tflite

        path = tmp_path_factory.mktemp(name) / f"{name}.tflite"
        to_tflite(small(kind, **arguments), path)
        return path

    return run


@pytest.fixture(scope="session")
def make_saved(tmp_path_factory):
    """Exports a small model to a directory of that name, as version 3."""

    def run(kind, name, **arguments):
        from export import to_saved_model

        path = tmp_path_factory.mktemp(name) / name
        to_saved_model(
            small(kind, **arguments), path, version=3, tokens_only=True
        )
        return path

    return run


@pytest.fixture(scope="session")
def classifier_file(make):
    return make("AlbertClassifier", "mood", labels=["bad", "good"])


@pytest.fixture(scope="session")
def client(classifier_file):
    """Of a classifier with small limits."""
    with running(
        classifier_file,
        max_texts=8,
        max_characters=1000,
        max_body=20_000,
        max_tokens=400,
    ) as client:
        yield client
