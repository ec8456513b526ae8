"""The process that listens."""

from __future__ import annotations

import asyncio
import select
import signal
import time
import warnings

import uvicorn

from albert_tf.serving.logs import LOGGER, log_as_json
from albert_tf.serving.metrics import Metrics
from albert_tf.serving.observer import Observer
from albert_tf.serving.serve_options import ServeOptions
from albert_tf.serving.service import Service
from albert_tf.serving.text_model import TextModel

_TRIES = 1000  # under any load there is a moment when nobody waits
_ON_THE_WAY = 0.5  # seconds


class Server(uvicorn.Server):
    """Ends in two steps, so that no request is lost.

    The first SIGTERM or SIGINT makes it not ready, and each response closes
    its connection; it listens on, as load balancers notice after a while. Then
    it stops listening, answers what it accepted, and ends with status 0. A
    second signal goes to the second step at once.

    Args:
        service: answers the requests.
        options: address and seconds.
        metrics: is told of each request.
    """

    def __init__(
        self, service: Service, options: ServeOptions, metrics: Metrics
    ):
        self._service = service
        self._observer = Observer(service.app, metrics)
        self._drain_seconds = options.drain_seconds
        self._ends_at: float | None = None
        super().__init__(
            uvicorn.Config(
                self._observer,
                host=options.host,
                port=options.port,
                http="h11",  # which limits the size of headers
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(1, round(options.grace_seconds)),
            )
        )

    def handle_exit(self, sig: int, frame) -> None:
        """On a signal, within whatever runs; so it only leaves notes."""
        if self._ends_at is None:
            self._service.is_ready = False
            self._observer.is_ending = True
            self._ends_at = time.monotonic() + self._drain_seconds
        elif not self.should_exit:
            self.should_exit = True
        elif sig == signal.SIGINT:
            self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to stop listening."""
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets=None) -> None:
        """The second step."""
        for _ in range(_TRIES):
            if not self._has_callers():
                break
            await asyncio.sleep(0)  # the loop takes them in
        for server in self.servers:
            server.close()
        # Who was taken in last may not have sent its request yet.
        await asyncio.sleep(_ON_THE_WAY)
        await super().shutdown(sockets)

    def _has_callers(self) -> bool:
        """Whether somebody has connected whom closing would cut off."""
        listening = [sock for one in self.servers for sock in one.sockets]
        return bool(select.select(listening, [], [], 0)[0])


def serve(source: str, options: ServeOptions) -> None:
    """Answers requests until a signal ends it.

    Args:
        source: a `.tflite` file, or the directory of a SavedModel.
        options: what it is told.

    Raises:
        UserError: see `TextModel`.
        SystemExit: it cannot listen; the log says why.
    """
    log_as_json()
    # What a request makes the tokenizer warn of quotes its text, which is not
    # for the log; the metrics count it.
    warnings.simplefilter("ignore", UserWarning)
    metrics = Metrics()
    model = TextModel(source, options, metrics)
    fields = {"model": model.name, "task": model.task.name}
    LOGGER.info("loaded", extra={"fields": fields})
    server = Server(Service(model, options, metrics), options, metrics)
    server.run()
    model.close()
    LOGGER.info("ended")
