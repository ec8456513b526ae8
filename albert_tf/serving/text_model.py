"""A model that answers for the texts of concurrent requests."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from albert_tf.errors import UserError
from albert_tf.serving.batcher import Batcher
from albert_tf.serving.metrics import Metrics
from albert_tf.serving.network import Network
from albert_tf.serving.refusal import Refusal
from albert_tf.serving.serve_options import ServeOptions, check_name
from albert_tf.serving.work import Work
from export.saved_model_files import find_version
from export.tflite_predictor import open_network, predictor_of

_Texts = Sequence[tuple[str, str | None]]


class TextModel:
    """An exported model with threads that run it.

    Args:
        source: a `.tflite` file, or the directory of a SavedModel.
        options: threads and limits.
        metrics: is told what is computed.

    Attributes:
        name: in the paths of requests.
        version: of a SavedModel; "1" of a file.
        task: what it answers.
        takes: "text", "pair" or both: what a request may have.
        needs_pair: whether it may not be without a pair.
        sample: an answer, as a JSON object.

    Raises:
        UserError: see `export.load`.
    """

    def __init__(
        self, source: str | os.PathLike, options: ServeOptions, metrics: Metrics
    ):
        network = open_network(source)
        self._predictor = predictor_of(network, source)
        self.task = self._predictor.task
        self.name, self.version = _called(source)
        self.name = check_name(options.name or self.name)
        self._options = options
        self._metrics = metrics
        self._find_takes()
        self._batcher = self._start(network, source)
        metrics.watch(
            "albert_waiting_tokens",
            "Tokens that wait to be computed.",
            lambda: self._batcher.tokens,
        )
        # Sentences are tokenized one after the other, off the event loop.
        self._encoder = concurrent.futures.ThreadPoolExecutor(1)
        work = self._encode([(self.task.sample, self._pair)])
        self._batcher.add(work)  # also so that nobody waits for the first
        self.sample = self._to_json(work.answers.result())[0]

    @property
    def _pair(self) -> str | None:
        return self.task.sample if self.needs_pair else None

    def _start(self, network, source: str | os.PathLike) -> Batcher:
        """A thread for each copy of a file; one for all of TensorFlow."""
        runs, budget = [network], self._options.batch_tokens
        if not os.path.isdir(source):
            copies = range(self._options.workers - 1)
            runs += [open_network(source) for _ in copies]
            budget = None
        example = self.task.example(self.task.sample, self._pair)
        sample = self._predictor.rows([example])
        if sample.encodings.choices is not None:
            budget = None  # others may have more of them
        longest = self._predictor.preprocessor.max_length
        return Batcher(
            [Network(run, budget, sample, longest) for run in runs],
            self._options.max_tokens,
            self._metrics,
        )

    def _find_takes(self) -> None:
        """Asks the task for its rows, as it knows best."""
        alone, both = (
            self._has_rows(self.task.sample, pair)
            for pair in (None, self.task.sample)
        )
        self.takes = ("text", "pair") if both else ("text",)
        self.needs_pair = not alone

    def _has_rows(self, text: str, pair: str | None) -> bool:
        try:
            self._predictor.rows([self.task.example(text, pair)])
        except UserError:
            return False
        return True

    async def answer(
        self, texts: _Texts
    ) -> tuple[list[dict[str, Any]], list[Work]]:
        """The answers to texts, as JSON objects, and what they took.

        Where the task looks at texts again, that is work of its own.

        If it is cancelled, what nobody has begun is not computed.

        Raises:
            Refusal: a limit, or what the task does not take.
        """
        self._check(texts)
        self._metrics.taken_in(len(texts))
        loop = asyncio.get_running_loop()
        work = await loop.run_in_executor(self._encoder, self._encode, texts)
        answers = await self._answers(work)
        works = [work]
        following = self.task.next_examples(answers, work.examples)
        if following:
            more = await loop.run_in_executor(
                self._encoder, self._encode_examples, [*following.values()]
            )
            works.append(more)
            found = await self._answers(more)
            for number, answer in zip(following, found, strict=True):
                answers[number] = answer
        return self._to_json(answers), works

    async def _answers(self, work: Work) -> list[Any]:
        self._batcher.add(work)
        try:
            return await asyncio.wrap_future(work.answers)
        except UserError as error:
            raise Refusal(400, error) from error
        finally:
            # At once: asyncio passes it on after the request has ended.
            work.answers.cancel()

    def _check(self, texts: _Texts) -> None:
        if len(texts) > self._options.max_texts:
            raise Refusal(
                413,
                f"the request has {len(texts):,} texts; at most "
                f"{self._options.max_texts:,} are taken at once",
            )
        for number, both in enumerate(texts):
            longest = max(len(text or "") for text in both)
            if longest > self._options.max_characters:
                raise Refusal(
                    413,
                    f"text {number} has {longest:,} characters; at most "
                    f"{self._options.max_characters:,} are taken",
                )

    def _encode(self, texts: _Texts) -> Work:
        examples = []
        for number, (text, pair) in enumerate(texts):
            try:
                examples.append(self.task.example(text, pair))
            except UserError as error:
                raise Refusal(400, f"text {number}: {error}") from error
        return self._encode_examples(examples)

    def _encode_examples(self, examples: list[Any]) -> Work:
        """Texts to sequences, one by one, so that a limit comes in time."""
        start = time.perf_counter()
        rows, tokens = [], 0
        for number, example in enumerate(examples):
            try:
                rows.append(self._predictor.rows([example]))
            except UserError as error:
                raise Refusal(400, f"text {number}: {error}") from error
            tokens += int(rows[-1].encodings.num_tokens.sum())
            if tokens > self._options.max_tokens:
                raise Refusal(
                    413,
                    f"the first {number + 1} of {len(examples)} texts take "
                    f"{tokens:,} tokens in {sum(map(len, rows)):,} sequences; "
                    f"at most {self._options.max_tokens:,} are taken",
                )
        work = Work(self.task, examples, rows)
        unk_id = self._predictor.preprocessor.tokenizer.unk_id
        self._metrics.encoded(
            sum(int((r.encodings.token_ids == unk_id).sum()) for r in rows),
            work.truncated,
            time.perf_counter() - start,
        )
        return work

    def _to_json(self, answers) -> list[dict[str, Any]]:
        return [self.task.to_json(answer) for answer in answers]

    def close(self) -> None:
        """Computes what waits, and ends the threads."""
        self._encoder.shutdown()
        self._batcher.close()


def _called(source: str | os.PathLike) -> tuple[str, str]:
    """The name and the version of a model, by its place."""
    path = Path(os.path.abspath(source))
    if not path.is_dir():
        return path.stem, "1"
    version = find_version(path)
    if not version.name.isdecimal():
        return version.name, "1"
    return version.parent.name, version.name
