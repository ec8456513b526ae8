"""Answers by Google's ready-made classes, in an environment of their own.

    python benchmarks/task_library_client.py CLASS FILE.tflite < TEXTS.json

CLASS is `TextClassifier` (mediapipe), `BertNLClassifier` or
`BertQuestionAnswerer` (tflite-support); TEXTS.json is a list of texts, or of
questions with their contexts. Prints a list of what each says: the scores of
all labels, or the texts of the answers, best first.
"""

import json
import sys


def text_classifier(path):
    """MediaPipe's."""
    from mediapipe.tasks.python import text

    return _scores(text.TextClassifier.create_from_model_path(path))


def bert_nl_classifier(path):
    """The Task Library's."""
    from tflite_support.task import text

    return _scores(text.BertNLClassifier.create_from_file(path))


def bert_question_answerer(path):
    """The Task Library's."""
    from tflite_support.task import text

    client = text.BertQuestionAnswerer.create_from_file(path)

    def answers(question_and_context):
        question, context = question_and_context
        return [a.text for a in client.answer(context, question).answers]

    return answers


def _scores(client):
    def scores(text):
        found = client.classify(text).classifications[0].categories
        return {one.category_name: one.score for one in found}

    return scores


CLASSES = {
    "TextClassifier": text_classifier,
    "BertNLClassifier": bert_nl_classifier,
    "BertQuestionAnswerer": bert_question_answerer,
}


if __name__ == "__main__":
    answer = CLASSES[sys.argv[1]](sys.argv[2])
    json.dump([answer(one) for one in json.load(sys.stdin)], sys.stdout)
