"""Verbs that show requests: the list, and one with its history."""

from typing import Annotated

import typer

from mailproc.cli import days, output, request_view, truncated
from mailproc.cli.choices import role_of, service_of, state_of
from mailproc.cli.session import opened
from mailproc.flow.context import Context
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries import listing, request_details
from mailproc.office.queries.listing import Filter, RequestLine
from mailproc.office.wording import request_words
from mailproc.office.wording.request_json import line_json, shown_json

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


def _row(line: RequestLine, context: Context) -> tuple[str, ...]:
    language = context.language
    needs = request_words.to_be_done(line, language)
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
