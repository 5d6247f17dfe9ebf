"""Verbs that list letters: all, what could not be placed, what has not left."""

from typing import Annotated

import typer

from mailproc.cli import output
from mailproc.cli.opening import opened
from mailproc.flow.premises import Premises
from mailproc.notices import words
from mailproc.office import letters as mail
from mailproc.office.letters import LetterLine

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("letters")
def letters(
    ctx: typer.Context, limit: Annotated[int, typer.Option(min=1)] = 50, as_json: Json = False
) -> None:
    """Letters in and out, the newest first."""
    with opened(ctx) as house:
        with house.store.read() as connection:
            lines = mail.recent(connection, limit)
        _list(lines, house.premises, as_json, "There are no letters yet.")


@verbs.command("shelved")
def shelved(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many are shown.")] = 50,
    as_json: Json = False,
) -> None:
    """What could not be placed: letters (I…), messages (E…), partners' first; and what waits for DNS."""
    with opened(ctx) as house:
        with house.store.read() as connection:
            waiting = mail.waiting(connection)
            lines = mail.shelved(connection, None if as_json else limit) + waiting
            count = mail.count_shelved(connection) + len(waiting)
        lines = lines if as_json else lines[:limit]
        _list(lines, house.premises, as_json, "Nothing lies on the shelf.")
        if count > len(lines):
            output.line(f"Showing {limit} of {count}: --limit {count} shows all.")


@verbs.command("outbox")
def outbox(ctx: typer.Context, as_json: Json = False) -> None:
    """What waits, what failed, and why."""
    with opened(ctx) as house:
        with house.store.read() as connection:
            lines = mail.outbox(connection)
        filed = house.config.deliver.mode == "folder"
        empty = "Nothing waits." if filed else "Nothing waits: every letter has left."
        _list(lines, house.premises, as_json, empty)
        if filed and not as_json:
            folder = house.config.deliver.folder
            output.line(f"deliver.mode is folder: letters are written into {folder} and NOT SENT.")


def _list(lines: list[LetterLine], premises: Premises, as_json: bool, empty: str) -> None:
    if as_json:
        output.as_json(lines)
        return
    rows = [
        (
            "not yet one" if line.id.startswith("intent") else line.id,
            output.moment(line.at, premises.zone),
            line.other,
            output.cut(line.about(), 50),
            words.delivery_word(line.state),
            output.cut(line.note, 160),
        )
        for line in lines
    ]
    output.table(("Letter", "When", "Who", "Subject", "State", "Why"), rows, empty)
