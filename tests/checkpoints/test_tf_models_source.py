"""tf-models-official's own models are the reference.

It is heavy to import, so that all of this is `slow`.
"""

import json

import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder, AlbertPretrainer, load_model
from albert_tf.tokenizers import SentencePieceTokenizer

pytestmark = pytest.mark.slow

SIZES = {
    "vocab_size": 50,
    "hidden_size": 12,
    "num_attention_heads": 3,
    "intermediate_size": 20,
    "max_position_embeddings": 24,
    "type_vocab_size": 2,
}
CONFIG = {
    **SIZES,
    "embedding_size": 8,
    "num_hidden_layers": 4,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.02,
}


@pytest.fixture(scope="module")
def official():
    return pytest.importorskip("official.nlp.modeling")


@pytest.fixture(scope="module")
def encoder_config(official):
    from official.nlp.configs import encoders

    def make(**changes):
        sizes = {"embedding_width": 8, "num_layers": 4, "dropout_rate": 0.1}
        albert = encoders.AlbertEncoderConfig(**{**SIZES, **sizes, **changes})
        return encoders.EncoderConfig(type="albert", albert=albert)

    return make


@pytest.fixture
def make(encoder_config, randomize):
    """An encoder of theirs, every weight random."""
    from official.nlp.configs import encoders

    def made(**changes):
        return randomize(encoders.build_encoder(encoder_config(**changes)))

    return made


@pytest.fixture
def pretrainer(official, make, randomize):
    """Theirs, with a masked-LM head."""
    import tf_keras
    from official.modeling import tf_utils

    activation = tf_keras.activations.get(tf_utils.get_activation("gelu"))
    model = official.models.BertPretrainerV2(
        encoder_network=make(), mlm_activation=activation
    )
    model(_their_inputs(masked_lm_positions=np.zeros((3, 2), "int32")))
    return randomize(model)


def _save(directory, **objects):
    import tensorflow as tf

    path = tf.train.Checkpoint(**objects).save(str(directory / "ckpt"))
    (directory / "albert_config.json").write_text(json.dumps(CONFIG))
    return path


def _inputs():
    rng = np.random.default_rng(1)
    mask = np.ones((3, 10), "int32")
    mask[1, 6:] = 0
    return {
        "token_ids": rng.integers(0, 50, (3, 10), "int32"),
        "segment_ids": rng.integers(0, 2, (3, 10), "int32"),
        "padding_mask": mask,
    }


def _their_inputs(**more):
    ours = _inputs()
    return {
        "input_word_ids": ours["token_ids"],
        "input_type_ids": ours["segment_ids"],
        "input_mask": ours["padding_mask"],
        **more,
    }


def _assert_parity(ours, theirs):
    for name in ("sequence_output", "pooled_output"):
        np.testing.assert_allclose(
            ours[name], theirs[name], rtol=0, atol=1e-5, err_msg=name
        )


def _refused(source):
    with pytest.raises(UserError) as caught:
        AlbertEncoder.from_preset(source)
    message = str(caught.value)
    assert "\n" not in message
    return message


# === Checkpoints ===


def test_encoder(tmp_path, make):
    theirs = make()
    prefix = _save(tmp_path, encoder=theirs)
    for source in (prefix, tmp_path):
        encoder = AlbertEncoder.from_preset(f"tf_models:{source}")
        _assert_parity(encoder(_inputs()), theirs(_their_inputs()))
    assert encoder.config.hidden_act == "gelu_new"
    assert encoder.config.hidden_dropout_prob == 0.1
    assert type(load_model(f"tf_models:{prefix}")) is AlbertEncoder


def test_embedding_as_wide_as_the_encoder(tmp_path, make):
    theirs = make(embedding_width=12)
    prefix = _save(tmp_path, model=theirs)
    path = tmp_path / "albert_config.json"
    path.write_text(json.dumps({**CONFIG, "embedding_size": 12}))
    encoder = AlbertEncoder.from_preset(f"tf_models:{prefix}")
    assert not encoder.config.has_projection
    _assert_parity(encoder(_inputs()), theirs(_their_inputs()))


def test_pretrainer(tmp_path, pretrainer):
    prefix = _save(tmp_path, **pretrainer.checkpoint_items)
    ours = load_model(f"tf_models:{prefix}")
    assert type(ours) is AlbertPretrainer
    assert ours.sentence_order_head is None
    positions = np.array([[1, 5], [2, 3], [9, 0]], "int32")
    expected = pretrainer(_their_inputs(masked_lm_positions=positions))
    actual = ours({**_inputs(), "masked_positions": positions})
    np.testing.assert_allclose(
        actual["masked_lm_logits"], expected["mlm_logits"], rtol=0, atol=1e-5
    )
    encoder = AlbertEncoder.from_preset(f"tf_models:{prefix}")
    _assert_parity(encoder(_inputs()), expected)


@pytest.mark.parametrize("kind", ["legacy", "new"])
def test_training_with_its_optimizer(tmp_path, make, kind, recwarn):
    import tf_keras
    import yaml

    theirs = make()
    optimizers = tf_keras.optimizers
    optimizer = (optimizers.legacy if kind == "legacy" else optimizers).Adam()
    theirs.compile(optimizer, "mse")
    optimizer.apply_gradients(
        (0 * variable, variable) for variable in theirs.trainable_variables
    )
    prefix = _save(tmp_path, model=theirs, optimizer=optimizer)
    (tmp_path / "albert_config.json").unlink()
    albert = {**SIZES, "embedding_width": 8, "num_layers": 4}
    albert |= {"hidden_activation": "gelu", "dropout_rate": 0.2}
    albert |= {"attention_dropout_rate": 0.3, "initializer_range": 0.02}
    params = {"task": {"model": {"encoder": {"albert": albert}}}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    encoder = AlbertEncoder.from_preset(f"tf_models:{prefix}")
    assert not [w for w in recwarn if "left out" in str(w.message)]
    assert encoder.config.attention_probs_dropout_prob == 0.3
    assert encoder.config.hidden_act == "gelu_new"
    _assert_parity(encoder(_inputs()), theirs(_their_inputs()))


# === SavedModels ===


def test_saved_model_of_tf_hub(tmp_path, encoder_config, pretrainer):
    import tensorflow as tf
    from official.nlp.tools import export_tfhub_lib

    prefix = _save(tmp_path, **pretrainer.checkpoint_items)
    vocabulary = SentencePieceTokenizer().save(tmp_path)["vocabulary"]
    export_tfhub_lib.export_model(
        str(tmp_path / "hub"),
        encoder_config=encoder_config(),
        model_checkpoint_path=prefix,
        with_mlm=True,
        sp_model_file=str(tmp_path / vocabulary),
    )
    theirs = tf.saved_model.load(str(tmp_path / "hub"))
    source = f"tf_models:{tmp_path}/hub"
    encoder = AlbertEncoder.from_preset(source)
    expected = theirs(_their_inputs(), training=False, mask=None)
    _assert_parity(encoder(_inputs()), expected)
    assert encoder.config.hidden_act == "gelu_new"
    with pytest.raises(UserError, match="/assets: the token .* id 29999"):
        load_model(source)  # of 50 tokens, with a vocabulary of 30,000
    _damage(tmp_path / "hub", encoder)


def _damage(directory, encoder):
    """What is told where Keras' arguments are elsewhere, damaged or lies."""
    source = f"tf_models:{directory}"
    metadata = directory / "keras_metadata.pb"
    whole = metadata.read_bytes()
    network = directory / "saved_model.pb"
    metadata.unlink()  # as older versions of TensorFlow had it
    network.write_bytes(network.read_bytes() + whole)
    assert AlbertEncoder.from_preset(source).config == encoder.config
    for old, new, words in (
        (b'"vocab_size": 50', b'"vocab_size": 2147483648', "vocab_size=50 fit"),
        (
            b'"num_layers": 4',
            b'"num_layers": "4"',
            "num_hidden_layers='4' must",
        ),
        (b'"num_layers"', b'"layers"', "lacks num_layers"),
        (b"Text>gelu", b"Text>mish", "'Text>mish' is not one"),
        (b'"num_attention_heads": 3', b'"num_attention_heads": 2', "_heads=2"),
        (b'"embedding_width": 8,', b'"embedding_width": }', "damaged where"),
        (b'{"vocab_size"', b'{"vocabulary"', "put Google's albert_config.json"),
    ):
        network.write_bytes(whole.replace(old, new))
        assert words in _refused(source)


# === What is wrong ===


def test_google_checkpoint(tmp_path, data_dir):
    directory = data_dir / "official_tf1_tiny"
    assert f"say tf1:{directory}" in _refused(f"tf_models:{directory}")
    assert "there is no" in _refused(f"tf_models:{tmp_path}/nothing")


def test_object_checkpoint_is_told_to_google(tmp_path, make):
    prefix = _save(tmp_path, encoder=make())
    assert f"say tf_models:{prefix}" in _refused(f"tf1:{prefix}")


def test_another_model(tmp_path):
    import tensorflow as tf

    layer = tf.Variable(np.zeros(3, "float32"), name="transformer/layer_0/bias")
    prefix = _save(tmp_path, encoder=tf.train.Checkpoint(layer=layer))
    message = _refused(f"tf_models:{prefix}")
    assert "is not of tf-models-official's AlbertEncoder" in message
    assert "among transformer/layer_0/bias" in message


def test_two_encoders(tmp_path, make):
    prefix = _save(tmp_path, teacher=make(), student=make())
    assert "two variables that are called" in _refused(f"tf_models:{prefix}")


def test_configuration_that_lies(tmp_path, make):
    prefix = _save(tmp_path, encoder=make())
    path = tmp_path / "albert_config.json"
    for name, value in (("hidden_size", 21_000), ("vocab_size", 2**31)):
        path.write_text(json.dumps({**CONFIG, name: value}))
        right = CONFIG[name]
        assert f"{name}={right} fits" in _refused(f"tf_models:{prefix}")
    path.unlink()
    assert "no such file" in _refused(f"tf_models:{prefix}")
    for text in (
        "",
        "task: 1",
        "task: {model: {encoder: {albert: 3}}}",
        "{[" * 500,
    ):
        (tmp_path / "params.yaml").write_text(text)
        assert "params.yaml: has no task" in _refused(f"tf_models:{prefix}")


@pytest.mark.parametrize("size", [0, 40, -40])
@pytest.mark.parametrize("name", ["index", "data-00000-of-00001"])
def test_truncated(tmp_path, make, name, size):
    prefix = _save(tmp_path, encoder=make())
    path = tmp_path / f"ckpt-1.{name}"
    path.write_bytes(path.read_bytes()[:size])
    message = _refused(f"tf_models:{prefix}")
    assert message.startswith(f"{prefix}: truncated or damaged checkpoint")
