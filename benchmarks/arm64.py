"""Whether files answer on ARM64, a phone's processor, as they do here.

    python benchmarks/arm64.py TEXTS FILE.tflite ...

TEXTS has one a line. An emulator runs Python, LiteRT and `albert-tf predict`
for ARM64, so this says what the kernels for it compute, not how fast. Needs
Debian's debootstrap and qemu-user-static. Writes `results/arm64.json`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "arm64"
RESULT = HERE / "results" / "arm64.json"
ROOT, SITE = BUILD / "root", BUILD / "site"
PACKAGES = (
    *("ai-edge-litert", "h5py", "numpy", "rich", "safetensors"),
    *("sentencepiece", "tokenizers", "typer"),
)
# Qemu 7.2 computes wrong int8 products with the vectors of "max".
PROCESSOR = "cortex-a76"
# XNNPACK asks these files for the same processor, and stays off without them.
CORES = ("possible", "present")
CORE = """processor : 0
Features : fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp \
cpuid asimdrdm lrcpc dcpop asimddp
CPU implementer : 0x41
CPU architecture: 8
CPU variant : 0x4
CPU part : 0xd0b
CPU revision : 1

"""


def prepare() -> None:
    """A small Debian for ARM64, unpacked only, and the wheels for it."""
    if (SITE / "numpy").exists():
        return
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    python = "--include=python3-minimal,python3"
    run("debootstrap", "--arch=arm64", "--foreign", "--variant=minbase",
        python, "bookworm", ROOT)  # fmt: skip
    for package in (ROOT / "var/cache/apt/archives").glob("*.deb"):
        run("dpkg-deb", "-x", package, ROOT)
    cores = ROOT / "sys/devices/system/cpu"
    cores.mkdir(parents=True)
    for name in CORES:
        (cores / name).write_text("0\n")
    (ROOT / "proc/cpuinfo").write_text(CORE)
    names = ("2014", "_2_17", "_2_27", "_2_28")
    platforms = [f"--platform=manylinux{name}_aarch64" for name in names]
    pip = (sys.executable, "-m", "pip", "install", "--quiet")
    wheels = ("--only-binary=:all:", "--python-version=3.11", *platforms)
    run(*pip, *wheels, "--target", SITE, *PACKAGES)


def run(*command) -> None:
    subprocess.run([*map(str, command)], check=True)


def emulated(*arguments: str, text: str = "") -> subprocess.CompletedProcess:
    """Python for ARM64, with our packages."""
    python = ROOT / "usr/bin/python3.11"
    command = ["qemu-aarch64-static", "-cpu", PROCESSOR, "-L", ROOT, python]
    paths = os.pathsep.join((str(SITE), str(HERE.parent)))
    return subprocess.run(
        [*command, *arguments], input=text, capture_output=True, text=True,
        check=True, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip


def uses_xnnpack(file: Path) -> bool:
    """Whether it is the kernels of a phone that compute."""
    code = (
        "from ai_edge_litert.interpreter import Interpreter\n"
        f"Interpreter({str(file)!r}).allocate_tensors()"
    )
    return "XNNPACK" in emulated("-c", code).stderr


def compare(file: Path, texts: list[str]) -> dict:
    """How many answers are the same, and how far scores are apart."""
    predict = ("-m", "albert_tf.cli", "predict", str(file), "--json")
    lines = "".join(f"{text}\n" for text in texts)
    there = answers(emulated(*predict, text=lines).stdout)
    here = answers(
        subprocess.run(
            [sys.executable, *predict],
            input=lines, capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    pairs = list(zip(here, there, strict=True))
    apart = [
        abs(score - other["scores"][label])
        for one, other in pairs
        for label, score in one["scores"].items()
    ]
    return {
        "file": file.name,
        "xnnpack": uses_xnnpack(file),
        "texts": len(pairs),
        "same_label": sum(a["label"] == b["label"] for a, b in pairs),
        "largest_difference_of_scores": max(apart),
    }


def answers(lines: str) -> list[dict]:
    return [json.loads(line) for line in lines.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("texts", type=Path)
    parser.add_argument("files", type=Path, nargs="+", help="classifiers")
    arguments = parser.parse_args()
    texts = arguments.texts.read_text("utf-8").splitlines()
    prepare()
    results = [compare(file.resolve(), texts) for file in arguments.files]
    text = json.dumps(results, indent=2)
    RESULT.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
