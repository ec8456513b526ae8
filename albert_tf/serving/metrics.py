"""What Prometheus is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()  # a third of the lines, which nobody draws
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SEQUENCES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """Counts requests, texts and tokens, and how long they take."""

    def __init__(self):
        self._registry = CollectorRegistry()
        kind = {"registry": self._registry}
        self._requests = Counter(
            "albert_requests_total",
            "Requests by route and status.",
            ["route", "status"],
            **kind,
        )
        self._seconds = Histogram(
            "albert_request_seconds",
            "From a request's headers to the end of its answer.",
            ["route"],
            buckets=_SECONDS,
            **kind,
        )
        self._encoding = Histogram(
            "albert_encoding_seconds",
            "Texts to tokens, of a request.",
            buckets=_SECONDS,
            **kind,
        )
        self._batches = Histogram(
            "albert_batch_sequences",
            "Sequences that were computed at once.",
            buckets=_SEQUENCES,
            **kind,
        )
        self._batch_seconds = Histogram(
            "albert_batch_seconds",
            "The network's time for a batch.",
            buckets=_SECONDS,
            **kind,
        )
        self._texts = Counter("albert_texts_total", "Texts taken in.", **kind)
        self._unknown = Counter(
            "albert_unknown_tokens_total",
            "Tokens taken in that are not in the vocabulary.",
            **kind,
        )
        self._truncated = Counter(
            "albert_truncated_sequences_total",
            "Sequences that lost tokens to the model's longest length.",
            **kind,
        )
        self._tokens = Counter(
            "albert_tokens_total", "Tokens computed.", **kind
        )
        self._padding = Counter(
            "albert_padding_tokens_total", "Padding computed.", **kind
        )

    def watch(self, name: str, help: str, value: Callable[[], float]) -> None:
        """Shows a number that goes up and down."""
        Gauge(name, help, registry=self._registry).set_function(value)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A response was sent to its end."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def taken_in(self, texts: int) -> None:
        """A request has so many texts."""
        self._texts.inc(texts)

    def encoded(self, unknown: int, truncated: int, seconds: float) -> None:
        """The texts of a request were tokenized, maybe once more."""
        self._unknown.inc(unknown)
        self._truncated.inc(truncated)
        self._encoding.observe(seconds)

    def computed(self, lengths: Sequence[int], seconds: float) -> None:
        """A batch of sequences of these lengths was computed."""
        self._batches.observe(len(lengths))
        self._batch_seconds.observe(seconds)
        self._tokens.inc(sum(lengths))
        self._padding.inc(max(lengths) * len(lengths) - sum(lengths))

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)
