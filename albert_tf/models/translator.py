"""Translation: an encoder that reads, a decoder that writes."""

from __future__ import annotations

import dataclasses
import warnings

import keras
from keras import ops

from albert_tf.checkpoints import Head
from albert_tf.config import AlbertConfig
from albert_tf.data.target_vocabulary import TargetVocabulary
from albert_tf.errors import UserError, require, require_at_least
from albert_tf.layers.decoder import Decoder
from albert_tf.layers.dropout import draw_seed, split_seed
from albert_tf.layers.factorized_embedding import FactorizedEmbedding
from albert_tf.layers.masked_language_model_head import MaskedLanguageModelHead
from albert_tf.models.tagger import of_tokens
from albert_tf.models.task_model import TaskModel


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTranslator(TaskModel):
    """ALBERT with a decoder (Vaswani et al., 2017) that is an ALBERT too.

    The decoder has the encoder's width, a factorized embedding, which is also
    that of its softmax, and layers that share their weights.

    `fit` takes texts and their translations. `call` encodes; the decoder is
    taught what it should have written so far, and runs in `compute_loss` and
    `decode_step`. `Predictor` searches for translations.

    Args:
        config: the encoder's sizes and rates; the decoder's too.
        target_vocabulary: see `TargetVocabulary`.
        decoder_layers: N of the decoder.
        shared_decoder: whether its layers are the same weights.
        beams: how many beginnings the search keeps.
        length_penalty: see `beam_search`.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        **kwargs: `name` and `dtype`.

    Raises:
        UserError: if `target_vocabulary` is none, `decoder_layers` is less
            than 1, or the encoder has no more positions than a translation
            may have tokens.
    """

    head = Head("AlbertTranslator")  # other libraries have no such thing
    token_outputs = ("states",)
    signatures = ("encode", "decode_step")
    # The decoder of another vocabulary is of no use.
    label_axes = {"target_vocabulary": {}}

    def __init__(
        self,
        config: AlbertConfig,
        target_vocabulary: str,
        decoder_layers: int = 4,
        shared_decoder: bool = True,
        beams: int = 4,
        length_penalty: float = 0.6,
        preprocessor=None,
        rematerialize: bool = False,
        **kwargs,
    ):
        require_at_least(1, decoder_layers=decoder_layers)
        # A source is padded to the length of its translation where it is
        # shorter, see `BucketedBatches`.
        require_at_least(
            TargetVocabulary.MOST_TOKENS + 1,
            max_position_embeddings=config.max_position_embeddings,
        )
        require(
            config.num_parallel_encoders == 1,
            "must be 1: the decoder reads the output of one encoder",
            num_parallel_encoders=config.num_parallel_encoders,
        )
        super().__init__(
            config,
            preprocessor=preprocessor,
            rematerialize=rematerialize,
            pooled=False,
            **kwargs,
        )
        self.target_vocabulary = target_vocabulary
        self.decoder_layers = decoder_layers
        self.shared_decoder = shared_decoder
        self.beams = beams
        self.length_penalty = length_penalty
        self._target = TargetVocabulary(target_vocabulary)
        sizes = dataclasses.replace(
            config.without_variants(),
            vocab_size=self._target.size,
            type_vocab_size=1,
            max_position_embeddings=TargetVocabulary.MOST_TOKENS,
            num_hidden_layers=decoder_layers,
            num_hidden_groups=1,
            inner_group_num=1,
            sharing="all" if shared_decoder else "none",
            shared_norms=True,
        )
        policy = self.dtype_policy
        self.decoder_embedding = FactorizedEmbedding(
            sizes, dtype=policy, name="decoder_embedding"
        )
        self.decoder = Decoder(
            sizes, rematerialize, dtype=policy, name="decoder"
        )
        self.decoder_head = MaskedLanguageModelHead(
            sizes, dtype=policy, name="decoder_head"
        )
        self.seed_generator = keras.random.SeedGenerator(name="decoder_seed")
        self._make_weights()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        for layer in (self.decoder_embedding, self.decoder, self.decoder_head):
            layer.build()
        self.built = True

    # === Training ===

    def default_loss(self):
        """Cross-entropy with the next token, without those of -1."""
        return keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=-1
        )

    def compile(self, optimizer="rmsprop", loss=None, metrics=None, **kwargs):
        """As of any task model, but without metrics.

        Raises:
            UserError: if there are metrics.
        """
        if metrics:
            raise UserError(
                "a translator has no metrics of tokens: score translations by "
                "BLEU, as `finetune` and `evaluate` do"
            )
        super().compile(optimizer=optimizer, loss=loss, metrics=[], **kwargs)

    def encode_targets(self, y):
        """Of texts a list of ids, see `TargetVocabulary.encode`.

        What is no text stays as it is.
        """
        if len(y) and isinstance(y[0], str):
            return self._target.encode([str(text) for text in y])
        return y

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The loss of each token after those that are right before it.

        Args:
            x: the inputs.
            y: int [B, T + 1], ids from the begin to the end, then -1.
            y_pred: what `call` returned.
            sample_weight: float [B] or [B, 1], or None.
            training: whether it is for a step of training.

        Returns:
            A scalar.
        """
        y = ops.convert_to_tensor(y)
        before = ops.where(y < 0, self._target.pad_id, y)[:, :-1]
        logits = self.decode(
            ops.cast(before, "int32"),
            y_pred["states"],
            x["padding_mask"],
            training,
        )
        return super().compute_loss(
            x, y[:, 1:], {"logits": logits}, of_tokens(sample_weight), training
        )

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """The loss alone; called by Keras."""
        return self.get_metrics_result()

    # === Running ===

    def call(self, inputs, training=False, loop=False):
        """Encodes a batch.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `states`, float32 [B, L, H].
        """
        outputs = self.encoder(inputs, training=training, loop=loop)
        return {"states": ops.cast(outputs["sequence_output"], "float32")}

    def decode(
        self,
        target_ids,
        states,
        padding_mask,
        training=False,
        loop=False,
        last_only=False,
    ):
        """Scores what may follow each token.

        Args:
            target_ids: int32 [B, T], from the begin.
            states: float [B, L, H].
            padding_mask: int or bool [B, L], that of the states.
            training: whether dropout is on.
            loop: run the layers as one loop.
            last_only: whether only what follows the last token is asked for.

        Returns:
            `logits`, float32 [B, T, V], or [B, 1, V].
        """
        seed = None
        if training:
            seed = draw_seed(self.seed_generator, self.config)
        x = self.decoder_embedding(
            target_ids, ops.zeros_like(target_ids), seed=seed
        )
        with warnings.catch_warnings():
            # The first token attends to itself alone, which Keras takes for a
            # mistake.
            warnings.filterwarnings("ignore", "You are using a softmax over")
            x = self.decoder(
                x, states, padding_mask, seed=split_seed(seed, 1), loop=loop
            )
        if last_only:
            x = x[:, -1:, :]
        return self.decoder_head(
            x, positions=None, embedding=self.decoder_embedding
        )

    def decode_step(self, inputs, loop=False):
        """Scores what may follow some beginnings of translations.

        All that was written before is read anew, which is simpler than to
        keep what each layer made of it, and the cost of a short sentence.

        Args:
            inputs: `target_ids`, int32 [B, T], `states`, float32 [B, L, H],
                and their `padding_mask`, int32 [B, L].
            loop: run the layers as one loop.

        Returns:
            `logits`, float32 [B, V].
        """
        logits = self.decode(
            inputs["target_ids"],
            inputs["states"],
            inputs["padding_mask"],
            loop=loop,
            last_only=True,
        )
        return {"logits": logits[:, 0]}

    def method_inputs(self, method):
        """See `PresetModel.method_inputs`."""
        width = self.config.hidden_size
        return {
            "target_ids": keras.InputSpec("int32", (None, None)),
            "states": keras.InputSpec("float32", (None, None, width)),
            "padding_mask": keras.InputSpec("int32", (None, None)),
        }

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "target_vocabulary": self.target_vocabulary,
            "decoder_layers": self.decoder_layers,
            "shared_decoder": self.shared_decoder,
            "beams": self.beams,
            "length_penalty": self.length_penalty,
        }
