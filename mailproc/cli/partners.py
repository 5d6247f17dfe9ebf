"""The verb that shows the directory of partners."""

from typing import Annotated, Any

import typer

from mailproc.cli import output
from mailproc.cli.opening import opened
from mailproc.office import directory
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
        known = [directory.partner_line(partner) for partner in house.premises.partners]
    if as_json:
        output.as_json([one | {"learned": _taught_json(one["symbol"], taught)} for one in known])
        return
    columns = ("Symbol", "Name", "Address", "Protocol", "They are our", "Status", "Proof")
    rows = [tuple(one[name] for name in directory.PARTNER_COLUMNS) for one in known]
    output.table(columns, rows, "No partner is configured: add [[partner]] to config.toml.")
    for one in taught:
        stands = "confirmed" if one.confirmed_at else "waits: partners --confirm or --forget it"
        output.line(output.one_line(f"{one.id} {one.partner} wrote: answer to {one.address} ({stands})"))


def _taught_json(symbol: str, taught: list[Learned]) -> list[dict[str, Any]]:
    return [output.plain(one) for one in taught if one.partner == symbol]
