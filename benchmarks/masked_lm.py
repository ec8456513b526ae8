"""How well a model fills masks in text unseen, beside token frequencies.

python benchmarks/masked_lm.py CORPUS --model albert_nano_books_en

Scores the held-out examples of a corpus of `albert-tf prepare`.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import tensorflow as tf
from rich.console import Console

from albert_tf.data.corpus_blocks import HELD_OUT, TRAIN
from albert_tf.data.masking import MaskingOptions
from albert_tf.data.pretraining_corpus import PretrainingCorpus
from albert_tf.models import AlbertPretrainer
from albert_tf.training.evaluator import Evaluator
from albert_tf.training.pretraining_objective import PretrainingObjective


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", default="albert_nano_books_en")
    parser.add_argument("--masking", default="word")
    arguments = parser.parse_args()
    options = MaskingOptions(masking=arguments.masking)
    train, held_out = (
        PretrainingCorpus(arguments.corpus, split).all_batches(32, options)
        for split in (TRAIN, HELD_OUT)
    )
    pretrainer = AlbertPretrainer.from_preset(arguments.model)
    counts = np.ones(pretrainer.config.vocab_size)
    np.add.at(counts, masked_ids(train), 1)
    targets = masked_ids(held_out)
    loss = -np.log(counts / counts.sum())[targets].mean()
    right = (targets == counts.argmax()).mean()
    objective = PretrainingObjective(pretrainer)
    strategy = tf.distribute.get_strategy()
    result = Evaluator(objective, held_out, strategy).evaluate()
    console = Console(highlight=False)
    console.print("| held out | loss | perplexity | masked LM | order |")
    console.print("| --- | ---: | ---: | ---: | ---: |")
    console.print(
        f"| frequencies | {loss:.2f} | {math.exp(loss):.0f} | {right:.1%} | |"
    )
    loss = result["masked_lm_loss"]
    order = result.get("sentence_order_accuracy")
    console.print(
        f"| {arguments.model} | {loss:.2f} | {math.exp(loss):.0f} "
        f"| {result['masked_lm_accuracy']:.1%} "
        f"| {'' if order is None else f'{order:.1%}'} |"
    )


def masked_ids(batches) -> np.ndarray:
    """All tokens that are to be predicted."""
    return np.concatenate(
        [
            targets["masked_lm_ids"][targets["masked_lm_weights"] > 0]
            for _, targets in batches.as_numpy_iterator()
        ]
    )


if __name__ == "__main__":
    main()
