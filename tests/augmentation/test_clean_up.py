"""Texts made plainer."""

import pytest

from albert_tf.augmentation import CleanUp


@pytest.mark.parametrize(
    ("arguments", "text", "plain"),
    [
        ({}, " As it is, &amp; <b>so</b> ", "As it is, &amp; <b>so</b>"),
        (
            {"html": True},
            "Very <b>good</b>.<br/>Yes &amp; no",
            "Very good. Yes & no",
        ),
        ({"html": True}, "5 < 7", "5 < 7"),
        ({"lowercase": True}, "ÄRGER Über", "ärger über"),
        ({"stop_words": ["the", "a"]}, "The man, a plan", " man, plan".strip()),
        ({"stop_words": ["the"]}, "other theme the", "other theme"),
        ({"stop_words": ["isn't", "is"]}, "It isn't; it is.", "It; it."),
        ({"stop_words": ["don"]}, "don't", "don't"),
        ({"stop_words": ["的", "我们"]}, "我们的酒店我的", "酒店我"),
        ({"stop_words": ["c++"]}, "C++ is", "is"),
        ({"stop_words": ["all"]}, "ALL", ""),
    ],
    ids=str,
)
def test_plain(arguments, text, plain):
    assert CleanUp(**arguments)(text) == plain
