r"""ALBERT in 8 bits: our files against other runtimes, on one core.

python benchmarks/peers.py FOLDER

Needs, besides `albert-tf[tensorflow]`: onnx, onnxruntime, tf2onnx, openvino
and nncf. Makes `albert_base_v2` with random weights for every runtime, each as
well prepared as we know how, and keeps it in FOLDER. Then each runs in a
process of its own, all on one core and in turns, so that what else the machine
does falls on all; writes `benchmarks/results/peers.json`, which
`peers_table.py` prints. A time is the least of several runs of the network
alone, in time of the processor. Memory is what the process has for itself,
after loading and one sequence of 128 tokens, more than after importing its
runtime.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from peers_prepared import LENGTHS, prepare
from peers_worker import RUNTIMES

RESULTS = Path(__file__).parent / "results" / "peers.json"
ROUNDS = 15


class Peer:
    """A runtime in a process of its own."""

    def __init__(self, name: str, folder: Path):
        worker = Path(__file__).with_name("peers_worker.py")
        self._process = subprocess.Popen(
            [sys.executable, str(worker), name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, command: str, length: int) -> dict:
        """What the worker answers to a command."""
        self._process.stdin.write(f"{command} {length}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """Lets the process end."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def first_answers(folder: Path, names) -> dict[str, dict]:
    """Time and memory of a start, one process after the other."""
    found = {}
    for name in names:
        peer = Peer(name, folder)
        found[name] = peer.ask("load", 128)
        peer.close()  # it would share what is mapped with the next one
    return found


def times(folder: Path, names) -> dict[str, dict[str, float]]:
    """Milliseconds by peer and length, the peers in turns."""
    peers = {name: Peer(name, folder) for name in names}
    for peer in peers.values():
        peer.ask("load", 128)
    found = {name: {} for name in names}
    for length in LENGTHS:
        seconds = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name, peer in peers.items():
                seconds[name].append(peer.ask("run", length)["seconds"])
        for name in names:
            found[name][str(length)] = round(1e3 * min(seconds[name]), 3)
    for peer in peers.values():
        peer.close()
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--peers", nargs="+", choices=[*RUNTIMES], default=[*RUNTIMES]
    )
    arguments = parser.parse_args()
    names = arguments.peers
    prepare(arguments.folder, {RUNTIMES[name][0] for name in names})
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found = first_answers(arguments.folder, names)
    for name, values in times(arguments.folder, names).items():
        found[name]["milliseconds"] = values
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
