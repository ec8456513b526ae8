"""The routes."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse

from albert_tf.serving import openapi
from albert_tf.serving.ask import Ask, read_infer, read_predict
from albert_tf.serving.body import read_body
from albert_tf.serving.logs import LOGGER
from albert_tf.serving.metrics import Metrics
from albert_tf.serving.refusal import Refusal
from albert_tf.serving.replies import columns_of, tensors_of
from albert_tf.serving.serve_options import ServeOptions
from albert_tf.serving.text_model import TextModel

_VERSION = importlib.metadata.version("albert-tf")
_PAGE = Path(__file__).parent / "page.html"
_PAGE_HEADERS = {
    # Nothing from elsewhere, and nobody frames it.
    "content-security-policy": "default-src 'none'; connect-src 'self'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class Service:
    """Answers HTTP requests about a model.

    Args:
        model: what answers.
        options: limits.
        metrics: what /metrics shows.

    Attributes:
        app: the ASGI application.
        is_ready: whether more requests are welcome.
    """

    def __init__(
        self, model: TextModel, options: ServeOptions, metrics: Metrics
    ):
        self._model = model
        self._options = options
        self._metrics = metrics
        self._running = 0
        self.is_ready = True
        self.app = FastAPIOffline(
            title=f"{model.name}: {model.task.name}",
            version=_VERSION,
            description=openapi.DESCRIPTION,
        )
        for kind in (Refusal, HTTPException, Exception):
            self.app.add_exception_handler(kind, _told)
        self._add_routes()
        metrics.watch(
            "albert_running_requests",
            "Requests for answers that have none yet.",
            lambda: self._running,
        )

    def _add_routes(self) -> None:
        name = self._model.name
        v1, v2 = f"/v1/models/{name}", f"/v2/models/{name}"
        for path, answer, schema in (
            (f"{v1}:predict", self._predict, openapi.predict(self._model)),
            (f"{v2}/infer", self._infer, openapi.infer(self._model)),
        ):
            add = self.app.post(
                path,
                summary=_first_line(answer),
                openapi_extra=schema,
                tags=["answers"],
            )
            add(answer)
        for path, answer, tag in (
            (v1, self._status, "model"),
            (v2, self._metadata, "model"),
            (f"{v2}/ready", self._ready, "health"),
            ("/v2", self._server, "model"),
            ("/v2/health/live", self._live, "health"),
            ("/v2/health/ready", self._ready, "health"),
            ("/metrics", self._show_metrics, "health"),
        ):
            self.app.get(path, summary=_first_line(answer), tags=[tag])(answer)
        self.app.get("/", include_in_schema=False)(self._page)

    # === Answers ===

    async def _predict(self, request: Request) -> Response:
        """TensorFlow Serving's REST: instances by row, inputs by column."""
        ask, answers, headers = await self._answer(request, read_predict)
        reply = (
            {"outputs": columns_of(answers)}
            if ask.by_column
            else {"predictions": answers}
        )
        return JSONResponse(reply, headers=headers)

    async def _infer(self, request: Request) -> Response:
        """The V2 protocol (Open Inference Protocol)."""
        ask, answers, headers = await self._answer(request, read_infer)
        reply = {
            "model_name": self._model.name,
            "model_version": self._model.version,
            **({} if ask.id is None else {"id": ask.id}),
            "outputs": tensors_of(answers, ask.outputs),
        }
        return JSONResponse(reply, headers=headers)

    async def _answer(
        self, request: Request, read: Callable[[bytes], Ask]
    ) -> tuple[Ask, list[dict[str, Any]], dict[str, str]]:
        if self._running >= self._options.max_requests:
            raise Refusal(
                429,
                f"the server is busy: {self._running} requests are being "
                "answered, which is the most; try again later",
                retry_after=1,
            )
        self._running += 1
        try:
            ask = read(await read_body(request, self._options.max_body))
            answers, works = await _while_connected(
                request, self._model.answer(ask.texts)
            )
        finally:
            self._running -= 1
        tokens = sum(work.tokens for work in works)
        truncated = sum(work.truncated for work in works)
        request.state.told = {"texts": len(ask.texts), "tokens": tokens}
        headers = {}
        if truncated:
            request.state.told["truncated"] = truncated
            headers["truncated-sequences"] = str(truncated)
        return ask, answers, headers

    # === What there is ===

    async def _status(self) -> Response:
        """The model's version and state, as TensorFlow Serving has it."""
        status = {"error_code": "OK", "error_message": ""}
        version = {"version": self._model.version, "status": status}
        version["state"] = "AVAILABLE" if self.is_ready else "UNLOADING"
        return JSONResponse({"model_version_status": [version]})

    async def _metadata(self) -> Response:
        """Names, types and shapes of inputs and outputs (V2)."""
        outputs = tensors_of([self._model.sample])
        tensors = {
            "inputs": [(name, "BYTES", [-1]) for name in self._model.takes],
            "outputs": [
                (one["name"], one["datatype"], [-1, *one["shape"][1:]])
                for one in outputs
            ],
        }
        return JSONResponse(
            {
                "name": self._model.name,
                "versions": [self._model.version],
                "platform": "albert_tf",
                **{
                    kind: [
                        dict(zip(("name", "datatype", "shape"), x, strict=True))
                        for x in some
                    ]
                    for kind, some in tensors.items()
                },
            }
        )

    async def _server(self) -> Response:
        """Name and version of the server (V2)."""
        values = {"name": "albert_tf", "version": _VERSION, "extensions": []}
        return JSONResponse(values)

    async def _live(self) -> Response:
        """Whether the process works at all."""
        return JSONResponse({"live": True})

    async def _ready(self) -> Response:
        """Whether requests are welcome; 503 from SIGTERM on."""
        return JSONResponse(
            {"ready": self.is_ready}, 200 if self.is_ready else 503
        )

    async def _show_metrics(self) -> Response:
        """For Prometheus."""
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return Response(self._metrics.text(), media_type=kind)

    async def _page(self) -> Response:
        """Where a person types a text."""
        values = {
            "name": self._model.name,
            "task": self._model.task.name,
            "takes": self._model.takes,
            "needsPair": self._model.needs_pair,
        }
        # "<" as JSON may write it, so that no name ends the script.
        told = json.dumps(values).replace("<", "\\u003c")
        page = _PAGE.read_text(encoding="utf-8").replace("{{model}}", told)
        return HTMLResponse(page, headers=_PAGE_HEADERS)


def _first_line(answer: Callable) -> str:
    return answer.__doc__.splitlines()[0]


async def _while_connected(request: Request, answer):
    """Waits for an answer, and gives it up when its client has gone."""
    task = asyncio.ensure_future(answer)
    # The body has been read, so there is nothing else to hear of.
    gone = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Refusal(499, "the client has gone")
        return task.result()
    finally:
        gone.cancel()
        task.cancel()


def _told(request: Request, error: Exception) -> Response:
    """Why there is no answer, in one line of JSON."""
    headers = {}
    if isinstance(error, Refusal):
        status, message = error.status, str(error)
        if error.retry_after is not None:
            headers["retry-after"] = str(error.retry_after)
    elif isinstance(error, HTTPException):
        status = error.status_code
        message = f"{request.method} {request.url.path[:200]}: {error.detail}"
        headers = dict(error.headers or {})
    else:
        LOGGER.error("no answer", exc_info=error)
        status, message = 500, "the server failed; its log says why"
    return JSONResponse({"error": message}, status, headers=headers)
