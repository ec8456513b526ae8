"""Models out of checkpoints."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Set
from typing import Any

from albert_tf.checkpoints import Checkpoint
from albert_tf.checkpoints.deepening import own_norms
from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.config import VARIANTS
from albert_tf.errors import UserError, require_one_of, warn
from albert_tf.models.assignment import assign_weights, is_of_class

# *args and **kwargs.
_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def with_dropout(checkpoint: Checkpoint, rate: float | None) -> Checkpoint:
    """The same with another rate in the encoder; None leaves both rates."""
    if rate is None:
        return checkpoint
    config = dataclasses.replace(
        checkpoint.config,
        hidden_dropout_prob=rate,
        attention_probs_dropout_prob=rate,
    )
    return dataclasses.replace(checkpoint, config=config)


def with_variants(
    checkpoint: Checkpoint, variants: Mapping[str, Any]
) -> Checkpoint:
    """The same with variants of the encoder switched on, see `VARIANTS`.

    Args:
        checkpoint: with weights or without.
        variants: fields of the configuration; besides a variant's,
            `shared_norms` may become False.

    Raises:
        UserError: if it is another field, or the fields do not go together.
    """
    changes = dict(variants)
    if changes.get("shared_norms") is False:
        del changes["shared_norms"]
        checkpoint = own_norms(checkpoint)
    for name in changes:
        require_one_of((*VARIANTS, "shared_norms=False"), variants=name)
    config = dataclasses.replace(checkpoint.config, **changes)
    return dataclasses.replace(checkpoint, config=config)


def make_model(model_class: type, checkpoint: Checkpoint, **kwargs):
    """Makes a model of what was read from a source.

    Args:
        model_class: the class of the model, a `PresetModel`.
        checkpoint: what was read; without weights they are random.
        **kwargs: passed to the constructor; what is not given is taken from
            a checkpoint of the same task. A model that takes text may be
            given `tokenizer` instead of the checkpoint's vocabulary.

    Returns:
        The model. A warning names weights that are random.

    Raises:
        UserError: if the weights do not fit the model.
    """
    arguments = _complete_arguments(model_class, checkpoint, kwargs)
    model = model_class(checkpoint.config, **arguments)
    if checkpoint.weights is None:
        warn(
            f"the weights of {type(model).__name__} are random: "
            f"{checkpoint.source} is the name of a configuration; for trained "
            "weights give a directory, hf:, tf1:, tf_models: or keras_hub:"
        )
    else:
        assign_weights(model, checkpoint)
    return model


def _complete_arguments(
    model_class: type, checkpoint: Checkpoint, given: dict[str, Any]
) -> dict[str, Any]:
    """What the user gave, then what the checkpoint says."""
    taken = _parameters(model_class)
    arguments = dict(given)
    if is_of_class(checkpoint, model_class):
        said = {k: v for k, v in checkpoint.arguments.items() if k in taken}
        arguments = {**said, **given}
    if "pooler" in taken and checkpoint.weights is not None:
        has_pooler = "encoder/pooler/kernel" in checkpoint.weights
        arguments.setdefault("pooler", has_pooler)
    if "pooling" in taken and checkpoint.arguments.get("pooling") == "mean":
        # What was trained to be read so, whatever head it gets. "cls" is the
        # pooled [CLS] of a classifier, and [CLS] itself of an embedder.
        arguments.setdefault("pooling", "mean")
    _check_needed(model_class, checkpoint, set(taken) - set(arguments))
    tokenizer = arguments.pop("tokenizer", None)
    if "preprocessor" not in taken:
        if tokenizer is not None:
            raise UserError(
                f"{model_class.__name__} takes no text, so no tokenizer="
            )
    elif tokenizer is not None:
        arguments["preprocessor"] = preprocessor_for(
            tokenizer, checkpoint.config
        )
    elif "preprocessor" not in arguments:
        arguments["preprocessor"] = checkpoint.get_preprocessor()
    return arguments


def _check_needed(
    model_class: type, checkpoint: Checkpoint, missing: Set[str]
) -> None:
    """Raises `UserError` if a missing argument has no default."""
    parameters = _parameters(model_class)
    needed = sorted(
        name
        for name in missing - {"self", "config"}
        if parameters[name].default is inspect.Parameter.empty
        and parameters[name].kind not in _REST
    )
    if "labels" in needed:
        raise UserError(
            f"{checkpoint.source}: has no labels for "
            f"{model_class.__name__}; fine-tune it first, or give the "
            "names of its classes as labels"
        )
    if needed:
        raise UserError(
            f"{checkpoint.source}: does not say {', '.join(needed)} of "
            f"{model_class.__name__}; fine-tune it first, or pass it to "
            "from_preset, and let get_config return it, so that it is saved"
        )


def default_arguments(model_class: type) -> dict[str, Any]:
    """What its constructor takes for what it is not given; JSON-able."""
    defaults = {
        name: parameter.default
        for name, parameter in _parameters(model_class).items()
        if parameter.default is not inspect.Parameter.empty
    }
    return {
        name: [*value] if isinstance(value, tuple) else value
        for name, value in defaults.items()
    }


def _parameters(model_class: type) -> dict[str, inspect.Parameter]:
    """What its constructor takes, and what that passes on to its bases."""
    taken = {}
    for base in model_class.__mro__:
        if "__init__" not in vars(base):
            continue
        parameters = inspect.signature(base.__init__).parameters
        for name, parameter in parameters.items():
            taken.setdefault(name, parameter)
        if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            break
    return taken
