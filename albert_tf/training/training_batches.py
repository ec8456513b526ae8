"""What a fine-tuning learns from, batch after batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from albert_tf.data.batches import BucketedBatches
from albert_tf.data.rows import Rows
from albert_tf.tasks.task import Task
from albert_tf.training.finetune_options import FinetuneOptions


def training_batches(
    task: Task,
    examples: Sequence[Any],
    rows: Rows,
    options: FinetuneOptions,
    taught: dict | None = None,
    all_rows: Rows | None = None,
) -> BucketedBatches:
    """Batches of examples in an order of their own for each epoch.

    Args:
        task: makes the targets.
        examples: with labels.
        rows: what the task made of them.
        options: say how large the batches are.
        taught: what a teacher gave, see `Teacher.targets`; None for none.
        all_rows: `rows`, and after them those of texts without labels.

    Returns:
        Batches whose targets are the task's; with `taught` they are `own`,
        with a weight of 0 where there is no label, and `teacher`.
    """
    targets = task.targets(examples, rows)
    weights = None
    if options.balance_classes:
        weights = task.balance(examples)[rows.examples]
    if taught is not None:
        more = all_rows.encodings.lengths[len(rows) :]
        if len(more):
            targets = _with_none(targets, more)
            if weights is None:
                weights = np.ones(len(rows), "float32")
            weights = np.append(weights, np.zeros(len(more), "float32"))
        targets, rows = {"own": targets, "teacher": taught}, all_rows
    return BucketedBatches(
        rows.encodings,
        targets=targets,
        weights=weights,
        inputs=rows.inputs,
        batch_size=options.batch_size,
        shuffle=True,
        seed=options.seed,
    )


def _with_none(targets, lengths: np.ndarray):
    """Targets with more rows, which are to have no weight.

    Args:
        targets: see `Task.targets`.
        lengths: of the sequences of the new rows, int [n].
    """
    if isinstance(targets, dict):
        return {name: _with_none(t, lengths) for name, t in targets.items()}
    first = np.asarray(targets[0])
    if isinstance(targets, list) and first.ndim:
        shapes = [(length, *first.shape[1:]) for length in lengths]
        return [*targets, *(np.full(s, -1, first.dtype) for s in shapes)]
    empty = np.zeros((len(lengths), *first.shape), first.dtype)
    return np.concatenate([np.asarray(targets), empty])
