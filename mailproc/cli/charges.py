"""The verb of money: what was charged and paid, by partner and month; and what staff record by hand."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from mailproc.app.build import App
from mailproc.cli import days, output, truncated
from mailproc.cli.choices import one_of, service_of
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.charges import ChargeKind, ChargeStatus
from mailproc.ill.terms import Role
from mailproc.office.queries import charges as query
from mailproc.office.queries.charges import ChargeFilter, ChargeSum
from mailproc.office.queries.counted import Counted
from mailproc.office.requests import charges as entering
from mailproc.office.requests.charges import ChargeEntry
from mailproc.office.wording import spreadsheet
from mailproc.office.wording.request_json import charge_json
from mailproc.office.wording.request_words import amount_word
from mailproc.sentence import sentence

verbs = typer.Typer()

COLUMNS = ("month", "partner", "role", "currency", "estimated", "charged", "paid", "open")
NARROWING = ("--partner", "--state", "--service", "--since", "--until", "--limit", "--csv")
"""Options of the sums alone."""
SHOWN = 50
"""How many sums people see where they do not say."""


@verbs.command("charges")
def charges(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NR", help="Of one request; else all, by month.")] = "",
    add: Annotated[str, typer.Option(metavar="AMOUNT", help='Record for NR: "12.50 EUR".')] = "",
    kind: Annotated[str, typer.Option(help=f"With --add: {', '.join(ChargeKind)}.")] = "",
    status: Annotated[str, typer.Option(help=f"With --add: {', '.join(ChargeStatus)}.")] = "",
    note: Annotated[str, typer.Option(help="With --add: a remark for the history.")] = "",
    partner: Annotated[str, typer.Option(help="A partner's symbol.")] = "",
    state: Annotated[str, typer.Option(help=f"Only these: {', '.join(ChargeStatus)}.")] = "",
    service: Annotated[str, typer.Option(help="For a LOAN or a COPY.")] = "",
    since: Annotated[str, typer.Option(metavar="DAY", help="From this day on.")] = "",
    until: Annotated[str, typer.Option(metavar="DAY", help="Before this day.")] = "",
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="How many, the latest: 50, and all of them with --json or --csv."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """List charges and payments by partner and month, or those of a request; --add records one."""
    if add and not number:
        raise LocalFault(sentence("charge-of-what"))
    used = {
        "--kind": kind, "--status": status, "--note": note, "--partner": partner, "--state": state,
        "--service": service, "--since": since, "--until": until, "--limit": limit, "--csv": as_csv,
        "--json": as_json,
    }  # fmt: skip
    _refuse_unused({name for name, given in used.items() if given}, one=bool(number), add=bool(add))
    one_of("--state", state, ChargeStatus)
    with opened(ctx) as app:
        if add:
            entry = ChargeEntry(number, add, kind or ChargeKind.SUPPLY, status or ChargeStatus.CHARGED, note)
            entering.add(app.store, app.context, entry, who(app))
        if number:
            _of_request(app, number, as_json=as_json)
            return
        symbol = app.context.partners.known(partner).symbol if partner else ""
        wanted = ChargeFilter(
            symbol,
            service_of(service, app.context.language),
            state.lower(),
            days.beginning(since, app.context, "--since"),
            days.beginning(until, app.context, "--until"),
        )
        with app.store.read() as connection:
            found = query.sums(connection, app.context, wanted)
        most = limit or (len(found) if as_csv or as_json else SHOWN)
        _tell(found[-most:], Counted(len(found)), app.context, as_csv=as_csv, as_json=as_json)


def _refuse_unused(given: set[str], *, one: bool, add: bool) -> None:
    """Raise LocalFault for an option that would be ignored. ``one``: the charges of one request."""
    for option in ("--kind", "--status", "--note"):
        if option in given and not add:
            raise LocalFault(sentence("option-without", option=option, other="--add"))
    for option in NARROWING:
        if option in given and one:
            raise LocalFault(sentence("option-beside", option=option, other="NR"))
    if {"--csv", "--json"} <= given:
        raise LocalFault(sentence("option-beside", option="--csv", other="--json"))


def _tell(
    found: Sequence[ChargeSum], count: Counted, context: Context, *, as_csv: bool, as_json: bool
) -> None:
    if as_json:
        more = truncated.left_out(len(found), count)
        output.as_json([_json(one) | more for one in found])
    elif as_csv:
        output.text(_csv(found))
    else:
        words = context.language.texts.labels["charges"]
        rows = [_row(one, context) for one in found]
        output.table([words[name] for name in COLUMNS], rows, words["empty"])
        truncated.tell(len(found), count, context.language)


def _json(one: ChargeSum) -> dict[str, Any]:
    value: dict[str, Any] = output.plain(one)
    return value | {"role": one.role.name, "open": str(one.open)}


def _row(one: ChargeSum, context: Context) -> tuple[str, ...]:
    language = context.language
    side = language.texts.labels["charges"]["we_pay" if one.role is Role.REQUESTER else "they_pay"]
    sums = (one.estimated, one.charged, one.paid, one.open)
    return (one.month, output.one_line(one.partner), side, one.currency, *map(language.number, sums))


def _csv(found: Sequence[ChargeSum]) -> str:
    rows = [
        (one.month, one.partner, one.role.name, one.currency, one.estimated, one.charged, one.paid, one.open)
        for one in found
    ]
    return spreadsheet.written(COLUMNS, rows)


def _of_request(app: App, number: str, *, as_json: bool) -> None:
    with app.store.read() as connection:
        found = query.of_number(connection, number)
    if as_json:
        output.as_json([charge_json(one) for one in found])
        return
    language, words = app.context.language, app.context.language.texts.labels["charges"]
    rows = [
        (
            app.context.shown(one.at),
            language.texts.labels["charge_kinds"].get(one.kind, one.kind),
            words.get(one.status, one.status),
            amount_word(one, language),
        )
        for one in found
    ]
    output.table([words[name] for name in ("when", "kind", "status", "amount")], rows, words["empty"])
