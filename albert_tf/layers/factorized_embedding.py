"""The factorized embedding (paper, section 3.1)."""

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.layers.albert_layer import AlbertLayer, initializer
from albert_tf.layers.dropout import dropout


@keras.saving.register_keras_serializable(package="albert_tf")
class FactorizedEmbedding(AlbertLayer):
    """Tokens at width E, with position and segment, projected to width H.

    The vocabulary costs V x E + E x H weights instead of V x H. As in the
    official code there is no projection where E equals H, unless
    `config.project_equal_sizes` asks for one.

    Args:
        config: the model's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(config, **kwargs)
        self.token_embedding = self._table(config.vocab_size, "token")
        self.position_embedding = self._table(
            config.max_position_embeddings, "position"
        )
        self.segment_embedding = self._table(config.type_vocab_size, "segment")
        self.norm = self.layer_norm("layer_norm")
        self.projection = None
        if config.has_projection:
            self.projection = self.dense(config.hidden_size, "projection")

    def _table(self, rows: int, name: str) -> keras.layers.Embedding:
        return keras.layers.Embedding(
            rows,
            self.config.embedding_size,
            embeddings_initializer=initializer(self.config),
            dtype=self.dtype_policy,
            name=f"{name}_embedding",
        )

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        embedded = (None, None, self.config.embedding_size)
        self.token_embedding.build()
        self.position_embedding.build()
        self.segment_embedding.build()
        self.norm.build(embedded)
        if self.projection is not None:
            self.projection.build(embedded)
        self.built = True

    def embed(self, token_ids, segment_ids):
        """The normalized sum of the three embeddings, [B, L, E].

        Raises:
            UserError: if L is more than the configuration's positions.
        """
        longest = self.config.max_position_embeddings
        if token_ids.shape[1] is not None and token_ids.shape[1] > longest:
            raise UserError(
                f"sequences of {token_ids.shape[1]} tokens are longer than "
                f"the model's max_position_embeddings={longest}; cut them"
            )
        # A part of all positions, so that in a graph that learns L only as it
        # runs the shapes do not fit; reading past the end of a table is no
        # error to XLA.
        positions = ops.arange(longest, dtype="int32")
        positions = positions[: ops.shape(token_ids)[1]]
        tokens = self.token_embedding(token_ids)
        return self.norm(
            tokens
            + self.segment_vectors(tokens, segment_ids)
            + ops.expand_dims(self.position_embedding(positions), 0)
        )

    def segment_vectors(self, tokens, segment_ids):
        """The segment vector of each token, [B, L, E]."""
        return self.segment_embedding(segment_ids)

    def call(self, token_ids, segment_ids, seed=None):
        """Embeds a batch.

        Args:
            token_ids: int32 [B, L].
            segment_ids: int32 [B, L].
            seed: integer [2] for dropout, or None for none.

        Returns:
            float [B, L, H].
        """
        x = self.embed(token_ids, segment_ids)
        x = dropout(x, self.config.hidden_dropout_prob, seed)
        return x if self.projection is None else self.projection(x)

    def logits(self, x):
        """Scores every token of the vocabulary with the same table.

        Args:
            x: float [B, P, E].

        Returns:
            float [B, P, V], without a bias.
        """
        table = ops.cast(self.token_embedding.embeddings, x.dtype)
        return ops.matmul(x, ops.transpose(table))
