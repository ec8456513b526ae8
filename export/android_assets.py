"""What an Android app needs of a model, in the app's assets.

Beside the file lie the answers that Python gives with it to some texts: the
app offers these texts as examples, and a device compares its answers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.files import check_new_file, is_plain_name, new_file
from albert_tf.nearest import nearest, unit
from albert_tf.tasks.similarity import Similarity
from export.tflite_predictor import load

FORMAT = 1  # of the answers
FOLDER = "models"
_NUMBER = 20  # of examples


def android_files(
    directory: str | os.PathLike, file: str | os.PathLike, overwrite: bool
) -> tuple[Path, Path]:
    """Where a model and Python's answers go.

    Args:
        directory: the assets.
        file: the `.tflite` file, whose name stays.
        overwrite: whether to replace what is there.

    Raises:
        UserError: if the name is none for an asset, or something is there.
    """
    name = Path(file).name
    if not is_plain_name(name) or not name.endswith(".tflite"):
        raise UserError(
            f"{name!r:.100} cannot be an asset: a name of letters, digits, _, "
            "- and . is needed that ends with .tflite"
        )
    model = Path(directory, FOLDER, name)
    answers = model.with_suffix(".json")
    for path in (model, answers):
        check_new_file(path, overwrite)
    return model, answers


def to_android(
    file: str | os.PathLike,
    directory: str | os.PathLike,
    examples: Sequence[Any],
    overwrite: bool = False,
) -> tuple[Path, Path]:
    """Copies a `.tflite` file to an app's assets, with Python's answers.

    Args:
        file: what `to_tflite` wrote of a model for a task.
        directory: the assets, such as `android_demo/app/src/main/assets`.
        examples: texts for the task; 20 of them, from all over the list, are
            answered. Of vectors, the texts of these are sentences of their
            own, and the answer to each is the most alike of the others.
        overwrite: whether to replace what is there.

    Returns:
        The model and the answers.

    Raises:
        UserError: see `android_files` and `export.load`; or there are no two
            sentences to compare.
    """
    model, answers = android_files(directory, file, overwrite)
    predictor = load(file)
    is_embedder = isinstance(predictor.task, Similarity)
    answered = _nearest_sentences if is_embedder else _answers
    values = {
        "format": FORMAT,
        "task": predictor.task.name,
        "model_sha256": hashlib.sha256(Path(file).read_bytes()).hexdigest(),
        "examples": [*answered(predictor, _some(examples))],
    }
    text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    with new_file(model, overwrite) as path:
        shutil.copyfile(file, path)
    with new_file(answers, overwrite) as path:
        path.write_text(text + "\n", encoding="utf-8")
    return model, answers


def _some(examples: Sequence[Any]) -> Sequence[Any]:
    """At most `_NUMBER`, of all labels where a file is sorted by them."""
    step = max(1, len(examples) // _NUMBER)
    return examples[::step][:_NUMBER]


def _answers(predictor, examples) -> Iterator[dict[str, Any]]:
    """Each text with the ids of its sequences and its answer."""
    task = predictor.task
    for one in examples:
        # As it is typed: a file of tags may know other words.
        example = task.example(one.text, getattr(one, "pair", None))
        rows = predictor.rows([example])
        [answer] = predictor.answers([example])
        yield {
            "text": example.text,
            "pair": getattr(example, "pair", None),
            "token_ids": [_token_ids(rows, n) for n in range(len(rows))],
            "answer": task.to_json(answer),
        }


def _nearest_sentences(predictor, examples) -> Iterator[dict[str, Any]]:
    """Each sentence with its ids and the most alike of the others."""
    texts = [text for one in examples for text in predictor.task.texts(one)]
    texts = [*dict.fromkeys(texts)]
    if len(texts) < 2:
        raise UserError(
            "the app looks for the most alike of some sentences: two are "
            f"needed, there is {len(texts)}"
        )
    rows = predictor.rows([Example(text) for text in texts])
    vectors = unit(np.stack(predictor.outputs(rows)["embedding"]))
    found = nearest(vectors, vectors, top=2)
    for number, (text, places, cosines) in enumerate(
        zip(texts, *found, strict=True)
    ):
        # The first is the sentence itself, or one with the same tokens.
        other = int(places[0] == number)
        yield {
            "text": text,
            "pair": None,
            "token_ids": [_token_ids(rows, number)],
            "answer": {
                "nearest": texts[places[other]],
                "similarity": float(cosines[other]),
            },
        }


def _token_ids(rows, number: int) -> list[int]:
    return rows.features(number)["token_ids"][0].tolist()
