"""How long networks take for sequences of each length.

Run as a module it is the process that one file is measured in: it takes the
path and maybe the cache, then a length a line, and answers in lines of JSON.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from albert_tf.errors import UserError, require_at_least
from export.peak_memory import peak_memory

_RUNS_A_TURN = 3


@dataclasses.dataclass(frozen=True)
class LatencyReport:
    """What a file's network needed, on one thread.

    Attributes:
        path: the file.
        file_bytes: its size.
        first_answer_ms: to load it and run the first length.
        memory_bytes: the most that the process took for that, less what
            importing the runtime takes.
        median_ms: for a sequence, by its length; of those that the file
            takes.
        p95_ms: nineteen of twenty sequences take less.
    """

    path: str
    file_bytes: int
    first_answer_ms: float
    memory_bytes: int
    median_ms: Mapping[int, float]
    p95_ms: Mapping[int, float]


def measure_latencies(
    paths: Sequence[str | os.PathLike],
    lengths: Sequence[int] = (128, 8, 16, 32, 64, 256, 384),
    turns: int = 10,
    cache: str | os.PathLike | None = None,
) -> list[LatencyReport]:
    """Measures files in turns, each in a fresh process.

    What else the machine does meanwhile falls on all of them, so that their
    ratios say more than their times.

    Args:
        paths: files that `to_tflite` wrote.
        lengths: how many tokens the sequences have; the first is that of the
            first answer.
        turns: how often each file is asked, for three sequences of a length.
        cache: see `load`.

    Returns:
        A report for each file.

    Raises:
        UserError: if there is no length, or a file cannot be used or takes
            none of the lengths.
    """
    require_at_least(1, lengths=len(lengths), turns=turns)
    processes: list[_Process] = []
    try:
        for path in paths:
            processes.append(_Process(path, cache))
        taken = [process.loaded(lengths) for process in processes]
        times = [{length: [] for length in some} for some in taken]
        for length in lengths:
            for _ in range(turns):
                for process, found in zip(processes, times, strict=True):
                    if length in found:
                        found[length] += process.run(length)
    finally:
        for process in processes:
            process.close()
    return [
        process.report(found)
        for process, found in zip(processes, times, strict=True)
    ]


class _Process:
    """A file in a process of its own."""

    def __init__(
        self, path: str | os.PathLike, cache: str | os.PathLike | None
    ):
        self._path = os.fspath(path)
        further = [] if cache is None else [os.fspath(cache)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "export.latency", self._path, *further],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._loaded: dict[str, Any] = {}

    def loaded(self, lengths: Sequence[int]) -> list[int]:
        """Lets it load the file; the lengths that this takes."""
        self._loaded = self._ask([*lengths])
        return self._loaded["lengths"]

    def run(self, length: int) -> list[float]:
        """The milliseconds of some sequences."""
        return self._ask(length)

    def close(self) -> None:
        """Ends the process."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def report(self, times: Mapping[int, Sequence[float]]) -> LatencyReport:
        """What was found."""
        return LatencyReport(
            path=self._path,
            file_bytes=os.path.getsize(self._path),
            first_answer_ms=self._loaded["first_answer_ms"],
            memory_bytes=self._loaded["memory_bytes"],
            median_ms={n: statistics.median(t) for n, t in times.items()},
            p95_ms={n: sorted(t)[int(0.95 * len(t))] for n, t in times.items()},
        )

    def _ask(self, question):
        with contextlib.suppress(BrokenPipeError):  # it has said why
            print(json.dumps(question), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"{self._path}: measuring ended with status "
                f"{self._process.wait()}"
            )
        answer = json.loads(line)
        if isinstance(answer, dict) and "mistake" in answer:
            raise UserError(answer["mistake"])
        return answer


# === In the process ===


def _serve(path: str, cache: str | None = None) -> None:
    import ai_edge_litert.interpreter  # noqa: F401

    from export.tflite_predictor import open_network

    lengths = json.loads(sys.stdin.readline())
    imported = peak_memory()
    start = time.perf_counter()
    model = open_network(path, cache=cache)
    lengths = [n for n in lengths if n <= model.bundle.longest]
    if not lengths:
        raise UserError(f"{path}: takes at most {model.bundle.longest} tokens")
    model(_features(model, lengths[0]))
    loaded = {
        "lengths": lengths,
        "first_answer_ms": 1e3 * (time.perf_counter() - start),
        "memory_bytes": peak_memory() - imported,
    }
    print(json.dumps(loaded), flush=True)
    for line in sys.stdin:
        features = _features(model, int(line))
        model(features)  # makes room for the length
        times = []
        for _ in range(_RUNS_A_TURN):
            start = time.perf_counter()
            model(features)
            times.append(1e3 * (time.perf_counter() - start))
        print(json.dumps(times), flush=True)


def _features(model, length: int) -> dict:
    """Any tokens, no padding; of what else the model takes, one."""
    import numpy as np

    from albert_tf.data.features import INPUTS

    features = {
        name: np.zeros(
            (1,) * (len(axes) - 1) + (length if name in INPUTS else 1,),
            "int32",
        )
        for name, axes in model.input_shapes().items()
    }
    features["padding_mask"] += 1
    ids = features["token_ids"]
    rng = np.random.default_rng(length)
    ids[:] = rng.integers(model.bundle.config["vocab_size"], size=ids.shape)
    return features


if __name__ == "__main__":
    try:
        _serve(*sys.argv[1:])
    except UserError as mistake:
        print(json.dumps({"mistake": str(mistake)}))
