"""The root of all verbs: the configuration's path, and what an error becomes."""

import gc
import io
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from mailproc.cli import groups, output, pager, stdout
from mailproc.cli.verbs import VERBS
from mailproc.errors import LocalFault, MailprocError, Misconfigured
from mailproc.sentence import Part, sentence

REFUSED, MISCONFIGURED = 1, 3
CONTEXT = "mailproc.context"
"""Where the context of a call keeps the context of its office, once its verb has read the configuration."""


class Verbs(TyperGroup):
    """Loads a verb when it is called; turns mailproc's errors into one sentence and an exit status."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {name: _listed(name) for name in groups.in_order(VERBS)}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # in the order of the groups
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The list of verbs knows of each what ``VERBS`` says; the one that is called is loaded."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, loaded(str(name)) if listed else None, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()  # a pipe that broke is to be noticed here, not when Python ends
            return answer
        except Misconfigured as error:
            for problem in str(error).split("\n"):  # one for each problem; the operator wrote their words
                output.complain(problem)
            raise typer.Exit(MISCONFIGURED) from None
        except MailprocError as error:
            for words in refusal(error, ctx):
                output.complain(words)
            raise typer.Exit(REFUSED) from None
        except BrokenPipeError:
            stdout.forget()
            raise typer.Exit(REFUSED) from None
        except OSError as error:
            fault = stdout.fault_in(error)
            if fault is None:
                raise
            for words in refusal(fault, ctx):
                output.complain(words)
            raise typer.Exit(REFUSED) from None


_ENDS = (".", "!", "?", ":", "…")


def refusal(error: MailprocError, ctx: typer.Context) -> Iterator[str]:
    """Why it was refused and what is possible instead, a line each; in the library's language."""
    word = _language_of(ctx)
    if not isinstance(error, LocalFault):
        yield word(error.said)
        return
    said = [word(error.said), *map(word, error.also)]
    if error.possible:
        possible = sentence("possible-now", possible=", ".join(map(word, error.possible)))
        last = said[-1]
        said[-1] = f"{last if last.endswith(_ENDS) else last + '.'} {word(possible)}"
    yield from said


def _language_of(ctx: typer.Context) -> Callable[[Part], str]:
    """How a sentence is worded. A verb may refuse what it was given before it reads the configuration."""
    from mailproc.cli.session import configured  # here: a verb that is done needs it not

    try:
        context = ctx.meta.get(CONTEXT) or configured(ctx)
        word: Callable[[Part], str] = context.language.word
    except MailprocError:  # also of a language's own file, for which the verb had no use yet
        return str
    return word


def _listed(name: str) -> TyperCommand:
    """What the list of verbs shows of one: its file is not loaded."""
    shown = f"{VERBS[name].help} [dim]Example: {groups.example_of(name)}[/dim]"
    return TyperCommand(name, help=shown, rich_help_panel=groups.group_of(name))


def loaded(name: str) -> Any:
    """The verb itself, with its options."""
    verb = typer.main.get_group(_file(VERBS[name].file)).commands[name]
    if name in pager.PAGED and verb.callback:
        verb.callback = pager.paged(verb.callback)
    verb.epilog = f"Example: {groups.example_of(name)}"
    return verb


@cache
def _file(name: str) -> typer.Typer:
    """What is loaded here stays: it is not looked through for litter, which would take a sixth of a start."""
    gc.disable()
    verbs: typer.Typer = import_module(f"mailproc.cli.{name}").verbs
    gc.freeze()
    gc.enable()
    return verbs


app = typer.Typer(
    cls=Verbs,
    name="mailproc",
    help="Interlibrary loan by mail: takes letters in, moves transactions, sends what follows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        from mailproc import __version__  # here: it has to be looked up

        typer.echo(f"mailproc {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            readable=False,  # who may read it is said where it is read
            help="The configuration file; before the verb. Default: ./config.toml.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001  # handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Interlibrary loan by mail. See "mailproc VERB --help" for each verb."""
    ctx.obj = config


def main() -> None:
    """The program's entry point."""
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
    stdout.watch()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:  # of --help, and of what a verb said before it failed
        fault = stdout.fault_in(error)
        if fault is None:
            raise
        output.complain(str(fault))
        sys.exit(REFUSED)
