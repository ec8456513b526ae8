"""What all models with a head have in common: they take raw text."""

from __future__ import annotations

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models.encoder import AlbertEncoder
from albert_tf.models.preset_model import PresetModel


class TaskModel(PresetModel):
    """An encoder with a head, and the preprocessor that feeds it.

    `fit`, `evaluate` and `predict` take texts (a list of strings), pairs (a
    tuple of two such lists), or a batched `tf.data.Dataset` of either, next
    to all that Keras takes. Lists are batched by length, so that there is
    little padding; `batch_size` is 32 unless given.

    Args:
        config: the model's sizes and rates.
        preprocessor: a `TextPreprocessor`, or None for a model that is fed
            with ready features only.
        rematerialize: see `SharedEncoder`.
        pooled: whether the head reads the pooled output.
        **kwargs: `name` and `dtype`.
    """

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

    def target_ids(self, y) -> np.ndarray:
        """Targets as the loss needs them; a head with names looks them up."""
        return np.asarray(y)

    def limit_length(self, max_length: int):
        """Sets the longest sequence that text is encoded to, in tokens.

        What the model's positions do not reach cannot be asked for: the
        length is then theirs.

        Returns:
            The preprocessor.
        """
        preprocessor = self._require_preprocessor()
        preprocessor.max_length = min(
            max_length, self.config.max_position_embeddings
        )
        return preprocessor

    # === Raw text in fit, evaluate and predict ===

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
        **kwargs,
    ):
        """Trains; as `keras.Model.fit`, with raw text too."""
        if isinstance(validation_data, tuple):
            x_val, y_val, *weights = validation_data
            if is_text(x_val):
                validation_data = self._batches(x_val, y_val, *weights)
            else:
                validation_data = (x_val, self._targets(y_val), *weights)
        validation_data = self._dataset(validation_data)
        if not is_text(x):
            return super().fit(
                self._dataset(x),
                self._targets(y),
                batch_size=batch_size,
                validation_data=validation_data,
                validation_split=validation_split,
                shuffle=shuffle,
                sample_weight=sample_weight,
                **kwargs,
            )
        if validation_split:
            (x, y, sample_weight), held_out = _split(
                (x, y, sample_weight), validation_split
            )
            validation_data = self._batches(*held_out)
        batches = self._batches(x, y, sample_weight, batch_size, shuffle)
        return super().fit(
            batches, validation_data=validation_data, shuffle=False, **kwargs
        )

    def evaluate(
        self, x=None, y=None, batch_size=None, *, sample_weight=None, **kwargs
    ):
        """Scores; as `keras.Model.evaluate`, with raw text too."""
        if is_text(x):
            batches = self._batches(x, y, sample_weight, batch_size)
            return super().evaluate(batches, **kwargs)
        return super().evaluate(
            self._dataset(x),
            self._targets(y),
            batch_size=batch_size,
            sample_weight=sample_weight,
            **kwargs,
        )

    def predict(self, x, batch_size=None, **kwargs):
        """Runs the model; as `keras.Model.predict`, with raw text too.

        Returns:
            The outputs by name, arrays whose rows are in the order of `x`.
        """
        if is_text(x):
            batches = self._batches(x, batch_size=batch_size)
            outputs = super().predict(batches, **kwargs)
            return {k: batches.restore(v) for k, v in outputs.items()}
        return super().predict(self._dataset(x), batch_size, **kwargs)

    def _batches(
        self, x, y=None, sample_weight=None, batch_size=None, shuffle=False
    ):
        from albert_tf.data.batches import BucketedBatches

        texts, pairs = x if isinstance(x, tuple) else (x, None)
        return BucketedBatches(
            self._require_preprocessor().encode(texts, pairs),
            labels=self._targets(y),
            weights=sample_weight,
            batch_size=batch_size or 32,
            shuffle=shuffle,
            # keras.utils.set_random_seed governs it, as Keras' own shuffling.
            seed=int(np.random.randint(2**31)) if shuffle else 0,
        )

    def _targets(self, y):
        return None if y is None else self.target_ids(y)

    def _dataset(self, x):
        """`x` itself, unless it is a `tf.data.Dataset` of strings."""
        if not hasattr(x, "element_spec"):
            return x
        from albert_tf.data.text_datasets import encode_dataset, has_text

        if not has_text(x):
            return x
        return encode_dataset(x, self._require_preprocessor(), self.target_ids)

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


def is_text(x) -> bool:
    """Whether `x` is a list of strings or a tuple of two such lists."""
    if isinstance(x, tuple):
        return len(x) == 2 and all(is_text(part) for part in x)
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "UO" and x.ndim == 1
    return isinstance(x, list) and len(x) > 0 and isinstance(x[0], str)


def _split(columns, share: float):
    """Cuts the last `share` of the rows off lists and tuples of lists."""
    size = len(columns[1])
    at = int(size * (1 - share))

    def cut(column, part: slice):
        if column is None:
            return None
        if isinstance(column, tuple):
            return tuple(c[part] for c in column)
        return column[part]

    return (
        [cut(column, slice(0, at)) for column in columns],
        [cut(column, slice(at, size)) for column in columns],
    )


def _check_fit(preprocessor, config: AlbertConfig) -> None:
    tokens = preprocessor.tokenizer.vocab_size
    if tokens != config.vocab_size:
        raise UserError(
            f"the vocabulary has {tokens} tokens but the configuration says "
            f"vocab_size={config.vocab_size}; they must be equal"
        )
    if preprocessor.max_length > config.max_position_embeddings:
        raise UserError(
            f"max_length={preprocessor.max_length} must be at most "
            f"max_position_embeddings={config.max_position_embeddings}"
        )
