"""Options of the command line that come from option classes."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from albert_tf.cli.options import field_names, refuse, takes_options
from albert_tf.errors import UserError


@dataclasses.dataclass(frozen=True)
class Inner:
    """Of a part.

    Attributes:
        depth: how deep it is; `None` is
            as deep as [MASK] gets.
    """

    depth: int | None = None


@dataclasses.dataclass(frozen=True)
class Outer:
    """Of a command.

    Attributes:
        inner: of a part that may be missing.
        share: of all.
    """

    inner: Inner | None = None
    share: float = 0.25


@pytest.fixture
def run():
    """Runs a command with a `Outer`; what it got."""
    got = []

    @takes_options
    def command(name: str, options: Outer, context: typer.Context):
        """Does it."""
        if name == "alone":
            refuse(context, ["share"], "needs a name")
        got.append((name, options))

    app = typer.Typer(rich_markup_mode="rich")
    app.command()(command)

    def run(*argv):
        got.clear()
        result = CliRunner().invoke(app, argv)
        if isinstance(result.exception, UserError):
            raise result.exception
        return got[0] if got else result.output

    return run


def test_defaults_are_those_of_the_class(run):
    assert run("me") == ("me", Outer())


def test_options_reach_the_class(run):
    assert run("me", "--share", "0.5") == ("me", Outer(share=0.5))
    assert run("me", "--depth", "3")[1] == Outer(Inner(3))


def test_help_is_what_the_class_says_of_its_attributes(run):
    words = " ".join(run("--help").replace("│", "").split())
    assert "How deep it is; None is as deep as [MASK] gets." in words
    assert "Of all. [default: 0.25]" in words


def test_an_option_that_does_nothing_is_refused(run):
    assert run("alone") == ("alone", Outer())
    with pytest.raises(UserError, match="--share needs a name"):
        run("alone", "--share", "0.25")  # the default, but it was given


def test_flags():
    @dataclasses.dataclass(frozen=True)
    class Flags:
        off: bool = False
        on: bool = True
        either: bool | None = None

    got = []

    def command(options):
        got.append(options)

    command.__annotations__ = {"options": Flags}
    app = typer.Typer()
    app.command()(takes_options(command))
    for argv in ([], ["--off", "--no-on", "--no-either"]):
        assert CliRunner().invoke(app, argv).exit_code == 0
    assert CliRunner().invoke(app, ["--no-off"]).exit_code == 2
    assert got == [Flags(), Flags(True, False, False)]
    assert field_names(Flags) == ["off", "on", "either"]


def test_a_command_says_what_stands_for_what_is_not_given():
    @takes_options
    def command(
        options: Annotated[Inner, typer.Option(show_default="as deep as it")],
    ):
        raise SystemExit(options.depth or 0)

    app = typer.Typer(rich_markup_mode="rich")
    app.command()(command)
    assert "[default: (as deep as it)]" in CliRunner().invoke(
        app, ["--help"]
    ).output.replace("│", "")
    assert CliRunner().invoke(app, ["--depth", "3"]).exit_code == 3
