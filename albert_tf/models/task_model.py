"""What all models with a head have in common: they take raw text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import keras
import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.data.rows import ONE_SEGMENT
from albert_tf.data.text_datasets import encode_dataset, has_text, user_errors
from albert_tf.errors import UserError, require_at_least
from albert_tf.models.encoder import AlbertEncoder
from albert_tf.models.preset_model import PresetModel
from albert_tf.models.soft_output import SoftOutput
from albert_tf.models.text_input import TextInput, split

_MOST_SPARE_ROWS = 128


class TaskModel(PresetModel):
    """An encoder with a head, and the preprocessor that feeds it.

    `fit`, `evaluate` and `predict` take texts (a string, or a sequence of
    strings such as a list, a pandas Series or a NumPy array), pairs (a tuple
    of two such sequences), or a batched `tf.data.Dataset` of either, next to
    all that Keras takes. Texts are batched by length, so that there is little
    padding; `batch_size` is 32 unless given.

    Args:
        config: the model's sizes and rates.
        preprocessor: a `TextPreprocessor`, or None for a model that is fed
            with ready features only.
        rematerialize: see `SharedEncoder`.
        pooled: whether the head reads the pooled output.
        **kwargs: `name` and `dtype`.

    Attributes:
        soft_outputs: the outputs that can learn from those of a teacher, by
            their names, which are also the teacher's; none unless a class
            says so.
    """

    soft_outputs: ClassVar[dict[str, SoftOutput]] = {}

    def __init__(
        self,
        config: AlbertConfig,
        preprocessor=None,
        rematerialize: bool = False,
        pooled: bool = True,
        **kwargs,
    ):
        super().__init__(config, **kwargs)
        self.encoder = AlbertEncoder(
            config,
            pooler=pooled,
            rematerialize=rematerialize,
            dtype=self.dtype_policy,
            name="encoder",
        )
        self.preprocessor = preprocessor
        if preprocessor is not None:
            _check_fit(preprocessor, config)

    # === What a head may have of its own ===

    def default_loss(self):
        """The loss of `logits` that `compile` takes if none is given."""
        return

    def default_metrics(self) -> list:
        """The metrics of `logits` that `compile` takes if none are given."""
        return []

    def scored_outputs(self, outputs: dict):
        """The outputs that loss and metrics compare with the targets."""
        return outputs["logits"]

    def encode_targets(self, y):
        """Targets as the loss needs them; a head with names looks them up.

        Returns:
            An array whose rows are the examples, a list of arrays of the
            lengths of the sequences for token-level targets, or a dictionary
            of such.
        """
        return y

    def class_number(self, name) -> int:
        """The class that a key of `class_weight` means.

        Raises:
            UserError: if the head has no classes to weigh.
        """
        raise UserError(
            f"{type(self).__name__} takes no class_weight, as a text has no "
            "one class; use sample_weight"
        )

    # === Training ===

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        metrics=None,
        jit_compile=False,
        **kwargs,
    ):
        """As `keras.Model.compile`, with the head's own loss and metrics.

        Args:
            optimizer: a Keras optimizer, such as `albert_tf.training.AdamW`.
            loss: of `logits`; None for the head's own.
            metrics: of `logits`; None for the head's own, [] for none.
            jit_compile: off, as XLA compiles anew for each length of a batch.
            **kwargs: the rest of Keras' arguments.
        """
        if metrics is None:
            metrics = self.default_metrics()
        super().compile(
            optimizer=optimizer,
            loss=self.default_loss() if loss is None else loss,
            # None would keep the metrics of an earlier `compile`.
            metrics=list(metrics) if metrics or self.compiled else None,
            jit_compile=jit_compile,
            **kwargs,
        )

    def compile_from_config(self, config):
        """Compiles as before `save`; called by Keras."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The loss of what is scored; called by Keras."""
        return super().compute_loss(
            x, y, self.scored_outputs(y_pred), sample_weight, training
        )

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """The metrics of what is scored; called by Keras."""
        return super().compute_metrics(
            x, y, self.scored_outputs(y_pred), sample_weight
        )

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        *,
        validation_data=None,
        validation_split=0.0,
        shuffle=True,
        sample_weight=None,
        class_weight=None,
        **kwargs,
    ):
        """Trains; as `keras.Model.fit`, with raw text too."""
        if class_weight is not None:
            if not isinstance(class_weight, Mapping):
                raise UserError(
                    "class_weight must be a dictionary of labels and weights; "
                    f"got {class_weight!r:.60}"
                )
            class_weight = {
                self.class_number(k): v for k, v in class_weight.items()
            }
        if isinstance(validation_data, list):
            validation_data = tuple(validation_data)
        if isinstance(validation_data, tuple):
            validation_data = self._validation(*validation_data)
        validation_data = self._dataset(validation_data)
        texts = TextInput.of(x)
        if texts is None:
            with user_errors():
                return super().fit(
                    self._dataset(x),
                    self._targets(y),
                    batch_size=batch_size,
                    validation_data=validation_data,
                    validation_split=validation_split,
                    shuffle=shuffle,
                    sample_weight=sample_weight,
                    class_weight=class_weight,
                    **kwargs,
                )
        if y is None:
            raise UserError("fit got texts but no y, the targets to learn")
        columns = (texts, y, sample_weight)
        if not 0 <= validation_split < 1:
            raise UserError(
                f"validation_split={validation_split} must be at least 0 and "
                "less than 1"
            )
        if validation_split:
            columns, held_out = split(columns, validation_split)
            validation_data = self._batches(*held_out, batch_size=batch_size)
        batches = self._batches(
            *columns, batch_size=batch_size, shuffle=shuffle
        )
        with user_errors():
            return super().fit(
                batches,
                validation_data=validation_data,
                shuffle=False,
                class_weight=class_weight,
                **kwargs,
            )

    def evaluate(
        self, x=None, y=None, batch_size=None, *, sample_weight=None, **kwargs
    ):
        """Scores; as `keras.Model.evaluate`, with raw text too."""
        texts = TextInput.of(x)
        if texts is not None:
            if y is None:
                raise UserError("evaluate got texts but no y, their targets")
            batches = self._batches(
                texts, y, sample_weight, batch_size=batch_size
            )
            return super().evaluate(batches, **kwargs)
        with user_errors():
            return super().evaluate(
                self._dataset(x),
                self._targets(y),
                batch_size=batch_size,
                sample_weight=sample_weight,
                **kwargs,
            )

    def predict(self, x, batch_size=None, verbose="auto", **kwargs):
        """Runs the model; as `keras.Model.predict`, with raw text too.

        Returns:
            The outputs by name, in the order of `x`: an array with a row for
            each example; of text, those in `token_outputs` are lists with an
            array for each example, as long as its sequence.
        """
        from albert_tf.data.batches import BucketedBatches

        texts = TextInput.of(x)
        if texts is not None:
            x = self._batches(texts, batch_size=batch_size)
        is_dataset = hasattr(x, "element_spec")
        if is_dataset:
            x = self._dataset(x, with_targets=False)
        is_bucketed = isinstance(x, BucketedBatches)
        with user_errors():
            if self.token_outputs and (is_bucketed or is_dataset):
                outputs = self._predict_tokens(x, **kwargs)
            else:
                outputs = super().predict(
                    x, batch_size, verbose=verbose, **kwargs
                )
        if is_bucketed:
            outputs = {name: x.restore(rows) for name, rows in outputs.items()}
        return outputs

    def _predict_tokens(self, batches) -> dict[str, Any]:
        """Batch by batch, as their lengths differ; without padding."""
        rows: dict[str, list] = {}
        for batch in batches:
            features = batch[0] if isinstance(batch, tuple) else batch
            lengths = np.asarray(features["padding_mask"]).sum(-1)
            for name, array in self.predict_on_batch(features).items():
                is_token = name in self.token_outputs
                rows.setdefault(name, []).extend(
                    row[:length] if is_token else row
                    for row, length in zip(array, lengths, strict=True)
                )
        return {
            name: value if name in self.token_outputs else np.stack(value)
            for name, value in rows.items()
        }

    # === Raw text ===

    def _validation(self, x, y=None, sample_weight=None):
        texts = TextInput.of(x)
        if texts is not None:
            return self._batches(texts, y, sample_weight)
        rest = () if sample_weight is None else (sample_weight,)
        return (x, self._targets(y), *rest)

    def _batches(
        self,
        texts: TextInput,
        y=None,
        sample_weight=None,
        batch_size=None,
        shuffle=False,
    ):
        from albert_tf.data.batches import BucketedBatches

        if batch_size is not None:
            require_at_least(1, batch_size=batch_size)
        for name, column in (("y", y), ("sample_weight", sample_weight)):
            if column is None:
                continue
            rows = 0 if np.isscalar(column) else len(column)
            if rows != len(texts):
                raise UserError(
                    f"{name} must have as many rows as there are texts, "
                    f"{len(texts)}; got {rows}"
                )
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight, "float32")
            if not np.isfinite(sample_weight).all():
                raise UserError("sample_weight must be numbers; got NaN")
        if texts.pairs is not None:
            self._check_segments()
        return BucketedBatches(
            self._require_preprocessor().encode(texts.texts, texts.pairs),
            targets=self._targets(y),
            weights=sample_weight,
            batch_size=batch_size or 32,
            shuffle=shuffle,
            # keras.utils.set_random_seed governs it, as Keras' own shuffling.
            seed=int(np.random.randint(2**31)) if shuffle else 0,
        )

    def _check_segments(self):
        if self.config.type_vocab_size < 2:
            raise UserError(ONE_SEGMENT)

    def _targets(self, y):
        return None if y is None else self.encode_targets(y)

    def _dataset(self, x, with_targets=True):
        """`x` itself, unless it is a `tf.data.Dataset` of strings."""
        if not hasattr(x, "element_spec") or not has_text(x):
            return x
        return encode_dataset(
            x,
            self._require_preprocessor(),
            self.encode_targets if with_targets else None,
        )

    def _require_preprocessor(self):
        if self.preprocessor is None:
            raise UserError(
                f"{type(self).__name__} got text but has no preprocessor: "
                "pass tokenizer= to from_preset, or feed token_ids, "
                "segment_ids and padding_mask"
            )
        return self.preprocessor

    # === Saving ===

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "rematerialize": self.encoder.transformer.rematerialize,
        }

    def save_assets(self, directory):
        """Puts the vocabulary into a `.keras` file; called by Keras."""
        if self.preprocessor is not None:
            self.preprocessor.save(directory)

    def load_assets(self, directory):
        """Takes the vocabulary from a `.keras` file; called by Keras."""
        from albert_tf.data.preprocessor import TextPreprocessor

        self.preprocessor = TextPreprocessor.load(directory)
        if self.preprocessor is not None:
            _check_fit(self.preprocessor, self.config)


def _check_fit(preprocessor, config: AlbertConfig) -> None:
    tokens = preprocessor.tokenizer.vocab_size
    # Some checkpoints have spare rows, to round their number up.
    if not 0 <= config.vocab_size - tokens <= _MOST_SPARE_ROWS:
        raise UserError(
            f"the vocabulary has {tokens} tokens but the configuration says "
            f"vocab_size={config.vocab_size}; it is another model's"
        )
    if preprocessor.max_length > config.max_position_embeddings:
        raise UserError(
            f"max_length={preprocessor.max_length} must be at most "
            f"max_position_embeddings={config.max_position_embeddings}"
        )
