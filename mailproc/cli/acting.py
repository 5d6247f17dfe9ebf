"""Verbs that move requests: place one, act, go on to the next partner."""

from datetime import date
from typing import Annotated

import typer

from mailproc.cli import output
from mailproc.cli.opening import opened, who
from mailproc.cli.reading import json_value
from mailproc.errors import LocalFault
from mailproc.flow.advance import Outcome
from mailproc.flow.premises import Premises
from mailproc.ill.status import status
from mailproc.ill.terms import State
from mailproc.office import acts, place, questions
from mailproc.office.listing import Line

verbs = typer.Typer()

Number = Annotated[str, typer.Argument(metavar="NR", help="B12, L7, B12-2, or TGQ/TQ.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("request")
def request(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="A JSON file, or - for standard input.")],
    partner: Annotated[
        list[str] | None, typer.Option(help="Whom to ask, in order; instead of the file's partners.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Place a request: ask the first partner of its rota. Prints its number."""
    value = json_value(file)
    with opened(ctx) as house:
        wanted = place.read(value, partner or ())
        number = place.place(house.store, house.premises, wanted, who())
        if not as_json:
            output.line(number)
            return
        with house.store.read() as connection:
            output.as_json(questions.shown(connection, number).line)


@verbs.command("act")
def act(
    ctx: typer.Context,
    number: Number,
    action: Annotated[str, typer.Argument(help="receive, return, ship, … as `show` names them.")],
    note: Annotated[str, typer.Option(help="A remark that goes with it.")] = "",
    on: Annotated[
        str,
        typer.Option(
            "--date",
            help="The day it names, 2026-01-31. Of ship and renew-reply: when it is due back; of renew: until"
            " when; of will-supply and hold: when it will come; of answer-retry: when to ask again; of"
            " conditional: until when to answer; of recall: by when it is wanted back; of receive, return and"
            " check-in: when that was; of overdue: the day that has passed.",
        ),
    ] = "",
    reason: Annotated[
        str, typer.Option(help="Of unfilled and answer-retry: why, such as not-owned; of damaged: how.")
    ] = "",
    condition: Annotated[str, typer.Option(help="Of conditional: charges, library-use-only …")] = "",
    answer: Annotated[str, typer.Option(help="yes or no.")] = "",
    service: Annotated[str, typer.Option(help="LOAN or COPY, where another is shipped than asked.")] = "",
    cost: Annotated[
        str,
        typer.Option(
            help="Of ship, estimate, conditional, will-supply: the price, 12.50 EUR; of return: insured for."
        ),
    ] = "",
    via: Annotated[str, typer.Option(help="How it travels.")] = "",
    to: Annotated[str, typer.Option(metavar="SYMBOL", help="Of forward: who has it now.")] = "",
    location: Annotated[
        list[str] | None, typer.Option(metavar="SYMBOL", help="Of locations: who holds it; may repeat.")
    ] = None,
    position: Annotated[int | None, typer.Option(help="Place on the waiting list.")] = None,
    level: Annotated[int | None, typer.Option(help="Of an overdue letter: 1, 2 …")] = None,
    heard_by: Annotated[str, typer.Option(help="phone, post or portal: the partner told us.")] = "",
    once: Annotated[str, typer.Option(help="A mark: the same mark acts once.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    repeat: Annotated[bool, typer.Option("--repeat", help="Say the same once more.")] = False,
    as_json: Json = False,
) -> None:
    """Do something with a request. The answer comes at once; --dry-run changes nothing."""
    done = acts.Act(
        action=action,
        number=number,
        note=note,
        on=_date(on),
        reason=reason,
        condition=condition,
        service=service,
        cost=cost,
        via=via,
        to=to,
        locations=tuple(location or ()),
        answer=_answer(answer),
        position=position,
        level=level,
        heard_by=heard_by,
        repeat=repeat,
        by=who(),
        once=once,
    )
    with opened(ctx) as house:
        way = acts.foresee if dry_run else acts.perform
        outcome = way(house.store, house.premises, done)
        with house.store.read() as connection:
            line = questions.shown(connection, number).line
        _answered(number, outcome, line, house.premises, as_json=as_json, would=dry_run)


@verbs.command("next")
def next_(
    ctx: typer.Context,
    number: Number,
    partner: Annotated[list[str] | None, typer.Option(help="Add to the end of the rota first.")] = None,
    as_json: Json = False,
) -> None:
    """Go to the next partner of the rota."""
    with opened(ctx) as house:
        outcome = place.next_partner(house.store, house.premises, number, partner or (), who())
        with house.store.read() as connection:
            line = questions.shown(connection, number).line
        _answered(number, outcome, line, house.premises, as_json=as_json, would=False)


def _answered(
    number: str, outcome: Outcome, line: Line, premises: Premises, *, as_json: bool, would: bool
) -> None:
    if as_json:
        output.as_json(
            {
                "number": line.number,
                "attempt": line.attempt,
                "before": outcome.before,
                "state": outcome.after,
                "dry_run": would,
                "note": outcome.note,
                "follows": list(outcome.words),
            }
        )
        return
    if not outcome.after:
        output.line(output.one_line(f"{number}: {outcome.note}"))
        return
    told = premises.language.status(status(State[outcome.after]), premises.today())
    lead = premises.language.label("act", "would_be" if would else "is_now", number=number, status=told)
    output.line(f"{lead} [{outcome.after}]")
    if outcome.note:
        output.line(f"  {output.one_line(premises.language.noted_word(outcome.note))}")
    for word in outcome.words:
        output.line(f"  {output.one_line(word)}")


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LocalFault(f"--date: {text[:40]!r} is no date; write 2026-01-31.") from None


def _answer(text: str) -> bool | None:
    if text and text not in ("yes", "no"):
        raise LocalFault("--answer is yes or no.")
    return text == "yes" if text else None
