"""Puts models of fixed lengths into the page, with examples.

    python android_demo/web/models.py [--data DATA]

The models that `make android-assets` has trained, and the same data. One of
your own: `albert-tf export my_model my.tflite --lengths 16,32,64,128,384
--verify dev.tsv --android android_demo/web`.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "android"
_EXPORT = [sys.executable, "-m", "albert_tf.cli", "export"]
_OPTIONS = ["--lengths", "16,32,64,128,384", "--threshold", "1", "--overwrite"]


def main():
    """Exports what was trained and has data."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--data", type=pathlib.Path, help="a folder with snips and squad"
    )
    data = parser.parse_args().data
    examples = {"intents": BUILD / "snips" / "dev.tsv"}
    if data is not None:
        examples["slots"] = data / "snips" / "valid"
        examples["answers"] = data / "squad" / "dev.json"
    for name, dev in examples.items():
        put(name, dev)


def put(name, dev):
    """One model, unless that of the page is newer."""
    trained = BUILD / name
    found = HERE / "models" / f"{name}.tflite"
    if found.exists() and found.stat().st_mtime > trained.stat().st_mtime:
        return
    file = BUILD / "web" / found.name
    file.parent.mkdir(exist_ok=True)
    command = [*_EXPORT, trained, file, "--verify", dev, "--android", HERE]
    subprocess.run([*map(str, command), *_OPTIONS], check=True)


if __name__ == "__main__":
    main()
