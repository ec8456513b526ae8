import tracemalloc

import numpy as np
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier
from albert_tf.tokenizers import SentencePieceTokenizer
from export import to_tflite
from export.bundle import read_bundle

SMALL = {
    "embedding_size": 16,
    "hidden_size": 32,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}


@pytest.fixture(scope="session")
def randomize():
    """Fills every weight, biases too, so that none can be left out."""

    def fill(model, seed=0, bias=0.5):
        rng = np.random.default_rng(seed)
        for weight in model.weights:
            scale = 0.2 if len(weight.shape) > 1 else bias
            value = rng.normal(size=weight.shape).astype("float32") * scale
            weight.assign(value + 1 if weight.name == "gamma" else value)
        return model

    return fill


@pytest.fixture(scope="session")
def features():
    """Random inputs of one sequence, [1, L], the last ones padding."""

    def make(length, vocab_size, padding=0, seed=0):
        rng = np.random.default_rng(seed)
        mask = np.ones((1, length), "int32")
        mask[:, length - padding :] = 0
        return {
            "token_ids": rng.integers(
                0, vocab_size, (1, length), dtype="int32"
            ),
            "segment_ids": rng.integers(0, 2, (1, length), dtype="int32"),
            "padding_mask": mask,
        }

    return make


@pytest.fixture(scope="session")
def classifier(randomize):
    """A classifier with the official vocabulary and random weights."""
    return randomize(
        AlbertClassifier(
            AlbertConfig(**SMALL),
            labels=["no", "yes", "maybe"],
            preprocessor=TextPreprocessor(SentencePieceTokenizer(), 64),
        )
    )


@pytest.fixture(scope="session")
def files(classifier, tmp_path_factory):
    """The classifier exported, by quantization."""
    directory = tmp_path_factory.mktemp("exported")
    paths = {q: directory / f"{q}.tflite" for q in ("float32", "int8")}
    for quantization, path in paths.items():
        to_tflite(classifier, path, quantization)
    return paths


@pytest.fixture
def read(tmp_path):
    """Reads such a file."""
    path = tmp_path / "model.tflite"

    def run(content):
        path.write_bytes(content)
        return read_bundle(path)

    return run


@pytest.fixture
def refused(read):
    """The reason why such a file is refused, which takes little memory."""

    def run(content, most=8e6):
        tracemalloc.start()
        try:
            with pytest.raises(UserError) as caught:
                read(content)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < most
        message = str(caught.value)
        assert "\n" not in message
        assert len(message) < 400
        return message

    return run
