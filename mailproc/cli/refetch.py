"""The verb that reads letters of a mailbox again."""

from typing import Annotated

import typer

from mailproc.cli import output
from mailproc.cli.session import opened

verbs = typer.Typer()

Uid = Annotated[
    list[int] | None,
    typer.Argument(
        metavar="[UID…]", min=1, max=2**32 - 1, help="UID as in `digest` and the log; default: all."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("fetch")
def fetch(
    ctx: typer.Context,
    mailbox: Annotated[str, typer.Argument(metavar="MAILBOX", help="Its name in config.toml.")],
    uids: Uid = None,
    as_json: Json = False,
) -> None:
    """Read passed-over letters of a mailbox again. Prints their numbers, or why there is none."""
    from mailproc.app import refetch  # here: the sockets cost a tenth of a second that --help does not need

    with opened(ctx, secrets_needed=True) as app:
        found = refetch.fetch(app.store, app.context, mailbox, uids or ())
    if as_json:
        output.as_json(found)
    elif not found:
        output.line(f"Nothing of mailbox {mailbox} was passed over.")
    else:
        for one in found:
            known = one.id if one.new else f"already here as {one.id}"
            output.line(output.one_line(f"UID {one.uid}: {known if one.id else one.reason}"))
    if not all(one.id for one in found):
        raise typer.Exit(1)
