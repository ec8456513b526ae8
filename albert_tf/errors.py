"""How users are told what they can mend: one exception, one warning."""

import numbers
import sys
import warnings
from collections.abc import Iterable

_NOT_THE_USERS = ("albert_tf", "export", "keras")

_LONGEST = 1500  # characters of a message


class UserError(ValueError):
    """A mistake of the caller's, told in one line.

    The message names what was received (file, line, argument) and what would
    be right. The command line prints it and exits with status 2; everywhere
    else it behaves as a `ValueError`.
    """

    def __init__(self, message: object):
        # What was received may be long, or have lines of its own.
        text = " ".join(str(message).splitlines())
        if len(text) > _LONGEST:
            text = f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"
        super().__init__(text)

    # Keras adds the arguments of the call to an error unless it has this.
    _keras_call_info_injected = True


def require(holds: bool, rule: str, **received) -> None:
    """Raises a `UserError` such as "steps=0 must be at least 1".

    Args:
        holds: whether all is well.
        rule: what would be right.
        **received: the argument and its value.
    """
    if not holds:
        ((name, value),) = received.items()
        raise UserError(f"{name}={value!r} {rule}")


def require_at_least(minimum: int, **received) -> None:
    """Raises a `UserError` if one is less or not a whole number."""
    for name, value in received.items():
        whole = isinstance(value, numbers.Integral)
        whole = whole and not isinstance(value, bool)
        require(whole, "must be a whole number", **{name: value})
        require(
            value >= minimum, f"must be at least {minimum}", **{name: value}
        )


def require_one_of(allowed: Iterable[str], **received) -> None:
    """Raises a `UserError` if one of the arguments is something else."""
    for name, value in received.items():
        rule = f"must be one of {', '.join(allowed)}"
        require(value in allowed, rule, **{name: value})


def warn(message: str) -> None:
    """Warns, and points at the line of the user's that led here.

    That is the first one outside this library and Keras, however many calls
    lie between.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _package(frame) in _NOT_THE_USERS:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)


def _package(frame) -> str:
    return frame.f_globals.get("__name__", "").partition(".")[0]
