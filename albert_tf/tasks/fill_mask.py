"""Fill-mask: the words that a pre-trained model expects in a text."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from albert_tf.data.readers import one_label
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError
from albert_tf.evaluation.fill_mask import FillMaskReport
from albert_tf.prediction import MaskPrediction
from albert_tf.tasks.task import Task, one_line
from albert_tf.tokenizers import Encoding, Tokenizer

_MASK = "[MASK]"  # as texts have it, whatever the vocabulary calls it
_CANDIDATES = 5


@dataclasses.dataclass(frozen=True)
class _MaskedRows(Rows):
    """Sequences that each ask for one token.

    Attributes:
        hidden: the ids that the masks were put over; None for a mask that
            was in the text.
        tokenizer: names the candidates.
    """

    hidden: Sequence[int | None] = ()
    tokenizer: Tokenizer | None = None


class FillMask(Task):
    """What stands behind each `[MASK]` of a text; without one, its perplexity.

    The perplexity is that of a masked language model (Salazar et al., 2020,
    section 2.3): each token is masked in turn, and its logarithm is the mean
    of their negative log-likelihoods.
    """

    name = "fill_mask"
    model_name = "AlbertPretrainer"
    figure = "accuracy"
    learned_head = "masked_lm_head"

    @classmethod
    def of_examples(cls, examples, labels=None):
        """Refuses: it is learned of texts without labels."""
        raise UserError(
            "fill_mask is learned in pre-training, of texts without labels: "
            "`albert-tf pretrain`"
        )

    @staticmethod
    def read_label(place, value):
        """The words behind the masks, with blanks between them."""
        label = one_label(place, value)
        return None if label is None else tuple(label.split())

    def rows(self, examples, preprocessor):
        """A row for each mask; without masks, one for each token."""
        tokenizer = preprocessor.tokenizer
        encodings, numbers, positions, hidden = [], [], [], []
        for number, example in enumerate(examples):
            encoding = _encode(example, preprocessor)
            for masked, position, token_id in _masked(encoding, tokenizer):
                encodings.append(masked)
                numbers.append(number)
                positions.append([position])
                hidden.append(token_id)
        return _MaskedRows(
            encodings,
            np.array(numbers),
            {"masked_positions": np.array(positions, "int32")},
            hidden,
            tokenizer,
        )

    def targets(self, examples, rows):
        """Refuses, as `of_examples` does."""
        return self.of_examples(examples)

    def answers(self, outputs, rows, examples):
        """A `MaskPrediction` for each example."""
        candidates, nll = [[] for _ in examples], [[] for _ in examples]
        for number, token_id, logits in zip(
            rows.examples, rows.hidden, outputs["masked_lm_logits"], strict=True
        ):
            log_probabilities = _log_softmax(logits[0])
            if token_id is None:
                best = _best(log_probabilities, rows.tokenizer)
                candidates[number].append(best)
            else:
                nll[number].append(-log_probabilities[token_id])
        return [
            MaskPrediction(
                masks, float(np.exp(np.mean(values))) if values else None
            )
            for masks, values in zip(candidates, nll, strict=True)
        ]

    def score(self, answers, examples):
        """A `FillMaskReport` of all masks."""
        right = []
        for answer, example in zip(answers, examples, strict=True):
            if len(answer.candidates) != len(example.label):
                raise UserError(
                    f"{example.text!r:.60} has {len(answer.candidates)} "
                    f"{_MASK}, but {len(example.label)} words are given for "
                    "them"
                )
            right += map(str.__eq__, answer.words, example.label)
        return FillMaskReport(sum(right) / len(right), len(right))

    def same(self, answer, other):
        """The same words; a perplexity that differs by less than a tenth."""
        if answer.perplexity is not None:
            return math.isclose(
                answer.perplexity, other.perplexity, rel_tol=0.1
            )
        return answer.words == other.words

    def to_text(self, answer, example):
        """The candidates for each mask, or the perplexity, and the text."""
        if answer.perplexity is not None:
            return f"perplexity {answer.perplexity:.2f}\t{one_line(example)}"
        masks = (
            ", ".join(f"{word} {p:.3f}" for word, p in words.items())
            for words in answer.candidates
        )
        return f"{' | '.join(masks)}\t{one_line(example)}"

    def to_json(self, answer):
        """Candidates and their probabilities for each mask; or perplexity."""
        if answer.perplexity is not None:
            return {"perplexity": answer.perplexity}
        return {"masks": answer.candidates}


def _encode(example, preprocessor) -> Encoding:
    """The whole sequence with its masks; nothing may be cut off."""
    tokenizer = preprocessor.tokenizer
    first = _ids(example.text, tokenizer)
    second = _ids(example.pair or "", tokenizer)
    segments = [[tokenizer.cls_id, *first, tokenizer.sep_id]]
    if second:
        segments.append([*second, tokenizer.sep_id])
    length = sum(map(len, segments))
    if length > preprocessor.max_length:
        raise UserError(
            f"{example.text!r:.60} has {length} tokens; the model takes at "
            f"most {preprocessor.max_length}"
        )
    if not first:
        raise UserError(f"{example.text!r:.60} has no token to ask for")
    return Encoding(
        [token_id for ids in segments for token_id in ids],
        [number for number, ids in enumerate(segments) for _ in ids],
        None,
        0,
    )


def _ids(text: str, tokenizer: Tokenizer) -> list[int]:
    """As `Tokenizer.to_ids`, where written masks are masks."""
    parts = text.split(_MASK)
    ids = []
    for number, (part, cut) in enumerate(
        zip(parts, tokenizer.to_ids(parts), strict=True)
    ):
        if number:
            ids.append(tokenizer.mask_id)
            # No blank follows the mask, so no word starts here.
            if (
                cut
                and tokenizer.pieces[cut[0]] == "▁"
                and not part[0].isspace()
            ):
                cut = cut[1:]
        ids += cut
    return ids


def _masked(encoding: Encoding, tokenizer: Tokenizer):
    """The sequence with a position to predict and the id that was there."""
    ids = encoding.token_ids
    given = [k for k, i in enumerate(ids) if i == tokenizer.mask_id]
    if given:
        for position in given:
            yield encoding, position, None
        return
    special = {tokenizer.cls_id, tokenizer.sep_id}
    for position, token_id in enumerate(ids):
        if token_id not in special:
            hidden = [*ids]
            hidden[position] = tokenizer.mask_id
            masked = dataclasses.replace(encoding, token_ids=hidden)
            yield masked, position, token_id


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype("float64") - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def _best(
    log_probabilities: np.ndarray, tokenizer: Tokenizer
) -> dict[str, float]:
    """The likeliest words and their probabilities, highest first."""
    best: dict[str, float] = {}
    # Spare rows of the embedding are no pieces.
    known = log_probabilities[: tokenizer.vocab_size]
    for token_id in np.argsort(-known)[: 4 * _CANDIDATES]:
        word = tokenizer.decode([int(token_id)])
        if word and len(best) < _CANDIDATES and word not in best:
            best[word] = float(np.exp(log_probabilities[token_id]))
    return best
