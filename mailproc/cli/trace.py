"""The verb that follows a letter or a request from its arrival to what left."""

from typing import Annotated

import typer

from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.flow.context import Context
from mailproc.ill.status import OF_STATE
from mailproc.ill.terms import State
from mailproc.notices.language import Language
from mailproc.office.queries import way
from mailproc.office.queries.way import Station

verbs = typer.Typer()

_COLUMNS = ("when", "id", "request", "what", "now", "by", "note")


@verbs.command("trace")
def trace(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="ID", help="I4 came in, O11 is ours, E3 is a message; or a request: B1.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """Follow a letter or a request: what came, what it moved, and what left, in order."""
    with opened(ctx) as app:
        with app.store.read() as connection:
            found = way.way(connection, name)
        if as_json:
            output.as_json({"stations": found.stations, "left_out": found.left_out})
            return
        words = app.context.language.texts.labels["trace"]
        rows = [_row(one, app.context) for one in found.stations]
        output.table([words[column] for column in _COLUMNS], rows, words["empty"])
        if found.left_out:
            output.line(app.context.language.label("trace", "more", count=str(found.left_out)))


def _row(one: Station, context: Context) -> tuple[str, ...]:
    language = context.language
    what = language.event_word(one.spoken) if one.spoken else one.what
    who = f"{one.who}: {what}".removesuffix(": ") if one.who and not one.spoken else what
    return (context.shown(one.at), one.id, one.request, who, _now(one, language), one.by, _note(one, context))


def _now(one: Station, language: Language) -> str:
    """The state that a request came to, else that of the row."""
    if one.after and one.after != one.before:
        return str(language.texts.terms[OF_STATE[State[one.after]]])
    return "" if one.spoken and one.state == "done" else language.delivery_word(one.state)


def _note(one: Station, context: Context) -> str:
    left = context.shown(one.ended) if one.ended else ""
    return "; ".join(filter(None, (one.message_id, left, context.language.words_of(one.note))))
