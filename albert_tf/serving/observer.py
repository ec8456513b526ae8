"""Sees every request and response."""

from __future__ import annotations

import time

from albert_tf.serving.logs import LOGGER
from albert_tf.serving.metrics import Metrics

_QUIET = ("/v2/health", "/metrics")  # asked every few seconds


class Observer:
    """Counts and logs requests, and closes connections of a server that ends.

    It is an ASGI application around another one. Texts are never logged.

    Args:
        app: answers the requests.
        metrics: is told of each.

    Attributes:
        is_ending: whether each response ends its connection, so that no
            client sends another request into one that is about to close.
    """

    def __init__(self, app, metrics: Metrics):
        self._app = app
        self._metrics = metrics
        self.is_ending = False

    async def __call__(self, scope, receive, send):
        """Answers a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def watch(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if self.is_ending:
                    close = (b"connection", b"close")
                    message["headers"] = [*message["headers"], close]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            self._tell(scope, status, time.perf_counter() - start)

    def _tell(self, scope, status: int, seconds: float) -> None:
        # What is no route of ours is no label of its own: there is no end of
        # such paths.
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.answered(route, status, seconds)
        if scope["path"].startswith(_QUIET):
            return
        fields = {
            "method": scope["method"][:20],
            "path": scope["path"][:200],
            "status": status,
            "seconds": round(seconds, 6),
            "client": scope["client"][0] if scope.get("client") else None,
            **scope.get("state", {}).get("told", {}),
        }
        LOGGER.info("request", extra={"fields": fields})
