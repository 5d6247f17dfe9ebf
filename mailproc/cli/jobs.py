"""The verb that says what the service does by itself."""

from typing import Annotated

import typer

from mailproc.app import schedule
from mailproc.cli import cut_off, output
from mailproc.cli.opening import opened
from mailproc.notices.language_files import ENGLISH
from mailproc.office import coming, waiting
from mailproc.office.counted import Counted

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("jobs")
def jobs(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Of what is due next.")] = 10,
    as_json: Json = False,
) -> None:
    """What the service does by itself: when it looks, and what will fall due if nobody acts."""
    with opened(ctx) as house, house.store.read() as connection:
        plan = schedule.planned(house.config, house.premises.clock())
        timers = waiting.waiting(connection)
        ahead = coming.coming(connection, house.premises, limit)
    count = Counted(sum(one.count for one in timers))
    if as_json:
        value = {"jobs": plan, "timers": timers, "next": ahead}
        output.as_json(value | cut_off.left_out(len(ahead), count))
        return
    zone = house.premises.zone
    rows = [(one.job, one.when, output.moment(one.next_at, zone) if one.next_at else "") for one in plan]
    output.table(("Job", "When", "Next"), rows, "Nothing is scheduled.")
    kinds = [
        (ENGLISH.event_word(one.kind), str(one.count), output.moment(one.next_at, zone)) for one in timers
    ]
    output.table(("If nobody acts", "Requests", "The first"), kinds, "Nothing waits to fall due.")
    if ahead:
        ones = [
            (output.moment(one.at, zone), one.number, one.partner, ENGLISH.event_word(one.kind), _then(one))
            for one in ahead
        ]
        output.table(("When", "Request", "Partner", "What", "Then"), ones, "")
        cut_off.tell(len(ahead), count)


_THEN = {
    "": "nothing",
    "reader": "the reader is written to",
    "STATUS_QUERY": "they are asked how it stands",
    "OVERDUE": "they are reminded",
    "EXPIRED": "they are told that it has ended",
    "STATUS_OR_ERROR_REPORT": "they are told that we know nothing of it",
}


def _then(one: coming.Coming) -> str:
    if one.then == "staff":
        return f"staff are asked: {ENGLISH.attention_word(one.reason)}"
    return _THEN.get(one.then, "our letter goes once more")
