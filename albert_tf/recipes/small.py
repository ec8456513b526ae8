"""How our own small weights are fine-tuned, task by task.

What: what worked best of what we tried with `albert_mini_en` and
`albert_mini_zh`, which come without dropout. Where every answer is the same,
the rate is too high; with dropout that begins earlier.
Command: `albert-tf finetune --recipe small --task glue/rte --data RTE --output
my_rte`.
Hardware: 2 CPU cores, minutes to half an hour.
Expected: docs/tasks.md, which `benchmarks/tasks.py` measures.
"""

from __future__ import annotations

from albert_tf.errors import require_one_of
from albert_tf.training.finetune_options import FinetuneOptions

_RATE = 1e-4
_FEW = FinetuneOptions(epochs=4, batch_size=16, learning_rate=_RATE)
TABLE = {
    "classification": FinetuneOptions(epochs=5, learning_rate=_RATE),
    # As `albert_nano_books_en`; unbalanced, both give every sentence the common
    # label for the first epochs.
    "glue/cola": FinetuneOptions(
        epochs=12, learning_rate=_RATE, balance_classes=True
    ),
    "glue/rte": _FEW,
    "glue/sst2": FinetuneOptions(epochs=1, learning_rate=_RATE),
    # Still rising by 20 points an epoch after three.
    "glue/stsb": FinetuneOptions(epochs=10, batch_size=16, learning_rate=_RATE),
    "intent_slots": FinetuneOptions(epochs=6, learning_rate=2e-4),
    # Not tried to its end yet. Three sequences a question, dialogues of up to
    # 256 tokens.
    "multiple_choice": FinetuneOptions(
        epochs=2, batch_size=8, learning_rate=_RATE, max_length=256
    ),
    # Steps count more than examples here: batches of 32 stay at first words.
    "question_answering": FinetuneOptions(
        epochs=1, batch_size=8, learning_rate=_RATE, max_length=256
    ),
    # Every predicate is a sequence of its own: four to a sentence.
    "semantic_roles": FinetuneOptions(
        epochs=3, batch_size=16, learning_rate=2e-4
    ),
    # At twice the rate every word of WNUT-17 stays outside of all entities.
    "tagging": FinetuneOptions(epochs=8, batch_size=16, learning_rate=_RATE),
}


def options(task: str, examples: int) -> FinetuneOptions:
    """How to fine-tune a task.

    Args:
        task: its name.
        examples: how many there are to train on; none of these goes by it.

    Raises:
        UserError: we tried no such task.
    """
    require_one_of(TABLE, task=task)
    return TABLE[task]
