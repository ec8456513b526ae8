"""The queue of sequences, and the threads that compute them."""

from __future__ import annotations

import collections
import math
import threading
import time
from collections.abc import Sequence

from albert_tf.serving.metrics import Metrics
from albert_tf.serving.network import Network
from albert_tf.serving.refusal import Refusal
from albert_tf.serving.work import Work

_ALIKE = 8  # lengths in a batch differ by an eighth at most
_LOOKED_AT = 1024  # waiting sequences, for more of about the same length
_LONGEST_WAIT = 60  # seconds that a refused client is told to wait


class Batcher:
    """Computes the sequences of concurrent requests.

    Requests take turns, sequence by sequence, so that a large one does not
    keep a small one waiting. Whose turn it is brings along sequences of about
    the same length, up to the network's budget of tokens; so at most an
    eighth of what is computed is padding.

    Args:
        networks: one for each thread.
        max_tokens: that may wait.
        metrics: is told what is computed.
    """

    def __init__(
        self, networks: Sequence[Network], max_tokens: int, metrics: Metrics
    ):
        self._max_tokens = max_tokens
        self._metrics = metrics
        self._works: collections.deque[Work] = collections.deque()
        self._tokens = 0  # that wait
        self._rate = 0.0  # tokens a second, of all threads
        self._is_closed = False
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._run, args=(network,), daemon=True)
            for network in networks
        ]
        for thread in self._threads:
            thread.start()

    @property
    def tokens(self) -> int:
        """How many wait."""
        return self._tokens

    def add(self, work: Work) -> None:
        """Takes a request in.

        Raises:
            Refusal: if it finds no room now.
        """
        with self._changed:
            if self._tokens and self._tokens + work.tokens > self._max_tokens:
                raise Refusal(
                    429,
                    f"the server is busy: {self._tokens:,} tokens wait and "
                    f"this request has {work.tokens:,}; at most "
                    f"{self._max_tokens:,} may wait: try again later",
                    self._seconds_left(),
                )
            self._works.append(work)
            self._tokens += work.tokens
            self._changed.notify(len(work.waiting))

    def close(self) -> None:
        """Computes what waits still, and ends the threads."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _seconds_left(self) -> int:
        seconds = self._tokens / self._rate if self._rate else 1
        return min(max(1, math.ceil(seconds)), _LONGEST_WAIT)

    def _run(self, network: Network) -> None:
        while batch := self._take(network.batch_tokens):
            start = time.perf_counter()
            sequences = [work.sequence(n, row) for work, n, row, _ in batch]
            try:
                outputs = network(sequences)
            except Exception as error:  # of the runtime, whatever it is
                for work, *_ in batch:
                    work.fail(error)
                continue
            self._tell(batch, time.perf_counter() - start)
            for (work, number, row, _), found in zip(
                batch, outputs, strict=True
            ):
                work.put(number, row, found, network.run_method)

    def _tell(self, batch, seconds: float) -> None:
        lengths = [length for *_, length in batch]
        self._metrics.computed(lengths, seconds)
        rate = sum(lengths) / seconds * len(self._threads)
        self._rate += (rate - self._rate) * (0.1 if self._rate else 1)

    def _take(self, budget: int | None) -> list[tuple[Work, int, int, int]]:
        """The next batch, waited for; nothing when all is done."""
        with self._changed:
            while (work := self._next()) is None:
                if self._is_closed:
                    return []
                self._changed.wait()
            first = (work, *work.waiting.popleft())
            self._works.append(work)  # behind the others
            batch = [first]
            if budget is not None:
                batch += self._alike(first[-1], budget)
            self._tokens -= sum(length for *_, length in batch)
            return batch

    def _next(self) -> Work | None:
        """Whose turn it is, taken out of the queue."""
        while self._works:
            work = self._works.popleft()
            if work.answers.done():  # it failed, or its client has gone
                self._tokens -= sum(length for *_, length in work.waiting)
            elif work.waiting:
                return work
        return None

    def _alike(self, length: int, budget: int):
        """Takes waiting sequences of about the same length."""
        least, most = length - length // _ALIKE, length + length // _ALIKE
        room = budget // most - 1
        found, looked_at = [], 0
        for work in self._works:
            for item in [*work.waiting]:
                if looked_at == _LOOKED_AT or len(found) >= room:
                    return found
                looked_at += 1
                if least <= item[-1] <= most:
                    work.waiting.remove(item)
                    found.append((work, *item))
        return found
