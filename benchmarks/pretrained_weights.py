r"""What trained weights are worth: a task from them, from random ones, TF-IDF.

python benchmarks/pretrained_weights.py banking77 --data FOLDER \
    --model albert_mini_en --per-class 10 --epochs 30

With several seeds, on all training examples or on some that each seed draws;
prints a row a start, with the score of the int8 file beside that of Keras.
SNIPS comes with the package; the others are looked for in the folder, as they
are published: `train.tsv.gz` and `dev.tsv.gz` of GLUE's SST-2, CoLA's public
release, Banking77's and CLINC150's files, ChnSentiCorp's hotel reviews.
"""

import argparse
import csv
import gzip
import io
import json
import random
import statistics
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import keras
from rich.console import Console
from sklearn.metrics import accuracy_score, matthews_corrcoef

import export
from albert_tf.checkpoints import read_checkpoint
from albert_tf.data.example import Example
from albert_tf.data.labels import find_labels
from albert_tf.data.readers import read_examples
from albert_tf.models import AlbertClassifier
from albert_tf.recipes import snips
from albert_tf.tasks.classification import Classification
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions

# Examples to train on, to choose the epoch, and to score.
Splits = tuple[list[Example], list[Example], list[Example]]


def read_snips(folder: Path) -> Splits:
    return tuple(snips.examples(split) for split in ("train", "dev", "test"))


def read_sst2(folder: Path) -> Splits:
    train, dev = (
        read_examples(find(folder, f"{split}*")) for split in ("train", "dev")
    )
    return train, dev, dev


def read_cola(folder: Path) -> Splits:
    """Rows of source, label, mark and sentence, without a header."""

    def read(pattern):
        rows = [row.split("\t") for row in text_of(find(folder, pattern))]
        return [Example(text=row[3].strip(), label=row[1]) for row in rows]

    dev = read("in_domain_dev*") + read("out_of_domain_dev*")
    return read("*train*"), dev, dev


def read_banking77(folder: Path) -> Splits:
    """The published split; the epoch is chosen on the training set's end."""
    train, test = (
        list(read_examples(find(folder, name), label_column="category"))
        for name in ("train*", "test*")
    )
    random.Random(0).shuffle(train)
    return train[1000:], train[:1000], test


def read_clinc150(folder: Path) -> Splits:
    """The 150 intents; what is out of scope is left out."""
    data = json.load(text_of(find(folder, "data_full*")))
    return tuple(
        [Example(text=text, label=label) for text, label in data[split]]
        for split in ("train", "val", "test")
    )


def read_chnsenticorp(folder: Path) -> Splits:
    """No split is published: a tenth to choose the epoch, a fifth to score."""
    rows = csv.DictReader(text_of(find(folder, "*.csv*")))
    examples = [Example(text=r["review"], label=r["label"]) for r in rows]
    examples = [example for example in examples if example.text.strip()]
    random.Random(0).shuffle(examples)
    tenth = len(examples) // 10
    return examples[3 * tenth :], examples[:tenth], examples[tenth : 3 * tenth]


TASKS = {
    "snips": read_snips,
    "sst2": read_sst2,
    "cola": read_cola,
    "banking77": read_banking77,
    "clinc150": read_clinc150,
    "chnsenticorp_htl": read_chnsenticorp,
}


def find(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.glob(pattern))))


def text_of(path: Path) -> io.StringIO:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return io.StringIO(data.decode("utf-8-sig"), newline="")


def draw(examples: list[Example], seed: int, arguments) -> list[Example]:
    """Some of the examples, as many as were asked for."""
    rng = random.Random(seed)
    if arguments.per_class:
        by_label = defaultdict(list)
        for example in examples:
            by_label[example.label].append(example)
        return [
            example
            for label in sorted(by_label)
            for example in rng.sample(by_label[label], arguments.per_class)
        ]
    return rng.sample(examples, min(arguments.examples, len(examples)))


def fine_tune(start, train, dev, task, seed, arguments, folder):
    """The best epoch's model, from trained or random weights."""
    source, rate = arguments.model, arguments.rate
    if start == "random":
        source, rate = f"{folder}/start", arguments.random_rate
        checkpoint = read_checkpoint(arguments.model)
        keras.utils.set_random_seed(seed)
        AlbertClassifier(
            checkpoint.config, task.labels, checkpoint.get_preprocessor()
        ).save_preset(source)
    options = FinetuneOptions(
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        learning_rate=rate,
        dropout=arguments.dropout,
        pooling=arguments.pooling,
        balance_classes=arguments.balance,
        seed=seed,
    )
    output = f"{folder}/out"
    return finetune(source, train, dev, output, options, task).model


def metric_of(task: str, predicted: Sequence, examples: list[Example]):
    """In percent."""
    truth = [example.label for example in examples]
    predicted = [prediction.label for prediction in predicted]
    if task == "cola":
        return 100 * matthews_corrcoef(truth, predicted)
    return 100 * accuracy_score(truth, predicted)


def run(start: str, seed: int, splits: Splits, arguments):
    """The scores of Keras and of the int8 file; the latter None for TF-IDF."""
    train, dev, test = splits
    task = Classification(find_labels(train))
    some = draw(train, seed, arguments)
    if start == "tfidf":
        return 100 * task.baseline(some, test), None
    texts = [example.text for example in test]
    with tempfile.TemporaryDirectory() as folder:
        model = fine_tune(start, some, dev, task, seed, arguments, folder)
        file = f"{folder}/model.tflite"
        export.to_tflite(model, file, quantization="int8")
        predictor = export.load(file)
        return tuple(
            metric_of(arguments.task, predicted, test)
            for predicted in (model.classify(texts), predictor.predict(texts))
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--data", type=Path, help="the task's folder")
    parser.add_argument("--model", default="albert_mini_en")
    parser.add_argument(
        "--starts",
        nargs="+",
        choices=("trained", "random", "tfidf"),
        default=("trained", "random", "tfidf"),
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=(0, 1, 2))
    parser.add_argument(
        "--examples", type=int, default=10**9, help="to train on, at most"
    )
    parser.add_argument("--per-class", type=int, help="examples of each label")
    parser.add_argument(
        "--balance", action="store_true", help="as `--balance-classes`"
    )
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--pooling", default="mean")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--random-rate", type=float, default=3e-4)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    console = Console(highlight=False, width=1000)
    splits = TASKS[arguments.task](arguments.data)
    number = len(draw(splits[0], 0, arguments))
    console.print("| task | examples | start | mean | seeds | int8 |")
    console.print("| --- | ---: | --- | ---: | --- | ---: |")
    for start in arguments.starts:
        rows = []
        for seed in arguments.seeds:
            rows.append(run(start, seed, splits, arguments))
            print(start, seed, *rows[-1], file=sys.stderr)  # hours may follow
        scores, of_files = zip(*rows, strict=True)
        each = ", ".join(f"{score:.1f}" for score in scores)
        of_file = "" if start == "tfidf" else f"{statistics.mean(of_files):.1f}"
        console.print(
            f"| {arguments.task} | {number:,} | {start} "
            f"| {statistics.mean(scores):.1f} | {each} | {of_file} |"
        )


if __name__ == "__main__":
    main()
