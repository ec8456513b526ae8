"""BLEU and chrF, as sacrebleu computes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from albert_tf.errors import UserError
from albert_tf.evaluation.score import Score

NO_SACREBLEU = (
    "BLEU and chrF need sacrebleu: pip install 'albert-tf[translation]'"
)


@dataclasses.dataclass(frozen=True)
class TranslationReport(Score):
    """How near translations are to those of people.

    Attributes:
        bleu: BLEU of the corpus (Papineni et al., 2002), from 0 to 1.
        chrf: chrF2 of the corpus (Popović, 2015), from 0 to 1.
        examples: how many there were.
        signatures: what sacrebleu says of how each was computed.
    """

    bleu: float
    chrf: float
    examples: int
    signatures: dict[str, str]

    @property
    def figures(self):
        """`bleu` and `chrf`."""
        return {"bleu": self.bleu, "chrf": self.chrf}

    def to_dict(self):
        """Figures, and how they were computed."""
        return {**super().to_dict(), "sacrebleu": self.signatures}


def evaluate_translation(
    translations: Sequence[str], references: Sequence[str]
) -> TranslationReport:
    """Compares translations with those of people.

    Args:
        translations: n texts, as they are shown.
        references: n texts.

    Returns:
        BLEU and chrF with sacrebleu's defaults, such as its own tokenizer
        "13a" (Post, 2018); a hundredth of what it prints.

    Raises:
        UserError: if sacrebleu is not installed.
    """
    try:
        from sacrebleu.metrics import BLEU, CHRF
    except ModuleNotFoundError:
        raise UserError(NO_SACREBLEU) from None
    metrics = {"bleu": BLEU(), "chrf": CHRF()}
    scores = {
        name: metric.corpus_score([*translations], [[*references]]).score / 100
        for name, metric in metrics.items()
    }
    return TranslationReport(
        **scores,
        examples=len(translations),
        signatures={
            name: str(metric.get_signature())
            for name, metric in metrics.items()
        },
    )
