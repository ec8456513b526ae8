import json

from albert_tf.evaluation.learning_curve import plot_learning_curve


def write_log(path, losses):
    rows = [
        {
            "kind": kind,
            "step": step,
            "tokens": step * 1000,
            "masked_lm_loss": loss,
            "masked_lm_accuracy": 0.1 * step,
            "sentence_order_accuracy": 0.5,
        }
        for step, loss in enumerate(losses, 1)
        for kind in ("train", "dev")
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_draws_runs_one_after_the_other(tmp_path, monkeypatch):
    from matplotlib.axes import Axes
    from matplotlib.image import imread

    drawn, marks = [], []
    plot = Axes.plot
    monkeypatch.setattr(
        Axes, "plot", lambda *a, **k: drawn.append(a[1:3]) or plot(*a, **k)
    )
    mark = Axes.axvline
    monkeypatch.setattr(
        Axes, "axvline", lambda *a, **k: marks.append(a[1]) or mark(*a, **k)
    )
    logs = [
        write_log(tmp_path / "a.jsonl", [9.0, 7.0]),
        write_log(tmp_path / "b.jsonl", [6.0]),
    ]
    path = tmp_path / "curve.png"
    plot_learning_curve(logs, path)
    assert drawn[0] == ([0.001, 0.002, 0.003], [9.0, 7.0, 6.0])
    assert len(drawn) == 6
    assert marks == [0.002] * 3
    height, width, _ = imread(path).shape
    assert 300 < height < width
