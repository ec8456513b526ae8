r"""What pre-training is worth: three tasks from trained and random weights.

python benchmarks/pretrained_weights.py --model albert_nano_en \
    --sst2 FOLDER --cola FOLDER

Each task is fine-tuned from the weights and from random ones of the same size
and vocabulary, with several seeds; a row a task and start is printed. SNIPS
comes with the package; the others are looked for in the folders: `train.tsv.gz`
and `dev.tsv.gz` of GLUE's SST-2, and the files of the public CoLA release.
"""

import argparse
import gzip
import io
import statistics
import tempfile
import warnings
from pathlib import Path

from rich.console import Console
from sklearn.metrics import matthews_corrcoef

from albert_tf.checkpoints import read_checkpoint
from albert_tf.data.example import Example
from albert_tf.data.labels import find_labels
from albert_tf.data.readers import read_examples
from albert_tf.models import AlbertClassifier
from albert_tf.recipes import snips
from albert_tf.training.finetune import FinetuneOptions, finetune


def read_cola(path: Path) -> list[Example]:
    """Rows of source, label, mark and sentence, without a header."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    rows = [row.split("\t") for row in io.StringIO(data.decode())]
    return [Example(text=row[3].strip(), label=row[1]) for row in rows]


def find(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.glob(pattern))))


def tasks(arguments):
    """Name, metric, training examples and those that are scored."""
    train, dev = snips.examples("train"), snips.examples("dev")
    yield "SNIPS", "accuracy", train, dev, snips.examples("test")
    if arguments.cola:
        train = read_cola(find(arguments.cola, "*train*"))
        dev = read_cola(find(arguments.cola, "in_domain_dev*"))
        dev += read_cola(find(arguments.cola, "out_of_domain_dev*"))
        yield "CoLA", "Matthews", train, dev, dev
    if arguments.sst2:
        train = read_examples(find(arguments.sst2, "train*"))
        dev = read_examples(find(arguments.sst2, "dev*"))
        yield "SST-2", "accuracy", train, dev, dev


def score(classifier, examples, metric: str) -> float:
    predicted = classifier.classify([e.text for e in examples])
    predicted = [p.label for p in predicted]
    truth = [e.label for e in examples]
    if metric == "Matthews":
        return 100 * matthews_corrcoef(truth, predicted)
    pairs = zip(truth, predicted, strict=True)
    return 100 * sum(a == b for a, b in pairs) / len(truth)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", default="albert_nano_en")
    parser.add_argument("--sst2", type=Path)
    parser.add_argument("--cola", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--random-rate", type=float, default=5e-4)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    console = Console(highlight=False)
    checkpoint = read_checkpoint(arguments.model)
    console.print("| task | metric | start | mean | seeds |")
    console.print("| --- | --- | --- | ---: | --- |")
    for name, metric, train, dev, test in tasks(arguments):
        labels = find_labels(train)
        for start in ("random", "trained"):
            scores = []
            for seed in range(arguments.seeds):
                with tempfile.TemporaryDirectory() as directory:
                    source = arguments.model
                    if start == "random":
                        source = f"{directory}/start"
                        AlbertClassifier(
                            checkpoint.config,
                            labels,
                            checkpoint.read_preprocessor(),
                        ).save_preset(source)
                    rate = arguments.rate
                    if start == "random":
                        rate = arguments.random_rate
                    options = FinetuneOptions(
                        epochs=arguments.epochs,
                        batch_size=arguments.batch_size,
                        learning_rate=rate,
                        dropout=0.1,
                        seed=seed,
                    )
                    result = finetune(
                        source, train, dev, f"{directory}/out", options, labels
                    )
                    scores.append(score(result.model, test, metric))
            each = ", ".join(f"{value:.1f}" for value in scores)
            mean = statistics.mean(scores)
            console.print(
                f"| {name} | {metric} | {start} | {mean:.1f} | {each} |"
            )


if __name__ == "__main__":
    main()
