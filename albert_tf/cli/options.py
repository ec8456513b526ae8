"""Options of the command line that are the fields of option classes."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter

from rich.markup import escape
from typer import Context, Option

from albert_tf.errors import UserError


def takes_options(command: Callable) -> Callable:
    """Gives a command an option for every field of the classes it takes.

    Where a parameter's type is a dataclass, the command line has an option
    for each of its fields instead: with the field's name, type and default,
    and for help what the "Attributes:" of the class say of it. The command
    gets an instance. A field that is such a class itself is taken apart too;
    one that may be None is None unless one of its options is given. With
    `Annotated[kind, Option(show_default="...")]` the command says what stands
    for an option that is not given, where that is not the class's default.

    Example:

    ```python
    @takes_options
    def finetune(output: Path, options: FinetuneOptions): ...
    ```
    """
    signature = inspect.signature(command, eval_str=True)
    groups, parameters = {}, []
    for name, parameter in signature.parameters.items():
        if _option_class(parameter.annotation) is None:
            parameters.append(parameter.replace(kind=Parameter.KEYWORD_ONLY))
        else:
            groups[name], shown = _with_default(parameter.annotation)
            parameters += _parameters(groups[name], shown)
    if "context" not in signature.parameters:
        kind = Parameter.KEYWORD_ONLY
        parameters.append(Parameter("context", kind, annotation=Context))

    @functools.wraps(command)
    def run(**values):
        context = values["context"]
        for name, kind in groups.items():
            values[name] = _take(kind, values, context)
        if "context" not in signature.parameters:
            del values["context"]
        return command(**values)

    run.__signature__ = inspect.Signature(parameters)
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def refuse(context: Context, names: Iterable[str], why: str) -> None:
    """Raises `UserError` if an option was given that would do nothing.

    Args:
        context: of the command.
        names: of the options, as parameters of the command.
        why: such as "has no effect with --runner".
    """
    for name in names:
        if _is_given(context, name):
            raise UserError(f"--{name.replace('_', '-')} {why}")


def given(context: Context, options) -> dict[str, object]:
    """The fields of an instance whose options were given, and their values.

    Args:
        context: of the command.
        options: an instance of a class that `takes_options` makes.
    """
    return {
        name: getattr(options, name)
        for name in field_names(type(options))
        if _is_given(context, name)
    }


def field_names(kind) -> list[str]:
    """The names of all options that a class stands for."""
    return [parameter.name for parameter in _parameters(kind)]


def _is_given(context, name) -> bool:
    return context.get_parameter_source(name).name == "COMMANDLINE"


def _take(kind, values: dict, context: Context):
    """Takes the fields of a class out of the values and makes it of them."""
    names = field_names(kind)
    needed = _option_class(kind) is kind or any(
        _is_given(context, name) for name in names
    )
    arguments = {
        name: values.pop(name)
        if _option_class(hint) is None
        else _take(hint, values, context)
        for name, hint in _hints(_option_class(kind)).items()
    }
    return _option_class(kind)(**arguments) if needed else None


def _with_default(annotation) -> tuple:
    """A parameter's type, and what the help shows as default."""
    if typing.get_origin(annotation) is typing.Annotated:
        kind, option = typing.get_args(annotation)
        return kind, option.show_default
    return annotation, True


def _parameters(kind, shown: bool | str = True) -> Iterator[Parameter]:
    kind = _option_class(kind)
    helps = _helps(kind)
    hints = _hints(kind)
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        if _option_class(hint) is not None:
            yield from _parameters(hint, shown)
            continue
        flag = f"--{field.name.replace('_', '-')}"
        # Without a name of its own typer would add a `--no-` to it.
        names = [flag] if field.default is False else []
        said = helps.get(field.name, "")
        option = Option(*names, help=said, show_default=shown)
        yield Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=typing.Annotated[hint, option],
        )


def _option_class(hint) -> type | None:
    """The dataclass that a type is, or is if not None."""
    for kind in (hint, *typing.get_args(hint)):
        if dataclasses.is_dataclass(kind):
            return kind
    return None


def _hints(kind: type) -> dict:
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in dataclasses.fields(kind)}


def _helps(kind: type) -> dict[str, str]:
    """What a class, and those it inherits from, say of their attributes."""
    entry = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)
    helps = {}
    for source in kind.__mro__:
        _, _, text = (inspect.getdoc(source) or "").partition("Attributes:\n")
        for name, said in entry.findall(text):
            said = " ".join(said.replace("`", "").split())
            helps.setdefault(name, escape(said[0].upper() + said[1:]))
    return helps
