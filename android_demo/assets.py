"""Puts models into the app: one for each of four tasks, small and in int8.

    python android_demo/assets.py
    python android_demo/assets.py --data DATA

The classifier of the SNIPS intents is trained of what comes with the package.
The others need data that does not: the folders `snips` (`train` and `valid`,
each with `seq.in`, `seq.out` and `label`), `squad` (`train.json` and
`dev.json`) and `stsb` (`dev.tsv`, whose sentences the app compares) in DATA.
What was trained already is taken from build/android.
Models of your own:
`albert-tf export my_model my.tflite --verify dev.tsv --android ASSETS`.
"""

import argparse
import pathlib
import subprocess
import sys

from albert_tf.recipes import snips

HERE = pathlib.Path(__file__).parent
ASSETS = HERE / "app/src/main/assets"
BUILD = HERE.parent / "build" / "android"
_FINETUNE = [sys.executable, "-m", "albert_tf.cli", "finetune"]
_EXPORT = [sys.executable, "-m", "albert_tf.cli", "export"]
# The smaller encoder is enough for commands; passages need the larger one.
_COMMANDS = ["--model", "albert_nano_books_en", "--epochs", "3"]
_PASSAGES = ["--model", "albert_mini_en", "--epochs", "2"]
_PASSAGES += ["--learning-rate", "1e-4", "--max-length", "256"]


def main():
    """Trains what is not there, and exports it."""
    arguments = parse()
    BUILD.mkdir(parents=True, exist_ok=True)
    put_intents()
    if arguments.data is None:
        print("no --data: intents only, without the other tasks")
        return
    slots, answers = arguments.data / "snips", arguments.data / "squad"
    model = trained("slots", ["--task", "intent-slots", *_COMMANDS], slots)
    put("slots", model, slots / "valid")
    model = trained("answers", ["--task", "qa", *_PASSAGES], answers)
    put("answers", model, answers / "dev.json")
    # Its vectors need no training.
    sentences = arguments.data / "stsb" / "dev.tsv"
    put("sentences", "albert_nano_en", sentences, "--task", "similarity")


def parse():
    """The arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, help="see above")
    return parser.parse_args()


def put_intents():
    """The classifier of what comes with the package."""
    folder = BUILD / "snips"
    folder.mkdir(exist_ok=True)
    for split in ("train", "dev"):
        rows = [f"{one.text}\t{one.label}" for one in snips.examples(split)]
        text = "\n".join(["text\tlabel", *rows]) + "\n"
        (folder / f"{split}.tsv").write_text(text, encoding="utf-8")
    put("intents", trained("intents", _COMMANDS, folder), folder / "dev.tsv")


def trained(name, options, data):
    """The directory of a model, which is trained if it is not there."""
    model = BUILD / name
    if not model.exists():
        run([*_FINETUNE, *options, "--data", data, "--output", model])
    return model


def put(name, model, dev, *options):
    """Exports a model to the assets, with answers to some examples."""
    file = BUILD / f"{name}.tflite"
    run(
        [*_EXPORT, model, file, *options, "--verify", dev, "--threshold", "1",
         "--android", ASSETS, "--overwrite"]
    )  # fmt: skip


def run(command):
    """Runs a command, and ends as it ends if it fails."""
    code = subprocess.run([*map(str, command)], check=False).returncode
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
