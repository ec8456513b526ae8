"""The rule of CMRC 2018, by hand."""

import pytest

from albert_tf.data.squad import read_squad
from albert_tf.evaluation.cmrc import cmrc_scores, is_chinese
from albert_tf.evaluation.squad import evaluate_answers


@pytest.mark.parametrize(
    ("truths", "predicted", "exact", "f1"),
    [
        (["北京大学"], "北京大学。", 1, 1),  # signs do not count
        (["北京大学"], "大学", 0, 2 / 3),
        (["北京大学"], "北大", 0, 1 / 3),  # a run, not common characters
        (["《三体》"], "三体", 1, 1),
        (["iPhone手机"], "iphone手机", 1, 1),
        (["iPhone手机"], "phone手机", 0, 2 / 3),  # words are whole
        (["a，b"], "ab", 1, 1),  # as the script joins them
        (["2010年"], "2010", 0, 2 / 3),
        (["3.5米"], "3.5", 0, 2 / 3),
        (["北京", "上海"], "上海", 1, 1),
        (["北京"], "上海", 0, 0),
        (["北京"], "", 0, 0),
        ([""], "", 1, 1),
        ([""], "北京", 0, 0),
        (["(北京)"], "北京", 0, 2 / 3),  # ASCII signs are units
    ],
)
def test_scores_by_hand(truths, predicted, exact, f1):
    assert cmrc_scores(truths, predicted) == (exact, pytest.approx(f1))


def test_chinese_is_told_by_its_letters():
    assert is_chinese(["他在 Google 工作了十二年的时间。"])
    assert not is_chinese(["The Chinese word is 中文."])
    assert not is_chinese([])


def test_right_answers_of_the_published_file_score_1(shared):
    with pytest.warns(UserWarning, match="200 of 9,657 answers"):
        questions = read_squad(shared / "data" / "cmrc2018" / "dev.json.gz")
    truths = [[answer.text for answer in one.label] for one in questions]
    report = evaluate_answers(
        truths, [one[-1] for one in truths], rule=cmrc_scores
    )
    assert report.exact == report.f1 == 1
    assert report.examples == 3219
    halves = [one[0][: len(one[0]) // 2] for one in truths]
    report = evaluate_answers(truths, halves, rule=cmrc_scores)
    assert 0.5 < report.f1 < 0.8
    assert report.exact < 0.1
