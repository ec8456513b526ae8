"""Logs as lines of JSON."""

from __future__ import annotations

import datetime
import json
import logging
import sys
import warnings

LOGGER = logging.getLogger("albert_tf.serving")


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, message, and what `fields` has."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; what is in it cannot break it."""
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        values = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            values["traceback"] = self.formatException(record.exc_info)
        return json.dumps(values)


def log_as_json() -> None:
    """Sends what we, the HTTP server and warnings say to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    for logger in (LOGGER, logging.getLogger("uvicorn.error")):
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)

    def show(message, *args, **kwargs):
        LOGGER.warning("%s", message)

    warnings.showwarning = show
