"""What another format has no place for is told."""

import warnings

import pytest
from commands import call

from albert_tf.models import (
    AlbertClassifier,
    AlbertMultilabelClassifier,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertTagger,
    load_model,
)


class NotedTagger(AlbertTagger):
    """With an argument that no other library knows."""

    def __init__(self, *args, note="none", **kwargs):
        super().__init__(*args, **kwargs)
        self.note = note

    def get_config(self):
        return {**super().get_config(), "note": self.note}


@pytest.fixture
def answerer(small_config):
    return AlbertQuestionAnswerer(
        small_config, null_threshold=-1.5, stride=4, max_answer_length=30
    )


def test_settings_of_a_question_answerer(answerer, tmp_path):
    words = "'huggingface' has no place for null_threshold=-1.5, stride=4 of"
    with pytest.warns(UserWarning, match=words) as found:
        answerer.save_preset(tmp_path / "out", "huggingface")
    assert len(found) == 1
    assert "max_answer_length" not in str(found[0].message)
    again = load_model(f"hf:{tmp_path / 'out'}")
    assert (again.null_threshold, again.stride) == (None, 128)
    assert again.max_answer_length == 30


def test_the_command_says_it_in_one_line(answerer, tmp_path, capsys):
    answerer.save_preset(tmp_path / "mine")
    argv = ["convert", tmp_path / "mine", tmp_path / "out"]
    assert call([*argv, "--to", "huggingface"]) == 0
    said = capsys.readouterr()
    (line,) = [x for x in said.err.splitlines() if "null_threshold" in x]
    assert "'albert_tf' keeps it" in line


def test_every_other_setting(small_config, tmp_path):
    for number, (model, format, words) in enumerate(
        (
            (
                AlbertMultilabelClassifier(
                    small_config, ["a", "b"], thresholds={"a": 0.2}
                ),
                "huggingface",
                r"thresholds=\{'a': 0.2\} of",
            ),
            (
                NotedTagger(small_config, ["a", "b"], note="mine"),
                "huggingface",
                "note='mine' of NotedTagger",
            ),
            (
                AlbertClassifier(small_config, ["a", "b"]),
                "tf1",
                r"labels=\['a', 'b'\] of",
            ),
        )
    ):
        with pytest.warns(UserWarning, match=words) as found:
            model.save_preset(tmp_path / str(number), format)
        assert len(found) == 1


def test_nothing_is_said_of_what_is_kept(small_config, tmp_path):
    for number, (model, format) in enumerate(
        (
            (AlbertQuestionAnswerer(small_config), "huggingface"),
            (AlbertClassifier(small_config, ["a", "b"]), "huggingface"),
            (AlbertMultilabelClassifier(small_config, ["a"]), "huggingface"),
            (NotedTagger(small_config, ["a", "b"]), "huggingface"),
            (AlbertPretrainer(small_config, sentence_order=False), "tf1"),
            (
                AlbertPretrainer(small_config, rematerialize=True),
                "huggingface",
            ),
            (AlbertQuestionAnswerer(small_config, stride=4), "albert_tf"),
        )
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            model.save_preset(tmp_path / str(number), format)


def test_google_has_no_next_sentence(small_config, tmp_path):
    """There the same name would be the order of sentences."""
    model = AlbertPretrainer(
        small_config, sentence_order=False, next_sentence=True
    )
    with pytest.warns(UserWarning, match="no name for next_sentence_head"):
        model.save_preset(tmp_path / "out", "tf1")
    assert load_model(f"tf1:{tmp_path / 'out'}").second_task is None
