"""The verb that enters a request: of ours, or an order that a partner sent by post, telephone or portal."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from mailproc.app.build import App
from mailproc.citations.citation import Citation
from mailproc.cli import citation, output, prompts, wanted_item
from mailproc.cli.citation import Cited
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.office.acts.act_writing import at_once
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.queries import request_details
from mailproc.office.requests import entering, lend, request_fields, written_citation
from mailproc.office.requests.entered import Entered
from mailproc.office.wording.request_json import entered_json
from mailproc.sentence import Sentence, sentence

verbs = typer.Typer()


@verbs.command("request")
def request(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            help="A file of JSON or RIS, an OpenURL, or - for standard input; without it, options."
        ),
    ] = "",
    partner: Annotated[
        list[str] | None, typer.Option(help="Whom to ask, in order; instead of the file's partners.")
    ] = None,
    as_: Annotated[
        str, typer.Option("--as", metavar="borrower|lender", help="lender: a partner asks us, by hand.")
    ] = "",
    service: Annotated[str, typer.Option(metavar="LOAN|COPY")] = "",
    title: citation.Title = "",
    author: citation.Author = "",
    journal: citation.Journal = "",
    article_title: citation.ArticleTitle = "",
    article_author: citation.ArticleAuthor = "",
    volume_issue: citation.VolumeIssue = "",
    volume: citation.Volume = "",
    issue: citation.Issue = "",
    year: citation.Year = "",
    pages: citation.Pages = "",
    edition: citation.Edition = "",
    publisher: citation.Publisher = "",
    series: citation.Series = "",
    isbn: citation.Isbn = "",
    issn: citation.Issn = "",
    patron: Annotated[str, typer.Option(metavar="ID", help="The reader's number or barcode.")] = "",
    patron_name: Annotated[str, typer.Option()] = "",
    patron_email: Annotated[str, typer.Option()] = "",
    delivery: Annotated[str, typer.Option(metavar="ADDRESS", help="E-mail address for the copy.")] = "",
    delivery_name: Annotated[str, typer.Option(help="Postal address: its first line.")] = "",
    delivery_street: Annotated[str, typer.Option()] = "",
    delivery_city: Annotated[str, typer.Option()] = "",
    delivery_postcode: Annotated[str, typer.Option()] = "",
    delivery_country: Annotated[str, typer.Option()] = "",
    need_before: Annotated[str, typer.Option(metavar="DAY", help="Last day on which it is useful.")] = "",
    max_cost: Annotated[str, typer.Option(metavar="AMOUNT", help='As "12.50 EUR".')] = "",
    note: Annotated[str, typer.Option(help="For the other library.")] = "",
    keywords: Annotated[list[str] | None, typer.Option(help="A further keyword of the order.")] = None,
    copyright_declared: Annotated[bool, typer.Option("--copyright-declared")] = False,
    copyright_word: citation.Copyright = "",
    declared_by: citation.DeclaredBy = "",
    declared_on: citation.DeclaredOn = "",
    wording: citation.Wording = "",
    their_number: Annotated[str, typer.Option(help="With --as lender: the number of who asks.")] = "",
    asked_by: Annotated[
        str, typer.Option(metavar="post|phone|portal|mail", help="With --as lender: how they asked.")
    ] = "",
    date: Annotated[str, typer.Option(metavar="DAY", help="With --as lender: when they asked.")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Also if it is here already.")] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask on the terminal for what is missing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """Place a request: ask the first partner of its rota, or enter a partner's order. Prints its number."""
    cited = Cited(
        title, author, journal, article_title, article_author, volume_issue, volume, issue, year, pages,
        edition, publisher, series, isbn, issn,
    )  # fmt: skip
    postal = {
        "name": delivery_name, "street": delivery_street, "city": delivery_city,
        "postcode": delivery_postcode, "country": delivery_country,
    }  # fmt: skip
    said = _filled(
        {
            "service": service.upper(),
            "partners": partner,
            "item": citation.fields(cited),
            "patron": _filled({"id": patron, "name": patron_name, "email": patron_email}),
            "delivery": _filled({"electronic": delivery, "postal": _filled(postal)}),
            "need_before": need_before,
            "max_cost": request_fields.cost(max_cost),
            "note": note,
            "keywords": keywords,
            "copyright_declared": copyright_declared,
            "their_number": their_number,
            "asked_by": asked_by,
            "asked_on": date,
        }
    ) | citation.copyright_fields(copyright_word, declared_by, declared_on, wording)
    _refuse_of_lenders({"--their-number": their_number, "--asked-by": asked_by, "--date": date}, as_)
    value, odd = _value(file, said, as_, ask=ask)
    with opened(ctx) as app:
        if ask:
            value = prompts.complete(value, app.context.language, lending=as_ == lend.LENDER)
        write = foreseen if dry_run else at_once
        entered = entering.enter(
            app.store, app.context, value, who(app), partners=partner or (), anyway=anyway, write=write
        )
        tell(app, replace(entered, warnings=(*odd, *entered.warnings)), as_json=as_json, dry_run=dry_run)


def _refuse_of_lenders(given: Mapping[str, str], as_: str) -> None:
    """Raise LocalFault for an option that only the request of a partner has."""
    for option in (name for name, value in given.items() if value and as_ != lend.LENDER):
        raise LocalFault(sentence("option-without", option=option, other="--as lender"))


def _value(file: str, said: Mapping[str, Any], as_: str, *, ask: bool) -> tuple[Any, tuple[Sentence, ...]]:
    """Return the request as JSON, and what staff should know of its citation.

    Raise LocalFault unless it is a file of JSON, or a citation, options, or both.
    """
    if not (file or said or ask):
        raise LocalFault(sentence("request-how"))
    found = wanted_item.read(file) if file else dict(said)
    odd = written_citation.unread(found) if isinstance(found, Citation) else ()
    if isinstance(found, Citation):
        found = wanted_item.fields(found, said)
    elif file and (ask or set(said) - {"partners"}):
        raise LocalFault(sentence("file-or-options"))
    return ({**found, "as": as_} if as_ and isinstance(found, dict) else found), odd


def tell(app: App, entered: Entered, *, as_json: bool, dry_run: bool) -> None:
    """To standard output: the number; warnings beside it, on standard error."""
    language = app.context.language
    if as_json and dry_run:
        output.as_json({"dry_run": True, "warnings": entered.warnings})
        return
    if as_json:
        with app.store.read() as connection:
            line = request_details.shown(connection, entered.number).line
        output.as_json(entered_json(line, entered))
        return
    for warning in entered.warnings:
        output.complain(language.word(warning))
    would = sentence("would-be-placed", partner=entered.partner)
    output.line(language.word(would) if dry_run else entered.number)


def _filled(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each}
