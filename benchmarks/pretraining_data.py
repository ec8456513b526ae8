"""How fast text becomes masked batches, against the plain way to do it.

Prints tokens of text per second of CPU time, that is, per core, for one epoch:
from a file of sentences to records, and the masks of these. The baseline, in
plain_pretraining_data.py, is the procedure of the paper's authors. Both work
in turn on the same text in one process. The ratio is what to quote: the speed
depends on the machine and on what else runs there.

    python benchmarks/pretraining_data.py --data books.txt

Without `--data` it repeats the excerpt of books that the tests use.
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
import plain_pretraining_data
from rich.console import Console
from rich.table import Table

from albert_tf.data.corpus import (
    BlockWriter,
    CorpusOptions,
    prepare_corpus,
    read_blocks,
)
from albert_tf.data.documents import read_documents
from albert_tf.data.masking import DRAWS, Masker, MaskingOptions
from albert_tf.data.pretraining_examples import ExampleMaker
from albert_tf.data.records import write_examples
from albert_tf.data.segments import SegmentCutter
from albert_tf.data.sentences import split_sentences
from albert_tf.tokenizers import SentencePieceTokenizer

EXCERPT = pathlib.Path(__file__).parent.parent / "tests/data/books_excerpt.txt"
BATCH = 256
# As long as an article; paragraphs alone would make examples of padding.
SENTENCES_OF_DOCUMENT = 50
OPTIONS = CorpusOptions(language=None, duplicates="keep", held_out_share=0)
SCALING_OPTIONS = dataclasses.replace(OPTIONS, block_bytes=2_000_000)
BASELINE = "plain Python"
RECORDS, MASKS = " text to records", " masks of an epoch"


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
    ids = clock("  tokenization", lambda: tokenizer.to_ids(sentences))
    sizes = iter([len(i) for i in ids])
    lengths = [[*itertools.islice(sizes, len(d))] for d in documents]
    clock("  segments", SegmentCutter(segments, lengths, rng).cut)
    maker = ExampleMaker(tokenizer, segments, OPTIONS.cleaning, None)
    examples = maker(documents, rng)
    clock("  writing", lambda: write_examples(directory / "part", examples))
    clock(MASKS, lambda: mask_all(masker, examples, rng))
    return sum(report["train"]["tokens"] for report in reports)


def show_speed(seconds, tokens, console) -> None:
    """Prints the table of the baseline, of ours and its parts."""
    seconds = {name: np.array(taken) for name, taken in seconds.items()}
    baseline = seconds.pop(BASELINE)
    ours = seconds[RECORDS] + seconds[MASKS]
    rows = {BASELINE: baseline, "ours": ours, **seconds}
    table = Table("", "tokens/s of CPU", "range", "of clock", "ratio of CPU")
    for name, taken in rows.items():
        cpu, clock = np.maximum(taken, 1e-9).T
        ratios = baseline[:, 0] / cpu
        table.add_row(
            name,
            f"{tokens / np.median(cpu):,.0f}",
            f"{tokens / cpu.max():,.0f} to {tokens / cpu.min():,.0f}",
            f"{tokens / np.median(clock):,.0f}",
            f"{np.median(ratios):.1f} ({ratios.min():.1f} to "
            f"{ratios.max():.1f})",
        )
    console.print(table)


def show_scaling(path, small, directory, tokenizer, rounds, console) -> None:
    """Prints how much sooner two processes are done than one."""
    seconds = {}
    for _ in range(rounds):
        for count, file in itertools.product((1, 2), (small, path)):
            start = time.perf_counter()
            prepare_corpus(
                [file],
                directory / "corpus",
                tokenizer,
                SCALING_OPTIONS,
                processes=count,
                overwrite=True,
            )
            taken = time.perf_counter() - start
            seconds.setdefault((count, file), []).append(taken)
    table = Table("processes", "seconds of clock", "of them to start")
    medians = {key: np.median(taken) for key, taken in seconds.items()}
    for count in (1, 2):
        whole, start = medians[count, path], medians[count, small]
        table.add_row(str(count), f"{whole:.1f}", f"{start:.1f}")
    console.print(table)
    work = [medians[n, path] - medians[n, small] for n in (1, 2)]
    console.print(
        f"two processes are {medians[1, path] / medians[2, path]:.2f} times as "
        f"fast as one, {work[0] / work[1]:.2f} times once they run"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="text, see albert-tf prepare")
    parser.add_argument(
        "--megabytes", type=float, default=2, help="of text, in a round"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--scaling-megabytes", type=float, default=32, help="0 for none"
    )
    options = parser.parse_args()

    console = Console()
    console.print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start"
    )
    source = options.data or EXCERPT
    tokenizer = SentencePieceTokenizer()
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        path = directory / "sentences.txt"
        write_sentences(source, path, options.megabytes * 1e6)
        tokenizer.save(directory)
        clock = Clock()
        for turn in range(options.rounds + 1):
            if turn == 1:  # the first warmed up
                clock = Clock()
            tokens = clock(
                BASELINE,
                lambda: plain_pretraining_data.write(
                    path,
                    directory / tokenizer.vocabulary_file,
                    directory / "plain",
                    OPTIONS.segments.length,
                ),
            )
            with tempfile.TemporaryDirectory() as output:
                output = pathlib.Path(output)
                ours = measure_ours(path, output, tokenizer, clock)
            if ours != tokens:
                raise SystemExit(f"{tokens} tokens there, {ours} here")
        console.print(f"{tokens:,} tokens, {options.rounds} rounds, medians")
        show_speed(clock.seconds, tokens, console)
        if options.scaling_megabytes:
            small, large = directory / "small.txt", directory / "large.txt"
            write_sentences(source, small, 100_000)
            write_sentences(source, large, options.scaling_megabytes * 1e6)
            show_scaling(
                large, small, directory, tokenizer, options.rounds, console
            )


if __name__ == "__main__":
    main()
