r"""How far simple features tell the order of two segments.

python benchmarks/sentence_order_cues.py CORPUS [CORPUS ...]

For each corpus of `albert-tf prepare` a logistic regression learns sentence
order from more and more training examples, and is scored on the held-out ones
and on the last tenth of the training ones, which are of the same kind of text.
It sees the tokens of each segment, those at its ends by their place, those
that meet in the middle as a pair (and those that would meet in the other
order), and whether the first and last quotation marks open or close. The
vocabulary must be one of SentencePiece.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
import tensorflow as tf
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression

from albert_tf.data.corpus_blocks import HELD_OUT, TRAIN
from albert_tf.data.pretraining_corpus import PretrainingCorpus
from albert_tf.data.records import parse_examples

PLACES = (0, 1, 2, -1, -2)


def read(directory: Path, split: str):
    """Pairs of segments, each a list of pieces, and labels."""
    corpus = PretrainingCorpus(directory, split)
    words = corpus.tokenizer.pieces
    paths = sorted(str(path) for path in directory.glob(f"{split}-*.tfrecord"))
    segments, labels = [], []
    for batch in tf.data.TFRecordDataset(paths).batch(1024):
        examples = parse_examples(batch, corpus.length)
        rows = zip(
            examples.token_ids.numpy(), examples.first_lengths, strict=True
        )
        for row, split_at in rows:
            pieces = [words[i] for i in row if i]
            segments.append((pieces[1 : split_at - 1], pieces[split_at:-1]))
        labels.append(examples.labels)
    return segments, np.concatenate(labels)


def cues(pair) -> list[str]:
    """All features of an example, by name."""
    names = []
    for name, segment in zip("AB", pair, strict=True):
        names += {f"{name} {piece}" for piece in segment}
        for place in PLACES:
            if -len(segment) <= place < len(segment):
                names.append(f"{name}[{place}] {segment[place]}")
    marks = [quotation_marks(segment) for segment in pair]
    for name, before, after in ("AB", 0, 1), ("BA", 1, 0):
        names.append(f"{name} {pair[before][-1:]} {pair[after][:1]}")
        names.append(f"{name} quotes {marks[before][-1:]} {marks[after][:1]}")
    return names


def quotation_marks(segment) -> str:
    """( for each that opens and ) for each that closes."""
    marks = ""
    for before, piece in itertools.pairwise(["", *segment]):
        if piece.endswith('"'):
            opens = before == "▁" or piece.startswith("▁")
            marks += "(" if opens else ")"
    return marks


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpora", type=Path, nargs="+")
    arguments = parser.parse_args()
    hasher = FeatureHasher(2**19, input_type="string")
    print("| corpus | examples | same kind | held out |")
    print("| --- | ---: | ---: | ---: |")
    for corpus in arguments.corpora:
        pairs, labels = read(corpus, TRAIN)
        train = hasher.transform(map(cues, pairs))
        pairs, unseen_labels = read(corpus, HELD_OUT)
        unseen = hasher.transform(map(cues, pairs))
        most = len(labels) * 9 // 10
        for number in (most // 16, most // 4, most):
            model = LogisticRegression(C=0.01, max_iter=300)
            model.fit(train[:number], labels[:number])
            same = model.score(train[most:], labels[most:])
            other = model.score(unseen, unseen_labels)
            print(
                f"| {corpus.name} | {number:,} | {same:.1%} | {other:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
