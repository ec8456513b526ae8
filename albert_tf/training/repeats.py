"""Fine-tuning several times: other seeds, other parts of the data."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from albert_tf.errors import UserError, require, require_at_least
from albert_tf.json_files import read_json, write_json
from albert_tf.training.finetune_options import FinetuneOptions

SUMMARY = "summary.json"


@dataclasses.dataclass(frozen=True)
class Repeat:
    """One of several trainings.

    Attributes:
        name: such as "fold_1_seed_0".
        options: with the seed.
        fold: its number, from 1; None where dev examples are given.
    """

    name: str
    options: FinetuneOptions
    fold: int | None


def repeats(
    options: FinetuneOptions, seeds: int, folds: int | None
) -> list[Repeat]:
    """All trainings, with the seeds that follow that of `options`.

    Args:
        options: of each.
        seeds: how many of each fold.
        folds: parts of the data, each of which is the dev set once; None
            where there is one.

    Raises:
        UserError: there are no seeds, or fewer than two folds.
    """
    require_at_least(1, seeds=seeds)
    if folds is not None:
        require_at_least(2, folds=folds)
    found = []
    for fold in [None] if folds is None else range(1, folds + 1):
        for seed in range(options.seed, options.seed + seeds):
            name = f"seed_{seed}"
            if fold is not None:
                name = f"fold_{fold}_{name}"
            changed = dataclasses.replace(options, seed=seed)
            found.append(Repeat(name, changed, fold))
    return found


def split_folds(
    examples: Sequence[Any], folds: int, seed: int
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Training and dev examples of each fold.

    Examples with the same label, where it is one name, are shared out evenly.

    Args:
        examples: all there are.
        folds: K.
        seed: of the order.

    Raises:
        UserError: there are fewer examples than folds.
    """
    require(
        folds <= len(examples),
        f"must be at most the number of examples, {len(examples)}",
        folds=folds,
    )
    order = np.random.default_rng(seed).permutation(len(examples))
    labels = [getattr(examples[i], "label", None) for i in order]
    if all(isinstance(label, str) for label in labels):
        numbers = {label: k for k, label in enumerate(sorted({*labels}))}
        keys = np.array([numbers[label] for label in labels])
        order = order[np.argsort(keys, kind="stable")]
    for fold in range(folds):
        is_dev = np.zeros(len(examples), bool)
        is_dev[order[fold::folds]] = True
        yield (
            [one for one, dev in zip(examples, is_dev, strict=True) if not dev],
            [one for one, dev in zip(examples, is_dev, strict=True) if dev],
        )


def run_repeats(
    planned: Sequence[Repeat],
    output: str | os.PathLike,
    train: Callable[[Repeat, Path], dict[str, float]],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Does all trainings that are not done, and sums them up.

    `output` gets a directory for each, and `summary.json`; what is there
    already from an interrupted run stays.

    Args:
        planned: what to do.
        output: directory to make, or to go on in.
        train: does one, writes its directory and returns its figures.
        about: what must be the same to go on, such as file names.

    Returns:
        `figures`, for each name the median, the mean, the standard deviation
        and all `values`; and `runs`, the names of the directories.

    Raises:
        UserError: `output` holds something else.
    """
    output = Path(output)
    runs = [dataclasses.asdict(one) for one in planned]
    plan = json.loads(json.dumps({**about, "runs": runs}))
    begun = output / "plan.json"
    if output.exists() and not begun.exists():
        raise UserError(f"{output}: exists, and is not of several trainings")
    # A plan of old may lack what came later.
    if begun.exists() and {**plan, **read_json(begun)} != plan:
        raise UserError(
            f"{output}: holds trainings of other data or with other options; "
            "choose another directory"
        )
    output.mkdir(parents=True, exist_ok=True)
    write_json(begun, plan)
    results = []
    for one in planned:
        done = output / f"{one.name}.json"
        if not done.exists():
            write_json(done, train(one, output / one.name))
        results.append(read_json(done))
    summary = {
        "figures": {name: _summary(results, name) for name in results[0]},
        "runs": [one.name for one in planned],
    }
    write_json(output / SUMMARY, summary)
    return summary


def _summary(results, name: str) -> dict[str, Any]:
    values = [result[name] for result in results]
    return {
        "median": statistics.median(values),
        "mean": statistics.fmean(values),
        "deviation": statistics.stdev(values) if len(values) > 1 else 0.0,
        "values": values,
    }
