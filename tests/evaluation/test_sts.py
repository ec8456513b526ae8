import json

import numpy as np
import pytest

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.evaluation.sts import cosine, evaluate_similarity, sts_spearman

VECTORS = {
    "east": [2.0, 0.0],
    "north": [0.0, 3.0],
    "north-east": [1.0, 1.0],
    "east by north": [1.0, 0.2],
    "west": [-1.0, 0.0],
    "nowhere": [0.0, 0.0],
}


def vectors_of(texts):
    return np.array([VECTORS[text] for text in texts], "float32")


def pairs(*labels):
    others = ["west", "north", "north-east", "east by north"]
    return [
        Example("east", other, label)
        for other, label in zip(others, labels, strict=True)
    ]


def test_cosine_by_hand():
    others = ["east", "west", "north", "north-east", "nowhere"]
    cosines = cosine(vectors_of(["east"] * 5), vectors_of(others))
    np.testing.assert_allclose(cosines, [1, -1, 0, 0.5**0.5, 0], atol=1e-7)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((0.0, 1.5, 4.0, 5.0), 1.0),  # ranks count, not distances
        ((5.0, 4.0, 1.5, 0.0), -1.0),
        ((0.0, 4.0, 1.5, 5.0), 0.8),
        ((0.0, 1.0, 1.0, 5.0), 0.9486833),  # equal labels share their rank
        ((2.0, 2.0, 2.0, 2.0), 0.0),
    ],
)
def test_spearman_by_hand(labels, expected):
    assert sts_spearman(vectors_of, pairs(*labels)) == pytest.approx(expected)


def test_what_is_no_pair_is_refused():
    with pytest.raises(UserError, match="pairs of texts; got none"):
        sts_spearman(vectors_of, [])
    with pytest.raises(UserError, match="pairs of texts; got single texts"):
        sts_spearman(vectors_of, [Example("east", label=1.0)])


def test_report():
    report = evaluate_similarity([0, 1, 2], [0.1, 0.2, 0.9])
    assert report.figures["spearman"] == pytest.approx(1)
    expected = np.corrcoef([0, 1, 2], [0.1, 0.2, 0.9])[0, 1]
    assert report.pearson == pytest.approx(expected)
    assert json.loads(json.dumps(report.to_dict()))["examples"] == 3
