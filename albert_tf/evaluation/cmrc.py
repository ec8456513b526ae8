"""Exact match and F1 of Chinese answers, as CMRC 2018 counts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from albert_tf.evaluation.squad import f1_of

# What CMRC's script passes over: these and no others.
_SIGNS = "-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』"
_WITHOUT_SIGNS = str.maketrans("", "", _SIGNS)
# An ideograph alone; else words, numbers and signs, as its tokenizer cuts them.
_WORD = r"[^\W\u4e00-\u9fa5]+"
_UNIT = re.compile(rf"[\u4e00-\u9fa5]|{_WORD}(?:[.,']{_WORD})*|…+|[^\w\s]")
_IDEOGRAPH = re.compile("[\u4e00-\u9fa5]")
_LETTER = re.compile(r"[^\W\d_]")


def cmrc_scores(truths: Sequence[str], predicted: str) -> tuple[float, float]:
    """Exact match and F1 of an answer, the best over all right ones.

    Signs and case do not count. F1 is that of the longest run of ideographs
    and of words in other letters that both have in common.
    """
    return (
        max(float(_plain(one) == _plain(predicted)) for one in truths),
        max(_run_f1(one, predicted) for one in truths),
    )


def is_chinese(texts: Iterable[str]) -> bool:
    """Whether most letters are Chinese ones."""
    letters = ideographs = 0
    for text in texts:
        letters += len(_LETTER.findall(text))
        ideographs += len(_IDEOGRAPH.findall(text))
    return 2 * ideographs > letters


def _plain(text: str) -> str:
    return text.lower().strip().translate(_WITHOUT_SIGNS)


def _run_f1(truth: str, predicted: str) -> float:
    right, given = (
        _UNIT.findall(_plain(truth)),
        _UNIT.findall(_plain(predicted)),
    )
    if not right or not given:
        return float(right == given)
    return f1_of(_longest_run(right, given), len(right), len(given))


def _longest_run(first: Sequence[str], second: Sequence[str]) -> int:
    """How many units the longest run has that is in both."""
    longest, row = 0, [0] * (len(second) + 1)
    for one in first:
        before = row
        row = [0] * (len(second) + 1)
        for number, other in enumerate(second):
            if one == other:
                row[number + 1] = before[number] + 1
        longest = max(longest, *row)
    return longest
