"""A corpus of text -> a directory of pre-training examples."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import itertools
import json
import multiprocessing
import multiprocessing.connection
import os
import shutil
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from albert_tf.data.cleaning import CleaningOptions
from albert_tf.data.documents import read_documents
from albert_tf.data.duplicates import NearDuplicates, fingerprint
from albert_tf.data.masking import DRAWS, Masker, MaskingOptions
from albert_tf.data.pretraining_examples import ExampleMaker
from albert_tf.data.records import write_examples, write_official
from albert_tf.data.segments import SegmentOptions
from albert_tf.errors import UserError
from albert_tf.files import check_new_directory, new_directory, new_file
from albert_tf.tokenizers import Tokenizer

MANIFEST = "corpus.json"
TRAIN, HELD_OUT = "train", "held_out"
DUPLICATES = ("keep", "exact", "near")
_UNKNOWN_LIMIT = 0.05


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
        passes: how often each document is cut into examples, each time
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
        if self.duplicates not in DUPLICATES:
            raise UserError(
                f"duplicates={self.duplicates!r} must be one of "
                f"{', '.join(DUPLICATES)}"
            )
        if not 0 <= self.held_out_share < 1:
            raise UserError(
                f"held_out_share={self.held_out_share} must be at least 0 and "
                "less than 1"
            )
        for name in ("passes", "block_bytes"):
            if getattr(self, name) < 1:
                raise UserError(
                    f"{name}={getattr(self, name)} must be at least 1"
                )


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
        for number in range(options.passes if documents else 0):
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


def prepare_corpus(
    files: Sequence[Path],
    output: str | os.PathLike,
    tokenizer: Tokenizer,
    options: CorpusOptions | None = None,
    held_out_files: Sequence[Path] = (),
    processes: int | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict:
    """Makes a directory of examples.

    The work can be interrupted: what is done is kept in `OUTPUT.partial`, and
    the same call goes on there. The result depends on the files, the options
    and the vocabulary only, not on the number of processes.

    Args:
        files: of text, see `read_documents`.
        output: the directory; holds TFRecord files, the vocabulary, and
            `corpus.json` with options and counts.
        tokenizer: makes the token ids.
        options: how; None for the defaults.
        held_out_files: of text that is held out as a whole.
        processes: how many; None for one a core.
        overwrite: replace `output` if it exists.
        progress: is told, after each block, its number of characters and the
            number of tokens so far.

    Returns:
        What `corpus.json` says.

    Raises:
        UserError: a file cannot be read, too many tokens are unknown, there
            is too little text, the disk is full, or `output` exists.
    """
    options = options or CorpusOptions()
    check_new_directory(output, overwrite)
    output = Path(output)
    partial = output.with_name(f"{output.name}.partial")
    sources = [*files, *held_out_files]
    duplicates = _Duplicates(options.duplicates)
    reports = []
    try:
        _start(partial, sources, len(held_out_files), tokenizer, options)
        blocks = _all_blocks(sources, len(files), duplicates, options)
        writer = BlockWriter(partial, tokenizer, options)
        for block, report in _run(writer, blocks, processes or os.cpu_count()):
            reports.append(report)
            _check_unknown(reports, at_least=100_000)
            if progress is not None:
                tokens = sum(_count(reports, "tokens").values())
                progress(sum(map(_size, block.documents)), tokens)
        return _finish(partial, output, reports, duplicates)
    except UserError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    except (OSError, BrokenProcessPool) as error:
        cause = getattr(error, "strerror", None) or error
        raise UserError(
            f"{partial}: could not be written: {cause}; what is done is kept, "
            "run the same command again"
        ) from error


def _all_blocks(files, training_files, duplicates, options):
    for number, path in enumerate(files):
        for block in read_blocks(number, path, options):
            yield dataclasses.replace(
                block,
                documents=duplicates.drop(block.documents),
                held_out=number >= training_files,
            )


class _Duplicates:
    """Drops documents that were there before."""

    def __init__(self, which: str):
        self._which = which
        self._seen = set()
        self._near = NearDuplicates() if which == "near" else None
        self.dropped = collections.Counter()

    def drop(self, documents):
        return [document for document in documents if self._is_new(document)]

    def _is_new(self, document):
        if self._which == "keep":
            return True
        key = fingerprint(document)
        if key in self._seen:
            self.dropped["exact duplicates"] += 1
            return False
        self._seen.add(key)
        if self._near is not None and not self._near.is_new(document):
            self.dropped["near duplicates"] += 1
            return False
        return True


def _size(document) -> int:
    return sum(map(len, document))


def _start(partial, files, held_out_files, tokenizer, options) -> None:
    """Makes the directory of unfinished work, or finds it there."""
    started = {
        "files": [[str(path), path.stat().st_size] for path in files],
        "held_out_files": held_out_files,
        **describe(tokenizer, options),
    }
    path = partial / "started.json"
    if path.exists():
        if json.loads(path.read_text()) == started:
            return
        warnings.warn(
            f"{partial}: unfinished work on other files or with other options "
            "is thrown away",
            stacklevel=4,
        )
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, exist_ok=True)
    with new_file(path) as temporary:
        temporary.write_text(json.dumps(started))
    vocabulary = tokenizer.save(partial)
    (partial / "tokenizer.json").write_text(json.dumps(vocabulary) + "\n")


def _run(
    work: Callable[[Block], dict], blocks: Iterable[Block], processes: int
) -> Iterator[tuple[Block, dict]]:
    """Works on all blocks; what comes out has the order of what goes in."""
    if processes == 1:
        for block in blocks:
            yield block, work(block)
        return
    # Not forked: TensorFlow may run in this process already.
    context = multiprocessing.get_context("spawn")
    waiting = collections.deque()
    with concurrent.futures.ProcessPoolExecutor(
        processes, context, initializer=_end_with_parent
    ) as pool:
        try:
            for block in blocks:
                waiting.append((block, pool.submit(work, block)))
                if len(waiting) > 2 * processes:
                    block, future = waiting.popleft()
                    yield block, future.result()
            while waiting:
                block, future = waiting.popleft()
                yield block, future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Ends this process when the one that started it is killed."""

    def watch():
        parent = multiprocessing.parent_process()
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _count(reports, name) -> dict[str, int]:
    return {
        split: sum(report[split].get(name, 0) for report in reports)
        for split in (TRAIN, HELD_OUT)
    }


def _check_unknown(reports, at_least: int) -> None:
    tokens = sum(_count(reports, "tokens").values())
    unknown = sum(_count(reports, "unknown").values())
    if tokens >= at_least and unknown > _UNKNOWN_LIMIT * tokens:
        examples = [text for report in reports for text in report["unknown"]]
        shown = "; ".join(repr(text[:60]) for text in examples[:3])
        raise UserError(
            f"{unknown / tokens:.0%} of the tokens are unknown to the "
            f"vocabulary, as in {shown}; train one on this text with "
            "`albert-tf vocabulary`"
        )


def _finish(partial, output, reports, duplicates) -> dict:
    started = json.loads((partial / "started.json").read_text())
    manifest = make_manifest(started, reports, duplicates.dropped)
    for path in [*partial.glob("*-*.json"), partial / "started.json"]:
        path.unlink()
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    with new_directory(output, overwrite=True) as place:
        place.rmdir()
        os.replace(partial, place)
    return manifest


def describe(tokenizer: Tokenizer, options: CorpusOptions) -> dict:
    """What examples are made with, for `corpus.json`."""
    return {
        "vocabulary": tokenizer.digest,
        "options": dataclasses.asdict(options),
    }


def make_manifest(
    facts: dict, reports: Sequence[dict], dropped: dict[str, int]
) -> dict:
    """What `corpus.json` says.

    Args:
        facts: of `describe`.
        reports: of `BlockWriter`.
        dropped: number of documents, by reason.

    Raises:
        UserError: too many tokens are unknown, or there are no examples.
    """
    _check_unknown(reports, at_least=1)
    counts = {TRAIN: collections.Counter(), HELD_OUT: collections.Counter()}
    for report in reports:
        for split, counter in counts.items():
            counter.update(report[split])
    if not counts[TRAIN]["examples"]:
        raise UserError(
            "the text makes no example: an example needs at least two "
            "sentences of one document, or `--objective none`"
        )
    names = dict.fromkeys(itertools.chain(*counts.values()))
    return {
        "format": "albert_tf corpus",
        **facts,
        "splits": {
            split: {name: counter[name] for name in names}
            for split, counter in counts.items()
        },
        "dropped": dict(dropped),
    }
