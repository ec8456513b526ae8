"""What each variant of the encoder promises; see docs/variants.md."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.checkpoints.deepening import deepen
from albert_tf.checkpoints.shapes import variant_of, weight_shapes
from albert_tf.compression import drop_layers, tie
from albert_tf.config import VARIANTS
from albert_tf.costs import parameter_count
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder
from albert_tf.models.assignment import assign_weights, to_checkpoint
from albert_tf.models.loading import make_model

OWN = {"shared_norms": False, "num_hidden_groups": 2}
CASES = [
    {**OWN, "layer_adapters": 3},
    {"cross_layer_attention": True},
    {"soft_segments": True},
]
INNER = {"num_hidden_groups": 2, "inner_group_num": 2}
STACKS = [
    *CASES,
    *({**case, **INNER} for case in CASES),
    {**OWN, "cross_layer_attention": True},
    {**OWN, **dict.fromkeys(VARIANTS, True), "layer_adapters": 3},
]
every_variant = pytest.mark.parametrize("variant", CASES, ids=str)
every_stack = pytest.mark.parametrize("variant", STACKS, ids=str)
agnostic = pytest.mark.backend_agnostic


def names_of(variant):
    return [name for name in variant if name in VARIANTS]


def numpy(tensor):
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))


@pytest.fixture
def make(tiny):
    """An encoder without dropout, random in every weight if `filled`."""

    def make(filled=False, **changes):
        rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0}
        encoder = AlbertEncoder(dataclasses.replace(tiny, **rates, **changes))
        rng = np.random.default_rng(0)
        for weight in encoder.weights if filled else ():
            if "seed" not in weight.path:
                mean = float(weight.name == "gamma")
                weight.assign(rng.normal(mean, 0.3, weight.shape))
        return encoder

    return make


def new_weights(encoder):
    return {n: w for n, w in encoder.named_weights().items() if variant_of(n)}


@agnostic
@every_stack
def test_weights_are_those_that_are_counted(make, variant):
    encoder = make(**variant)
    weights = {
        f"encoder/{name}": tuple(weight.shape)
        for name, weight in encoder.named_weights().items()
        if "seed" not in name
    }
    expected = dict(weight_shapes(encoder.config))
    assert weights == {
        k: v for k, v in expected.items() if k.startswith("encoder/")
    }
    assert parameter_count(encoder.config) == sum(
        map(np.prod, weights.values())
    )


@agnostic
@every_stack
@pytest.mark.parametrize("loop", [False, True])
def test_starts_as_the_plain_model(make, batch, variant, loop):
    encoder = make(**variant)
    off = encoder.config.without_variants()
    plain = AlbertEncoder(off)
    weights = encoder.named_weights()
    for name, weight in plain.named_weights().items():
        rng = np.random.default_rng(len(name))
        weight.assign(rng.normal(1, 0.3, weight.shape))
        weights[name].assign(weight)
    np.testing.assert_allclose(
        numpy(encoder(batch, loop=loop)["sequence_output"]),
        numpy(plain(batch)["sequence_output"]),
        rtol=0,
        # The others compile a loop, and sum in another order there.
        atol=1e-6 if keras.backend.backend() == "tensorflow" else 2e-5,
    )


@agnostic
@every_stack
def test_a_loop_gives_what_written_out_layers_give(make, batch, variant):
    encoder = make(filled=True, **variant)
    np.testing.assert_allclose(
        numpy(encoder(batch, loop=True)["sequence_output"]),
        numpy(encoder(batch)["sequence_output"]),
        rtol=0,
        atol=1e-5,
    )


@agnostic
@every_variant
def test_new_weights_change_the_answer(make, batch, variant):
    encoder = make(filled=True, **variant)
    before = numpy(encoder(batch)["sequence_output"])
    for name, weight in new_weights(encoder).items():
        old = numpy(weight)
        weight.assign(old * 3 + 0.5)
        after = numpy(encoder(batch)["sequence_output"])
        assert np.abs(after - before).max() > 1e-4, name
        weight.assign(old)


@agnostic
@every_stack
def test_padding_changes_nothing(make, batch, variant):
    encoder = make(filled=True, **variant)
    alone = {name: array[1:2, :5] for name, array in batch.items()}
    for loop in (False, True):
        padded = encoder(batch, loop=loop)["sequence_output"]
        np.testing.assert_allclose(
            numpy(padded)[1, :5],
            numpy(encoder(alone)["sequence_output"])[0],
            rtol=0,
            atol=1e-5,
        )
    nothing = {**batch, "padding_mask": 0 * batch["padding_mask"]}
    assert np.isfinite(numpy(encoder(nothing)["sequence_output"])).all()


@agnostic
@every_variant
def test_half_precision(make, batch, variant):
    reference = make(filled=True, **variant)
    encoder = AlbertEncoder(reference.config, dtype="mixed_bfloat16")
    weights = reference.named_weights()
    for name, weight in encoder.named_weights().items():
        weight.assign(weights[name])
    actual, expected = (
        numpy(e(batch)["sequence_output"]) for e in (encoder, reference)
    )
    assert np.abs(actual - expected).mean() < 0.05


def gradients(encoder, batch, loop):
    """Of part of the output, for each weight, arrays by name."""
    weights = encoder.trainable_weights
    names = {id(w): name for name, w in encoder.named_weights().items()}
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def total(values):
            rest = [w.value for w in encoder.non_trainable_variables]
            y, _ = encoder.stateless_call(values, rest, batch, loop=loop)
            return y["sequence_output"][..., :4].sum()

        found = jax.grad(total)([w.value for w in weights])
    elif backend == "torch":
        import torch

        y = encoder(batch, loop=loop)["sequence_output"][..., :4].sum()
        values = [w.value for w in weights]
        found = torch.autograd.grad(y, values, allow_unused=True)
    else:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            y = encoder(batch, loop=loop)["sequence_output"]
            y = tf.reduce_sum(y[..., :4])
        found = tape.gradient(y, [w.value for w in weights])
    return {
        names[id(w)]: numpy(g)
        for w, g in zip(weights, found, strict=True)
        if g is not None
    }


@agnostic
@every_variant
@pytest.mark.parametrize("loop", [False, True])
def test_gradients_reach_the_new_weights(make, batch, variant, loop):
    encoder = make(filled=True, **variant)
    found = gradients(encoder, batch, loop)
    for name in new_weights(encoder):
        assert np.abs(found[name]).max() > 1e-6, name


@agnostic
@every_variant
def test_training_can_start(make, batch, variant):
    """Where they change nothing yet, some of them have a gradient."""
    encoder = make(**variant)
    found = gradients(encoder, batch, loop=False)
    fields = {
        variant_of(name)
        for name in new_weights(encoder)
        if np.abs(found[name]).max() > 1e-4
    }
    assert fields == set(names_of(variant))


# === Files ===


def assert_same(actual, expected):
    actual, expected = actual.named_weights(), expected.named_weights()
    assert actual.keys() == expected.keys()
    for name, weight in expected.items():
        np.testing.assert_array_equal(numpy(actual[name]), numpy(weight), name)


@every_stack
def test_travels_in_our_format(make, tmp_path, variant):
    encoder = make(filled=True, **variant)
    encoder.save_preset(tmp_path / "out")
    again = AlbertEncoder.from_preset(tmp_path / "out")
    assert again.config == encoder.config
    assert_same(again, encoder)


@agnostic
@every_stack
def test_travels_in_a_keras_file(make, tmp_path, variant):
    encoder = make(filled=True, **variant)
    encoder.save(tmp_path / "encoder.keras")
    again = keras.saving.load_model(tmp_path / "encoder.keras")
    assert_same(again, encoder)


@every_variant
def test_starts_from_weights_without_it(make, tmp_path, batch, variant):
    plain = make(filled=True)
    plain.save_preset(tmp_path / "plain")
    off = {k: v for k, v in variant.items() if k != "num_hidden_groups"}
    words = f"no weights for {', '.join(names_of(variant))}: they are new"
    with pytest.warns(UserWarning, match=words) as caught:
        encoder = AlbertEncoder.from_preset(tmp_path / "plain", variants=off)
    assert len(caught) == 1
    assert new_weights(encoder)
    np.testing.assert_allclose(
        numpy(encoder(batch)["pooled_output"]),
        numpy(plain(batch)["pooled_output"]),
        rtol=0,
        atol=1e-6,
    )


@every_variant
@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize(
    "change",
    [
        lambda checkpoint: deepen(checkpoint, 5),
        lambda checkpoint: drop_layers(checkpoint, 2),
        lambda checkpoint: tie(checkpoint, 1),
    ],
    ids=["deepen", "drop_layers", "tie"],
)
def test_other_numbers_of_layers_and_groups(make, variant, change):
    encoder = make(filled=True, **variant)
    changed = change(to_checkpoint(encoder))
    again = make_model(AlbertEncoder, changed)
    new = {n: numpy(w) for n, w in new_weights(encoder).items()}
    for name, weight in new_weights(again).items():
        twins = [
            np.allclose(old, numpy(weight))
            for old in new.values()
            if old.shape == weight.shape
        ]
        assert any(twins), name


@pytest.mark.parametrize(
    "variant", [{**case, **OWN} for case in CASES], ids=str
)
def test_half_a_variant_is_a_damaged_file(make, variant):
    encoder = make(**variant)
    checkpoint = to_checkpoint(encoder)
    first = next(n for n in checkpoint.weights if variant_of(n))
    del checkpoint.weights[first]
    with pytest.raises(UserError, match=f"lacks {first}$"):
        assign_weights(encoder, checkpoint)


@every_variant
@pytest.mark.parametrize("format", ["huggingface", "tf1"])
def test_other_libraries_have_no_such_models(make, tmp_path, variant, format):
    # All else could be said there.
    alone = {k: v for k, v in variant.items() if k != "num_hidden_groups"}
    encoder = make(**alone)
    (name,) = names_of(variant)
    words = f"{name}={variant[name]!r} cannot be said in another library's"
    with pytest.raises(UserError, match=words):
        encoder.save_preset(tmp_path / "out", format)
    assert not list(tmp_path.iterdir())


def test_nothing_else_is_switched_on(make, tmp_path):
    make().save_preset(tmp_path / "out")
    for name in ("num_hidden_layers", "shared_norms"):
        with pytest.raises(UserError, match=f"variants='{name}' must be one"):
            AlbertEncoder.from_preset(tmp_path / "out", variants={name: 4})
