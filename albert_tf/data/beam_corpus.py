"""`prepare_corpus` as an Apache Beam pipeline, for more than one machine."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from albert_tf.data.corpus import MANIFEST, describe, make_manifest
from albert_tf.data.corpus_blocks import (
    BlockWriter,
    CorpusOptions,
    read_blocks,
)
from albert_tf.data.duplicates import fingerprint
from albert_tf.errors import UserError
from albert_tf.tokenizers import Tokenizer

_REPORTS = "reports"


def prepare_with_beam(
    patterns: Sequence[str],
    output: str,
    tokenizer: Tokenizer,
    options: CorpusOptions | None = None,
    held_out: Sequence[str] = (),
    runner: str = "DirectRunner",
    runner_options: Sequence[str] = (),
    overwrite: bool = False,
) -> dict:
    """Makes the same examples as `prepare_corpus`, wherever Beam runs.

    Every block of text is worked on by the same code with the same seed, so
    that the files are equal byte for byte.

    Args:
        patterns: files or globs that all workers can read, such as
            "gs://bucket/*.txt.gz".
        output: directory that all workers can write to.
        tokenizer: makes the token ids.
        options: see `CorpusOptions`; "near" duplicates cannot be found here.
        held_out: files or globs of text that is held out as a whole.
        runner: Beam's name for it, such as "DataflowRunner".
        runner_options: such as "project=mine".
        overwrite: write into a directory that has a corpus.

    Returns:
        What `corpus.json` says.

    Raises:
        UserError: a pattern matches nothing, the output exists, or the text
            cannot be used; see `prepare_corpus`.
    """
    import apache_beam as beam
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions

    options = options or CorpusOptions()
    if options.duplicates == "near":
        raise UserError(
            "duplicates='near' compares documents one after the other, which "
            "Beam cannot; take 'exact' or 'keep'"
        )
    manifest_path = FileSystems.join(output, MANIFEST)
    if FileSystems.exists(manifest_path):
        if not overwrite:
            raise UserError(
                f"{output}: has a corpus already; choose another place or "
                "overwrite it with --overwrite (overwrite=True)"
            )
        FileSystems.delete([manifest_path])
    paths = [(path, False) for path in _match(patterns)]
    paths += [(path, True) for path in _match(held_out)]
    flags = [f"--runner={runner}", *(f"--{o}" for o in runner_options)]
    reports_prefix = FileSystems.join(output, _REPORTS)
    with beam.Pipeline(options=PipelineOptions(flags)) as pipeline:
        blocks = (
            pipeline
            | "Files" >> beam.Create([(i, *p) for i, p in enumerate(paths)])
            | "Spread files" >> beam.Reshuffle()
            | "Read" >> beam.FlatMap(lambda file: _read(*file, options))
        )
        if options.duplicates == "exact":
            blocks = _drop_duplicates(blocks)
        else:
            blocks |= "None dropped" >> beam.Map(lambda pair: (pair[1], 0))
        _ = (
            blocks
            | "Spread blocks" >> beam.Reshuffle()
            | "Write"
            >> beam.MapTuple(
                lambda *block: _write(*block, output, tokenizer, options)
            )
            | "Reports" >> beam.io.WriteToText(reports_prefix)
        )
    return _finish(output, manifest_path, reports_prefix, tokenizer, options)


def _match(patterns) -> list[str]:
    from apache_beam.io.filesystems import FileSystems

    found = set()
    for pattern in patterns:
        paths = FileSystems.match([pattern])[0].metadata_list
        if not paths:
            raise UserError(
                f"{pattern}: no such file, and nothing that matches"
            )
        found.update(path.path for path in paths)
    return sorted(found)


def _read(file: int, path: str, held_out: bool, options) -> Iterator:
    """Blocks by their names."""
    with _local(path) as local:
        for block in read_blocks(file, local, options):
            yield block.name, dataclasses.replace(block, held_out=held_out)


@contextlib.contextmanager
def _local(path: str) -> Iterator[Path]:
    """The file itself, or a copy of one that is elsewhere."""
    from apache_beam.io.filesystem import CompressionTypes
    from apache_beam.io.filesystems import FileSystems

    if Path(path).exists():
        yield Path(path)
        return
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory, Path(path).name)
        with (
            FileSystems.open(
                path, compression_type=CompressionTypes.UNCOMPRESSED
            ) as source,
            open(copy, "wb") as target,
        ):
            shutil.copyfileobj(source, target)
        yield copy


def _drop_duplicates(blocks):
    """Keeps the first document of each text: (block, number of dropped)."""
    import apache_beam as beam

    repeated = (
        blocks
        | "Fingerprints" >> beam.FlatMapTuple(_fingerprints)
        | "Same text" >> beam.GroupByKey()
        | "All but the first" >> beam.FlatMapTuple(_all_but_first)
    )
    return (
        {"blocks": blocks, "repeated": repeated}
        | "Join" >> beam.CoGroupByKey()
        | "Drop" >> beam.MapTuple(_drop)
    )


def _fingerprints(name, block):
    for number, document in enumerate(block.documents):
        yield fingerprint(document), (name, number)


def _all_but_first(_, places):
    return sorted(places)[1:]


def _drop(_, joined):
    (block,) = joined["blocks"]
    repeated = set(joined["repeated"])
    documents = [
        document
        for number, document in enumerate(block.documents)
        if number not in repeated
    ]
    return dataclasses.replace(block, documents=documents), len(repeated)


def _write(block, dropped, output, tokenizer, options) -> str:
    """Writes a block's files; returns its report as JSON."""
    from apache_beam.io.filesystems import FileSystems

    with tempfile.TemporaryDirectory() as directory:
        directory = Path(directory)
        report = BlockWriter(directory, tokenizer, options)(block)
        for path in directory.glob("*.tfrecord"):
            target = FileSystems.join(output, path.name)
            with (
                open(path, "rb") as source,
                FileSystems.create(target) as file,
            ):
                shutil.copyfileobj(source, file)
    return json.dumps({"dropped": dropped, **report})


def _finish(output, manifest_path, prefix, tokenizer, options) -> dict:
    """Gathers the reports and adds vocabulary and manifest."""
    from apache_beam.io.filesystems import FileSystems

    files = [m.path for m in FileSystems.match([f"{prefix}*"])[0].metadata_list]
    reports = []
    for path in files:
        with FileSystems.open(path) as file:
            reports += [json.loads(line) for line in file]
    dropped = sum(report["dropped"] for report in reports)
    manifest = make_manifest(
        describe(tokenizer, options),
        reports,
        {"exact duplicates": dropped} if dropped else {},
    )
    with tempfile.TemporaryDirectory() as directory:
        vocabulary = tokenizer.save(directory)
        name = vocabulary["vocabulary"]
        contents = {
            name: Path(directory, name).read_bytes(),
            "tokenizer.json": json.dumps(vocabulary).encode() + b"\n",
            MANIFEST: json.dumps(manifest, indent=2).encode() + b"\n",
        }
    for name, data in contents.items():
        with FileSystems.create(FileSystems.join(output, name)) as file:
            file.write(data)
    FileSystems.delete([*files, *_stale(output, manifest)])
    return manifest


def _stale(output, manifest) -> list[str]:
    """Files of the corpus that was there before."""
    from apache_beam.io.filesystems import FileSystems

    pattern = FileSystems.join(output, "*.tfrecord")
    paths = [m.path for m in FileSystems.match([pattern])[0].metadata_list]
    shards = manifest["shards"]
    return [p for p in paths if FileSystems.split(p)[1] not in shards]
