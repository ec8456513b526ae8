"""The optimizer for small models and short runs."""

import keras

from albert_tf.training.clipped_optimizer import ClippedOptimizer


@keras.saving.register_keras_serializable(package="albert_tf")
class Muon(ClippedOptimizer, keras.optimizers.Muon):
    """Keras' Muon, with our clipping and decay.

    The momentum of each matrix of the encoder and of the heads is made
    orthogonal before it is subtracted, so that rare directions get as far as
    common ones (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon;
    scaled as in Liu et al. 2025, arXiv 2502.16982). All else goes by Adam at a
    third of the rate: vectors, embeddings and their projection, and, as Keras
    advises for last layers, the pooler and the sentence-order head. With shared
    layers the extra work is that of a single layer.

    Small batches learn much faster with it than with `Lamb`, which is made
    for large ones: see "Small models" in `docs/pretraining.md`.

    Args:
        learning_rate: a number or a schedule.
        weight_decay: share of a weight that goes in a step of rate 1.
        clip_norm: see `ClippedOptimizer`, as is the attribute
            `gradient_norm`.
        name: of the optimizer.
    """

    def __init__(
        self, learning_rate, weight_decay=0.01, clip_norm=1.0, name="muon"
    ):
        super().__init__(
            learning_rate,
            clip_norm=clip_norm,
            weight_decay=weight_decay,
            adam_weight_decay=weight_decay,
            adam_lr_ratio=1 / 3,
            exclude_layers=[
                "pooler",
                "sentence_order_head",
                "next_sentence_head",
            ],
            name=name,
        )

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            "learning_rate": super().get_config()["learning_rate"],
            "weight_decay": self.weight_decay,
            "clip_norm": self.clip_norm,
            "name": self.name,
        }
