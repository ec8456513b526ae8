"""How the paper fine-tunes each task (its table 14), for models of any size.

What: peak of the learning rate, batch, dropout, steps, warm-up and length, as
published; "dropout" is the paper's ALBERT DR. Version 2 of the official models
was fine-tuned with the same but for RACE.
Command: `albert-tf finetune --recipe paper --task glue/rte --data RTE --model
hf:albert-xxlarge-v2 --output my_rte`.
Hardware: a GPU; the paper's batches of sequences of 512 tokens need much
memory. `--batch-size` and all other options may be given besides.
Expected: the paper's tables 9 and 10, dev medians of five runs. Its best
figures of RTE, STS-B and MRPC begin with weights that learned MNLI.
"""

from __future__ import annotations

import dataclasses

from albert_tf.errors import require_one_of
from albert_tf.training.finetune_options import FinetuneOptions


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        learning_rate: its peak.
        batch_size: B.
        dropout: of the encoder.
        steps: how many, over all epochs.
        warmup_steps: of these, at the beginning.
        max_length: longest sequence.
    """

    learning_rate: float
    batch_size: int
    dropout: float
    steps: int
    warmup_steps: int
    max_length: int


TABLE = {
    "glue/cola": Row(1e-5, 16, 0.0, 5336, 320, 512),
    "glue/stsb": Row(2e-5, 16, 0.0, 3598, 214, 512),
    "glue/sst2": Row(1e-5, 32, 0.0, 20935, 1256, 512),
    "glue/mnli": Row(3e-5, 128, 0.0, 10000, 1000, 512),
    "glue/qnli": Row(1e-5, 32, 0.0, 33112, 1986, 512),
    "glue/qqp": Row(5e-5, 128, 0.1, 14000, 1000, 512),
    "glue/rte": Row(3e-5, 32, 0.1, 800, 200, 512),
    "glue/mrpc": Row(2e-5, 32, 0.0, 800, 200, 512),
    "glue/wnli": Row(2e-5, 16, 0.1, 2000, 250, 512),
    # SQuAD 1.1: two epochs of its 87,599 questions. SQuAD 2.0 has the row
    # 3e-5, 48, 0, 8144, 814, 512: three epochs of 130,319.
    "question_answering": Row(5e-5, 48, 0.0, 3649, 365, 384),
    "joint_question_answering": Row(3e-5, 48, 0.0, 8144, 814, 512),
    # RACE. Version 2 of the models took 1e-5 and no dropout for this.
    "multiple_choice": Row(2e-5, 32, 0.1, 12000, 1000, 512),
}


def options(task: str, examples: int) -> FinetuneOptions:
    """How to fine-tune a task.

    Args:
        task: its name.
        examples: how many there are to train on; the paper's steps become
            whole epochs of these.

    Raises:
        UserError: the paper has no such task.
    """
    require_one_of(TABLE, task=task)
    row = TABLE[task]
    return FinetuneOptions(
        epochs=max(1, round(row.steps * row.batch_size / examples)),
        batch_size=row.batch_size,
        learning_rate=row.learning_rate,
        warmup_share=row.warmup_steps / row.steps,
        dropout=row.dropout,
        max_length=row.max_length,
    )
