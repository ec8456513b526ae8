"""Answers from a `.tflite` file and nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.tokenizers import restore_tokenizer
from export.bundle import Bundle
from export.tflite_model import TFLiteModel


def open_tflite(path: str | os.PathLike, num_threads: int = 1) -> Predictor:
    """What a file answers, without TensorFlow or Keras.

    Example:

    ```python
    predictor = open_tflite("build/demo/model.tflite")
    predictor.predict(["play some jazz"])[0].label  # "PlayMusic"
    ```

    Args:
        path: a file that `to_tflite` wrote of a model for a task.
        num_threads: processor cores to use.

    Returns:
        A `Predictor`.

    Raises:
        UserError: if the file is missing, damaged, of another origin, not for
            a task or without a vocabulary.
    """
    model = TFLiteModel(path, num_threads)
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

    task = find_task(bundle.task)(**bundle.settings)
    segments = AlbertConfig.from_dict(bundle.config).type_vocab_size
    return Predictor(task, preprocessor_of(bundle), run, segments)


def preprocessor_of(bundle: Bundle) -> TextPreprocessor:
    """What encodes texts for a file."""
    config = bundle.preprocessor["tokenizer"]
    with tempfile.TemporaryDirectory() as directory:
        vocabulary = Path(directory, config["vocabulary"])
        vocabulary.write_bytes(bundle.vocabulary)
        tokenizer = restore_tokenizer(config, directory)
    return TextPreprocessor(tokenizer, bundle.preprocessor["max_length"])
