"""SavedModels that take texts, for TensorFlow Serving."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from albert_tf.data.rows import ONE_SEGMENT
from albert_tf.errors import UserError, require_at_least
from albert_tf.files import check_new_directory, new_directory
from albert_tf.tasks import task_of_model
from export.bundle import append_bundle
from export.quantization import Quantization
from export.quiet import quiet
from export.saved_model_files import BUNDLE, EXTRA, FOLDERS, network_files
from export.signatures import STRINGS

if TYPE_CHECKING:
    from albert_tf.models.preset_model import PresetModel
    from albert_tf.tasks import Task

_WARM_LENGTHS = (16, 32, 64, 128)  # tokens
_BY_TOKENS = "; tokens_only=True (--tokens-only) leaves texts to the caller"


def to_saved_model(
    model: PresetModel,
    directory: str | os.PathLike,
    version: int = 1,
    tokens_only: bool = False,
    overwrite: bool = False,
    task_class: type[Task] | None = None,
    check: Callable[[Path], None] = lambda path: None,
) -> Path:
    """Writes a directory that TensorFlow Serving takes as it is.

    `serving_default` takes `text`, string [B], or `question` and `context`;
    `pairs` takes `text` and `pair` where the task has them. Their outputs are
    the parts of the task's answers, see `Task.graph_answers`. `tokens` takes
    `token_ids`, `segment_ids` and `padding_mask`, int32 [B, L], and has the
    outputs of the Keras model. The model computes in float32.

    Args:
        model: an encoder or a task model.
        directory: of all versions of the model.
        version: the number of this one, the name of its directory.
        tokens_only: whether it takes no texts; `serving_default` is then the
            same as `tokens`.
        overwrite: replace the version if it exists.
        task_class: see `to_tflite`.
        check: is given the directory before it is kept; what it raises
            leaves none.

    Returns:
        The directory of the version.

    Raises:
        UserError: if the version exists, tensorflow-text is not installed,
            or the graph cannot do what the task or its tokenizer does.
    """
    require_at_least(1, version=version)
    place = Path(directory, str(version))
    check_new_directory(place, overwrite, FOLDERS)
    task = task_of_model(model, task_class)
    if tokens_only:
        texts_task, takes = None, ()
    else:
        texts_task, takes = task, _takes(model, task)
    with new_directory(place, overwrite, FOLDERS) as temporary:
        _save(model, texts_task, takes, temporary)
        extra = temporary / EXTRA
        extra.mkdir()
        append_bundle(
            extra / BUNDLE,
            model,
            Quantization.of("float32"),
            task_class,
            network=network_files(temporary),
        )
        _write_warmup(extra, model, takes)
        check(temporary)
    return place


def _takes(model: PresetModel, task: Task | None) -> tuple[str, ...]:
    """The signatures of texts; raises `UserError` where there can be none."""
    kind = type(model).__name__
    if task is None:
        raise UserError(f"{kind} is the model of no task{_BY_TOKENS}")
    if not task.graph_takes:
        raise UserError(f"a graph cannot answer for {task.name}{_BY_TOKENS}")
    if getattr(model, "preprocessor", None) is None:
        raise UserError(f"the {kind} has no vocabulary{_BY_TOKENS}")
    if importlib.util.find_spec("tensorflow_text") is None:
        raise UserError(
            "texts in a graph need tensorflow-text: pip install "
            f"'albert-tf[saved-model]'{_BY_TOKENS}"
        )
    if model.config.type_vocab_size > 1:
        return task.graph_takes
    single = tuple(x for x in task.graph_takes if len(STRINGS[x]) == 1)
    if not single:
        raise UserError(f"{ONE_SEGMENT}{_BY_TOKENS}")
    return single


def _save(model, task, takes, directory: Path) -> None:
    import tensorflow as tf

    from export.serving_module import ServingModule

    try:
        module = ServingModule(model, task)
    except UserError as error:
        raise UserError(f"{error}{_BY_TOKENS}") from error
    with quiet():
        # Nobody trains it, and the gradient of silu cannot be saved.
        tf.saved_model.save(
            module,
            str(directory),
            module.signatures(takes),
            tf.saved_model.SaveOptions(experimental_custom_gradients=False),
        )


def _write_warmup(extra: Path, model, takes) -> None:
    """Requests of several lengths, for each signature that takes texts."""
    from export.warmup import NAME, write_warmup

    if not takes:
        return
    texts = [*_warm_texts(model.preprocessor)]
    requests = [
        (signature, {name: [text] for name in STRINGS[kind]})
        for kind in takes
        for signature in ["serving_default" if kind == takes[0] else kind]
        for text in texts
    ]
    write_warmup(extra / NAME, requests)


def _warm_texts(preprocessor) -> Iterator[str]:
    """A text for each length, in a few tokens more or less."""
    word = "a "
    tokens = len(preprocessor.tokenizer.to_ids([word * 8])[0]) / 8
    for length in _WARM_LENGTHS:
        if length <= preprocessor.max_length:
            yield word * round((length - 2) / (tokens or 1))
