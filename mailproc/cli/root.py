"""The root of all verbs: the configuration's path, and what an error becomes."""

import io
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mailproc import __version__
from mailproc.cli import agenda, codecs, letters, output, papers, patterns, requests, service
from mailproc.errors import LocalFault, MailprocError, Misconfigured
from mailproc.log import mask

REFUSED, MISCONFIGURED = 1, 3


class Verbs(TyperGroup):
    """Turns mailproc's errors into one sentence on stderr and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()  # a pipe that broke is to be noticed here, not when Python ends
            return answer
        except Misconfigured as error:
            _say(str(error))
            raise typer.Exit(MISCONFIGURED) from None
        except MailprocError as error:
            possible = error.possible if isinstance(error, LocalFault) else ()
            _say(str(error) + (f" Possible now: {', '.join(possible)}." if possible else ""))
            raise typer.Exit(REFUSED) from None
        except BrokenPipeError:
            _forget_stdout()
            raise typer.Exit(REFUSED) from None


def _say(text: str) -> None:
    print(output.shown(mask(text)), file=sys.stderr)  # noqa: T201  # this is the command line's voice


def _forget_stdout() -> None:
    """Nobody reads on: what is still in the buffer must not be complained about at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


app = typer.Typer(
    cls=Verbs,
    name="mailproc",
    help="Interlibrary loan by mail: takes letters in, moves transactions, sends what follows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for verbs in (
    service.verbs,
    requests.verbs,
    agenda.verbs,
    letters.verbs,
    papers.verbs,
    codecs.verbs,
    patterns.verbs,
):
    app.add_typer(verbs)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailproc {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The configuration file; before the verb. Default: ./config.toml."),
    ] = None,
    version: Annotated[  # noqa: ARG001  # handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Interlibrary loan by mail. See "mailproc VERB --help" for each verb."""
    ctx.obj = config


def main() -> None:
    """The program's entry point."""
    for stream in (sys.stdout, sys.stderr):  # a terminal of another charset, a name that is no text
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
