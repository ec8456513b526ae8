import dataclasses

import numpy as np
import pytest

from albert_tf.checkpoints import Checkpoint
from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.config import AlbertConfig

PICO = AlbertConfig.from_preset("albert_pico")


@pytest.fixture(scope="session")
def random_checkpoint():
    """A pre-trainer of which every weight is random, with a vocabulary."""

    def make(tokenizer=None, **changes):
        config = dataclasses.replace(PICO, **changes)
        rng = np.random.default_rng(0)
        weights = {
            name: rng.normal(size=shape).astype("float32")
            for name, shape in weight_shapes(config)
        }
        preprocessor = tokenizer and preprocessor_for(tokenizer, config)
        return Checkpoint(
            source="numbers",
            config=config,
            weights=weights,
            model_name="AlbertPretrainer",
            get_preprocessor=lambda: preprocessor,
        )

    return make


@pytest.fixture(scope="session")
def letters(tmp_path_factory):
    """A WordPiece vocabulary of 57 pieces: letters, and those within words."""
    from albert_tf.tokenizers import WordPieceTokenizer

    path = tmp_path_factory.mktemp("letters") / "vocab.txt"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    pieces += [*alphabet, *(f"##{letter}" for letter in alphabet)]
    path.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return WordPieceTokenizer(path)
