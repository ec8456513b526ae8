import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf.config import AlbertConfig
from albert_tf.models import AlbertEncoder
from albert_tf.training.fused_activation import fuse_activations

INPUTS = {
    "token_ids": np.array([[2, 7, 8, 3]], "int32"),
    "segment_ids": np.zeros((1, 4), "int32"),
    "padding_mask": np.ones((1, 4), "int32"),
}


def output_and_gradients(encoder):
    variables = [v.value for v in encoder.trainable_variables]
    with tf.GradientTape() as tape:
        x = encoder(INPUTS)["sequence_output"]
        loss = tf.reduce_sum(tf.cast(x, tf.float32)[..., :3] ** 2)
    return x, tape.gradient(loss, variables)


@pytest.mark.parametrize("act", ["gelu", "gelu_new", "relu"])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_it_computes_what_it_did_before(act, precision):
    keras.utils.set_random_seed(0)
    config = AlbertConfig(
        vocab_size=20, embedding_size=8, hidden_size=16, num_hidden_layers=2,
        num_attention_heads=2, intermediate_size=32, hidden_act=act,
        initializer_range=0.3, shared_norms=False,
    )  # fmt: skip
    encoder = AlbertEncoder(config, pooler=False, dtype=precision)
    before, slopes = output_and_gradients(encoder)
    fuse_activations(encoder)
    graph = tf.function(encoder).get_concrete_function(INPUTS).graph
    compiled = [
        op.name
        for op in graph.get_operations()
        if "_XlaMustCompile" in op.node_def.attr
    ]
    assert len(compiled) == config.num_hidden_layers
    after, slopes_after = output_and_gradients(encoder)
    tolerance = 1e-5 if precision == "float32" else 0.05
    np.testing.assert_allclose(
        tf.cast(after, "float32"), tf.cast(before, "float32"), atol=tolerance
    )
    slopes, slopes_after = (
        np.concatenate([np.ravel(tf.convert_to_tensor(g)) for g in gradients])
        for gradients in (slopes, slopes_after)
    )
    scale = np.abs(slopes).max()
    np.testing.assert_allclose(
        slopes_after / scale, slopes / scale, atol=tolerance
    )
