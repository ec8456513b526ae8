"""A request that gets no answer."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818, it is no error of the server's
    """Why, in one line, and as which HTTP status.

    Args:
        status: 4xx.
        message: names what was received and what would be right.
        retry_after: seconds after which it may be tried again; None if that
            would not help.
    """

    def __init__(
        self, status: int, message: object, retry_after: int | None = None
    ):
        super().__init__(" ".join(str(message).splitlines()))
        self.status = status
        self.retry_after = retry_after
