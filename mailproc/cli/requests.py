"""Verbs that show requests: the list, and one with its history."""

from typing import Annotated, Any

import typer

from mailproc.cli import days, output, request_view, truncated
from mailproc.cli.choices import role_of, service_of, state_of
from mailproc.cli.session import opened
from mailproc.flow.context import Context
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries import listing, request_details
from mailproc.office.queries.listing import Filter, RequestLine
from mailproc.office.queries.recorded_history import HistoryLine
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.wording import request_words
from mailproc.store.rows import StoredCharge

verbs = typer.Typer()

NOTED = 60
"""Characters of a private note that the list shows."""

Number = Annotated[str, typer.Argument(metavar="NR", help="B12, L7, B12-2, or TGQ/TQ.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


COLUMNS = ("number", "title", "service", "reader", "partner", "status", "needed_by", "due", "needs")


@verbs.command("requests")
def requests(
    ctx: typer.Context,
    role: Annotated[str, typer.Option(help="REQUESTER (we borrow) or RESPONDER (we lend).")] = "",
    state: Annotated[str, typer.Option(help="A state, as in `mailproc states`.")] = "",
    partner: Annotated[str, typer.Option(help="A partner's symbol.")] = "",
    attention: Annotated[bool, typer.Option("--attention", help="Only what needs attention.")] = False,
    find: Annotated[str, typer.Option(help="In numbers, title, author, reader.")] = "",
    service: Annotated[str, typer.Option(help="LOAN or COPY.")] = "",
    due: Annotated[str, typer.Option(metavar="DAY", help="Loans that are out and due by this day.")] = "",
    since: Annotated[str, typer.Option(metavar="DAY", help="What changed on this day or later.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many are shown.")] = 50,
    as_json: Json = False,
) -> None:
    """List requests, those to review first, then the last changed first."""
    with opened(ctx) as app:
        wanted = Filter(
            role=role_of(role),
            state=state_of(state, app.context.language),
            partner=app.context.partners.known(partner).symbol if partner else "",
            attention=attention,
            find=find,
            service=service_of(service, app.context.language),
            due=days.day(due, "--due"),
            since=days.beginning(since, app.context),
            limit=limit,
        )
        with app.store.read() as connection:
            today = app.context.today()
            lines = listing.listed(connection, wanted, today)
            count = truncated.count(len(lines), limit, lambda: listing.count(connection, wanted, today))
        if as_json:
            output.as_json([line_json(line) | truncated.left_out(len(lines), count) for line in lines])
            return
        rows = [_row(line, app.context) for line in lines]
        words = app.context.language.texts.labels["requests"]
        columns = [words[name] for name in COLUMNS]
        output.table(columns, rows, words["empty"])
        truncated.tell(len(lines), count, app.context.language)


@verbs.command("show")
def show(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """Show one request: its state, how to go on, its whole history."""
    with opened(ctx) as app:
        with app.store.read() as connection:
            language = ENGLISH if as_json else app.context.language
            found = request_details.shown(connection, number, app.context, language)
        if as_json:
            output.as_json(shown_json(found))
        else:
            request_view.tell(found, app.context)


def line_json(line: RequestLine) -> dict[str, Any]:
    value: dict[str, Any] = output.plain(line)
    return value


def shown_json(found: RequestDetails) -> dict[str, Any]:
    """`show --json` as the interface promises it."""
    line = found.line
    return {
        "number": line.number,
        "attempt": line.attempt,
        "transaction": found.transaction,
        "role": line.role,
        "service": line.service,
        "state": line.state,
        "status": output.plain(line.status),
        "delivery": line.delivery,
        "answered": line.answered,
        "partner": line.partner,
        "passed_on": found.passed_on,
        "questions": output.plain(list(found.questions)),
        "their_number": line.their_number,
        "ordered_as": line.ordered_as,
        "item": found.item,
        "patron": found.patron,
        "delivery_to": found.delivery_to,
        "asked": found.asked,
        "need_before": output.plain(found.need_before),
        "note": found.note,
        "declaration": found.entry.declaration,
        "copyright": _copyright_json(found),
        "asked_before": found.entry.asked_before,
        "also_wanted": found.entry.also_wanted,
        "due": {"on": line.due.isoformat(), "renewable": found.renewable} if line.due else None,
        "reader_due": output.plain(found.reader_due),
        "wanted_back_by": output.plain(found.wanted_back_by),
        "loan_terms": found.loan_terms,
        "charges": [charge_json(one) for one in found.charges],
        "barcode": found.barcode,
        "promise": line.promise,
        "actions": list(found.actions),
        "attention": list(line.attention),
        "needs": list(line.needs),
        "outcome": line.outcome,
        "created_at": output.plain(found.created_at),
        "closed_at": output.plain(found.closed_at),
        "next": {"kind": found.next.kind, "at": found.next.at.isoformat()} if found.next else None,
        "looked": output.plain(list(found.looked)),
        "if_nobody_acts": output.plain(list(found.ahead)),
        "rota": output.plain(list(found.rota)),
        "letters": output.plain(list(found.letters)),
        "untold": list(found.untold),
        "review": output.plain(found.review) if found.review else None,
        "history": [_change_json(change) for change in found.history],
    }


def _copyright_json(found: RequestDetails) -> dict[str, Any] | None:
    """The word of copyright; of a title in the USA also the copies within the guidelines in that year."""
    entry = found.entry
    if not entry.word:
        return None
    return {"word": entry.word, "copies": entry.copies or None, "year": entry.year if entry.copies else None}


def charge_json(one: StoredCharge) -> dict[str, str]:
    """Return a charge as `charges --json` and `show --json` have it."""
    return {
        "at": one.at.isoformat(),
        "partner": one.partner,
        "kind": one.kind,
        "status": one.status,
        "amount": one.amount,
        "currency": one.currency,
    }


def _change_json(change: HistoryLine) -> dict[str, Any]:
    return {
        "at": change.at.isoformat(),
        "attempt": change.attempt,
        "event": change.event,
        "from": change.from_state,
        "to": change.to_state,
        "note": change.why or change.note,
        "not_told": list(change.not_told),
        "cause": change.cause,
        "documents": change.documents,
        "barcode": change.barcode,
    }


def _row(line: RequestLine, context: Context) -> tuple[str, ...]:
    language = context.language
    needs = ", ".join(language.attention_word(reason) for reason in line.needs)
    if line.noted and not line.outcome:  # a note of a closed request asks nobody for anything
        needs = "; ".join(filter(None, (needs, f"{language.event_word('note')}: {line.noted[:NOTED]}")))
    day_word, today = language.day_word, context.today()
    return (
        line.number,
        output.cut(line.title, 40),
        language.service_word(line.service),
        output.cut(line.reader, 24),
        f"{line.partner} {line.their_number}".rstrip(),
        request_words.stands(line, context),
        day_word(line.need_before, today) if line.need_before else "",
        day_word(line.due, today) if line.due else "",
        needs,
    )
