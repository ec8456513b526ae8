"""Classification with a `.tflite` file and nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albert_tf.data.features import pad
from albert_tf.errors import UserError
from albert_tf.prediction import Prediction
from albert_tf.tokenizers import load_tokenizer
from export.tflite_model import TFLiteModel


class TFLiteClassifier:
    """Labels texts, without TensorFlow or Keras.

    Example:

    ```python
    classifier = TFLiteClassifier("build/demo/model.tflite")
    classifier.classify(["play some jazz"])[0].label  # "PlayMusic"
    ```

    Args:
        path: a file that `to_tflite` wrote of an `AlbertClassifier`.
        num_threads: processor cores to use.

    Attributes:
        labels: the names of the classes.

    Raises:
        UserError: if the file is missing, damaged, of another origin, not a
            classifier or without a vocabulary.
    """

    def __init__(self, path: str | os.PathLike, num_threads: int = 1):
        self._model = TFLiteModel(path, num_threads)
        bundle = self._model.bundle
        if not bundle.labels or bundle.preprocessor is None:
            raise UserError(
                f"{path}: holds an {bundle.model} without labels or without "
                "a vocabulary; only a classifier with both takes text"
            )
        self.labels = list(bundle.labels)
        self._max_length = bundle.preprocessor["max_length"]
        config = bundle.preprocessor["tokenizer"]
        with tempfile.TemporaryDirectory() as directory:
            vocabulary = Path(directory, config["vocabulary"])
            vocabulary.write_bytes(bundle.vocabulary)
            self._tokenizer = load_tokenizer(config, directory)

    def logits(self, text: str, pair: str | None = None) -> np.ndarray:
        """The network's answer to one text, float32 [C]."""
        encoding = self._tokenizer.encode_batch(
            [text],
            None if pair is None else [pair],
            max_length=self._max_length,
        )
        return self._model(pad(encoding))["logits"][0]

    def classify(
        self, texts: Sequence[str], pairs: Sequence[str] | None = None
    ) -> list[Prediction]:
        """The label of each text, or each pair, with all probabilities."""
        pairs = [None] * len(texts) if pairs is None else pairs
        return [
            Prediction.from_logits(self.logits(text, pair), self.labels)
            for text, pair in zip(texts, pairs, strict=True)
        ]
