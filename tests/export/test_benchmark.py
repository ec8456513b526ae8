import pytest

from albert_tf.errors import UserError
from export import benchmark


def test_measures_a_fresh_process(files):
    report = benchmark(files["int8"], ["play some jazz", "a b c"] * 5)
    assert 0 < report.latency_ms <= report.latency_p90_ms
    assert report.load_ms > report.latency_ms
    # The file has half a million weights; TensorFlow alone would take more.
    assert 1e6 < report.peak_memory_bytes < 100e6


def test_mistakes(files, tmp_path):
    with pytest.raises(UserError, match="no texts"):
        benchmark(files["int8"], [])
    with pytest.raises(UserError, match=r"^/.*none.tflite: no such file$"):
        benchmark(tmp_path / "none.tflite", ["a"])
