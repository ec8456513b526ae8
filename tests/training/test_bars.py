import io

from rich.console import Console

from albert_tf.training.bars import Bars


def test_a_bar_shows_what_is_done():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80)
    bars = Bars(console)
    with bars, bars.bar("reading", 900) as progress:
        progress(300)
        progress(600)
        (task,) = bars._progress.tasks
        assert task.finished
    with bars, bars.bar("step", 4, 1) as progress:
        progress()
        (task,) = bars._progress.tasks
        assert task.completed == 2
        with bars.bar("evaluation", 2):
            console.print("a line")
    shown = file.getvalue()
    for text in ("reading", "step", "evaluation", "a line"):
        assert text in shown


def test_nothing_is_shown_nowhere(capsys):
    bars = Bars(None)
    with bars, bars.bar("step", 4) as progress:
        progress()
    assert capsys.readouterr() == ("", "")


def test_lines_take_the_place_of_bars(monkeypatch):
    file = io.StringIO()
    bars = Bars(Console(file=file, width=80))
    with bars, bars.bar("encoding", 2000) as progress:
        progress(500)
        assert file.getvalue() == ""
        monkeypatch.setattr("albert_tf.training.bars._SECONDS", -1)
        progress(700)
    assert file.getvalue() == "encoding: 1,200 of 2,000\n"
