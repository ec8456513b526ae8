"""Question answering by a model whose ends depend on starts."""

from __future__ import annotations

import numpy as np

from albert_tf.data.windows import NO_ANSWER_TOKEN
from albert_tf.tasks.answer_spans import OddsSpanSearch
from albert_tf.tasks.question_answering import QuestionAnswering


class JointQuestionAnswering(QuestionAnswering):
    """As `QuestionAnswering`, with a logit of its own for no answer.

    `null_threshold` is of this logit, the lowest of all windows.
    """

    name = "joint_question_answering"
    short_name = "joint_qa"
    model_name = "AlbertJointQuestionAnswerer"
    search_class = OddsSpanSearch

    def add_window(self, search, outputs, tokens, offsets):
        """Gives a search the runs that the model has found in a window."""
        firsts, lasts, scores = _runs(outputs)
        firsts, lasts = firsts - tokens.start, lasts - tokens.start
        # A token without characters can neither begin nor end an answer.
        has_text = offsets[:, 1] > offsets[:, 0]
        scores = np.where(has_text[firsts] & has_text[lasts], scores, -np.inf)
        search.add_runs(
            firsts, lasts, scores, outputs["no_answer_logits"], offsets
        )

    def graph_answers(self, outputs, rows):
        """As in `QuestionAnswering`, of the runs that the model has found."""
        from albert_tf.tasks.graph.answer_spans import (
            GraphOddsSpanSearch,
            found_runs,
        )

        runs = found_runs(outputs, rows)
        return GraphOddsSpanSearch(self.null_threshold).answers(runs, rows)

    def difference(self, outputs, others):
        """That of the scores of runs that both have found, and of no answer.

        Which of near equals is found, and in which order, is no difference.
        """
        none = "no_answer_logits"
        largest = super().difference({none: outputs[none]}, others)
        for row in range(len(outputs[none])):
            mine, theirs = (
                {
                    (first, last): score
                    for first, last, score in zip(
                        *_runs({k: v[row] for k, v in some.items()}),
                        strict=True,
                    )
                }
                for some in (outputs, others)
            )
            for run in mine.keys() & theirs.keys():
                largest = max(largest, float(abs(mine[run] - theirs[run])))
        return largest


def _runs(outputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The runs of a window: first and last tokens and scores, each [m]."""
    ends = np.asarray(outputs["end_indices"])  # [S, E]
    starts = np.broadcast_to(
        np.asarray(outputs["start_indices"])[:, None], ends.shape
    )
    scores = np.asarray(outputs["start_log_probs"], "float64")[:, None]
    scores = scores + np.asarray(outputs["end_log_probs"], "float64")
    is_found = scores > NO_ANSWER_TOKEN / 2
    return starts[is_found], ends[is_found], scores[is_found]
