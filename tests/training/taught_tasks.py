"""A few examples of each task that learns from a teacher."""

from albert_tf import models
from albert_tf.data.choices import ChoiceExample
from albert_tf.data.example import Example
from albert_tf.data.squad import Answer, Question
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tagging.words import split_words

TEXTS = ["play some jazz", "is it cold outside today", "a table for two"]


def tagged(text, intent=None):
    words = split_words(text)
    return TaggedText(text, words, ("B-x", *"O" * (len(words) - 1)), intent)


CONTEXT = "Ann has a red ball. Tom sleeps."
EXAMPLES = {
    "classification": [
        Example(t, label=k) for t, k in zip(TEXTS, "aba", strict=True)
    ],
    "early_exit": [
        Example(t, label=k) for t, k in zip(TEXTS, "aba", strict=True)
    ],
    "glue/rte": [Example(t, "so it is", "entailment") for t in TEXTS],
    "glue/stsb": [Example(t, "so it is", 2.5) for t in TEXTS],
    "regression": [Example(t, label=1.5) for t in TEXTS],
    "multilabel": [Example(t, label=("a", "b")) for t in TEXTS],
    "tagging": [tagged(text) for text in TEXTS],
    "intent_slots": [tagged(t, k) for t, k in zip(TEXTS, "aba", strict=True)],
    "multiple_choice": [
        ChoiceExample("Who sleeps?", CONTEXT, "B", ("Ann", "Tom", "nobody")),
        ChoiceExample("Ann has _ .", CONTEXT, "A", ("a ball", "tea", "it")),
    ],
    "question_answering": [
        Question("Who sleeps?", CONTEXT * 3, (Answer("Tom", 20),)),
        Question("What has Ann?", CONTEXT, ()),
    ],
}


def random_model(task, **arguments):
    """A model of random weights, whose answers differ."""
    return getattr(models, task.model_name).from_preset(
        "albert_pico", **{**task.settings, **arguments}
    )
