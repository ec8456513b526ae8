"""Blocks of a corpus, the units of work, and how they are worked on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from albert_tf.data.cleaning import CleaningOptions
from albert_tf.data.documents import read_documents
from albert_tf.data.duplicates import fingerprint
from albert_tf.data.masking import DRAWS, Masker, MaskingOptions
from albert_tf.data.pretraining_examples import ExampleMaker
from albert_tf.data.records import write_examples, write_official
from albert_tf.data.segments import SegmentOptions
from albert_tf.errors import require, require_at_least, require_one_of
from albert_tf.files import new_file
from albert_tf.tokenizers import Tokenizer

TRAIN, HELD_OUT = "train", "held_out"
DUPLICATES = ("keep", "exact", "near")


@dataclasses.dataclass(frozen=True)
class CorpusOptions:
    """How a corpus is prepared.

    Attributes:
        segments: how examples are cut.
        masking: of examples that are masked once and for all, in the official
            format; None to mask while training reads, anew in every epoch.
        cleaning: what is cleaned.
        language: of the rules for the ends of sentences; None where every
            line is a sentence.
        chinese_words: whether ideographs make words, see `ExampleMaker`.
        duplicates: which documents are dropped that were there before:
            "keep" none, "exact" ones, or also "near" ones.
        held_out_share: share of the documents, chosen by their text, that
            are kept apart to evaluate on.
        passes: how often each training document is cut into examples, each time
            elsewhere (`dupe_factor` of the official code).
        block_bytes: text of a unit of work and of a file of examples.
        errors: "strict", or "replace" what is not UTF-8.
        seed: of all choices.
    """

    segments: SegmentOptions = SegmentOptions()
    masking: MaskingOptions | None = None
    cleaning: CleaningOptions = CleaningOptions()
    language: str | None = "en"
    chinese_words: bool = False
    duplicates: str = "exact"
    held_out_share: float = 0.01
    passes: int = 1
    block_bytes: int = 4_000_000
    errors: str = "strict"
    seed: int = 0

    def __post_init__(self):
        require_one_of(DUPLICATES, duplicates=self.duplicates)
        require(
            0 <= self.held_out_share < 1,
            "must be at least 0 and less than 1",
            held_out_share=self.held_out_share,
        )
        require_at_least(1, passes=self.passes, block_bytes=self.block_bytes)


@dataclasses.dataclass(frozen=True)
class Block:
    """Consecutive documents of one file, a unit of work.

    Attributes:
        file: number of the file.
        number: of the block in its file.
        documents: the lines of each.
        held_out: whether all of them are held out.
    """

    file: int
    number: int
    documents: list[list[str]]
    held_out: bool = False

    @property
    def name(self) -> str:
        """Names the files that are made of it."""
        return f"{self.file:05d}-{self.number:05d}"


def read_blocks(
    file: int, path: Path, options: CorpusOptions
) -> Iterator[Block]:
    """Reads a file in blocks of about `options.block_bytes`."""
    documents, size, number = [], 0, 0
    for document in read_documents(path, options.errors):
        documents.append(document)
        size += sum(map(len, document))
        if size >= options.block_bytes:
            yield Block(file, number, documents)
            documents, size, number = [], 0, number + 1
    if documents:
        yield Block(file, number, documents)


class BlockWriter:
    """Makes a block's examples and writes them, in whatever process.

    Args:
        directory: where the files go.
        tokenizer: makes the token ids.
        options: how.
    """

    def __init__(
        self, directory: Path, tokenizer: Tokenizer, options: CorpusOptions
    ):
        self._directory = directory
        self._tokenizer = tokenizer
        self._options = options

    def __call__(self, block: Block) -> dict:
        """Writes `train-NAME.tfrecord` and `held_out-NAME.tfrecord`.

        The same block gives the same files, whichever process does it.

        Returns:
            Counts, under "train" and "held_out", and "unknown", a few texts
            with too many unknown tokens; JSON-able. They are also written to
            `NAME.json`, which says that the block is done.
        """
        done = self._directory / f"{block.name}.json"
        if done.exists():
            return json.loads(done.read_text())
        splits = {TRAIN: [], HELD_OUT: []}
        for document in block.documents:
            held_out = block.held_out or self._is_held_out(document)
            splits[HELD_OUT if held_out else TRAIN].append(document)
        report = {"unknown": []}
        for split, documents in splits.items():
            counts, unknown = self._write(block, split, documents)
            report[split] = counts
            report["unknown"] += unknown
        with new_file(done) as temporary:
            temporary.write_text(json.dumps(report))
        return report

    def _is_held_out(self, document) -> bool:
        number = int.from_bytes(fingerprint(document)[:8], "little")
        return number < self._options.held_out_share * 2**64

    def _write(self, block, split, documents):
        options = self._options
        maker = ExampleMaker(
            self._tokenizer,
            options.segments,
            options.cleaning,
            options.language,
            options.chinese_words,
        )
        # What is evaluated on is seen once.
        passes = options.passes if split == TRAIN else 1
        for number in range(passes if documents else 0):
            rng = np.random.default_rng(
                [options.seed, block.file, block.number, number, len(split)]
            )
            examples = maker(documents, rng)
            if not len(examples):
                continue
            path = self._directory / f"{split}-{block.name}-{number}.tfrecord"
            if options.masking is None:
                write_examples(path, examples)
            else:
                masker = Masker(options.masking, self._tokenizer)
                shape = (len(examples), DRAWS, options.segments.length)
                masked = masker(
                    examples.token_ids, examples.word_starts, rng.random(shape)
                )
                write_official(path, examples, masked)
        return dict(maker.report), maker.unknown
