"""The verb that makes a backup."""

from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.upkeep import backup as upkeep
from mailproc.office.upkeep.backup import MadeBackup
from mailproc.sentence import sentence

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("backup")
def backup(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="The backup; an earlier one there is replaced.")] = None,
    to: Annotated[Path | None, typer.Option(help="A folder: the backup has the time in its name.")] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Newest backups that stay in the folder; 0: as configured.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Make a checked backup of the store and its documents, also while the service runs."""
    if file is not None and (to is not None or keep):
        raise LocalFault(sentence("option-beside", option="FILE", other="--to" if to else "--keep"))
    with opened(ctx) as app:
        if file is not None:
            made = upkeep.make(app.store, app.context, file)
        else:
            folder = to or upkeep.folder_of(app.context)
            made = upkeep.make_dated(app.store, app.context, folder, keep or app.config.backup.keep)
        output.as_json(made) if as_json else _tell(made, app.context)
    if made.faults:
        raise typer.Exit(1)


def _tell(made: MadeBackup, context: Context) -> None:
    word = context.language.word
    output.line(word(sentence("backup-made", file=made.file, size=made.size, documents=made.documents)))
    if made.missing:
        output.line(word(sentence("backup-missing", count=made.missing)))
    for fault in made.faults:
        output.line(output.one_line(word(fault)))
    if made.pruned:
        output.line(word(sentence("backup-pruned", files=", ".join(made.pruned))))
    if made.left_alone:
        output.line(word(sentence("backup-left-alone", files=", ".join(made.left_alone))))
