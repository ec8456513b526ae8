"""Compares whole predictions of the Kotlin library with Python's.

    python android_demo/checks/prediction_parity.py [MODEL.tflite ...]

Both have the same LiteRT below; what differs is all else, from the file to
the answer. Without files small ones with random weights are made, one for
each task. Texts are the lines of a file, and random strings of hostile kinds.
"""

import argparse
import pathlib
import sys
import tempfile

import hostile_texts
import kotlin_answers
import kotlin_places

ROOT = pathlib.Path(__file__).parents[2]
TOLERANCE = 1e-4
_TEXT = ROOT / "tests" / "data" / "books_excerpt.txt"
_WEIGHTS = ROOT / "albert_tf" / "weights"
_BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
_LABELS = {"labels": ["no", "yes", "maybe"]}
_ANSWERS = {"null_threshold": 0.1, "stride": 16, "max_answer_length": 8}
# The settings of the tasks that Kotlin knows.
CASES = {
    "classification": _LABELS,
    "early_exit": {**_LABELS, "exit_threshold": 0.4},
    "multilabel": {**_LABELS, "thresholds": {"yes": 0.4}},
    "regression": {},
    "similarity": {},
    "tagging": {"labels": _BIO},
    "crf_tagging": {"labels": _BIO},
    "intent_slots": {"labels": _BIO, "intents": ["play", "book"]},
    "question_answering": _ANSWERS,
    "joint_question_answering": _ANSWERS,
}
_CONTEXT_LINES = 12
_HOSTILE = 2  # of each kind, for 25 lines


def main():
    """Compares and prints a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, default=_TEXT)
    parser.add_argument("--examples", type=int, default=500)
    arguments = parser.parse_args()
    lines = arguments.text.read_text(encoding="utf-8").splitlines()
    examples = examples_of(lines, arguments.examples)
    wrong = 0
    with tempfile.TemporaryDirectory() as directory:
        files = arguments.files or [
            random_file(task, pathlib.Path(directory)) for task in CASES
        ]
        for path in files:
            for lengths in (None, [32, 64]):
                found = different(path, examples, lengths)
                wrong += len(found)
                print(
                    f"{path.name:35s} lengths {lengths or 'any'!s:8s} "
                    f"{len(examples)} examples, {len(found)} differences",
                    *found[:2],
                )
    sys.exit(1 if wrong else 0)


def examples_of(lines, number):
    """Texts, and contexts of some lines for each."""
    lines = [line for line in lines if line.strip()]
    texts = [lines[i % len(lines)] for i in range(number)]
    for kind in hostile_texts.kinds():
        if kind != "half_pairs":  # Python takes none
            texts += hostile_texts.texts(kind, -(-_HOSTILE * number // 25))
    return [
        (text, " ".join([*texts[i + 1 : i + _CONTEXT_LINES], text]))
        for i, text in enumerate(texts)
        if text.strip()
    ]


def random_file(task_name, directory, compatible=None):
    """A small exported model for a task with random weights."""
    import keras
    import numpy as np

    from albert_tf import models
    from albert_tf.config import AlbertConfig
    from albert_tf.data.preprocessor import TextPreprocessor
    from albert_tf.tasks import find_task
    from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer
    from export import to_tflite

    keras.utils.set_random_seed(0)
    if task_name in ("tagging", "joint_question_answering"):
        tokenizer = WordPieceTokenizer(
            _WEIGHTS / "albert_mini_en/vocabulary.txt", follows="transformers"
        )
    else:
        tokenizer = SentencePieceTokenizer(
            _WEIGHTS / "albert_nano_books_en/vocabulary.model"
        )
    config = AlbertConfig(
        vocab_size=tokenizer.vocab_size,
        embedding_size=16,
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=64,
    )
    task = find_task(task_name)(**CASES[task_name])
    model = getattr(models, task.model_name)(
        config, preprocessor=TextPreprocessor(tokenizer, 64), **task.settings
    )
    draw = np.random.default_rng(0)
    for weight in model.weights:
        value = draw.normal(size=weight.shape).astype("float32") * 0.3
        weight.assign(value + 1 if weight.name == "gamma" else value)
    path = directory / f"{task_name}-{compatible or 'own'}.tflite"
    to_tflite(model, path, "float32", compatible=compatible)
    return path


def different(path, examples, lengths=None):
    """What differs, in words, for each example with another answer."""
    import export

    python = export.load(path)
    kotlin = kotlin_answers.KotlinPredictor(path, lengths)
    takes_contexts = "question" in kotlin.task
    found = []
    for text, context in examples:
        pairs = [context] if takes_contexts else None
        places_in = context if takes_contexts else text
        expected = kotlin_places.answer(
            python.task, python.predict([text], pairs)[0], places_in
        )
        answer = kotlin.predict(text, context if takes_contexts else None)
        for difference in differences(expected, answer):
            found.append(f"{text[:60]!a}: {difference}")
            break
    return found


def differences(expected, found, where=""):
    """Where two values of lists, dictionaries and numbers differ."""
    if isinstance(expected, dict) and expected.keys() == found.keys():
        for key, value in expected.items():
            yield from differences(value, found[key], f"{where} {key}")
    elif isinstance(expected, list) and len(expected) == len(found):
        for place, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{where} {place}")
    elif isinstance(expected, float):
        # Logits may be large.
        if abs(expected - found) > TOLERANCE * max(1, abs(expected)):
            yield f"{where}: {expected} and {found}"
    elif expected != found:
        yield f"{where}: {expected!r:.80} and {found!r:.80}"


if __name__ == "__main__":
    main()
