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
