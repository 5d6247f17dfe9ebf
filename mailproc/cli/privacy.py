"""The verbs for what must go in time."""

from typing import Annotated

import typer

from mailproc.app import places
from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.errors import LocalFault
from mailproc.flow import anonymising, background, letter_purging
from mailproc.sentence import sentence

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]


@verbs.command("anonymise")
def anonymise(ctx: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Take the readers out of requests that were closed long ago, as the service does."""
    with opened(ctx) as app:
        if not app.config.privacy.anonymise_after:
            raise LocalFault(sentence("anonymise-off"))
        _refuse_while_held(app)
        done = anonymising.run(app.store, app.context, dry_run=dry_run)
        if as_json:
            output.as_json(vars(done) | {"dry_run": dry_run})
            return
        label = app.context.language.label
        counts = {name: str(count) for name, count in vars(done).items()}
        output.line(label("anonymise", "would" if dry_run else "done", **counts))
        if done.uncounted:
            output.line(label("anonymise", "uncounted", count=str(done.uncounted)))
        if done.waiting:
            output.line(label("anonymise", "waiting", count=str(done.waiting)))


@verbs.command("purge")
def purge(ctx: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Delete the bytes of letters of requests that were closed long ago, as the service does."""
    with opened(ctx) as app:
        if not app.config.privacy.purge_after:
            raise LocalFault(sentence("purge-off"))
        _refuse_while_held(app)
        places.refuse_others(app.context, app.store)
        done = letter_purging.run(app.store, app.context, dry_run=dry_run)
        if as_json:
            output.as_json(
                {
                    "letters": done.letters,
                    "octets": done.octets,
                    "archives": [{"year": year, "letters": many} for year, many in done.archived.items()],
                    "dry_run": dry_run,
                }
            )
            return
        label = app.context.language.label
        told = {"letters": str(done.letters), "octets": str(done.octets)}
        output.line(label("purge", "would" if dry_run else "done", **told))
        for year, many in done.archived.items():
            archive = {"year": str(year), "letters": str(many)}
            output.line(label("purge", "would_archive" if dry_run else "done_archive", **archive))


def _refuse_while_held(app: App) -> None:
    """Nothing would go, and "0" would read as if nothing were due."""
    if background.was_put_back(app.store):
        raise LocalFault(sentence("nothing-goes-while-held"), ("mailproc restore", "mailproc restore --go"))
