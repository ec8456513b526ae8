r"""What variants of a few examples, and plainer texts, are worth.

python benchmarks/augmentation.py --data FOLDER/sst2

Draws 200 and 2,000 sentences of SST-2, makes variants of them in each way, as
`albert-tf augment` does, or plainer texts, as `albert-tf clean` does, and
fine-tunes `albert_mini_en` for as many steps in each case; beside it a TF-IDF
with logistic regression. Writes `benchmarks/results/augmentation.json`: for
each the accuracy on the development set by seed; what is there is not measured
again. `augmentation_table.py` prints it as a table.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from albert_tf.data.example_writer import write_examples
from albert_tf.data.readers import read_examples
from albert_tf.models import load_model
from albert_tf.tasks.predictor import Predictor

RESULT = Path(__file__).parent / "results" / "augmentation.json"
COPIES = 4
VARIANTS = {
    "delete 0.1": ("--delete", "0.1"),
    "swap 0.1": ("--swap", "0.1"),
    "typos 0.1": ("--typos", "0.1"),
    "replace 0.15": ("--replace", "0.15"),
    "all four": (
        *("--delete", "0.1", "--swap", "0.1"),
        *("--typos", "0.1", "--replace", "0.15"),
    ),
}
PLAIN = "without stop words"
WAYS = ("as it is", *VARIANTS, PLAIN)
# Passes over the examples as they are; of variants there are five times as
# many, so the passes are a fifth.
EPOCHS = {200: 30, 2000: 5}


def measure(data: Path, size: int, way: str, seed: int) -> dict[str, float]:
    """Accuracy of our model and of TF-IDF."""
    everything = read_examples(data / "train.tsv.gz")
    drawn = np.random.default_rng(seed).permutation(len(everything))[:size]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train, dev = folder / "drawn.csv", folder / "dev.csv"
        write_examples(train, [everything[k] for k in drawn], everything)
        examples = read_examples(data / "dev.tsv")
        write_examples(dev, examples, examples)
        epochs = EPOCHS[size]
        if way in VARIANTS:
            options = (*VARIANTS[way], "--copies", COPIES, "--seed", seed)
            train = made(folder / "more.csv", "augment", train, options)
            epochs //= 1 + COPIES
        elif way == PLAIN:
            words = folder / "words.txt"
            words.write_text("\n".join(sorted(ENGLISH_STOP_WORDS)))
            train, dev = (
                made(
                    folder / f"plain_{path.name}",
                    "clean",
                    path,
                    ("--stop-words", words),
                )
                for path in (train, dev)
            )
        model = folder / "model"
        command("finetune", "--train", train, "--dev", dev, "--output", model,
                "--model", "albert_mini_en", "--epochs", epochs,
                "--learning-rate", "1e-4", "--seed", seed)  # fmt: skip
        predictor = Predictor.of_model(load_model(model))
        tests = read_examples(dev)
        found = predictor.task.score(predictor.answers(tests), tests)
        return {
            "albert_mini_en": found.figures["accuracy"],
            "TF-IDF": predictor.task.baseline(read_examples(train), tests),
        }


def made(output: Path, name: str, source: Path, options) -> Path:
    command(name, source, output, *options)
    return output


def command(*arguments) -> None:
    started = [sys.executable, "-m", "albert_tf.cli", *map(str, arguments)]
    subprocess.run(started, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, choices=EPOCHS, action="append")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    results = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for size in arguments.size or EPOCHS:
        for seed in range(arguments.seeds):
            for way in WAYS:
                of_way = results.setdefault(str(size), {}).setdefault(way, {})
                if str(seed) in of_way:
                    continue
                of_way[str(seed)] = measure(arguments.data, size, way, seed)
                RESULT.write_text(json.dumps(results, indent=2) + "\n")
                print(size, way, seed, of_way[str(seed)], flush=True)


if __name__ == "__main__":
    main()
