r"""What pre-training is worth: text unseen, and tasks from trained weights.

python benchmarks/pretrained_weights.py --model albert_nano_en \
    --corpus FOLDER --sst2 FOLDER --cola FOLDER

With a corpus of `albert-tf prepare`, its held-out examples are scored, beside
what the frequencies of the tokens alone would score.

Each task is fine-tuned from the weights and from random ones of the same size
and vocabulary, with several seeds, on all training examples or on some that
each seed draws; a row a task and start is printed. SNIPS comes with the
package; the others are looked for in the folders: `train.tsv.gz` and
`dev.tsv.gz` of GLUE's SST-2, and the files of the public CoLA release.
"""

import argparse
import gzip
import io
import math
import random
import statistics
import sys
import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from sklearn.metrics import matthews_corrcoef

from albert_tf.checkpoints import read_checkpoint
from albert_tf.data.corpus_blocks import HELD_OUT, TRAIN
from albert_tf.data.example import Example
from albert_tf.data.labels import find_labels
from albert_tf.data.masking import MaskingOptions
from albert_tf.data.pretraining_corpus import PretrainingCorpus
from albert_tf.data.readers import read_examples
from albert_tf.models import AlbertClassifier, AlbertPretrainer
from albert_tf.recipes import snips
from albert_tf.training.evaluator import Evaluator
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.pretraining_objective import PretrainingObjective


def score_held_out(model: str, corpus: Path, masking: str, console) -> None:
    """Prints loss and accuracies of the frequencies and of the model."""
    options = MaskingOptions(masking=masking)
    train, held_out = (
        PretrainingCorpus(corpus, split).all_batches(32, options)
        for split in (TRAIN, HELD_OUT)
    )
    pretrainer = AlbertPretrainer.from_preset(model)
    counts = np.ones(pretrainer.config.vocab_size)
    np.add.at(counts, masked_ids(train), 1)
    targets = masked_ids(held_out)
    loss = -np.log(counts / counts.sum())[targets].mean()
    right = (targets == counts.argmax()).mean()
    strategy = tf.distribute.get_strategy()
    result = Evaluator(
        PretrainingObjective(pretrainer), held_out, strategy
    ).evaluate()
    console.print("| held out | loss | perplexity | masked LM | order |")
    console.print("| --- | ---: | ---: | ---: | ---: |")
    console.print(
        f"| frequencies | {loss:.2f} | {math.exp(loss):.0f} | {right:.1%} "
        "| 50.0% |"
    )
    loss = result["masked_lm_loss"]
    console.print(
        f"| {model} | {loss:.2f} | {math.exp(loss):.0f} "
        f"| {result['masked_lm_accuracy']:.1%} "
        f"| {result['sentence_order_accuracy']:.1%} |\n"
    )


def masked_ids(batches) -> np.ndarray:
    """All tokens that are to be predicted."""
    return np.concatenate(
        [
            targets["masked_lm_ids"][targets["masked_lm_weights"] > 0]
            for _, targets in batches.as_numpy_iterator()
        ]
    )


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
    if arguments.snips:
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
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--masking", default="word")
    yes_or_no = argparse.BooleanOptionalAction
    parser.add_argument("--snips", action=yes_or_no, default=True)
    parser.add_argument("--sst2", type=Path)
    parser.add_argument("--cola", type=Path)
    parser.add_argument("--seeds", type=int, default=3, help="0: no tasks")
    parser.add_argument(
        "--examples", type=int, default=0, help="to train on; 0: all"
    )
    parser.add_argument(
        "--balance", action="store_true", help="as `--balance-classes`"
    )
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--random-rate", type=float, default=3e-4)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    console = Console(highlight=False)
    if arguments.corpus:
        score_held_out(
            arguments.model, arguments.corpus, arguments.masking, console
        )
    if arguments.seeds:
        compare_starts(arguments, console)


def compare_starts(arguments, console) -> None:
    """Prints a row for each task and start."""
    console.print("| task | examples | metric | start | mean | seeds |")
    console.print("| --- | ---: | --- | --- | ---: | --- |")
    for name, metric, train, dev, test in tasks(arguments):
        labels = find_labels(train)
        number = min(arguments.examples or len(train), len(train))
        for start in ("random", "trained"):
            scores = []
            for seed in range(arguments.seeds):
                some = random.Random(seed).sample(train, number)
                model = fine_tune(start, some, dev, labels, seed, arguments)
                scores.append(score(model, test, metric))
                # The row is hours away.
                print(name, start, seed, scores[-1], file=sys.stderr)
            each = ", ".join(f"{value:.1f}" for value in scores)
            console.print(
                f"| {name} | {number:,} | {metric} | {start} "
                f"| {statistics.mean(scores):.1f} | {each} |"
            )


def fine_tune(start, train, dev, labels, seed, arguments) -> AlbertClassifier:
    """The best epoch's model, from trained or random weights."""
    source, rate = arguments.model, arguments.rate
    with tempfile.TemporaryDirectory() as directory:
        if start == "random":
            source, rate = f"{directory}/start", arguments.random_rate
            checkpoint = read_checkpoint(arguments.model)
            keras.utils.set_random_seed(seed)
            AlbertClassifier(
                checkpoint.config, labels, checkpoint.get_preprocessor()
            ).save_preset(source)
        options = FinetuneOptions(
            epochs=arguments.epochs,
            batch_size=arguments.batch_size,
            learning_rate=rate,
            dropout=0.1,
            balance_classes=arguments.balance,
            seed=seed,
        )
        output = f"{directory}/out"
        return finetune(source, train, dev, output, options, labels).model


if __name__ == "__main__":
    main()
