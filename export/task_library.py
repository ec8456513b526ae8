"""Files that Google's ready-made libraries read as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np

from albert_tf.errors import UserError
from albert_tf.tasks import Task, task_of_model
from albert_tf.tokenizers import Tokenizer
from export.file_network import PROBABILITY
from export.quantization import Quantization
from export.quiet import quiet
from export.tflite_metadata import tflite_metadata

if TYPE_CHECKING:
    from albert_tf.models.preset_model import PresetModel

_LABELS = "labels.txt"
_CLEANING = "cleaning.model"
# What the libraries call the inputs, and the outputs of a question answerer.
_INPUTS = {"token_ids": "ids", "padding_mask": "mask"}
_SPANS = ("start_logits", "end_logits")
# Question answerers always get this many tokens.
_QUESTION_LENGTH = 384
_TEXT_LENGTH = 128
_LEAST = -1e9  # a logit
_METADATA = b"TFLITE_METADATA"
_SPECIAL = {
    "wordpiece": ("[UNK]", "[CLS]", "[SEP]"),
    "sentencepiece": ("[CLS]", "[SEP]"),
}


@dataclasses.dataclass(frozen=True)
class TaskLibrary:
    """What MediaPipe Tasks and the TFLite Task Library need of a file.

    Both tokenize texts themselves, by a vocabulary that the file's metadata
    name; both take the outputs as they are. MediaPipe's `TextClassifier` takes
    no graph with a loop, the Task Library's `BertNLClassifier` one output
    only, and its `BertQuestionAnswerer` 384 tokens only.

    Attributes:
        length: tokens of a sequence.
        labels: of a classifier; None for a question answerer.
        tokenizer: the model's.
    """

    length: int
    labels: tuple[str, ...] | None
    tokenizer: Tokenizer

    @classmethod
    def of(
        cls,
        model: PresetModel,
        quantization: Quantization,
        lengths: Sequence[int] | None = None,
        task_class: type[Task] | None = None,
    ) -> TaskLibrary:
        """What a model's file needs.

        Args:
            model: a classifier of texts or a question answerer.
            quantization: what the weights are stored as.
            lengths: see `to_tflite`; None for 384 with questions, else for
                128 or what the model has.
            task_class: see `to_tflite`.

        Raises:
            UserError: if the libraries have no such task or would read the
                file otherwise than we do.
        """
        task = task_of_model(model, task_class)
        kind = task and task.model_name
        if kind not in ("AlbertClassifier", "AlbertQuestionAnswerer"):
            _refuse(
                "has classification and question_answering, not "
                f"{task.name if task else type(model).__name__}"
            )
        if quantization != Quantization.of("float32"):
            _refuse(
                "has a runtime of 2023, which reads float32 only; received "
                f"quantization={quantization.brief()!r}"
            )
        tokenizer = _tokenizer(model)
        if kind == "AlbertClassifier":
            labels = tuple(task.labels)
            if any(len(label.splitlines()) != 1 for label in labels):
                _refuse("has one label a line; received one of several lines")
            longest = model.config.max_position_embeddings
            return cls(
                _length(lengths, min(_TEXT_LENGTH, longest)), labels, tokenizer
            )
        length = _length(lengths, _QUESTION_LENGTH)
        if length != _QUESTION_LENGTH:
            _refuse(
                f"gives {_QUESTION_LENGTH} tokens to a question answerer; "
                f"received lengths={[*lengths]!r}"
            )
        if model.config.type_vocab_size < 2:
            _refuse("gives contexts a second segment, which the model lacks")
        return cls(length, None, tokenizer)

    def outputs(
        self, model: keras.Model, features: Mapping[str, keras.KerasTensor]
    ) -> dict[str, keras.KerasTensor]:
        """What the network gives: all that the libraries read, and no more.

        Args:
            model: to be called.
            features: its inputs.
        """
        found = model(features, training=False, loop=self.labels is None)
        if self.labels is not None:
            return {PROBABILITY: keras.ops.softmax(found["logits"])}
        # The library sorts the logits of padding, too, and takes the best.
        is_token = keras.ops.cast(features["padding_mask"], "bool")
        return {
            name: keras.ops.where(is_token, found[name], _LEAST)
            for name in _SPANS
        }

    @property
    def associated_files(self) -> dict[str, bytes]:
        """What the archive behind the network holds for the libraries.

        Besides our vocabulary, which a WordPiece tokenizer reads as it is.
        """
        files = {}
        if self.labels is not None:
            lines = "".join(f"{label}\n" for label in self.labels)
            files[_LABELS] = lines.encode()
        if self.tokenizer.kind == "sentencepiece":
            from albert_tf.tokenizers.self_cleaning import self_cleaning_model

            with quiet():  # it tells of the rules
                files[_CLEANING] = self_cleaning_model(self.tokenizer)
        return files

    def with_metadata(self, content: bytes) -> bytes:
        """The network with what the libraries want to know of it.

        Args:
            content: a graph of one signature.
        """
        from ai_edge_litert import schema_py_generated as schema

        from export.packing import pack, unpack

        model = unpack(content)
        [signature], graph = model.signatureDefs, model.subgraphs[0]
        inputs, outputs = (
            {tensor.tensorIndex: tensor.name.decode() for tensor in tensors}
            for tensors in (signature.inputs, signature.outputs)
        )
        is_wordpiece = self.tokenizer.kind == "wordpiece"
        data = tflite_metadata(
            # The order is the converter's.
            [_INPUTS.get(inputs[i], inputs[i]) for i in graph.inputs],
            [outputs[i] for i in graph.outputs],
            self.tokenizer.kind,
            self.tokenizer.vocabulary_file if is_wordpiece else _CLEANING,
            None if self.labels is None else _LABELS,
        )
        model.buffers.append(schema.BufferT(data=np.frombuffer(data, "uint8")))
        model.metadata = [
            *(model.metadata or ()),
            schema.MetadataT(name=_METADATA, buffer=len(model.buffers) - 1),
        ]
        return pack(model)


def _refuse(why: str):
    raise UserError(f"the Task Library {why}")


def _length(lengths: Sequence[int] | None, usual: int) -> int:
    if lengths is None:
        return usual
    if len(lengths) != 1:
        _refuse(f"takes one length; received lengths={[*lengths]!r:.60}")
    return lengths[0]


def _tokenizer(model: PresetModel) -> Tokenizer:
    """The model's, if the libraries have such a one."""
    preprocessor = getattr(model, "preprocessor", None)
    if preprocessor is None:
        _refuse("tokenizes texts, and the model has no vocabulary")
    tokenizer = preprocessor.tokenizer
    if tokenizer.kind not in _SPECIAL:
        _refuse("reads vocabularies of WordPiece and SentencePiece only")
    settings = tokenizer.settings
    if not settings.lowercase:
        _refuse("lower-cases texts, and the vocabulary is of cased ones")
    if not settings.split_ideographs:
        _refuse("makes each ideograph a word, and the vocabulary does not")
    if tokenizer.has_written_tokens:
        _refuse("looks for no added tokens, and the vocabulary has some")
    lacking = {*_SPECIAL[tokenizer.kind]} - {*settings.special_tokens}
    if lacking:
        _refuse(f"needs {' and '.join(sorted(lacking))} in the vocabulary")
    return tokenizer
