"""New SentencePiece vocabularies, trained as the official one was."""

import io
import os
import pathlib
import re

import sentencepiece

from albert_tf.errors import UserError
from albert_tf.files import check_new_file, new_file
from albert_tf.json_files import write_json
from albert_tf.tokenizers.clean_text import clean_text
from albert_tf.tokenizers.tokenizer_settings import PUBLISHED

# The README of google-research/albert. Given as a list, since a quotation mark
# in a comma-separated flag swallows the symbols after it.
CONTROL_SYMBOLS = ["[CLS]", "[SEP]", "[MASK]"]
USER_DEFINED_SYMBOLS = ["(", ")", '"', "-", ".", "\u2013", "\u00a3", "\u20ac"]
INPUT_SENTENCE_SIZE = 10_000_000
MAX_LINE_BYTES = 4192  # the trainer leaves longer lines out without a word


def train_vocabulary(
    files,
    output,
    vocab_size=30_000,
    settings=PUBLISHED,
    character_coverage=0.99995,
    overwrite=False,
    read=None,
):
    """Trains a vocabulary for `SentencePieceTokenizer`.

    Text is cleaned as the tokenizer cleans it. The ids 0 to 4 are `<pad>`,
    `<unk>`, `[CLS]`, `[SEP]`, `[MASK]`. The same files give the same bytes.

    Args:
        files: paths of text files.
        output: path of the `.model` file; beside it are written a `.vocab`
            file that lists pieces and scores, and a `.json` file with the
            settings, which `tokenizer_for_file` reads.
        vocab_size: V, the number of pieces.
        settings: a `TokenizerSettings`: whether to lower-case and to drop
            marks.
        character_coverage: the share of characters that get a piece; rarer
            ones are unknown.
        overwrite: whether files that are there may be replaced.
        read: takes a path and gives the texts, sentences or paragraphs, of the
            file; None reads UTF-8, one a line.

    Returns:
        Dict with the counts `pieces`, `lines` (not empty) and `skipped_lines`
        (too long for the trainer: over 4,192 bytes).

    Raises:
        UserError: a file cannot be read, is empty or not UTF-8; an output file
            exists; the vocabulary is too large or too small for the text.
    """
    if isinstance(files, (str, os.PathLike)) or not files:
        raise UserError(f"files must be a list of paths, received {files!r}")
    model_path = pathlib.Path(output)
    if model_path.suffix != ".model":
        model_path = model_path.with_name(f"{model_path.name}.model")
    vocab_path = model_path.with_suffix(".vocab")
    settings_path = model_path.with_suffix(".json")
    for path in (model_path, vocab_path, settings_path):
        check_new_file(path, overwrite)
    corpus = _Corpus(files, settings, read or _read_lines)
    writer = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus),
            model_writer=writer,
            vocab_size=vocab_size,
            pad_id=0,
            unk_id=1,
            bos_id=-1,
            eos_id=-1,
            control_symbols=CONTROL_SYMBOLS,
            user_defined_symbols=USER_DEFINED_SYMBOLS,
            shuffle_input_sentence=True,
            input_sentence_size=INPUT_SENTENCE_SIZE,
            max_sentence_length=MAX_LINE_BYTES,
            character_coverage=character_coverage,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise corpus.error or _explain(error, vocab_size) from error
    with new_file(model_path, overwrite) as path:
        path.write_bytes(writer.getvalue())
    with new_file(vocab_path, overwrite) as path:
        path.write_bytes(_list_pieces(writer.getvalue()))
    with new_file(settings_path, overwrite) as path:
        write_json(path, settings.to_dict())
    return {
        "pieces": vocab_size,
        "lines": corpus.lines,
        "skipped_lines": corpus.skipped_lines,
    }


class _Corpus:
    """The cleaned lines of the files.

    The trainer turns any exception of its iterator into its own, so the
    user's mistake is kept here.
    """

    def __init__(self, files, settings, read):
        self.files = files
        self.settings = settings
        self.read = read
        self.lines = 0
        self.skipped_lines = 0
        self.error = None

    def __iter__(self):
        try:
            for path in self.files:
                yield from self._read(path)
        except (UserError, KeyboardInterrupt) as error:
            self.error = error
            raise

    def _read(self, path):
        before = self.lines
        for line in self.read(path):
            cleaned = clean_text(line, self.settings)
            if not cleaned:
                continue
            self.lines += 1
            if len(cleaned.encode()) > MAX_LINE_BYTES:
                self.skipped_lines += 1
            else:
                yield cleaned
        if self.lines == before:
            raise UserError(f"{path}: no text in the file")


def _read_lines(path):
    position = 0
    try:
        with open(path, "rb") as file:
            for line in file:
                yield line.decode()
                position += len(line)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: not UTF-8 at byte {position + error.start}"
        ) from error


def _explain(error, vocab_size):
    """Tells in one line what the trainer means."""
    message = str(error)
    if match := re.search(r"set it to a value <= (\d+)", message):
        limit = f"too large for this text: at most {match[1]}"
    elif match := re.search(r"required_chars\. \d+ vs (\d+)", message):
        limit = f"too small for the characters of this text: over {match[1]}"
    elif "sentences_.empty()" in message:
        return UserError(
            f"no line to train on: all are longer than {MAX_LINE_BYTES} bytes"
        )
    else:
        return UserError(f"SentencePiece training: {' '.join(message.split())}")
    return UserError(f"vocab_size {vocab_size} is {limit}")


def _list_pieces(data):
    """The lines `piece<TAB>score` that SentencePiece itself would write."""
    model = sentencepiece.SentencePieceProcessor(model_proto=data)
    return "".join(
        f"{model.id_to_piece(index)}\t{model.get_score(index):.6g}\n"
        for index in range(model.get_piece_size())
    ).encode()
