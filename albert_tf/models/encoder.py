"""The encoder."""

import keras

from albert_tf.checkpoints import Head
from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import initializer
from albert_tf.layers.cross_layer_encoder import CrossLayerEncoder
from albert_tf.layers.dropout import draw_seed, split_seed
from albert_tf.layers.factorized_embedding import FactorizedEmbedding
from albert_tf.layers.parallel_encoder import ParallelEncoder
from albert_tf.layers.shared_encoder import SharedEncoder
from albert_tf.layers.soft_segment_embedding import SoftSegmentEmbedding
from albert_tf.models.preset_model import PresetModel


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertEncoder(PresetModel):
    """ALBERT without a head: token ids in, vectors out.

    Example:
    ```python
    encoder = AlbertEncoder(AlbertConfig.from_preset("albert_nano"))
    outputs = encoder({
        "token_ids": np.array([[2, 48, 25, 3, 0]]),
        "segment_ids": np.zeros((1, 5), "int32"),
        "padding_mask": np.array([[1, 1, 1, 1, 0]]),
    })
    outputs["sequence_output"].shape  # (1, 5, 256)
    ```

    Args:
        config: the model's sizes and rates.
        pooler: whether there is a pooler; some published checkpoints have
            none.
        rematerialize: see `SharedEncoder`.
        **kwargs: `name` and `dtype` (such as "mixed_bfloat16").
    """

    head = Head("AlbertEncoder", huggingface=("AlbertModel",))
    token_outputs = ("sequence_output",)

    def __init__(
        self,
        config: AlbertConfig,
        pooler: bool = True,
        rematerialize: bool = False,
        **kwargs,
    ):
        super().__init__(config, **kwargs)
        embedding = (
            SoftSegmentEmbedding
            if config.soft_segments
            else FactorizedEmbedding
        )
        self.embedding = embedding(
            config, dtype=self.dtype_policy, name="embedding"
        )
        self.transformer = _transformer_class(config)(
            config,
            rematerialize=rematerialize,
            dtype=self.dtype_policy,
            name="transformer",
        )
        self.pooler = None
        if pooler:
            self.pooler = keras.layers.Dense(
                config.output_size,
                activation="tanh",
                kernel_initializer=initializer(config),
                dtype=self.dtype_policy,
                name="pooler",
            )
        # Named: checkpoints know its state by the path.
        self.seed_generator = keras.random.SeedGenerator(name="seed_generator")
        self._make_weights()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.embedding.build()
        self.transformer.build()
        if self.pooler is not None:
            self.pooler.build((None, self.config.output_size))
        self.built = True

    def call(
        self,
        inputs,
        training=False,
        loop=False,
        return_layers=False,
        first_only=False,
    ):
        """Encodes a batch.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L]; the mask is 1 at tokens and 0 at padding. With
                `soft_segments` see also `SoftSegmentEmbedding`.
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.
            return_layers: also return `hidden_states` and `attentions`.
            first_only: nobody reads `sequence_output` but for the first token,
                see `SharedEncoder`.

        Returns:
            `sequence_output` [B, L, H], or [B, 1, H]; `pooled_output` [B, H]
            if there is a pooler; on demand `hidden_states`, N + 1 times
            [B, L, H] from the embedding's output to the last layer's, and
            `attentions`, float32 [B, A, L, L] for every block applied. Where
            encoders read side by side, H is that of all together, but for the
            embedding's output.
        """
        seed = None
        if training:
            seed = draw_seed(self.seed_generator, self.config)
        x = embedded = self.embedding(
            inputs["token_ids"], inputs["segment_ids"], seed=seed
        )
        x = self.transformer(
            x,
            inputs["padding_mask"],
            seed=split_seed(seed, 1),
            loop=loop,
            return_layers=return_layers,
            first_only=first_only,
        )
        outputs = {}
        if return_layers:
            x, layers, outputs["attentions"] = x
            outputs["hidden_states"] = [embedded, *layers]
        outputs["sequence_output"] = x
        if self.pooler is not None:
            outputs["pooled_output"] = self.pooler(x[:, 0, :])
        return outputs

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            **super().get_config(),
            "pooler": self.pooler is not None,
            "rematerialize": self.transformer.rematerialize,
        }


def _transformer_class(config: AlbertConfig) -> type[SharedEncoder]:
    if config.num_parallel_encoders > 1:
        return ParallelEncoder
    if config.cross_layer_attention:
        return CrossLayerEncoder
    return SharedEncoder
