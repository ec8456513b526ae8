"""Writes what the JVM tests of the Kotlin library compare with.

    python android_demo/checks/golden_vectors.py

Files as `export` writes them, but for the network, and what Python's tasks
make of texts. In the place of a network there is `logit`, a number for each
token and class that Kotlin can compute too.
"""

import hashlib
import json
import pathlib
import string
import tempfile
import zipfile

import hostile_texts
import kotlin_places
import numpy as np

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer

_ROOT = pathlib.Path(__file__).parents[2]
_TARGET = _ROOT / "android_demo/core/src/test/resources"
_WEIGHTS = _ROOT / "albert_tf/weights"
_TEXTS = (
    "", " ", "Hello, world!", "play some jazz by Miles Davis in the Kitchen",
    "In 1994 it cost 1,234,567.89 euros (about 9, 10 or 21,054,448).",
    "naïve café, ﬁne Ångström ½ ﷺ",
    "ΟΔΥΣΣΕΥΣ ΣΑΣ. İstanbul", "\ufeff\u200bzero\u200dwidth\u00ad",
    "中文文字，english 混排。", "हिन्दी में", "한국어 각", "👩‍👩‍👧 😀!",
    "[CLS] [SEP] [MASK] <pad>",
    "a" * 250, "```quoted'' text'''", "tab\there\r\nthere\u2028line\u3000wide",
    "\ud83d alone \ude00", "U+E000 \ue000 \ufffd \U000e0001 \U000378ff",
)  # fmt: skip
_STRINGS = 12  # of each hostile kind
_LONG = (
    "Ada Lovelace wrote in London, 1843. Charles Babbage built an engine "
    "for Mr. Menabrea's 21,054 readers at naïve Paris. "
)
_PIECES = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "in", "the", "london", "an",
    "wrote", "who", "engine", "charles", *string.ascii_lowercase, ",", ".", "?",
    *(f"##{letter}" for letter in string.ascii_lowercase), "1", "2", "##1",
]  # fmt: skip
_QUESTION = "Who wrote in London?"
_VECTOR = 4  # numbers of a vector
_BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
_CASES = {
    "classification": ({"labels": ["no", "yes", "maybe"]}, ("text",)),
    "multilabel": (
        {"labels": ["a", "b", "c", "d"], "thresholds": {"b": 0.2}},
        ("text",),
    ),
    "regression": ({"labels": ["score"]}, ("text",)),
    "similarity": ({}, ("text",)),
    "tagging": ({"labels": _BIO}, ("text",)),
    "crf_tagging": ({"labels": _BIO}, ("text",)),
    "intent_slots": ({"labels": _BIO, "intents": ["play", "book"]}, ("text",)),
    "question_answering": (
        {"null_threshold": 0.5, "stride": 7, "max_answer_length": 5},
        ("question", "context"),
    ),
}


def main():
    """Writes all files."""
    _TARGET.mkdir(parents=True, exist_ok=True)
    tokenizers = {
        "english": SentencePieceTokenizer(
            _WEIGHTS / "albert_nano_books_en/vocabulary.model"
        ),
        "chinese": WordPieceTokenizer(
            _WEIGHTS / "albert_mini_zh/vocabulary.txt"
        ),
    }
    for name, tokenizer in tokenizers.items():
        settings = {"labels": ["no", "yes"]}
        write_bundle(f"{name}.bundle", tokenizer, "classification", settings)
        write_json(f"{name}_tokens.json", tokens(tokenizer))
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "vocab.txt")
        path.write_text("".join(f"{piece}\n" for piece in _PIECES))
        small = WordPieceTokenizer(path)
    for task, (settings, _) in _CASES.items():
        write_bundle(f"{task}.bundle", small, task, settings)
    write_json("tasks.json", [*answers(small)])


def tokens(tokenizer):
    """Ids and places of texts, which are written as UTF-16 units."""
    texts = [*_TEXTS]
    for kind in hostile_texts.kinds():
        if kind != "any":
            texts += hostile_texts.texts(kind, _STRINGS)
    rows = []
    for text in texts:
        ids, _, places, _ = kotlin_places.expected(
            tokenizer, text, max_length=10**6
        )
        rows.append(
            {
                "units": kotlin_places.units(text),
                "ids": ids[1:-1],
                "starts": [start for start, _ in places[1:-1]],
                "ends": [end for _, end in places[1:-1]],
            }
        )
    return rows


def answers(tokenizer):
    """What each task says of some texts."""
    preprocessor = TextPreprocessor(tokenizer, 32)
    for name, (settings, inputs) in _CASES.items():
        task = find_task(name)(**settings)
        predictor = Predictor(task, preprocessor, outputs_of(name, settings))
        for text in ("", "Hello, world!", _TEXTS[3], _LONG, _LONG * 3):
            if "context" in inputs:
                if not text:
                    continue
                found = predictor.predict([_QUESTION], [text])[0]
            else:
                found = predictor.predict([text])[0]
            yield {
                "task": name,
                "text": text,
                "answer": kotlin_places.answer(task, found, text),
            }


def outputs_of(name, settings):
    """In the place of a network: numbers that follow from the ids."""
    labels = len(settings.get("labels", ()))

    def run(rows):
        outputs = {}
        for number in range(len(rows)):
            ids = rows.features(number)["token_ids"][0]
            for key, value in sequence_outputs(name, labels, ids).items():
                outputs.setdefault(key, []).append(value)
        return outputs

    return run


def sequence_outputs(name, labels, ids):
    """The outputs for one sequence."""
    tokens = np.arange(len(ids))[:, None]
    if name == "question_answering":
        logits = logit(tokens, np.arange(2), ids[:, None])
        return {"start_logits": logits[:, 0], "end_logits": logits[:, 1]}
    if name in ("classification", "multilabel", "regression"):
        return {"logits": logit(0, np.arange(labels), ids.sum())}
    if name == "similarity":
        return {"embedding": logit(0, np.arange(_VECTOR), ids.sum())}
    outputs = {"logits": logit(tokens, np.arange(labels), ids[:, None])}
    if name == "crf_tagging":
        rows = np.arange(labels + 1)[:, None]
        outputs["transitions"] = logit(rows, np.arange(labels), 5)
    if name == "intent_slots":
        outputs["intent_logits"] = logit(0, np.arange(2), ids.sum())
    return outputs


def logit(row, column, number):
    """A number from -4 to 4."""
    mixed = (np.asarray(number) * 31 + column * 17 + row * 7) % 97
    return (mixed / 12 - 4).astype("float32")


def write_bundle(name, tokenizer, task, settings):
    """Writes what `export` puts behind a network, behind zeros."""
    size = -(-(tokenizer.vocab_size + 64) // 2)
    network = bytes(size)
    configuration = tokenizer.configuration
    manifest = {
        "format": 2,
        "model": "AlbertClassifier",
        "config": {
            "vocab_size": tokenizer.vocab_size,
            "embedding_size": 1,
            "max_position_embeddings": 64,
        },
        "quantization": "int4",
        "task": task,
        "settings": settings,
        "preprocessor": {
            "max_length": 32,
            "tokenizer": configuration,
            "vocabulary_sha256": tokenizer.digest,
        },
        "network_bytes": size,
        "network_sha256": hashlib.sha256(network).hexdigest(),
    }
    (_TARGET / name).write_bytes(network)
    members = {
        configuration["vocabulary"]: tokenizer.data,
        "albert_tf.json": json.dumps(manifest).encode(),
    }
    with zipfile.ZipFile(_TARGET / name, "a") as archive:
        for member, content in members.items():
            info = zipfile.ZipInfo(member)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)


def write_json(name, value):
    """Writes a file with one item a line."""
    if isinstance(value, list):
        text = ",\n".join(json.dumps(item) for item in value)
        text = f"[\n{text}\n]\n"
    else:
        text = f"{json.dumps(value)}\n"
    (_TARGET / name).write_text(text)


if __name__ == "__main__":
    main()
