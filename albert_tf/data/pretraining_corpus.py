"""A prepared corpus, as batches for training and for evaluation."""

from __future__ import annotations

import functools
import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from albert_tf.data.corpus import MANIFEST
from albert_tf.data.corpus_blocks import HELD_OUT, TRAIN
from albert_tf.data.masking import DRAWS, Masker
from albert_tf.data.masking_options import MaskingOptions
from albert_tf.data.records import (
    RecordFiles,
    parse_examples,
    parse_official,
)
from albert_tf.data.shard import Shard
from albert_tf.data.shards import find_shards
from albert_tf.errors import UserError
from albert_tf.tokenizers import Tokenizer, restore_tokenizer

_OFFICIAL = "masked_lm_positions"


class PretrainingCorpus:
    """The examples in a directory that `prepare_corpus` made.

    A batch is a function of the seed and its number alone: the order of an
    epoch is drawn from the seed and the epoch's number, and every example that
    is read owns a stretch of one stream of random numbers for its masks. So
    training goes on at any step exactly as if it had never stopped, and any
    number of workers reads together what one worker would read.

    Args:
        directory: of `prepare_corpus`, or of TFRecord files in the official
            format (masked examples of one length).
        split: "train" or "held_out".
        progress: is told, now and then, how many more bytes were checked.

    Attributes:
        directory: where it is.
        length: L.
        objective: see `SegmentOptions`; None where the files do not say.
        is_masked: whether the examples were masked when they were written.
        tokenizer: the vocabulary's; None where there is none.

    Raises:
        UserError: there are no examples, or a file is missing, damaged, or
            of another corpus.
    """

    def __init__(
        self,
        directory: str | os.PathLike,
        split: str = TRAIN,
        progress: Callable[[int], None] = lambda size: None,
    ):
        self.directory = Path(directory)
        self.tokenizer, self.objective, self.length = None, None, None
        shards = find_shards(self.directory, split)
        if (self.directory / MANIFEST).exists():
            self._read_manifest()
        if not shards.paths:
            kind = "held-out" if split == HELD_OUT else "training"
            raise UserError(
                f"{directory}: has no {kind} examples; `albert-tf prepare` "
                "makes them"
            )
        self._records = RecordFiles(shards.paths, progress)
        shards.check(self._records.counts)
        self._inspect(shards.paths[0])

    @staticmethod
    def exists(directory: str | os.PathLike, split: str) -> bool:
        """Whether a directory has examples of a split."""
        return bool(find_shards(Path(directory), split).paths)

    def _read_manifest(self):
        path = self.directory / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            segments = manifest["options"]["segments"]
            self.objective, self.length = (
                segments["objective"],
                segments["length"],
            )
            vocabulary = json.loads(
                (self.directory / "tokenizer.json").read_text()
            )
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise UserError(f"{path}: damaged: {error!r}") from error
        self.tokenizer = restore_tokenizer(vocabulary, self.directory)
        # Older corpora tell the vocabulary only.
        made_with = manifest.get("tokenizer", self.tokenizer.configuration)
        if (self.tokenizer.digest, self.tokenizer.configuration) != (
            manifest["vocabulary"],
            made_with,
        ):
            raise UserError(
                f"{self.directory}: its vocabulary is not the one that the "
                "examples were made with"
            )

    def _inspect(self, path):
        """What kind of examples there are, by the first."""
        import tensorflow as tf

        try:
            example = tf.train.Example.FromString(self._records[0])
        except Exception as error:  # protobuf's own class is not public
            raise UserError(
                f"{path}: holds no tf.train.Example records"
            ) from error
        features = example.features.feature
        self.is_masked = _OFFICIAL in features
        if not self.is_masked and "token_ids" not in features:
            raise UserError(
                f"{path}: has neither our features (token_ids) nor the "
                f"official ones ({_OFFICIAL}), but {', '.join(features)}"
            )
        if self.is_masked:
            self.length = len(features["input_ids"].int64_list.value)
            self._num_predictions = len(features[_OFFICIAL].int64_list.value)

    def __len__(self):
        return len(self._records)

    def num_predictions(self, masking: MaskingOptions | None) -> int:
        """P of its batches; `masking` of examples that are not masked yet."""
        if self.is_masked:
            return self._num_predictions
        return masking.num_predictions(self.length)

    def check_fits(self, tokenizer: Tokenizer | None, config) -> None:
        """Raises `UserError` if a model cannot be trained on it.

        Args:
            tokenizer: the one of the weights to start from; None for random
                weights.
            config: the model's `AlbertConfig`.
        """
        if self.length > config.max_position_embeddings:
            raise UserError(
                f"{self.directory}: examples of {self.length} tokens, but "
                f"the model takes {config.max_position_embeddings}"
            )
        mine = self.tokenizer
        if mine is None:
            return
        if mine.vocab_size > config.vocab_size:
            raise UserError(
                f"{self.directory}: made with a vocabulary of "
                f"{mine.vocab_size} tokens, but the model has "
                f"{config.vocab_size}"
            )
        differences = tokenizer and tokenizer.differences(mine)
        if differences:
            raise UserError(
                f"{self.directory}: made with {', '.join(differences)}; "
                "prepare the text with the model's own, `prepare --vocabulary "
                "MODEL`"
            )

    def batches(
        self,
        batch_size: int,
        masking: MaskingOptions | None,
        seed: int,
        first_step: int = 0,
        shard: Shard = Shard(),
    ):
        """Endless batches for training.

        Args:
            batch_size: B, over all replicas.
            masking: of examples that are not masked yet; None for others.
            seed: of order and masks.
            first_step: number of the first batch.
            shard: the part of each batch to read.

        Returns:
            A `tf.data.Dataset` of pairs. Inputs: `token_ids`, `segment_ids`,
            `padding_mask` (int32 [b, L]) and `masked_positions` (int32
            [b, P]). Targets: `masked_lm_ids` (int32 [b, P]),
            `masked_lm_weights` (float32 [b, P]), `sentence_order_labels`
            (int32 [b]) and `example_weights` (float32 [b]). b is a replica's
            share of B.

        Raises:
            UserError: B is more than there are examples, or not divisible
                among the replicas.
        """
        if batch_size > len(self):
            raise UserError(
                f"{self.directory}: has {len(self)} examples, fewer than one "
                f"batch of {batch_size}"
            )
        order = _EpochOrder(len(self), seed)
        return self._dataset(
            batch_size, shard, first_step, None, order, masking, seed
        )

    def all_batches(
        self,
        batch_size: int,
        masking: MaskingOptions | None,
        shard: Shard = Shard(),
    ):
        """Every example once, always with the same masks, for evaluation.

        Args:
            batch_size: as in `batches`. The last batch is filled up with
                examples whose weights are 0.
            masking: as in `batches`.
            shard: as in `batches`.

        Returns:
            A finite `tf.data.Dataset` as of `batches`.
        """
        steps = math.ceil(len(self) / batch_size)
        order = range(len(self)).__getitem__
        return self._dataset(batch_size, shard, 0, steps, order, masking, 0)

    def _dataset(
        self, batch_size, shard, first_step, steps, order, masking, seed
    ):
        import tensorflow as tf

        size, rest = divmod(batch_size, shard.pipelines * shard.replicas)
        if rest:
            raise UserError(
                f"batch_size={batch_size} must be divisible by the "
                f"{shard.pipelines * shard.replicas} replicas"
            )

        masker = None if self.is_masked else Masker(masking, self.tokenizer)
        predictions = self.num_predictions(masking)

        def first_place(number):
            """The first place, in the stream of examples, of a replica."""
            step, replica = number // shard.replicas, number % shard.replicas
            replica += shard.pipeline * shard.replicas
            return step * batch_size + replica * size

        def read(place):
            places = range(place, place + size)
            return np.array([self._read(order, p) for p in places], object)

        def load(place):
            records = tf.numpy_function(read, [place], tf.string)
            records.set_shape([size])
            if self.is_masked:
                sizes = self.length, self._num_predictions
                return _renamed(parse_official(records, *sizes))
            mask = functools.partial(self._mask, masker, seed)
            examples = parse_examples(records, self.length)
            return self._masked(examples, place, mask, predictions)

        last = tf.int64.max if steps is None else steps * shard.replicas
        return (
            tf.data.Dataset.range(first_step * shard.replicas, last)
            .map(first_place)
            .map(load, num_parallel_calls=tf.data.AUTOTUNE)
            .prefetch(tf.data.AUTOTUNE)
        )

    def _read(self, order, place) -> bytes:
        try:
            return self._records[order(place)]
        except IndexError:  # behind the end, while evaluating
            return b""

    def _masked(self, examples, place, mask, predictions):
        """Inputs and targets of examples that are not masked yet."""
        import tensorflow as tf

        arrays = tf.numpy_function(
            mask,
            [place, examples.token_ids, examples.word_starts],
            [tf.int32] * 3 + [tf.float32],
        )
        shape = examples.token_ids.shape
        slots = (shape[0], predictions)
        for array, known in zip(arrays, (shape, *[slots] * 3), strict=True):
            array.set_shape(known)
        masked_ids, positions, ids, weights = arrays
        real = examples.token_ids > 0
        first = examples.first_lengths
        second = real & (tf.range(self.length) >= first[:, None])
        inputs = {
            "token_ids": masked_ids,
            "segment_ids": tf.cast(second, tf.int32),
            "padding_mask": tf.cast(real, tf.int32),
            "masked_positions": positions,
        }
        return inputs, {
            "masked_lm_ids": ids,
            "masked_lm_weights": weights,
            "sentence_order_labels": examples.labels,
            "example_weights": tf.cast(first > 0, tf.float32),
        }

    def _mask(self, masker, seed, place, token_ids, word_starts):
        bits = np.random.PCG64([seed, 1])
        bits.advance(int(place) * DRAWS * self.length)
        shape = (len(token_ids), DRAWS, self.length)
        masked = masker(
            token_ids, word_starts, np.random.Generator(bits).random(shape)
        )
        return (
            masked["token_ids"],
            masked["masked_positions"],
            masked["masked_lm_ids"],
            masked["masked_lm_weights"],
        )


def _renamed(features):
    """Inputs and targets of examples in the official format."""
    import tensorflow as tf

    inputs = {
        "token_ids": features["input_ids"],
        "segment_ids": features["segment_ids"],
        "padding_mask": features["input_mask"],
        "masked_positions": features["masked_lm_positions"],
    }
    return inputs, {
        "masked_lm_ids": features["masked_lm_ids"],
        "masked_lm_weights": features["masked_lm_weights"],
        "sentence_order_labels": features["next_sentence_labels"][:, 0],
        # Every example begins with [CLS].
        "example_weights": tf.cast(features["input_mask"][:, 0], tf.float32),
    }


class _EpochOrder:
    """Which example has a place in the endless stream of epochs."""

    def __init__(self, size: int, seed: int):
        self._size, self._seed = size, seed
        # A batch may hold the end of an epoch and the start of the next.
        self._draw = functools.lru_cache(maxsize=2)(self._draw)

    def __call__(self, place: int) -> int:
        epoch, index = divmod(int(place), self._size)
        return self._draw(epoch)[index]

    def _draw(self, epoch):
        rng = np.random.default_rng([self._seed, 0, epoch])
        return rng.permutation(self._size)
