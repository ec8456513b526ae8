"""What does not fit a smaller model is new where that is loaded."""

import pytest

from albert_tf.checkpoints.shapes import variant_of
from albert_tf.compression import factorize, narrow
from albert_tf.models import AlbertEncoder
from albert_tf.models.loading import make_model

ON = {
    "shared_norms": False,
    "layer_adapters": 2,
    "cross_layer_attention": True,
    "soft_segments": True,
}
TEXT = ["a lamp went out", "then a door opened"]


@pytest.mark.filterwarnings("ignore:.*masked-LM head")
@pytest.mark.parametrize(
    ("smaller", "new"),
    [
        (lambda c: factorize(c, 8, TEXT), "soft_segments"),
        (lambda c: narrow(c, 64), "cross_layer_attention, layer_adapters"),
    ],
    ids=["factorize", "narrow"],
)
def test_variants_of_a_smaller_model(random_checkpoint, letters, smaller, new):
    sizes = {"embedding_size": 16, "vocab_size": 57, "hidden_size": 128}
    checkpoint = smaller(random_checkpoint(letters, **sizes, **ON))
    with pytest.warns(UserWarning, match=f"no weights for {new}: they are new"):
        model = make_model(AlbertEncoder, checkpoint)
    assert model.config.soft_segments
    gates = [w for n, w in model.named_weights().items() if n.endswith("gate")]
    assert len(gates) == 1 + model.config.num_hidden_layers
    assert {variant_of(n) for n in model.named_weights()} == {
        *(None, "layer_adapters", "cross_layer_attention", "soft_segments")
    }
