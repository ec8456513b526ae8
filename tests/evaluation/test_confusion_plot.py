import types
import warnings

import numpy as np
import pytest

from albert_tf.evaluation import confusion_plot, fonts
from albert_tf.evaluation.classification import evaluate_classification
from albert_tf.evaluation.confusion_plot import plot_confusion_matrix
from albert_tf.evaluation.fonts import find_fonts


def report_of(labels):
    truth = np.arange(3 * len(labels)) % len(labels)
    return evaluate_classification(truth, truth, labels)


@pytest.mark.parametrize("classes", [2, 7, 77])
def test_draws(tmp_path, classes):
    from matplotlib.image import imread

    path = tmp_path / "matrix.png"
    report = report_of([f"cost in $ {k}$" for k in range(classes)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plot_confusion_matrix(report, path)
    height, width, _ = imread(path).shape
    assert 300 < height < 2500
    assert 300 < width < 2500
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_when_it_fails(tmp_path):
    with pytest.raises(ValueError, match="not supported"):
        plot_confusion_matrix(report_of(["a", "b"]), tmp_path / "a.unknown")
    assert not list(tmp_path.iterdir())


ODD = [
    "体育",
    "娱乐/明星",
    "سياسة",
    "[red]bold[/red]",
    "$x_$",
    "😀",
    "a\nb",
    "",
]


def test_names_in_any_script(tmp_path, monkeypatch):
    """No letter is drawn as an empty box, of which matplotlib would warn."""
    drawn = []
    named = confusion_plot._name
    monkeypatch.setattr(
        confusion_plot,
        "_name",
        lambda *args: drawn.append(named(*args)) or drawn[-1],
    )
    path = tmp_path / "matrix.png"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert plot_confusion_matrix(report_of(ODD), path)
    assert path.exists()
    assert len(drawn) == len(set(drawn)) == len(ODD)
    assert drawn[2:] == [*ODD[2:6], "a b", ""]
    families, without = find_fonts("体育")
    # Which is there, but has boxes only.
    assert "Last Resort High-Efficiency" not in families
    if without:
        (message,) = [str(warning.message) for warning in told]
        assert "no installed font has 乐" in message
        assert drawn[:2] == [
            "1: U+4F53 U+80B2",
            "2: U+5A31 U+4E50 / U+660E U+661F",
        ]
    else:
        assert not told
        assert drawn[:2] == ODD[:2]


def test_a_font_is_found_for_each_script(monkeypatch):
    from matplotlib import font_manager

    has = {
        "DejaVu Sans": "abc",
        "Han": "体育",
        "Kana": "かな体",
        "Other": "xyz",
    }
    families = [
        types.SimpleNamespace(name=name, fname=name, style="normal", weight=400)
        for name in has
    ]
    manager = types.SimpleNamespace(
        ttflist=families,
        defaultFamily={"ttf": "DejaVu Sans"},
        findfont=lambda name: name,
    )
    monkeypatch.setattr(font_manager, "fontManager", manager)
    monkeypatch.setattr(fonts, "_characters", lambda path: set(has[path]))
    assert find_fonts("a b") == (["DejaVu Sans"], set())
    assert find_fonts("体a") == (["DejaVu Sans", "Han"], set())
    assert find_fonts("体な") == (["DejaVu Sans", "Han", "Kana"], set())
    with pytest.warns(UserWarning, match="no installed font has é"):
        assert find_fonts("xé") == (["DejaVu Sans", "Other"], {"é"})


def test_no_picture_of_too_many_classes(tmp_path):
    report = report_of([str(k) for k in range(101)])
    with pytest.warns(UserWarning, match="no picture of 101 classes"):
        assert not plot_confusion_matrix(report, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
