"""A model and its tokenizer as a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from albert_tf.data.features import INPUTS
from albert_tf.models.preset_model import PresetModel
from albert_tf.tasks import Task
from export.freeze import for_inference
from export.parts import in_parts
from export.signatures import STRINGS


class ServingModule(tf.Module):
    """All that a SavedModel holds.

    It is the very model that was trained. Its layers run as a loop, and all
    signatures call one function, so that the graph has one encoder.

    Args:
        model: see `freeze`.
        task: answers texts; None for no text.

    Raises:
        UserError: if the graph cannot do what the model's tokenizer does.
    """

    def __init__(self, model: PresetModel, task: Task | None):
        super().__init__()
        model = for_inference(model)
        self._weights = [weight.value for weight in model.weights]
        self._run = _runner(model)
        self._task, self._rows = task, None
        if task is not None:
            self._rows = task.graph_rows(model.preprocessor)

    def signatures(self, takes: tuple[str, ...]) -> dict:
        """The functions by the names of their signatures.

        Args:
            takes: keys of `STRINGS`, the one of `serving_default` first; or
                none.
        """
        found = {name: self._answerer(name) for name in takes}
        default = found.pop(takes[0]) if takes else self._run
        return {"serving_default": default, "tokens": self._run, **found}

    def _answerer(self, name: str):
        @tf.function(
            input_signature=[
                tf.TensorSpec([None], tf.string, name=x) for x in STRINGS[name]
            ],
            autograph=False,
        )
        def answer(*texts):
            rows = self._rows(*texts)
            features = [rows[name] for name in INPUTS]
            if "examples" in rows:
                outputs = in_parts(self._run, features)
            else:
                outputs = self._run(*features)
            return self._task.graph_answers(outputs, rows)

        return answer


def _runner(model: PresetModel):
    inputs = (*INPUTS, *model.further_inputs)
    shape = (None,) * model.input_axes

    @tf.function(
        input_signature=[
            tf.TensorSpec(shape, tf.int32, name=n) for n in inputs
        ],
        autograph=False,
    )
    def run(*arrays):
        features = dict(zip(inputs, arrays, strict=True))
        return model(features, training=False, loop=True)

    return run
