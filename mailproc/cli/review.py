"""The verbs for requests to review: what somebody submitted is accepted or declined by staff."""

from typing import Annotated, Any

import typer

from mailproc.cli import output, request_view, truncated
from mailproc.cli.choices import service_of
from mailproc.cli.request import tell as tell_entered
from mailproc.cli.session import opened, who
from mailproc.flow.context import Context
from mailproc.notices.language import Language
from mailproc.office.queries import listing, request_details
from mailproc.office.queries.listing import Filter
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.requests import review_steps, reviewing
from mailproc.office.requests.reviewing import Acceptance, Declined
from mailproc.office.wording.request_json import line_json, shown_json
from mailproc.sentence import sentence

verbs = typer.Typer()

Number = Annotated[str, typer.Argument(metavar="NR", help="B12 or L7.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")]
COLUMNS = ("number", "title", "service", "reader", "partner", "since")


@verbs.command("review")
def review(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="[NR]", help="B12 or L7; without it, all of them.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many are listed.")] = 50,
    as_json: Json = False,
) -> None:
    """List requests to review, or show one: what is missing, what to look at, and the words that came."""
    with opened(ctx) as app:
        if not number:
            _list(app.context, app.store, limit, as_json=as_json)
            return
        with app.store.read() as connection:
            review_steps.of(connection, number)
            found = request_details.shown(connection, number, app.context)
        if as_json:
            output.as_json(shown_json(found))
        else:
            request_view.tell(found, app.context)
            _tell_words(found, app.context.language)


def _list(context: Context, store: Any, limit: int, *, as_json: bool) -> None:
    wanted = Filter(state="IDLE", limit=limit)
    with store.read() as connection:
        lines = [line for line in listing.listed(connection, wanted, context.today()) if not line.attempt]
        count = truncated.count(len(lines), limit, lambda: listing.count(connection, wanted, context.today()))
    if as_json:
        output.as_json([line_json(one) | truncated.left_out(len(lines), count) for one in lines])
        return
    words = context.language.texts.labels["review"]
    rows = [
        (
            line.number,
            output.cut(line.title, 40),
            context.language.service_word(line.service),
            output.cut(line.reader, 24),
            f"{line.partner} {line.their_number}".strip(),
            context.shown(line.updated_at),
        )
        for line in lines
    ]
    output.table([words[name] for name in COLUMNS], rows, words["empty"])
    truncated.tell(len(lines), count, context.language)


def _tell_words(found: RequestDetails, language: Language) -> None:
    """To standard output: all that was written, as it came; nothing once the reader was taken out of it."""
    if found.review is None or not found.review.words:
        return
    output.line()
    output.line(language.label("review", "words"))
    for line in found.review.words.split("\n"):
        output.line(f"  | {output.one_line(line)}")


@verbs.command("accept")
def accept(
    ctx: typer.Context,
    number: Number,
    lenders: Annotated[
        list[str] | None,
        typer.Option("--lenders", "--partner", metavar="SYMBOL", help="Whom to ask, in order."),
    ] = None,
    patron: Annotated[str, typer.Option(metavar="ID", help="The reader's number or barcode.")] = "",
    no_patron: Annotated[bool, typer.Option("--no-patron", help="It is for no reader.")] = False,
    service: Annotated[str, typer.Option(metavar="LOAN|COPY", help="Instead of what was understood.")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Also if a check refuses it.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Accept a request to review: it is ordered as by `request`; a partner's order comes into process."""
    with opened(ctx) as app:
        named = [symbol.strip() for each in lenders or () for symbol in each.split(",")]
        known = tuple(app.context.partners.lender(symbol).symbol for symbol in named if symbol)
        given = Acceptance(known, patron.strip(), no_patron, service_of(service, app.context.language))
        entered = reviewing.accept(
            app.store, app.context, number, given, who(app), anyway=anyway, dry_run=dry_run
        )
        tell_entered(app, entered, as_json=as_json, dry_run=dry_run)


@verbs.command("decline")
def decline(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; the reader of the library reads it.")] = "",
    patron: Annotated[
        str,
        typer.Option(metavar="ID", help="Whose it is, where the form does not say it: number or barcode."),
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="The reader gets no letter.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let it wait for review again.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Decline a request to review: nobody is asked, and its reader is told. --undo takes that back."""
    with opened(ctx) as app:
        if undo:
            done = reviewing.take_back(app.store, app.context, number, who(app))
        else:
            done = reviewing.decline(
                app.store,
                app.context,
                number,
                reason,
                who(app),
                patron=patron.strip(),
                quiet=quiet,
                dry_run=dry_run,
            )
        if as_json:
            with app.store.read() as connection:
                line = request_details.shown(connection, done.request.number, app.context).line
            said = {"dry_run": dry_run, "reader_told": done.writes}
            output.as_json(line_json(line) | said)
            return
        _tell_declined(done, app.context.language, undo=undo, dry_run=dry_run)


def _tell_declined(done: Declined, language: Language, *, undo: bool, dry_run: bool) -> None:
    if dry_run:
        output.line(language.word(sentence("nothing-changed")))
    code = "review-again" if undo else "is-declined"
    output.line(language.word(sentence(code, number=done.request.number)))
    if done.said is not None:
        output.line(output.one_line(language.word(done.said)))
