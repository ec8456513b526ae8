"""Intent and slots: what a command wants, and with what."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.errors import UserError
from albert_tf.prediction import Prediction
from albert_tf.tagging.tag_prediction import TagPrediction
from albert_tf.tagging.tagged_files import read_tagged
from albert_tf.tasks.graph_ranking import ranked
from albert_tf.tasks.tagging import Tagging


@dataclasses.dataclass(frozen=True)
class IntentSlots:
    """What a command says.

    Attributes:
        intent: what it wants, with the probabilities of all intents.
        slots: the words that say with what.
    """

    intent: Prediction
    slots: TagPrediction


class IntentSlotTagging(Tagging):
    """One of several intents for the text, and a tag for every word.

    Args:
        labels: the C tags of slots.
        intents: the names of the intents.
    """

    name = "intent_slots"
    model_name = "AlbertIntentSlotTagger"
    figure = "exact"
    baseline_name = "TF-IDF, and each word's most frequent tag"

    def __init__(self, labels: Sequence[str], intents: Sequence[str]):
        super().__init__(labels)
        self.intents = [*intents]
        self._intent_numbers = {name: i for i, name in enumerate(intents)}

    @classmethod
    def of_examples(cls, examples, labels=None):
        """The tags given or those of the examples, and their intents."""
        missing = next((e for e in examples if e.intent is None), None)
        if missing is not None:
            raise UserError(f"{missing.text!r:.60} has no intent")
        intents = sorted({one.intent for one in examples})
        if len(intents) < 2:
            raise UserError(
                f"all examples have the intent {intents[0]!r}; two different "
                "ones are needed at least"
            )
        return cls(Tagging.of_examples(examples, labels).labels, intents)

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """See `read_tagged`; every text needs an intent."""
        if not labelled:
            return super().read(path, columns, labelled, header, progress)
        return read_tagged(path, columns, labelled, progress, with_intents=True)

    def targets(self, examples, rows):
        """`slots` as in `Tagging`, and `intents`, int32 [R]."""
        intents = np.array([self._intent(one) for one in examples], "int32")
        return {
            "slots": super().targets(examples, rows),
            "intents": intents[rows.examples],
        }

    def _intent(self, example) -> int:
        if example.intent not in self._intent_numbers:
            raise UserError(
                f"the intent {example.intent!r}, of {example.text!r:.60}, is "
                f"none of {', '.join(self.intents)}"
            )
        return self._intent_numbers[example.intent]

    def answers(self, outputs, rows, examples):
        """An `IntentSlots` for each; of a long text the windows' mean."""
        firsts = np.searchsorted(rows.examples, np.arange(len(examples)))
        logits = np.split(np.asarray(outputs["intent_logits"]), firsts[1:])
        return [
            IntentSlots(
                Prediction.from_logits(windows.mean(0), self.intents), slots
            )
            for windows, slots in zip(
                logits, super().answers(outputs, rows, examples), strict=True
            )
        ]

    def graph_answers(self, outputs, rows):
        """The intent and its probability, and the parts of the slots."""
        import tensorflow as tf

        logits = tf.math.segment_mean(
            outputs["intent_logits"], rows["examples"]
        )
        scores, intents = ranked(
            tf.nn.softmax(tf.cast(logits, tf.float64)), self.intents
        )
        return {
            "intent": intents[:, 0],
            "score": tf.cast(scores[:, 0], tf.float32),
            **super().graph_answers(outputs, rows),
        }

    def score(self, answers, examples):
        """An `IntentSlotReport`."""
        from albert_tf.evaluation.intent_slots import evaluate_intent_slots

        slots = super().score([one.slots for one in answers], examples)
        for example in examples:
            self._intent(example)
        return evaluate_intent_slots(
            [one.intent for one in examples],
            [one.intent.label for one in answers],
            [list(one.label) for one in examples],
            [one.slots.tags for one in answers],
            slots,
        )

    def baseline_answers(self, train, dev):
        """TF-IDF for the intents, and the tags of `Tagging`."""
        from albert_tf.evaluation.baseline import tfidf_classes

        found = tfidf_classes(
            [one.text for one in train],
            np.array([self._intent(one) for one in train]),
            [one.text for one in dev],
        )
        tags = super().baseline_answers(train, dev)
        return [
            IntentSlots(Prediction(self.intents[k], 1.0, {}), slots)
            for k, slots in zip(found, tags, strict=True)
        ]

    def same(self, answer, other):
        """The same intent and the same slots."""
        return (
            answer.intent.label == other.intent.label
            and answer.slots.tags == other.slots.tags
        )

    def to_text(self, answer, example):
        """The intent, its probability, and the text with its slots."""
        return (
            f"{answer.intent.label}\t{answer.intent.score:.4f}\t"
            f"{super().to_text(answer.slots, example)}"
        )

    def to_json(self, answer):
        """The intent with its probability, and the slots."""
        slots = [dataclasses.asdict(span) for span in answer.slots.spans]
        return {
            "intent": answer.intent.label,
            "score": answer.intent.score,
            "slots": slots,
        }
