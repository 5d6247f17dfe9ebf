"""The verb that archives letters."""

from typing import Annotated

import typer

from mailproc.app import places
from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.errors import LocalFault
from mailproc.flow import letter_archiving
from mailproc.flow.letter_archiving import Archived
from mailproc.notices.language import Language
from mailproc.sentence import sentence

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("archive")
def archive(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be moved.")] = False,
    as_json: Json = False,
) -> None:
    """Move letters of requests that were closed long ago into yearly archive files, as the service does."""
    with opened(ctx) as app:
        if not app.config.policy.archive_after:
            raise LocalFault(sentence("archive-off"))
        places.refuse_others(app.context, app.store)
        done = letter_archiving.run(app.store, app.context, dry_run=dry_run)
        files = {year: str(app.store.archives.of_year(year).path) for year in done.letters}
        if as_json:
            output.as_json(
                [
                    {"year": year, "letters": count, "octets": done.octets[year], "file": files[year]}
                    for year, count in sorted(done.letters.items())
                ]
            )
        else:
            _tell(done, files, app.context.language, "would" if dry_run else "moved")


def _tell(done: Archived, files: dict[int, str], language: Language, said: str) -> None:
    if not done.letters:
        output.line(language.label("archive", "none"))
    for year, count in sorted(done.letters.items()):
        told = {"year": str(year), "letters": str(count), "octets": str(done.octets[year])}
        output.line(language.label("archive", said, **told, file=files[year]))
