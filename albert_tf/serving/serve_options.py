"""What a server is told when it starts."""

from __future__ import annotations

import dataclasses
import os
import re

from albert_tf.errors import UserError, require_at_least

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclasses.dataclass(frozen=True)
class ServeOptions:
    """Where to listen, and how much is too much.

    Attributes:
        host: address to listen on; 0.0.0.0 for all of the machine.
        port: to listen on; 0 for a free one, which the log names.
        name: of the model in the paths; by default that of its file.
        threads: sequences that a .tflite file computes at once, one on each
            processor core, by default on all; TensorFlow itself takes all
            cores for a SavedModel.
        batch_tokens: of the sequences that TensorFlow computes at once,
            padding included; a .tflite file computes each by itself.
        max_tokens: that may wait to be computed. A request of more is refused
            with 413, one that finds no room with 429.
        max_texts: in a request.
        max_characters: of a text.
        max_body: bytes of a request.
        max_requests: at once; one more is refused with 429.
        drain_seconds: for which SIGTERM leaves it listening, so that whoever
            sends requests can see that it is not ready any more.
        grace_seconds: for which what was accepted is then answered.
    """

    host: str = "127.0.0.1"
    port: int = 8501
    name: str | None = None
    threads: int | None = None
    batch_tokens: int = 4096
    max_tokens: int = 65_536
    max_texts: int = 256
    max_characters: int = 20_000
    max_body: int = 1_000_000
    max_requests: int = 256
    drain_seconds: float = 5.0
    grace_seconds: float = 20.0

    @property
    def workers(self) -> int:
        """`threads`, or how many cores this process may use."""
        if self.threads is not None:
            return self.threads
        if hasattr(os, "sched_getaffinity"):  # Linux
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in ("port", "drain_seconds", "grace_seconds"):
                if value < 0:
                    raise UserError(f"{field.name}={value} must be at least 0")
            elif isinstance(value, int):
                require_at_least(1, **{field.name: value})
        if self.port > 65_535:
            raise UserError(f"port={self.port} must be at most 65535")
        if self.name is not None:
            check_name(self.name)


def check_name(name: str) -> str:
    """The name of a model, which is part of addresses.

    Raises:
        UserError: if it has what an address cannot have.
    """
    if not _NAME.fullmatch(name):
        raise UserError(
            f"name={name!r:.120} must be of letters, digits, dots, dashes and "
            "underscores, as it is part of an address; give one by --name"
        )
    return name
