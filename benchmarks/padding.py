"""What length-bucketed batches save in training.

Prints the share of padding and the training throughput on SST-2 (or any TSV
with the columns `sentence` and `label`), bucketed against the usual fixed
length of 128, in turn in one process. The ratio is what to quote: absolute
speed depends on the machine and on what else runs there.

    python benchmarks/padding.py --data sst2/train.tsv.gz

Without `--data` it takes the SNIPS sentences that the package ships.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings

import numpy as np
from rich.console import Console
from rich.table import Table

from albert_tf.data.batches import BucketedBatches
from albert_tf.data.features import pad
from albert_tf.data.labels import find_labels, label_ids
from albert_tf.data.readers import read_examples
from albert_tf.models import AlbertClassifier
from albert_tf.recipes import snips
from albert_tf.training import AdamW

FIXED_LENGTH = 128


def sentences_per_second(model, batches) -> float:
    """Trains on batches, a step each."""
    start = time.perf_counter()
    rows = 0
    for features, ids in batches:
        model.train_on_batch(features, ids)
        rows += len(ids)
    return rows / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="TSV file; default: SNIPS")
    parser.add_argument("--preset", default="albert_nano")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=20, help="a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    examples = (
        read_examples(options.data) if options.data else snips.examples("train")
    )
    labels = find_labels(examples)
    warnings.simplefilter("ignore")  # the weights are random, and may be
    model = AlbertClassifier.from_preset(options.preset, labels=labels)
    model.compile(AdamW(1e-4))
    encodings = model.preprocessor.encode([e.text for e in examples])
    ids = label_ids(examples, labels)
    bucketed = BucketedBatches(
        encodings, ids, batch_size=options.batch_size, shuffle=True
    )
    lengths = np.minimum([len(e.token_ids) for e in encodings], FIXED_LENGTH)
    rng = np.random.default_rng(0)

    speeds = {"bucketed": [], "fixed": []}
    for turn in range(options.rounds + 1):  # the first warms up
        picked = rng.permutation(len(bucketed))[: options.steps]
        rows = rng.permutation(len(encodings))
        rows = rows[: options.steps * options.batch_size]
        batches = {
            "bucketed": [bucketed[i] for i in picked],
            "fixed": [
                (pad([encodings[i] for i in part], FIXED_LENGTH), ids[part])
                for part in np.array_split(rows, options.steps)
            ],
        }
        for name, list_of_batches in batches.items():
            speed = sentences_per_second(model, list_of_batches)
            if turn:
                speeds[name].append(speed)

    ratios = [
        a / b for a, b in zip(speeds["bucketed"], speeds["fixed"], strict=True)
    ]
    table = Table("batches", "padding", "sentences/s (median)")
    table.add_row(
        "by length",
        f"{bucketed.padded_share:.1%}",
        f"{statistics.median(speeds['bucketed']):.0f}",
    )
    table.add_row(
        f"fixed length {FIXED_LENGTH}",
        f"{1 - lengths.mean() / FIXED_LENGTH:.1%}",
        f"{statistics.median(speeds['fixed']):.0f}",
    )
    console = Console()
    console.print(f"{options.preset}, batches of {options.batch_size}")
    console.print(table)
    console.print(
        f"{statistics.median(ratios):.1f} times as fast "
        f"({min(ratios):.1f} to {max(ratios):.1f} in {len(ratios)} rounds)"
    )


if __name__ == "__main__":
    main()
