"""Blocks of a corpus, the units of work, and how they are worked on."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from albert_tf.data.corpus_options import CorpusOptions
from albert_tf.data.document_sentences import read_whole_lines
from albert_tf.data.duplicates import fingerprint
from albert_tf.data.masking import DRAWS, Masker
from albert_tf.data.pretraining_examples import ExampleMaker
from albert_tf.data.records import write_examples, write_official
from albert_tf.files import new_file
from albert_tf.tokenizers import Tokenizer

TRAIN, HELD_OUT = "train", "held_out"


@dataclasses.dataclass(frozen=True)
class Block:
    """Consecutive documents of one file, a unit of work.

    Attributes:
        file: number of the file.
        number: of the block in its file.
        documents: the lines of each.
        held_out: whether all of them are held out.
        bytes: how much of the file was read for it, compressed or not.
    """

    file: int
    number: int
    documents: list[list[str]]
    held_out: bool = False
    bytes: int = 0

    @property
    def name(self) -> str:
        """Names the files that are made of it."""
        return f"{self.file:05d}-{self.number:05d}"

    @property
    def digest(self) -> str:
        """Stands for what is in it."""
        content = json.dumps([self.documents, self.held_out])
        return hashlib.sha256(content.encode()).hexdigest()


def read_blocks(
    file: int, path: Path, options: CorpusOptions
) -> Iterator[Block]:
    """Reads a file in blocks of about `options.block_bytes`."""
    done = before = 0

    def progress(bytes_done, _):
        nonlocal done
        done = bytes_done

    read = read_whole_lines(path, options, progress)
    documents, size, number = [], 0, 0
    for document in read:
        documents.append(document)
        size += _characters(document)
        if size >= options.block_bytes:
            yield Block(file, number, documents, bytes=done - before)
            documents, size, number, before = [], 0, number + 1, done
    if documents:
        yield Block(file, number, documents, bytes=done - before)


def _characters(document: list[str]) -> int:
    return sum(map(len, document))


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
        self._options = options
        self._maker = ExampleMaker(
            tokenizer,
            options.segments,
            options.cleaning,
            None if options.sentence_per_line else options.language,
            options.chinese_words,
        )
        self._masker = None
        if options.masking is not None:
            self._masker = Masker(options.masking, tokenizer)

    def __call__(self, block: Block) -> dict:
        """Writes `train-NAME.tfrecord` and `held_out-NAME.tfrecord`.

        The same block gives the same files, whichever process does it.

        Returns:
            Counts, under "train" and "held_out"; "shards", the number of
            examples in each file; "unknown", a few texts with too many
            unknown tokens; and the block's "digest"; JSON-able. They are also
            written to `NAME.json`, which says that the block is done.
        """
        done = self._directory / f"{block.name}.json"
        if done.exists():
            report = _read_report(done)
            if report.get("digest") == block.digest:
                return report
            self._remove(block)  # of what the file was before
        splits = {TRAIN: [], HELD_OUT: []}
        for document in block.documents:
            held_out = block.held_out or self._is_held_out(document)
            splits[HELD_OUT if held_out else TRAIN].append(document)
        report = {"digest": block.digest, "unknown": [], "shards": {}}
        for split, documents in splits.items():
            text = self._maker.tokenize(documents)
            report[split] = collections.Counter(text.counts)
            counts, shards = self._write(block, split, text)
            report[split].update(counts)
            report["shards"].update(shards)
            report["unknown"] += text.unknown
        with new_file(done, overwrite=True) as temporary:
            temporary.write_text(json.dumps(report))
        return report

    def _remove(self, block) -> None:
        (self._directory / f"{block.name}.json").unlink()
        for path in self._directory.glob(f"*-{block.name}-*.tfrecord"):
            path.unlink()

    def _is_held_out(self, document) -> bool:
        if not self._options.held_out_share:
            return False
        number = int.from_bytes(fingerprint(document)[:8], "little")
        return number < self._options.held_out_share * 2**64

    def _write(self, block, split, text):
        """Writes a file for each pass; counts, and examples in each file."""
        options = self._options
        counts, shards = collections.Counter(), {}
        # What is evaluated on is seen once.
        passes = options.passes if split == TRAIN else 1
        for number in range(passes if text.lengths else 0):
            seed = [options.seed, block.file, block.number, number, len(split)]
            rng = np.random.default_rng(seed)
            examples, cut = self._maker.cut(text, rng)
            counts.update(cut)
            if not len(examples):
                continue
            path = self._directory / f"{split}-{block.name}-{number}.tfrecord"
            shards[path.name] = len(examples)
            if self._masker is None:
                write_examples(path, examples)
            else:
                draws = rng.random((len(examples), DRAWS, examples.length))
                masked = self._masker(
                    examples.token_ids, examples.word_starts, draws
                )
                write_official(path, examples, masked)
        return counts, shards


def _read_report(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except ValueError:  # a power cut may leave an empty file
        return {}
