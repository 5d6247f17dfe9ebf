"""Verbs of the directory of partners: who they are, and whose letters are to wait."""

from typing import Annotated

import typer

from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.session import opened, who
from mailproc.notices.language import Language
from mailproc.notices.vocabulary import Words
from mailproc.office.partners import directory, pausing
from mailproc.office.partners.directory import Learned
from mailproc.office.partners.pausing import PauseStatus
from mailproc.office.wording.partner_json import partners_json
from mailproc.sentence import Part

verbs = typer.Typer()

Symbol = Annotated[str, typer.Argument(metavar="SYMBOL", help="A partner's symbol or alias.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("partners")
def partners(
    ctx: typer.Context,
    confirm: Annotated[
        str, typer.Option(metavar="A3", help="A learned address is right: letters go there.")
    ] = "",
    forget: Annotated[str, typer.Option(metavar="A3", help="A learned address is not right.")] = "",
    as_json: Json = False,
) -> None:
    """List partners: lenders and borrowers, their protocols, addresses and proofs."""
    with opened(ctx) as app:
        words: list[Part] = []
        if confirm:
            words += directory.confirm(app.store, app.context, confirm, who(app)).words
        if forget:
            words += directory.forget(app.store, app.context, forget, who(app)).words
        if words and not as_json:
            for said in words:
                output.line(output.one_line(app.context.language.word(said)))
            return
        with app.store.read() as connection:
            known, taught = directory.listed(connection, app.context), directory.taught(connection)
    if as_json:
        output.as_json(partners_json(known, taught))
        return
    language = app.context.language
    labels = language.texts.labels["partners"]
    columns = [labels[name] for name in directory.PARTNER_COLUMNS]
    output.table(columns, [_row(one, labels) for one in known], labels["empty"])
    for one in taught:
        output.line(output.one_line(_taught(one, language)))


@verbs.command("pause")
def pause(ctx: typer.Context, symbol: Symbol, as_json: Json = False) -> None:
    """Hold all letters to a partner, from now until `resume`. Nothing else stops or fails."""
    with opened(ctx) as app:
        _tell(
            pausing.pause(app.store, app.context, symbol, who(app)),
            app,
            as_json=as_json,
        )


@verbs.command("resume")
def resume(ctx: typer.Context, symbol: Symbol, as_json: Json = False) -> None:
    """Send letters to a paused partner again."""
    with opened(ctx) as app:
        _tell(
            pausing.resume(app.store, app.context, symbol, who(app)),
            app,
            as_json=as_json,
        )


def _tell(stands: PauseStatus, app: App, *, as_json: bool) -> None:
    if as_json:
        output.as_json(stands)
    else:
        output.line(app.context.language.word(stands.text))


def _row(one: dict[str, str], words: Words) -> list[str]:
    roles = ", ".join(words[role] for role in one["roles"].split(", ") if role)
    said = one | {"roles": roles, "status": words[one["status"]]}
    return [said[name] for name in directory.PARTNER_COLUMNS]


def _taught(one: Learned, language: Language) -> str:
    """ "A3 UK-BL wrote: answer to … (waits: mailproc partners --confirm A3, or --forget A3)"."""
    told = {"partner": one.partner, "address": one.address}
    if one.number:
        wrote = language.label("partners", "passed_on", **told, number=one.number, library=one.symbol)
    else:
        wrote = language.label("partners", "answers", **told)
    ways = {"confirm": f"mailproc partners --confirm {one.id}", "forget": f"--forget {one.id}"}
    waits = language.label("partners", "waits", **ways)
    return f"{one.id} {wrote} ({language.label('partners', 'confirmed') if one.confirmed_at else waits})"
