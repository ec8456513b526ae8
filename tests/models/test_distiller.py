import dataclasses

import keras
import numpy as np
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder
from albert_tf.models.distiller import Distiller

pytestmark = pytest.mark.backend_agnostic

TINY = AlbertConfig(
    vocab_size=50,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=12,
)
IDS = np.array([[2, 7, 8, 9, 3], [2, 10, 3, -1, -1]], "int32")


def encoder(seed, **changes):
    keras.utils.set_random_seed(seed)
    # Large weights: random vectors are far from each other.
    config = dataclasses.replace(TINY, initializer_range=0.5, **changes)
    return AlbertEncoder(config, pooler=False)


def run(distiller, **features):
    return {
        name: float(value)
        for name, value in distiller({"student": IDS, **features}).items()
    }


def states(encoder, ids):
    outputs = encoder(
        {
            "token_ids": np.maximum(ids, 0),
            "segment_ids": 0 * ids,
            "padding_mask": (ids >= 0).astype("int32"),
        },
        return_layers=True,
    )
    return [
        keras.ops.convert_to_numpy(x).astype("float64")
        for x in outputs["hidden_states"]
    ]


def distance(a, b):
    norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return 1 - (a * b).sum(-1) / norms


def test_a_student_that_is_its_teacher_has_nothing_to_learn():
    model = encoder(1)
    sums = run(Distiller(model, model, attention=True))
    assert sums["units"] == 8
    assert sums["sentences"] == 2
    for name in ("layers", "last", "sentence", "attention"):
        assert sums[name] == pytest.approx(0, abs=1e-4)


def test_distances_are_those_of_the_formula():
    student, teacher = encoder(1), encoder(2)
    sums = run(Distiller(student, teacher))
    mine, theirs = states(student, IDS), states(teacher, IDS)
    real = IDS >= 0
    per_layer = [
        distance(a, b)[real].sum() for a, b in zip(mine, theirs, strict=True)
    ]
    assert sums["layers"] == pytest.approx(np.mean(per_layer[:-1]), rel=1e-4)
    assert sums["last"] == pytest.approx(per_layer[-1], rel=1e-4)
    means = [
        np.stack([row[r].mean(0) for row, r in zip(x, real, strict=True)])
        for x in (mine[-1], theirs[-1])
    ]
    expected = distance(*means).sum()
    assert sums["sentence"] == pytest.approx(expected, rel=1e-4)
    assert sums["last"] > 1


def test_attention_is_that_of_the_last_layer():
    student, teacher = encoder(1, hidden_size=8), encoder(2)
    sums = run(Distiller(student, teacher, attention=True))
    mask = IDS >= 0
    inputs = {
        "token_ids": np.maximum(IDS, 0),
        "segment_ids": 0 * IDS,
        "padding_mask": mask.astype("int32"),
    }
    mine, theirs = (
        keras.ops.convert_to_numpy(
            model(inputs, return_layers=True)["attentions"][-1]
        ).astype("float64")
        for model in (student, teacher)
    )
    expected = 0.0
    for row, length in enumerate(mask.sum(1)):
        p, q = (x[row, :, :length, :length] for x in (theirs, mine))
        expected += (p * np.log(p / q)).sum(-1).mean(0).sum()
    assert sums["attention"] == pytest.approx(expected, rel=1e-3)
    assert expected > 0.1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_attention_heads": 4}, "num_attention_heads=4 must be as many"),
        ({"cross_layer_attention": True}, "cross_layer_attention=True"),
    ],
)
def test_attention_that_cannot_be_compared(changes, message):
    student, teacher = encoder(1, **changes), encoder(2)
    Distiller(student, teacher)
    with pytest.raises(UserError, match=message):
        Distiller(student, teacher, attention=True)


def test_padding_changes_nothing():
    distiller = Distiller(encoder(1), encoder(2), attention=True)
    alone = [distiller({"student": row[None, row >= 0]}) for row in IDS]
    for name, value in run(distiller).items():
        parts = sum(float(one[name]) for one in alone)
        assert parts == pytest.approx(value, rel=1e-4)


def test_an_empty_passage_counts_for_nothing():
    distiller = Distiller(encoder(1), encoder(2), attention=True)
    empty = np.full((1, 5), -1, "int32")
    padded = distiller({"student": np.concatenate([IDS, empty])})
    for name, value in run(distiller).items():
        assert float(padded[name]) == pytest.approx(value, rel=1e-5)


def test_layers_learn_from_the_same_share_of_the_depth():
    student = encoder(1, num_hidden_layers=2)
    teacher = encoder(2)
    sums = run(Distiller(student, teacher))
    mine, theirs = states(student, IDS), states(teacher, IDS)
    pairs = [(mine[0], theirs[0]), (mine[1], theirs[2])]
    inner = np.mean([distance(a, b)[IDS >= 0].sum() for a, b in pairs])
    assert sums["layers"] == pytest.approx(inner, rel=1e-4)
    last = distance(mine[2], theirs[4])[IDS >= 0].sum()
    assert sums["last"] == pytest.approx(last, rel=1e-4)


def test_words_are_compared_as_a_whole_where_the_pieces_differ():
    student, teacher = encoder(1), encoder(2)
    teacher_ids = np.array([[2, 7, 30, 31, 9, 3], [2, 11, 12, 3, -1, -1]])
    teacher_ids = teacher_ids.astype("int32")
    sums = run(
        Distiller(student, teacher),
        teacher=teacher_ids,
        # The teacher sees 30 and 31 for 8; the student 8 and 9 for 11, 12.
        student_units=np.array([[0, 1, 2, 3, 4], [0, 1, 2, -1, -1]], "int32"),
        teacher_units=np.array(
            [[0, 1, 2, 2, 3, 4], [0, 1, 1, 2, -1, -1]], "int32"
        ),
    )
    mine, theirs = states(student, IDS)[-1], states(teacher, teacher_ids)[-1]
    wholes = [
        *((mine[0, k], theirs[0, j]) for k, j in ((0, 0), (1, 1), (3, 4))),
        (mine[0, 4], theirs[0, 5]),
        (mine[0, 2], theirs[0, 2:4].mean(0)),
        (mine[1, 0], theirs[1, 0]),
        (mine[1, 1], theirs[1, 1:3].mean(0)),
        (mine[1, 2], theirs[1, 3]),
    ]
    expected = sum(distance(a, b) for a, b in wholes)
    assert sums["last"] == pytest.approx(expected, rel=1e-4)
    assert sums["units"] == 8


def test_a_narrower_student_is_widened():
    distiller = Distiller(encoder(1, hidden_size=8), encoder(2))
    names = {variable.path for variable in distiller.trainable_variables}
    assert "widen/kernel" in names
    kernel = keras.ops.convert_to_numpy(distiller.widen.kernel)
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(8), atol=1e-5)
    assert run(distiller)["last"] > 0.1


def embedding_distance(distiller, student, teacher):
    kernel = keras.ops.convert_to_numpy(distiller.widen.kernel)
    mine, theirs = states(student, IDS)[0], states(teacher, IDS)[0]
    return distance(mine @ kernel, theirs)[IDS >= 0].mean()


def test_widening_starts_from_what_the_embedding_gives():
    student, teacher = encoder(1, hidden_size=8), encoder(2)
    distiller = Distiller(student, teacher)
    before = embedding_distance(distiller, student, teacher)
    distiller.fit_widening({"student": IDS})
    # Eight vectors of eight numbers: they can be met.
    assert embedding_distance(distiller, student, teacher) < 1e-3 < before
    # The same words, given as a whole.
    again = Distiller(student, teacher)
    units = np.where(IDS < 0, -1, np.arange(5)).astype("int32")
    again.fit_widening(
        {
            "student": IDS,
            "teacher": IDS,
            "student_units": units,
            "teacher_units": units,
        }
    )
    assert embedding_distance(again, student, teacher) < 1e-3
    Distiller(teacher, teacher).fit_widening({"student": IDS})  # nothing to do


def test_a_wider_student_is_refused():
    with pytest.raises(UserError, match="hidden_size=32 must be at most its"):
        Distiller(encoder(1, hidden_size=32), encoder(2))


def test_the_teacher_is_no_part_of_it():
    student, teacher = encoder(1), encoder(2)
    mine = {id(weight) for weight in Distiller(student, teacher).weights}
    assert mine == {id(weight) for weight in student.weights}


def test_sentence_vectors_are_means_of_tokens():
    student = encoder(1)
    inputs = {
        "token_ids": np.maximum(IDS, 0),
        "segment_ids": 0 * IDS,
        "padding_mask": (IDS >= 0).astype("int32"),
    }
    vectors = Distiller(student, student).sentence_vectors(inputs)
    last = states(student, IDS)[-1]
    expected = [last[0].mean(0), last[1, :3].mean(0)]
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(vectors), expected, atol=1e-5
    )
