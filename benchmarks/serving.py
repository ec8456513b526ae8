"""What `albert-tf serve` answers in a while, and how long clients wait.

    python benchmarks/serving.py my_model.tflite --output result.json

Clients on this machine ask for two minutes, one text a request, each as soon
as it has its answer: SNIPS sentences, and several of them one after the other,
so that lengths are mixed. Prints requests and tokens a second, the times within
which a half and 99 of 100 had their answers, by length too, and failures. The
same texts go to the same model without HTTP too, by as many threads, for a
tenth of the time before and after: what the processor could do at most. The
clients take their share of the same processor, and so may others; what does not
depend on them is the time of the processor itself for a request, with HTTP and
without: its ratio is what to quote. Linux only.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import os
import platform
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from albert_tf.files import new_file
from albert_tf.recipes import snips
from export import load

SENTENCES = (1, 1, 1, 2, 4, 10)  # in a text; as often as it stands here


def make_texts(number: int) -> list[str]:
    """Texts of mixed lengths, the same each time."""
    rng = random.Random(0)
    sentences = [example.text for example in snips.examples("test")]
    return [
        ". ".join(rng.choices(sentences, k=rng.choice(SENTENCES)))
        for _ in range(number)
    ]


class Server:
    """The command, in a process of its own, until the block ends."""

    def __init__(self, source: str):
        command = [sys.executable, "-m", "albert_tf.cli", "serve", source]
        options = ["--port", "0", "--name", "model", "--drain-seconds", "0"]
        self._process = subprocess.Popen(
            [*command, *options], stderr=subprocess.PIPE, text=True
        )

    def cpu_seconds(self) -> float:
        """That the process has had so far, of all cores."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> Server:
        for line in self._process.stderr:
            found = re.search(r"running on http://127.0.0.1:(\d+)", line)
            if found:
                # The log goes on, and must not fill the pipe.
                threading.Thread(
                    target=self._process.stderr.read, daemon=True
                ).start()
                self.port = int(found[1])
                return self
        sys.exit("the server did not start; see what it said")

    def __exit__(self, *_) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()


def ask(port: int, texts, until: float, first: int, found: list) -> None:
    """A client; finds (characters, seconds), or None for a failure."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    number = first
    while time.perf_counter() < until:
        text = texts[number % len(texts)]
        number += 1
        body = json.dumps({"instances": [text]})
        start = time.perf_counter()
        try:
            connection.request("POST", "/v1/models/model:predict", body)
            response = connection.getresponse()
            reply = json.loads(response.read())
            failed = response.status != 200 or len(reply["predictions"]) != 1
        except Exception:
            failed = True
            connection.close()
        seconds = time.perf_counter() - start
        found.append(None if failed else (text, seconds))


def in_threads(target, argument_lists) -> None:
    """Calls a function once with each list of arguments, at once."""
    threads = [
        threading.Thread(target=target, args=arguments)
        for arguments in argument_lists
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def without_http(source: str, texts, seconds: float) -> tuple[float, float]:
    """Texts a second and processor's seconds a text, on all cores."""
    threads = len(os.sched_getaffinity(0))
    predictors = [load(source) for _ in range(threads)]
    counts = [0] * threads
    start, cpu = time.perf_counter(), time.process_time()

    def run(number: int) -> None:
        place = number
        while time.perf_counter() < start + seconds:
            predictors[number].predict([texts[place % len(texts)]])
            counts[number] += 1
            place += threads

    in_threads(run, [(number,) for number in range(threads)])
    number = sum(counts)
    return (
        number / (time.perf_counter() - start),
        (time.process_time() - cpu) / number,
    )


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds for a half and for 99 of 100."""
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50_ms": 1e3 * cuts[49], "p99_ms": 1e3 * cuts[98]}


def measure(arguments, texts, lengths) -> dict:
    """All figures of a run."""
    share = arguments.seconds / 10
    bare = [without_http(arguments.source, texts, share)]
    found: list = []
    with Server(arguments.source) as server:
        start, cpu = time.perf_counter(), server.cpu_seconds()
        until = start + arguments.seconds
        in_threads(
            ask,
            [
                (server.port, texts, until, 100 * number, found)
                for number in range(arguments.clients)
            ],
        )
        seconds = time.perf_counter() - start
        cpu = server.cpu_seconds() - cpu
    bare.append(without_http(arguments.source, texts, share))
    bare_rate, bare_cpu = map(statistics.mean, zip(*bare, strict=True))
    answered = [one for one in found if one is not None]
    tokens = [lengths[text] for text, _ in answered]
    by_length = {}
    for low, high in ((0, 16), (16, 32), (32, 64), (64, 512)):
        times = [s for text, s in answered if low < lengths[text] <= high]
        if len(times) > 1:
            name = f"{low + 1}-{high} tokens"
            by_length[name] = {"requests": len(times), **percentiles(times)}
    return {
        "clients": arguments.clients,
        "seconds": seconds,
        "requests": len(found),
        "failures": len(found) - len(answered),
        "requests_a_second": len(answered) / seconds,
        "tokens_a_second": sum(tokens) / seconds,
        "mean_tokens": statistics.mean(tokens),
        **percentiles([s for _, s in answered]),
        "by_length": by_length,
        "without_http_a_second": bare_rate,
        "cpu_ms_a_request": 1e3 * cpu / len(found),
        "without_http_cpu_ms": 1e3 * bare_cpu,
        "cpu_ratio": cpu / len(found) / bare_cpu,
    }


def show(figures: dict) -> None:
    table = Table()
    for column in ("length", "requests", "p50 ms", "p99 ms"):
        table.add_column(column, justify="right")
    rows = {**figures["by_length"], "all": figures}
    for name, row in rows.items():
        times = (f"{row[p]:.1f}" for p in ("p50_ms", "p99_ms"))
        table.add_row(name, f"{row['requests']:,}", *times)
    console = Console()
    console.print(table)
    console.print(
        f"{figures['clients']} clients for {figures['seconds']:.0f} s: "
        f"{figures['requests_a_second']:.1f} requests and "
        f"{figures['tokens_a_second']:,.0f} tokens a second, "
        f"{figures['failures']} failures; without HTTP "
        f"{figures['without_http_a_second']:.1f} texts a second. The processor "
        f"itself takes {figures['cpu_ms_a_request']:.1f} ms a request, without "
        f"HTTP {figures['without_http_cpu_ms']:.1f} ms: ratio "
        f"{figures['cpu_ratio']:.2f}"
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("source", help="a .tflite file or a SavedModel")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--output", type=Path, help="a JSON file")
    arguments = parser.parse_args()
    texts = make_texts(2000)
    rows = load(arguments.source).preprocessor.encode(texts)
    lengths = dict(zip(texts, map(int, rows.lengths), strict=True))
    figures = {
        "model": Path(arguments.source).name,
        "bytes": Path(arguments.source).stat().st_size,
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_before": os.getloadavg()[0],
        **measure(arguments, texts, lengths),
    }
    show(figures)
    if arguments.output:
        with new_file(arguments.output, overwrite=True) as place:
            place.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
