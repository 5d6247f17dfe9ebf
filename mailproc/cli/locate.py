"""The verb that asks catalogues who holds an item."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.apdu import Item
from mailproc.ill.holding import Holding, LookUp
from mailproc.notices.holding import availability, shelf
from mailproc.office.catalogues import locate as catalogues
from mailproc.office.queries import holdings
from mailproc.sentence import sentence

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("locate")
def locate(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="[B12|L7]", help="The request whose item it is.")] = "",
    isbn: Annotated[str, typer.Option(help="Instead of a request.")] = "",
    issn: Annotated[str, typer.Option(help="Instead of a request.")] = "",
    title: Annotated[str, typer.Option(help="Instead of a request.")] = "",
    author: Annotated[str, typer.Option(help="Beside --title.")] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Ask also what was asked a short while ago, or did not answer.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask the catalogues of config.toml who holds an item; store what they say beside the request."""
    item = Item(isbn=isbn or None, issn=issn or None, title=title or None, author=author or None)
    if bool(number) == (item != Item()):
        raise LocalFault(sentence("locate-what"))
    with opened(ctx) as app:
        said = _said(app, number, item, again=again)
        if as_json:
            output.as_json(said)
        else:
            _tell(said, app.context)
    if all(one.fault for one in said):
        raise typer.Exit(1)


def _said(app: App, number: str, item: Item, *, again: bool) -> tuple[LookUp, ...]:
    if number:
        return catalogues.of_request(app.store, app.context, number, again=again)
    return catalogues.of_item(app.store, app.context, item, again=again)


def _tell(said: Sequence[LookUp], context: Context) -> None:
    words = context.language.texts.labels["locate"]
    for one in said:
        if one.fault:
            output.complain(f"{one.catalogue}: {context.language.words_of(one.fault)}")
    rows = [row for one in said for row in _rows(one, context)]
    columns = [words[name] for name in ("catalogue", "library", "shelf", "available", "note", "title")]
    if rows or not all(one.fault for one in said):
        output.table(columns, rows, words["none"])
    for one in said:
        if one.answer.records > len({copy.number for copy in one.answer.holdings}):
            told = {"catalogue": one.catalogue, "count": str(one.answer.records)}
            output.line(context.language.label("locate", "more", **told))


def _rows(said: LookUp, context: Context) -> Iterator[tuple[str, ...]]:
    language, today = context.language, context.today()
    for copy in said.answer.holdings:
        yield (
            said.catalogue,
            _library(copy, context),
            shelf(copy),
            availability(copy, language, today),
            copy.note,
            copy.title,
        )


def _library(copy: Holding, context: Context) -> str:
    """Who has it: we, or a partner of config.toml, or a library that is none."""
    if holdings.is_ours(copy, context):
        return context.config.library.symbol
    partner = holdings.partner_of(copy, context)
    return f"{copy.symbol} → {partner}" if partner not in ("", copy.symbol) else copy.symbol
