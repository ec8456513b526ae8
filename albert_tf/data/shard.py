"""Which part of the data a process reads."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Shard:
    """The part of each batch that a process reads.

    Attributes:
        pipeline: number of the process.
        pipelines: how many there are.
        replicas: replicas in each of them; each gets a batch of its own.
    """

    pipeline: int = 0
    pipelines: int = 1
    replicas: int = 1
