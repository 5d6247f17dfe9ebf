"""Verbs about partners and templates."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mailproc.cli import output
from mailproc.cli.opening import configured, opened
from mailproc.errors import LocalFault
from mailproc.office import directory, drafts
from mailproc.office.directory import Learned

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("partners")
def partners(
    ctx: typer.Context,
    confirm: Annotated[
        str, typer.Option(metavar="A3", help="A learned address is theirs: letters go there.")
    ] = "",
    forget: Annotated[str, typer.Option(metavar="A3", help="A learned address is not theirs.")] = "",
    as_json: Json = False,
) -> None:
    """The directory: who lends to us, who borrows from us, how they are told and believed."""
    with opened(ctx) as house:
        if confirm:
            directory.confirm(house.store, house.premises, confirm)
        if forget:
            directory.forget(house.store, forget)
        with house.store.read() as connection:
            taught = directory.taught(connection)
        known = [drafts.partner_line(partner) for partner in house.premises.partners]
    if as_json:
        output.as_json([one | {"learned": _taught_json(one["symbol"], taught)} for one in known])
        return
    columns = ("Symbol", "Name", "Address", "Protocol", "They are our", "Status", "Proof")
    rows = [tuple(one[name] for name in drafts.PARTNER_COLUMNS) for one in known]
    output.table(columns, rows, "No partner is configured: add [[partner]] to config.toml.")
    for one in taught:
        stands = "confirmed" if one.confirmed_at else "waits: partners --confirm or --forget it"
        output.line(output.one_line(f"{one.id} {one.partner} wrote: answer to {one.address} ({stands})"))


def _taught_json(symbol: str, taught: list[Learned]) -> list[dict[str, Any]]:
    return [output.plain(one) for one in taught if one.partner == symbol]


@verbs.command("templates")
def templates(
    ctx: typer.Context,
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page templates/README.md.")] = False,
    diff: Annotated[
        str, typer.Option(metavar="TEMPLATE", help="What your text changes in the shipped one.")
    ] = "",
) -> None:
    """The templates, where each comes from, and whether it is in order."""
    premises = configured(ctx)
    known = premises.templates
    if markdown:
        typer.echo(known.readme(), nl=False)
        return
    if diff:
        changed = premises.registry.mask(known.diff(diff).encode()).decode()
        output.line(changed.rstrip("\n") or f"{diff} is as it was shipped.")
        return
    listed = known.listing()
    if as_json:
        output.as_json(listed)
        return
    rows = [
        (one.path, one.source, f"{one.state}{': ' + str(one.problem) if one.problem else ''}", one.purpose)
        for one in listed
    ]
    output.table(("Template", "From", "State", "What it is for"), rows, "There are no templates.")


@verbs.command("preview")
def preview(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A template's path, such as en/patron/arrived.txt.")],
    file: Annotated[Path | None, typer.Option(help="A draft instead of the file in use.")] = None,
    request: Annotated[str, typer.Option(metavar="NR", help="With a real request's words.")] = "",
) -> None:
    """A finished letter, without sending it. Names file, line and field of what is wrong."""
    try:
        text = file.read_text(encoding="utf-8") if file else None
    except (OSError, UnicodeDecodeError) as error:
        raise LocalFault(f"{file} cannot be read: {error}") from None
    with opened(ctx) as house:
        if request:
            with house.store.read() as connection:
                shown = drafts.of_request(connection, house.premises, name, request, text, str(file or ""))
        else:
            shown = drafts.of_samples(house.premises, name, text, str(file or ""))
    output.line(shown)
