import pytest

import export
from albert_tf.errors import UserError
from export.latency_plot import plot_latencies


@pytest.fixture(scope="module")
def reports(files):
    paths = [files["float32"], files["int8"]]
    return export.measure_latencies(paths, lengths=(32, 8, 1000), turns=2)


def test_measures_each_length_that_a_file_takes(files, reports):
    assert [report.path for report in reports] == [
        str(files["float32"]),
        str(files["int8"]),
    ]
    for report in reports:
        assert set(report.median_ms) == set(report.p95_ms) == {32, 8}
        for length, median in report.median_ms.items():
            assert 0 < median <= report.p95_ms[length]
        assert report.first_answer_ms > min(report.median_ms.values())
        # The file has half a million weights; TensorFlow alone would take
        # more.
        assert 1e5 < report.memory_bytes < 100e6
    sizes = [report.file_bytes for report in reports]
    assert sizes == [files[q].stat().st_size for q in ("float32", "int8")]


def test_mistakes(files, tmp_path):
    with pytest.raises(UserError, match="none.tflite: no such file"):
        export.measure_latencies([files["int8"], tmp_path / "none.tflite"])
    with pytest.raises(UserError, match="takes at most 512 tokens"):
        export.measure_latencies([files["int8"]], lengths=[1000])
    with pytest.raises(UserError, match="lengths=0 must be at least 1"):
        export.measure_latencies([files["int8"]], lengths=[])
    with pytest.raises(UserError, match="a cache needs a file"):
        export.measure_latencies([files["int8"]], cache=tmp_path)


def test_pictures(reports, tmp_path):
    plot_latencies(reports, tmp_path / "a.png")
    scores = {report.path: 0.5 for report in reports}
    plot_latencies(reports, tmp_path / "b.png", scores, "accuracy")
    sizes = [(tmp_path / name).stat().st_size for name in ("a.png", "b.png")]
    assert 5_000 < sizes[0] < sizes[1]
