"""The tables that the command line shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.table import Table

from albert_tf.config import VARIANTS, AlbertConfig
from albert_tf.costs import (
    BITS,
    file_bytes,
    multiply_accumulates,
    parameter_count,
)
from albert_tf.evaluation.score import Score

LENGTHS = (16, 32, 64, 128, 256, 384, 512)


def two_columns(rows: Iterable[tuple[str, str]], title: str = "") -> Table:
    """Names on the left, values on the right."""
    table = Table(title=title or None, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, value)
    return table


def fields(values) -> Table:
    """A dataclass, a row a field."""
    rows = []
    for field in dataclasses.fields(values):
        value = getattr(values, field.name)
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        rows.append((field.name.replace("_", " "), shown))
    return two_columns(rows)


def score(report: Score) -> Iterator[Table]:
    """What a score says, after a table of its classes if there are any."""
    if report.details:
        table = Table()
        table.add_column("", overflow="fold")
        for name in next(iter(report.details.values())):
            table.add_column(name.replace("_", " "), justify="right")
        for name, values in report.details.items():
            table.add_row(name, *map(_number, values.values()))
        yield table
    rows = [
        (k.replace("_", " "), _number(v))
        for k, v in (*report.figures.items(), *report.settings.items())
        if isinstance(v, int | float)  # of each class it is above
    ]
    yield two_columns([*rows, ("examples", _number(report.examples))])


def repeated(figures: Mapping[str, Mapping], runs: int) -> Table:
    """The figures of several trainings, see `run_repeats`."""
    table = Table(title=f"{runs} trainings", title_justify="left")
    table.add_column("")
    columns = ("median", "mean", "deviation")
    for name in (*columns, "lowest", "highest"):
        table.add_column(name, justify="right")
    for name, figure in figures.items():
        values = [figure[column] for column in columns]
        values += [min(figure["values"]), max(figure["values"])]
        table.add_row(name.replace("_", " "), *map(_number, values))
    return table


def _number(value: float | int) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def compressed(before: AlbertConfig, after: AlbertConfig) -> Table:
    """What a model costs before and after it was made smaller."""
    table = Table()
    table.add_column("")
    for name in ("before", "after"):
        table.add_column(name, justify="right")
    rows = {
        "vocabulary": lambda config: f"{config.vocab_size:,}",
        "embedding": lambda config: str(config.embedding_size),
        "groups of layers": lambda config: str(config.num_hidden_groups),
        "parameters": lambda config: f"{parameter_count(config):,}",
        "int8": lambda config: megabytes(file_bytes(config, "int8")),
        "float32": lambda config: megabytes(file_bytes(config, "float32")),
    }
    for name, show in rows.items():
        table.add_row(name, show(before), show(after))
    return table


def presets(configs: Mapping[str, AlbertConfig]) -> Table:
    """All presets, a row each."""
    table = Table()
    table.add_column("preset")
    for name in ("layers", "hidden", "parameters", "int8", "GMAC at 128"):
        table.add_column(name, justify="right")
    for name, config in configs.items():
        table.add_row(
            name,
            str(config.num_hidden_layers),
            str(config.hidden_size),
            f"{parameter_count(config):,}",
            megabytes(file_bytes(config, "int8")),
            _giga(multiply_accumulates(config, 128)),
        )
    return table


def sizes(name: str, config: AlbertConfig) -> Table:
    """Parameters of one model and its bytes at each precision."""
    plain = dataclasses.replace(config.without_variants(), shared_norms=True)
    encoders = config.num_parallel_encoders
    rows = [
        ("parameters (encoder and pooler)", f"{parameter_count(config):,}"),
        ("layers x hidden size", _shape(config)),
        ("distinct blocks", str(plain.num_blocks * encoders)),
    ]
    if encoders > 1:
        rows.append(("encoders side by side", str(encoders)))
    if not config.shared_norms:
        rows.append(("LayerNorm and biases", "each layer its own"))
    for name in VARIANTS:
        if value := getattr(config, name):
            rows.append((name, str(value)))
    for precision in BITS:
        rows.append(
            (f"{precision} file", megabytes(file_bytes(config, precision)))
        )
    return two_columns(rows, title=name)


def operations(config: AlbertConfig) -> Table:
    """Multiply-accumulates of one model at each sequence length."""
    table = Table()
    table.add_column("tokens", justify="right")
    table.add_column("GMAC a sequence", justify="right")
    for length in LENGTHS:
        if length <= config.max_position_embeddings:
            operations = multiply_accumulates(config, length)
            table.add_row(str(length), _giga(operations))
    return table


def megabytes(size: int) -> str:
    """Bytes in millions."""
    return f"{size / 1e6:.2f} MB"


def latencies(reports, scores: Mapping[str, float] | None, figure: str):
    """A column a file: what it takes and, by length, how long.

    Args:
        reports: `LatencyReport`s.
        scores: of each file by its path, or None.
        figure: what the scores are.
    """
    table = Table()
    table.add_column("")
    for report in reports:
        name = Path(report.path).name
        table.add_column(name, justify="right", overflow="fold")
    rows = {
        "file": [megabytes(r.file_bytes) for r in reports],
        "memory": [megabytes(r.memory_bytes) for r in reports],
        "first answer": [f"{r.first_answer_ms:.1f} ms" for r in reports],
    }
    for length in sorted({n for report in reports for n in report.median_ms}):
        rows[f"{length} tokens"] = [
            f"{r.median_ms[length]:.2f} ({r.p95_ms[length]:.2f}) ms"
            if length in r.median_ms
            else ""
            for r in reports
        ]
    if scores is not None:
        rows[figure] = [_number(float(scores[r.path])) for r in reports]
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def _giga(operations: int) -> str:
    billions = operations / 1e9
    return f"{billions:.2f}" if billions >= 1 else f"{billions:.2g}"


def _shape(config: AlbertConfig) -> str:
    return f"{config.num_hidden_layers} x {config.hidden_size}"


def corpus(manifest: Mapping) -> Table:
    """What `prepare_corpus` counted, a column a split."""
    table = Table()
    table.add_column("")
    splits = manifest["splits"]
    for split in splits:
        table.add_column(split.replace("_", "-"), justify="right")
    names = dict.fromkeys(n for counts in splits.values() for n in counts)
    for name in names:
        counts = [counts.get(name, 0) for counts in splits.values()]
        table.add_row(name, *(f"{count:,}" for count in counts))
    for name, count in manifest["dropped"].items():
        table.add_row(name, f"{count:,}")
    return table
