"""The verb with which an installation begins."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mailproc.app import first_start, service_user
from mailproc.cli import output
from mailproc.errors import LocalFault

verbs = typer.Typer()

ASKED = {
    "symbol": "Symbol of your library (such as UK-EXAMPLE)",
    "name": "Name of your library in letters",
    "email": "E-mail address of your office; answers come to it",
}


@verbs.command("init")
def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Made if it is not there.")] = Path(),
    symbol: Annotated[str, typer.Option(help="Of your library, such as UK-EXAMPLE.")] = "",
    name: Annotated[str, typer.Option(help="Of your library, in letters.")] = "",
    email: Annotated[str, typer.Option(help="From of all your letters; answers come to it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """Write config.toml and the folders for a first start; ask for what is not given. Overwrite nothing."""
    service_user.become(service_user.of_folder(folder.absolute()))
    first_start.refuse_if_there(folder)
    given = _complete({"symbol": symbol, "name": name, "email": email})
    made = first_start.write(folder, **given)
    if as_json:
        output.as_json(made)
        return
    output.line(f"{made.config} is written. Nothing is sent until [deliver] says so.")
    output.line("Add your partners at its end, then run in its folder: mailproc check")


def _complete(given: dict[str, str]) -> dict[str, str]:
    """Ask on the terminal for what is missing. Raise LocalFault if nobody sits there."""
    missing = [key for key, value in given.items() if not value]
    if missing and not sys.stdin.isatty():
        options = ", ".join(f"--{key}" for key in missing)
        raise LocalFault(f"There is no terminal to ask on: give {options}.")
    answers = {key: str(typer.prompt(ASKED[key], err=True)).strip() for key in missing}
    return given | answers
