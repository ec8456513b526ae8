"""The factorized embedding with segments that are a matter of degree."""

import keras
from keras import ops

from albert_tf.layers.factorized_embedding import FactorizedEmbedding
from albert_tf.layers.gates import add_gate, opening


@keras.saving.register_keras_serializable(package="albert_tf")
class SoftSegmentEmbedding(FactorizedEmbedding):
    """A token's segment vector is an expectation over the segments.

    Its probabilities are a mixture of those that a small softmax makes of the
    token's embedding, and of the segment that is given. A gate says how much
    is the first; nothing at the start.

    Args:
        config: the model's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, config, **kwargs):
        super().__init__(config, **kwargs)
        self.segment_logits = self.dense(
            config.type_vocab_size, "segment_logits"
        )

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        super().build(input_shape)
        self.segment_logits.build((None, None, self.config.embedding_size))
        self.gate = add_gate(self, (1,), "segment_gate")

    def segment_vectors(self, tokens, segment_ids):
        """The expected segment vector of each token, [B, L, E].

        Args:
            tokens: float [B, L, E], the tokens' own vectors.
            segment_ids: int32 [B, L]; or float [B, L, S], the probability of
                each of the S segments, which is then taken as it is.
        """
        if len(segment_ids.shape) == 3:
            probabilities = segment_ids
        else:
            number = self.config.type_vocab_size
            given = ops.one_hot(segment_ids, number, dtype="float32")
            logits = ops.cast(self.segment_logits(tokens), "float32")
            found = ops.softmax(logits, axis=-1)
            probabilities = given + opening(self.gate) * (found - given)
        table = self.segment_embedding.embeddings
        return ops.matmul(ops.cast(probabilities, tokens.dtype), table)
