"""Answers from an exported model and nothing else."""

from __future__ import annotations

import inspect
import os
import tempfile
from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError
from albert_tf.tasks import Task, find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.tokenizers import restore_tokenizer
from export.bundle import Bundle
from export.tflite_model import TFLiteModel


def load(
    path: str | os.PathLike,
    num_threads: int = 1,
    cache: str | os.PathLike | None = None,
) -> Predictor:
    """What an exported model answers, a file without TensorFlow or Keras.

    Example:

    ```python
    predictor = load("build/demo/model.tflite")
    predictor.predict(["play some jazz"])[0].label  # "PlayMusic"
    ```

    Args:
        path: a file that `to_tflite` wrote of a model for a task, or a
            directory that `to_saved_model` wrote, or one of its versions.
        num_threads: processor cores to use; of a file.
        cache: a directory for packed weights, with which a file of fixed
            lengths takes less memory and starts sooner; see `CachedModel`.

    Returns:
        A `Predictor`.

    Raises:
        UserError: if it is missing, damaged, of another origin, not for
            a task or without a vocabulary, or cannot have a cache.
    """
    return predictor_of(open_network(path, num_threads, cache), path)


def open_network(
    path: str | os.PathLike,
    num_threads: int = 1,
    cache: str | os.PathLike | None = None,
):
    """A `TFLiteModel`, a `CachedModel` or a `ServedModel`; see `load`."""
    if os.path.isdir(path):
        if cache is not None:
            raise UserError(f"{path}: a SavedModel has no cache")
        from export.served_model import ServedModel

        return ServedModel(path)
    if cache is None:
        return TFLiteModel(path, num_threads)
    from export.cached_model import CachedModel

    return CachedModel(path, cache, num_threads)


def predictor_of(model, path: str | os.PathLike) -> Predictor:
    """Answers by an opened network.

    Args:
        model: see `open_network`.
        path: where it is, for messages.

    Raises:
        UserError: if it is not for a task or without a vocabulary.
    """
    bundle = model.bundle
    if bundle.task is None or bundle.preprocessor is None:
        raise UserError(
            f"{path}: holds an {bundle.model} without a task or without a "
            "vocabulary, so it takes no text"
        )

    def run(rows: Rows) -> dict[str, list[np.ndarray]]:
        outputs: dict[str, list[np.ndarray]] = {}
        for number in range(len(rows)):
            for name, array in model(rows.features(number)).items():
                outputs.setdefault(name, []).append(array[0])
        return outputs

    task = _task(bundle, path)
    labels, known = bundle.settings.get("labels"), model.output_size("logits")
    if labels and known not in (None, len(labels)):
        raise UserError(
            f"{path}: has {len(labels)} labels, but the network knows {known}"
        )
    segments = AlbertConfig.from_dict(bundle.config).type_vocab_size
    return Predictor(
        task,
        preprocessor_of(bundle),
        run,
        segments,
        getattr(model, "run_method", None),  # a SavedModel has none
    )


def _task(bundle: Bundle, path: str | os.PathLike) -> Task:
    kind = find_task(bundle.task)
    try:
        inspect.signature(kind).bind(**bundle.settings)
    except TypeError as error:
        raise UserError(
            f"{path}: the settings of its task {bundle.task!r}: {error}"
        ) from None
    return kind(**bundle.settings)


def preprocessor_of(bundle: Bundle) -> TextPreprocessor:
    """What encodes texts for a file."""
    config = bundle.preprocessor["tokenizer"]
    with tempfile.TemporaryDirectory() as directory:
        vocabulary = Path(directory, config["vocabulary"])
        vocabulary.write_bytes(bundle.vocabulary)
        tokenizer = restore_tokenizer(config, directory)
    if tokenizer.vocab_size > bundle.config["vocab_size"]:
        raise UserError(
            f"the vocabulary has {tokenizer.vocab_size} tokens, but the "
            f"network knows {bundle.config['vocab_size']}"
        )
    return TextPreprocessor(tokenizer, bundle.preprocessor["max_length"])
