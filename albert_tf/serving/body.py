"""The body of a request, within its limits."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from albert_tf.serving.refusal import Refusal

_SECONDS = 30  # in which a body must have come
_PATIENCE = 16  # times the limit is read, so that the client hears why


async def read_body(request: Request, most: int) -> bytes:
    """All bytes of it.

    Args:
        request: of which nothing was read.
        most: bytes that it may have.

    Raises:
        Refusal: it has more, is compressed, or takes too long.
    """
    coding = request.headers.get("content-encoding", "identity")
    if coding != "identity":
        raise Refusal(
            415, f"content-encoding={coding!r:.60}: send it uncompressed"
        )
    body, size = bytearray(), 0
    try:
        async with asyncio.timeout(_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size <= most:
                    body += part
                elif size > most * _PATIENCE:
                    break
    except TimeoutError:
        raise Refusal(
            408, f"the body did not come within {_SECONDS} seconds"
        ) from None
    except ClientDisconnect:
        raise Refusal(400, "the body ends before its length") from None
    if size > most:
        got = request.headers.get("content-length", f"{size} or more")
        raise Refusal(
            413, f"the body has {got:.20} bytes; at most {most:,} are taken"
        )
    return bytes(body)
