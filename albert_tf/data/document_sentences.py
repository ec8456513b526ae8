"""Documents -> the sentences that are learned from."""

from __future__ import annotations

import collections
import os
from collections.abc import Iterator

from albert_tf.data.cleaning import CleaningOptions, clean_document
from albert_tf.data.documents import read_documents
from albert_tf.data.sentences import split_sentences
from albert_tf.data.text_files import Progress
from albert_tf.data.text_options import TextOptions
from albert_tf.data.wrapped_lines import unwrap


def read_whole_lines(
    path: str | os.PathLike,
    options: TextOptions,
    progress: Progress | None = None,
) -> Iterator[list[str]]:
    """As `read_documents`; lines that were cut at a fixed width are joined."""
    documents = read_documents(
        path,
        options.errors,
        options.document_per_line,
        options.text_field,
        progress,
    )
    return documents if options.sentence_per_line else unwrap(documents)


def find_sentences(
    lines: list[str], cleaning: CleaningOptions, language: str | None
) -> tuple[list[str], collections.Counter]:
    """Cleans a document and splits it into sentences.

    Args:
        lines: of the document.
        cleaning: what is cleaned.
        language: see `split_sentences`; None where every line is a sentence.

    Returns:
        The sentences, and counts of what was dropped.
    """
    lines, dropped = clean_document(lines, cleaning)
    if language is None:
        return lines, dropped
    sentences = [
        sentence
        for line in lines
        for sentence in split_sentences(line, language)
    ]
    return sentences, dropped


def read_split_documents(
    path: str | os.PathLike,
    options: TextOptions,
    progress: Progress | None = None,
) -> Iterator[list[str]]:
    """The documents of a file as the sentences that examples are made of.

    Args:
        path: see `read_documents`.
        options: how it is read.
        progress: see `read_documents`.

    Yields:
        The sentences of a document, at least one.

    Raises:
        UserError: see `read_documents` and `split_sentences`.
    """
    language = None if options.sentence_per_line else options.language
    for document in read_whole_lines(path, options, progress):
        sentences, _ = find_sentences(document, options.cleaning, language)
        if sentences:
            yield sentences


def read_sentences(
    path: str | os.PathLike,
    options: TextOptions,
    progress: Progress | None = None,
) -> Iterator[str]:
    """As `read_split_documents`, one sentence after the other."""
    for sentences in read_split_documents(path, options, progress):
        yield from sentences
