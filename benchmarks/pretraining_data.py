"""How fast text becomes masked batches, against the plain way to do it.

Prints tokens of text per second of CPU time, that is, per core, for one epoch:
from a file of sentences to records, and the masks of these. The baseline, in
plain_pretraining_data.py, is the procedure of the paper's authors, once
written with care and once with the costly habits of their code. All work in
turn on the same text in one process. The ratio is what to quote: the speed
depends on the machine and on what else runs there.

A second table has the same per epoch of 40, by calculation: the authors' code
cuts, masks and writes all examples anew for each epoch, ours draws new masks.
Reading records back is left out everywhere. Last it prints how much sooner
two processes are done with a corpus than one.

    python benchmarks/pretraining_data.py --data books.txt

Without `--data` it repeats the excerpt of books that the tests use; with so
few different words ours is faster than on real text of that size.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import math
import os
import pathlib
import tempfile
import time

import numpy as np
import sentencepiece
from rich.console import Console
from rich.table import Table

from albert_tf.data.corpus import prepare_corpus
from albert_tf.data.corpus_blocks import (
    BlockWriter,
    CorpusOptions,
    read_blocks,
)
from albert_tf.data.documents import read_documents
from albert_tf.data.masking import DRAWS, Masker, MaskingOptions
from albert_tf.data.pretraining_examples import ExampleMaker
from albert_tf.data.records import write_examples
from albert_tf.data.segments import SegmentCutter
from albert_tf.data.sentences import split_sentences
from albert_tf.data.word_cache import WordCache
from albert_tf.tokenizers import SentencePieceTokenizer

EXCERPT = pathlib.Path(__file__).parent.parent / "tests/data/books_excerpt.txt"
BATCH = 256
# As long as an article; paragraphs alone would make examples of padding.
SENTENCES_OF_DOCUMENT = 50
OPTIONS = CorpusOptions(
    sentence_per_line=True, duplicates="keep", held_out_share=0
)
SCALING_OPTIONS = dataclasses.replace(OPTIONS, block_bytes=2_000_000)
PLAIN, AUTHORS, OURS = "plain Python", "as the authors", "ours"
READING, EXAMPLES = "plain tokenization", "plain examples"
RECORDS, MASKS = "text to records", "masks"
EPOCHS = 40  # for which the authors' code makes examples


class Clock:
    """Seconds of this process's CPU time, and of the wall clock, by name."""

    def __init__(self):
        self.seconds = {}

    def __call__(self, name, work):
        """Does the work and returns what it returns."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        taken = time.process_time() - cpu, time.perf_counter() - wall
        self.seconds.setdefault(name, []).append(taken)
        return result


def write_sentences(source, path, size) -> None:
    """Writes at least `size` characters, a sentence a line."""
    lines = itertools.chain.from_iterable(read_documents(source))
    found, held = [], 0
    for line in lines:
        found += split_sentences(line)
        held += len(line)
        if held >= size:
            break
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(math.ceil(size / held)):
            for number, sentence in enumerate(found, 1):
                end = "\n" if number % SENTENCES_OF_DOCUMENT else "\n\n"
                file.write(sentence + end)
            file.write("\n")


def mask_all(masker, examples, rng) -> None:
    """Masks every example once, in batches."""
    for start in range(0, len(examples), BATCH):
        ids = examples.token_ids[start : start + BATCH]
        starts = examples.word_starts[start : start + BATCH]
        masker(ids, starts, rng.random((len(ids), DRAWS, ids.shape[1])))


def measure_plain(path, directory, tokenizer, clock) -> int:
    """One epoch of the baseline; returns the number of tokens."""
    # Here, as processes of `prepare_corpus` import this file too, and
    # TensorFlow with it.
    import plain_pretraining_data as plain

    tokenizer.save(directory)
    model = sentencepiece.SentencePieceProcessor(
        str(directory / tokenizer.vocabulary_file)
    )
    documents = clock(READING, lambda: plain.read(path, model))
    for name, as_authors in ((EXAMPLES, False), (AUTHORS, True)):
        arguments = OPTIONS.segments.length, as_authors
        clock(
            name,
            lambda a=arguments: plain.write(
                directory / "plain", documents, model, *a
            ),
        )
    return sum(len(s) for document in documents for s in document)


def measure_ours(path, directory, tokenizer, clock) -> int:
    """One epoch: the whole, then its parts; returns the number of tokens."""
    rng = np.random.default_rng(0)
    masker = Masker(MaskingOptions(), tokenizer)
    segments = OPTIONS.segments
    writer = BlockWriter(directory, tokenizer, OPTIONS)
    reports = clock(
        RECORDS,
        lambda: [writer(block) for block in read_blocks(0, path, OPTIONS)],
    )
    blocks = clock("  reading", lambda: [*read_blocks(0, path, OPTIONS)])
    documents = [d for block in blocks for d in block.documents]
    sentences = [*itertools.chain.from_iterable(documents)]
    cache = WordCache(tokenizer)
    _, sizes = clock("  tokenization", lambda: cache(sentences))
    sizes = iter(sizes.tolist())
    lengths = [[*itertools.islice(sizes, len(d))] for d in documents]
    clock("  segments", SegmentCutter(segments, lengths, rng).cut)
    maker = ExampleMaker(tokenizer, segments, OPTIONS.cleaning, None)
    examples, _ = maker.cut(maker.tokenize(documents), rng)
    clock("  writing", lambda: write_examples(directory / "part", examples))
    clock(MASKS, lambda: mask_all(masker, examples, rng))
    return sum(report["train"]["tokens"] for report in reports)


def show_speed(seconds, tokens, console) -> None:
    """Prints tables of the baselines, of ours and its parts.

    Args:
        seconds: CPU time and wall clock of every round, by name.
        tokens: of the text.
        console: where to.
    """
    seconds = {name: np.array(taken) for name, taken in seconds.items()}
    for epochs in (1, EPOCHS):
        reading = seconds[READING] / epochs
        records = seconds[RECORDS] / epochs
        rows = {
            AUTHORS: reading + seconds[AUTHORS],
            PLAIN: reading + seconds[EXAMPLES],
            OURS: records + seconds[MASKS],
        }
        if epochs == 1:
            rows |= {k: v for k, v in seconds.items() if k not in rows}
        title = f"1000 tokens a second, and ratio, over {epochs} epoch(s)"
        table = Table("", "CPU", "clock", "to plain", "to authors")
        table.title = title
        for name, taken in rows.items():
            cpu, clock = np.maximum(taken, 1e-9).T
            table.add_row(
                name,
                _spread(tokens / cpu / 1000, ",.0f"),
                f"{tokens / np.median(clock) / 1000:,.0f}",
                _spread(rows[PLAIN][:, 0] / cpu, ".1f"),
                _spread(rows[AUTHORS][:, 0] / cpu, ".1f"),
            )
        console.print(table)


def _spread(values, form) -> str:
    middle, low, high = np.median(values), values.min(), values.max()
    return f"{middle:{form}} ({low:{form}}-{high:{form}})"


def measure_scaling(path, directory, tokenizer) -> list[float]:
    """Seconds that one process takes, and two."""
    seconds = []
    for processes in (1, 2):
        start = time.perf_counter()
        prepare_corpus(
            [path],
            directory / "corpus",
            tokenizer,
            SCALING_OPTIONS,
            processes=processes,
            overwrite=True,
        )
        seconds.append(time.perf_counter() - start)
    return seconds


def show_scaling(large, small, console) -> None:
    """Prints how much sooner two processes are done than one.

    Args:
        large: of every round, what `measure_scaling` returned for a long text.
        small: the same for a text so short that it is all start.
        console: where to.
    """
    large, small = np.array(large), np.array(small)
    work = large - small
    for number in (1, 2):
        console.print(
            f"with {number}: "
            f"{_spread(large[:, number - 1], '.1f')} s, "
            f"{_spread(small[:, number - 1], '.1f')} s of them to start"
        )
    console.print(
        "two are as fast as "
        f"{_spread(large[:, 0] / large[:, 1], '.2f')}, without their start "
        f"{_spread(work[:, 0] / work[:, 1], '.2f')}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default=EXCERPT, help="file of text")
    parser.add_argument(
        "--megabytes", type=float, default=8, help="of text, in a round"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--scaling-megabytes", type=float, default=16, help="0 for none"
    )
    options = parser.parse_args()

    console = Console()
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    tokenizer = SentencePieceTokenizer()
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        path, small = directory / "text.txt", directory / "small.txt"
        write_sentences(options.data, path, options.megabytes * 1e6)
        clock = Clock()
        for turn in range(options.rounds + 1):
            if turn == 1:  # the first warmed up
                clock = Clock()
            tokens = measure_plain(path, directory, tokenizer, clock)
            with tempfile.TemporaryDirectory() as output:
                output = pathlib.Path(output)
                ours = measure_ours(path, output, tokenizer, clock)
            if ours != tokens:
                raise SystemExit(f"{tokens} tokens there, {ours} here")
        console.print(f"{tokens:,} tokens, {options.rounds} rounds, {load}")
        show_speed(clock.seconds, tokens, console)
        if options.scaling_megabytes:
            write_sentences(options.data, path, options.scaling_megabytes * 1e6)
            write_sentences(options.data, small, 100_000)
            turns = [
                [
                    measure_scaling(p, directory, tokenizer)
                    for p in (path, small)
                ]
                for _ in range(options.rounds)
            ]
            show_scaling(*zip(*turns, strict=True), console)


if __name__ == "__main__":
    main()
