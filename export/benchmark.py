"""How fast a file predicts and how much memory that takes."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from albert_tf.errors import UserError
from export.peak_memory import peak_memory

_MISTAKE = 2  # how the measuring process ends on a `UserError`


@dataclasses.dataclass(frozen=True)
class BenchmarkReport:
    """What one thread needed, tokenization included.

    Attributes:
        latency_ms: median time for a text.
        latency_p90_ms: nine of ten texts take less.
        load_ms: time to load the file and answer once.
        peak_memory_bytes: most memory of the process, less what importing
            runtime and tokenizer takes.
    """

    latency_ms: float
    latency_p90_ms: float
    load_ms: float
    peak_memory_bytes: int


def benchmark(
    path: str | os.PathLike, texts: Sequence[str], warmup: int = 20
) -> BenchmarkReport:
    """Measures a file in a fresh process, on one thread.

    Args:
        path: a file that `to_tflite` wrote of a model for a task.
        texts: real ones; each is predicted once.
        warmup: texts that are predicted before the clock starts.

    Returns:
        What was measured.

    Raises:
        UserError: if there is no text, or the file cannot be used.
    """
    if not texts:
        raise UserError("there are no texts to measure with")
    job = {"path": os.fspath(path), "texts": list(texts), "warmup": warmup}
    done = subprocess.run(
        [sys.executable, "-m", "export.benchmark"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == _MISTAKE:
        raise UserError(done.stdout.strip())
    if done.returncode:
        raise RuntimeError(
            f"measuring ended with status {done.returncode}: {done.stderr}"
        )
    return BenchmarkReport(**json.loads(done.stdout))


def _measure(job: dict) -> BenchmarkReport:
    import ai_edge_litert.interpreter  # noqa: F401

    from export.tflite_predictor import load

    imported = peak_memory()
    start = time.perf_counter()
    predictor = load(job["path"])
    predictor.predict(job["texts"][:1])
    load = time.perf_counter() - start
    for text in job["texts"][: job["warmup"]]:
        predictor.predict([text])
    times = []
    for text in job["texts"]:
        start = time.perf_counter()
        predictor.predict([text])
        times.append(time.perf_counter() - start)
    ninth = sorted(times)[int(0.9 * len(times))]
    return BenchmarkReport(
        latency_ms=1e3 * statistics.median(times),
        latency_p90_ms=1e3 * ninth,
        load_ms=1e3 * load,
        peak_memory_bytes=peak_memory() - imported,
    )


if __name__ == "__main__":
    try:
        print(json.dumps(dataclasses.asdict(_measure(json.load(sys.stdin)))))
    except UserError as mistake:
        print(mistake)
        sys.exit(_MISTAKE)
