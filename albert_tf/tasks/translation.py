"""Translation: a text in another language."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
from pathlib import Path
from typing import Any

import numpy as np

from albert_tf.data.example import Example
from albert_tf.data.parallel_text import find_parallel, read_parallel
from albert_tf.data.target_vocabulary import TargetVocabulary
from albert_tf.errors import UserError, require, require_at_least
from albert_tf.tasks.beam_search import beam_search
from albert_tf.tasks.task import Task

# Sources that are searched for at once.
_SOURCES = 32


@dataclasses.dataclass(frozen=True)
class Translated:
    """A text in another language.

    Attributes:
        text: the translation.
        score: the logarithm of its probability by the length penalty.
    """

    text: str
    score: float


class Translation(Task):
    """What a text is in another language.

    Args:
        target_vocabulary: see `TargetVocabulary`.
        decoder_layers: see `AlbertTranslator`.
        shared_decoder: see `AlbertTranslator`.
        beams: how many beginnings the search keeps; 1 for greedy search.
        length_penalty: see `beam_search`.

    Raises:
        UserError: if a setting is something else.
    """

    name = "translation"
    model_name = "AlbertTranslator"
    figure = "bleu"
    baseline_name = "word by word"

    def __init__(
        self,
        target_vocabulary: str,
        decoder_layers: int = 4,
        shared_decoder: bool = True,
        beams: int = 4,
        length_penalty: float = 0.6,
    ):
        require_at_least(1, beams=beams)
        require(
            0 <= length_penalty < math.inf,
            "must be at least 0",
            length_penalty=length_penalty,
        )
        self.target_vocabulary = target_vocabulary
        self.decoder_layers = decoder_layers
        self.shared_decoder = shared_decoder
        self.beams = beams
        self.length_penalty = length_penalty
        self._target = TargetVocabulary(target_vocabulary)

    @classmethod
    def of_examples(
        cls,
        examples,
        labels=None,
        *,
        target_vocab_size: int = 8000,
        decoder_layers: int = 4,
        shared_decoder: bool = True,
        beams: int = 4,
        length_penalty: float = 0.6,
    ):
        """The task with a vocabulary of the translations.

        Args:
            examples: with labels.
            labels: not used.
            target_vocab_size: how many pieces it has.
            decoder_layers: see `AlbertTranslator`.
            shared_decoder: see `AlbertTranslator`.
            beams: see `Translation`.
            length_penalty: see `beam_search`.

        Raises:
            UserError: if the examples have too few different words for such a
                vocabulary, or sacrebleu is not installed.
        """
        # It is missed after the first epoch only.
        if importlib.util.find_spec("sacrebleu") is None:
            from albert_tf.evaluation.translation import NO_SACREBLEU

            raise UserError(NO_SACREBLEU)
        texts = [one.label for one in examples]
        try:
            vocabulary = TargetVocabulary.train(texts, target_vocab_size)
        except UserError as error:
            raise UserError(
                f"the vocabulary of the translations: {error}; give another "
                "size, target_vocab_size (--setting target_vocab_size=...)"
            ) from None
        return cls(
            vocabulary, decoder_layers, shared_decoder, beams, length_penalty
        )

    @classmethod
    def files(cls, folder: Path):
        """See `find_parallel`."""
        return find_parallel(folder)

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """See `read_parallel`."""
        return read_parallel(path, columns, labelled, header, progress)

    def example(self, text, pair=None):
        """A text to be translated."""
        if pair is not None:
            raise UserError("a translation is of one text; got two")
        return Example(text)

    def targets(self, examples, rows):
        """Ids of the translations, see `TargetVocabulary.encode`."""
        return self._target.encode([one.label for one in examples])

    def decode(self, outputs, rows, run):
        """`target_ids` and `score` of the best translation of each row."""
        if run is None:
            raise UserError(
                "a SavedModel gives the encoder's states only; translations "
                "need the Keras model or a .tflite file"
            )
        states = outputs["states"]
        order = np.argsort([len(one) for one in states], kind="stable")
        found = {}
        for start in range(0, len(order), _SOURCES):
            part = order[start : start + _SOURCES]
            best = self._search([states[number] for number in part], run)
            found.update(zip(part.tolist(), best, strict=True))
        best = [found[number] for number in range(len(states))]
        return {
            "target_ids": [np.array(one.ids, "int32") for one in best],
            "score": [np.array(one.score) for one in best],
        }

    def _search(self, states, run):
        """The best `Hypothesis` for each of some sources."""
        lengths = np.array([len(one) for one in states])
        mask = (np.arange(lengths.max()) < lengths[:, None]).astype("int32")
        padded = np.zeros((*mask.shape, states[0].shape[-1]), "float32")
        for row, one in zip(padded, states, strict=True):
            row[: len(one)] = one

        def step(beginnings, owners):
            inputs = {
                "target_ids": beginnings,
                "states": padded[owners],
                "padding_mask": mask[owners],
            }
            logits = run("decode_step", inputs)["logits"].astype("float64")
            scores = _log_softmax(logits)
            scores[:, self._target.hidden_ids] = -np.inf
            return scores

        return beam_search(
            step,
            self._target.begin_id,
            self._target.end_id,
            # Far more than any translation needs, so that one that goes
            # round in circles ends.
            np.minimum(2 * lengths + 10, TargetVocabulary.MOST_TOKENS),
            self.beams,
            self.length_penalty,
        )

    def answers(self, outputs, rows, examples):
        """A `Translated` for each example."""
        return [
            Translated(self._target.decode(ids), float(score))
            for ids, score in zip(
                outputs["target_ids"], outputs["score"], strict=True
            )
        ]

    def score(self, answers, examples):
        """A `TranslationReport`."""
        from albert_tf.evaluation.translation import evaluate_translation

        return evaluate_translation(
            [one.text for one in answers], [one.label for one in examples]
        )

    def difference(self, outputs, others):
        """Of the scores of translations that are the same."""
        differences = [
            abs(float(score) - float(other))
            for ids, other_ids, score, other in zip(
                outputs["target_ids"],
                others["target_ids"],
                outputs["score"],
                others["score"],
                strict=True,
            )
            if np.array_equal(ids, other_ids)
        ]
        return max(differences, default=0.0)

    def same(self, answer, other):
        """The same text."""
        return answer.text == other.text

    def to_text(self, answer, example):
        """The translation alone, so that lines stay aligned."""
        return answer.text

    def to_json(self, answer) -> dict[str, Any]:
        """Translation and score."""
        return {"translation": answer.text, "score": answer.score}

    def baseline(self, train, dev):
        """Of the translations of the words one by one."""
        from albert_tf.evaluation.word_by_word import WordByWord

        words = WordByWord([(one.text, one.label) for one in train])
        answers = [Translated(words.translate(one.text), 0.0) for one in dev]
        return self.score(answers, dev).figures[self.figure]


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
