"""A narrow embedding gives what the wide one gave, as far as it can."""

import dataclasses

import numpy as np
import pytest

from albert_tf.checkpoints import read_checkpoint
from albert_tf.compression import factorize
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertEncoder, heads
from albert_tf.models.loading import make_model

EMBEDDING = "encoder/embedding/"
TABLES = [
    f"{EMBEDDING}{kind}_embedding/embeddings"
    for kind in ("token", "position", "segment")
]
WIDE = {"embedding_size": 64, "vocab_size": 57, "max_position_embeddings": 40}


def embed(checkpoint, token_ids):
    encoder = make_model(AlbertEncoder, checkpoint)
    token_ids = np.asarray(token_ids, "int32")
    segment_ids = np.arange(token_ids.size, dtype="int32") % 2
    segment_ids = segment_ids.reshape(token_ids.shape)
    return np.asarray(encoder.embedding(token_ids, segment_ids))


def loss(new, old, token_ids):
    """The share of the variance that is lost."""
    expected = embed(old, token_ids)
    spread = np.square(expected - expected.mean((0, 1))).sum()
    return np.square(embed(new, token_ids) - expected).sum() / spread


def with_directions(checkpoint, number):
    """The same with tables that differ in so many directions."""
    rng = np.random.default_rng(1)
    size = checkpoint.config.embedding_size
    directions = rng.normal(size=(number, size))
    tables = {
        name: (
            rng.normal(size=(len(checkpoint.weights[name]), number))
            @ directions
        ).astype("float32")
        for name in TABLES
    }
    weights = checkpoint.weights | tables
    return dataclasses.replace(checkpoint, weights=weights)


def without_head(checkpoint):
    weights = {
        name: array
        for name, array in checkpoint.weights.items()
        if name.startswith("encoder/")
    }
    return dataclasses.replace(
        checkpoint, weights=weights, model_name="AlbertEncoder"
    )


@pytest.mark.parametrize(
    "changes", [{}, {"project_equal_sizes": True}, {"embedding_size": 32}]
)
def test_few_directions_are_kept_exactly(random_checkpoint, changes):
    old = without_head(random_checkpoint(**WIDE | changes))
    old = with_directions(old, 15)
    ids = np.arange(40).reshape(2, 20)
    np.testing.assert_allclose(
        embed(factorize(old, 16), ids), embed(old, ids), atol=1e-3
    )
    assert loss(factorize(old, 15), old, ids) > 1e-4


def test_what_the_text_has_is_kept_best(random_checkpoint, letters):
    old = without_head(random_checkpoint(letters, **WIDE))
    texts = ["ab ba", "bab a", "abb b"]
    frequent = [sequence.token_ids for sequence in letters.encode_batch(texts)]
    without = loss(factorize(old, 16), old, frequent)
    assert loss(factorize(old, 16, texts), old, frequent) < 0.75 * without
    # The rest is not forgotten.
    others = np.arange(10, 50).reshape(1, 40)
    assert loss(factorize(old, 16, texts), old, others) < 0.95


def test_the_loss_is_near_the_least_that_is_possible(random_checkpoint):
    old = without_head(random_checkpoint(**WIDE))
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 57, (50, 40))
    output = embed(old, ids).reshape(-1, 64)
    energies = np.linalg.eigvalsh(np.cov(output.T))[::-1]
    least = energies[16:].sum() / energies.sum()
    assert least < loss(factorize(old, 16), old, ids) < 1.5 * least


def test_the_same_seed_gives_the_same_weights(random_checkpoint, letters):
    old = without_head(random_checkpoint(letters, **WIDE))
    first, again, other = (
        factorize(old, 16, iter(["a bc", "d"]), seed=seed).weights
        for seed in (1, 1, 2)
    )
    for name in TABLES:
        np.testing.assert_array_equal(first[name], again[name])
        assert (first[name] != other[name]).any()


def test_all_but_the_embedding_stays(data_dir):
    directory = data_dir / "hf_bert" / "BertForSequenceClassification"
    old = read_checkpoint(f"hf:{directory}", heads())
    new = factorize(old, 8)
    assert new.config == dataclasses.replace(old.config, embedding_size=8)
    make_model(AlbertClassifier, new)  # its labels are there
    for name, array in old.weights.items():
        if not name.startswith(EMBEDDING):
            np.testing.assert_array_equal(new.weights[name], array)


def test_a_masked_lm_head_is_dropped_with_a_warning(data_dir):
    directory = data_dir / "hf_bert" / "BertForMaskedLM"
    old = read_checkpoint(f"hf:{directory}", heads())
    with pytest.warns(UserWarning, match="loses its masked-LM head"):
        new = factorize(old, 8)
    assert new.model_name == "AlbertEncoder"
    assert all(name.startswith("encoder/") for name in new.weights)


def test_mistakes(random_checkpoint, letters):
    old = without_head(random_checkpoint(**WIDE))
    with pytest.raises(UserError, match="=64 must be less than 64, that of n"):
        factorize(old, 64)
    with pytest.raises(UserError, match="embedding_size=1 must be at least 2"):
        factorize(old, 1)
    with pytest.raises(UserError, match="numbers: has no vocabulary"):
        factorize(old, 16, ["a"])
    with pytest.raises(UserError, match="texts: have no token"):
        factorize(random_checkpoint(letters, **WIDE), 16, ["", " "])
    with pytest.raises(UserError, match="has no weights"):
        factorize(read_checkpoint("albert_pico"), 16)
