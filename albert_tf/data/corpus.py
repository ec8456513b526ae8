"""A corpus of text -> a directory of pre-training examples."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import dataclasses
import functools
import itertools
import json
import multiprocessing
import multiprocessing.connection
import os
import pickle
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from albert_tf.data.corpus_blocks import (
    HELD_OUT,
    TRAIN,
    Block,
    BlockWriter,
    CorpusOptions,
    read_blocks,
)
from albert_tf.data.documents import hint_at_lines
from albert_tf.data.duplicates import NearDuplicates, fingerprint
from albert_tf.data.pretraining_examples import UNKNOWN_LIMIT
from albert_tf.errors import UserError
from albert_tf.files import check_new_directory, new_directory, new_file
from albert_tf.tokenizers import Tokenizer

MANIFEST = "corpus.json"
# Tokens, after which a wrong vocabulary ends the work early.
_ENOUGH_TO_JUDGE = 100_000


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

    The work can be interrupted, or end with a mistake in a file: what is done
    is kept in `OUTPUT.partial`, and the same call goes on there. The result
    depends on the files, the options and the vocabulary only, not on the
    number of processes.

    Args:
        files: of text, see `read_documents`.
        output: the directory; holds TFRecord files, the vocabulary, and
            `corpus.json` with options and counts.
        tokenizer: makes the token ids.
        options: how; None for the defaults.
        held_out_files: of text that is held out as a whole.
        processes: how many; None for one a core.
        overwrite: replace `output` if it exists, and unfinished work with
            other options.
        progress: is told, after each block, how many bytes of the files were
            read for it, and the number of tokens so far.

    Returns:
        What `corpus.json` says.

    Raises:
        UserError: a file cannot be read, too many tokens are unknown, there
            is too little text, the disk is full, `output` exists, or there is
            unfinished work with other options.
    """
    options = options or CorpusOptions()
    check_new_directory(output, overwrite)
    output = Path(output)
    partial = output.with_name(f"{output.name}.partial")
    sources = [*files, *held_out_files]
    if not options.document_per_line:
        hint_at_lines(sources)
    duplicates = _Duplicates(options.duplicates)
    try:
        _start(partial, tokenizer, options, overwrite)
        with _kept(partial):
            writer = BlockWriter(partial, tokenizer, options)
            blocks = _all_blocks(sources, len(files), duplicates, options)
            done = _run(writer, blocks, processes or os.cpu_count())
            with contextlib.closing(done):  # no process writes after it
                reports = _collect(done, progress)
            return _finish(partial, output, reports, duplicates)
    except (OSError, BrokenProcessPool) as error:
        cause = getattr(error, "strerror", None) or error
        raise UserError(
            f"{partial}: could not be written: {cause}; what is done is kept, "
            "run the same command again"
        ) from error


class _UselessError(UserError):
    """A mistake that makes all that was done useless."""


@contextlib.contextmanager
def _kept(partial: Path) -> Iterator[None]:
    """Keeps the blocks that are done when a mistake comes after them."""
    try:
        yield
    except _UselessError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    except UserError as error:
        number = len(_done(partial))
        if not number:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        raise UserError(
            f"{error}; then run the same command again: it goes on with "
            f"{partial}, where {number} blocks of text are done"
        ) from error


def _collect(done, progress) -> list[dict]:
    reports, totals = [], collections.Counter()
    for block, report in done:
        reports.append(report)
        totals.update(report[TRAIN])
        totals.update(report[HELD_OUT])
        if totals["tokens"] >= _ENOUGH_TO_JUDGE:
            _check_unknown(totals, reports)
        if progress is not None:
            progress(block.bytes, totals["tokens"])
    return reports


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


def _start(partial, tokenizer, options, overwrite) -> None:
    """Makes the directory of unfinished work, or finds it there."""
    started = json.loads(json.dumps(describe(tokenizer, options)))
    path = partial / "started.json"
    if path.exists():
        before = json.loads(path.read_text())
        before = {name: before.get(name) for name in started}
        if before == started:
            return
        if _done(partial) and not overwrite:
            raise UserError(
                f"{partial}: has unfinished work with "
                f"{_difference(before, started)}; finish it as it was begun, "
                "or throw it away with --overwrite (overwrite=True)"
            )
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, exist_ok=True)
    with new_file(path, overwrite=True) as temporary:
        temporary.write_text(json.dumps(started))
    vocabulary = tokenizer.save(partial)
    (partial / "tokenizer.json").write_text(json.dumps(vocabulary) + "\n")


def _done(partial: Path) -> list[Path]:
    """The reports of all blocks that are done."""
    return [*partial.glob("*-*.json")]


def _difference(before, now, name="") -> str:
    """The first difference of two descriptions."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in now:
            if before.get(key) != now[key]:
                return _difference(before.get(key), now[key], key)
    return f"{name}={before!r}, not {now!r}"


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
    data = pickle.dumps(work)
    waiting = collections.deque()
    with concurrent.futures.ProcessPoolExecutor(
        processes, context, initializer=_end_with_parent
    ) as pool:
        try:
            for block in blocks:
                waiting.append((block, pool.submit(_work, data, block)))
                if len(waiting) > 2 * processes:
                    block, future = waiting.popleft()
                    yield block, future.result()
            while waiting:
                block, future = waiting.popleft()
                yield block, future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _work(data: bytes, block: Block) -> dict:
    return _unpickle(data)(block)


# Once a process, so that the words that are known stay known.
_unpickle = functools.lru_cache(maxsize=1)(pickle.loads)


def _end_with_parent() -> None:
    """Ends this process when the one that started it is killed."""

    def watch():
        parent = multiprocessing.parent_process()
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _check_unknown(totals, reports) -> None:
    tokens, unknown = totals["tokens"], totals["unknown"]
    if unknown > UNKNOWN_LIMIT * tokens:
        examples = [text for report in reports for text in report["unknown"]]
        shown = "; ".join(repr(text[:60]) for text in examples[:3])
        raise _UselessError(
            f"{unknown / tokens:.0%} of the tokens are unknown to the "
            f"vocabulary, as in {shown}; train one on this text with "
            "`albert-tf vocabulary`"
        )


def _finish(partial, output, reports, duplicates) -> dict:
    started = json.loads((partial / "started.json").read_text())
    manifest = make_manifest(started, reports, duplicates.dropped)
    for path in [*_done(partial), partial / "started.json"]:
        path.unlink()
    for path in partial.glob("*.tfrecord"):
        if path.name not in manifest["shards"]:  # of a file that is gone
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
        "tokenizer": tokenizer.configuration,
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
    counts = {TRAIN: collections.Counter(), HELD_OUT: collections.Counter()}
    for report in reports:
        for split, counter in counts.items():
            counter.update(report[split])
    _check_unknown(counts[TRAIN] + counts[HELD_OUT], reports)
    if not counts[TRAIN]["examples"]:
        raise _UselessError(
            "the text makes no example: an example needs at least two "
            "sentences of one document, or `--objective none`"
        )
    names = dict.fromkeys(itertools.chain(*counts.values()))
    shards = {k: v for report in reports for k, v in report["shards"].items()}
    return {
        "format": "albert_tf corpus",
        **facts,
        "splits": {
            split: {name: counter[name] for name in names}
            for split, counter in counts.items()
        },
        "dropped": dict(dropped),
        "shards": dict(sorted(shards.items())),
    }
