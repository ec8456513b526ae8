"""Answers of the Kotlin library with LiteRT behind its `ModelRunner`."""

import pathlib

import jpype
import kotlin_core
import numpy as np

_TASKS = {
    "classification": "Classifier",
    "early_exit": "Classifier",
    "multilabel": "MultilabelClassifier",
    "regression": "Regressor",
    "similarity": "Embedder",
    "contrastive": "Embedder",
    "triplets": "Embedder",
    "tagging": "Tagger",
    "crf_tagging": "Tagger",
    "intent_slots": "IntentAndSlots",
    "question_answering": "QuestionAnswerer",
    "joint_question_answering": "QuestionAnswerer",
}


class KotlinPredictor:
    """A task of Kotlin's for an exported file.

    Args:
        path: a `.tflite` file.
        lengths: of sequences that the runner takes; None for any.
    """

    def __init__(self, path, lengths=None):
        kotlin_core.start()
        data = np.frombuffer(pathlib.Path(path).read_bytes(), "int8")
        buffer = jpype.java.nio.ByteBuffer.wrap(jpype.JArray(jpype.JByte)(data))
        self.file = kotlin_core.java_class("model.ModelFile").read(buffer)
        self.task = str(self.file.getTask())
        self.runner = jpype.JProxy(
            kotlin_core.java_class("model.ModelRunner"),
            inst=_Runner(path, lengths),
        )
        kind = kotlin_core.java_class(f"tasks.{_TASKS[self.task]}")
        self._answerer = kind(self.file, self.runner)

    def predict(self, text, pair=None):
        """The answer in plain values, see `kotlin_places.answer`."""
        text = kotlin_core.java_text(text)
        pair = None if pair is None else kotlin_core.java_text(pair)
        if self.task == "regression":
            return {"number": float(self._answerer.measure(text, pair))}
        if _TASKS[self.task] == "Embedder":
            return {"vector": [*map(float, self._answerer.embed(text))]}
        if "question" in self.task:
            return _answers(self._answerer.answer(text, pair))
        if self.task == "intent_slots":
            found = self._answerer.read(text)
            return {
                **_prediction(found.getIntent()),
                **_tags(found.getSlots()),
            }
        if "tagging" in self.task:
            return _tags(self._answerer.tag(text))
        found = self._answerer.classify(text, pair)
        if self.task == "multilabel":
            return {
                "labels": [*map(str, found.getLabels())],
                "scores": _scores(found),
            }
        return _prediction(found)


class _Runner:
    """Kotlin's `ModelRunner`, by Python's LiteRT."""

    def __init__(self, path, lengths):
        from export.tflite_model import TFLiteModel

        self._model = TFLiteModel(path)
        self._lengths = lengths

    def getLengths(self):  # noqa: N802
        return self._lengths and jpype.JArray(jpype.JInt)(self._lengths)

    def run(self, inputs):
        features = {
            str(entry.getKey()): np.array(entry.getValue(), "int32")[None]
            for entry in inputs.entrySet()
        }
        if self._lengths is not None:
            assert features["token_ids"].shape[1] in self._lengths
        outputs = jpype.java.util.HashMap()
        for name, value in self._model(features).items():
            flat = np.asarray(value, "float32").reshape(-1)
            outputs.put(
                kotlin_core.java_text(name), jpype.JArray(jpype.JFloat)(flat)
            )
        return outputs

    def close(self):
        pass


def _prediction(found):
    return {"label": str(found.getLabel()), "scores": _scores(found)}


def _scores(found):
    return {
        str(one.getLabel()): float(one.getScore()) for one in found.getScores()
    }


def _tags(found):
    return {
        "tags": [*map(str, found.getTags())],
        "spans": [
            [
                int(one.getStart()),
                int(one.getEnd()),
                str(one.getText()),
                str(one.getLabel()),
                float(one.getScore()),
            ]
            for one in found.getSpans()
        ],
    }


def _answers(found):
    def span(one):
        return [
            int(one.getStart()),
            int(one.getEnd()),
            str(one.getText()),
            float(one.getScore()),
        ]

    return {
        "best": span(found.getBest()),
        "words": span(found.getWords()),
        "no_answer": float(found.getNoAnswer()),
        "candidates": [span(one) for one in found.getCandidates()],
    }
