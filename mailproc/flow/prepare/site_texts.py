"""Check the library's own texts for people: remember those in order, inform staff of broken ones.

A broken text stops no letter (``last_good``), so without this letter nobody would notice.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.notify_staff import notify_staff
from mailproc.ill.attention import Reason
from mailproc.notices import last_good
from mailproc.notices.last_good import Rendered
from mailproc.store import alarms
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.templating.environment import TemplateLine
from mailproc.templating.problem import TemplateProblem

_log = logging.getLogger(__name__)

ALARM = Reason.TEMPLATE_BROKEN.value
"""The reason for attention, and the kind of the alarm."""


@dataclass(frozen=True)
class Seen:
    """What is new in the texts: (path, text) of those to remember, and the faults to report, by text."""

    good: tuple[tuple[str, str], ...]
    broken: tuple[tuple[str, tuple[TemplateProblem, ...]], ...]


def check(store: Store, context: Context) -> int:
    """Remember the texts that are in order, and write to staff about each broken one, once a day for a fault.

    Return how many letters were written.
    """
    texts = [one for one in context.templates.of_site() if _is_for_people(one, context)]
    if not texts:
        return 0
    with store.read() as connection:
        seen = _seen(connection, texts, context)
    if not (seen.good or seen.broken):
        return 0
    return store.write(partial(_keep, seen=seen, context=context))


def remember_passed(store: Store, context: Context, path: str) -> None:
    """Remember the site's text for people in use for ``path``, which has passed its check."""
    one = context.templates.listed(path)
    if _is_for_people(one, context) and not one.problems:
        good = tuple(_in_order([path], context))
        store.write(partial(_remember, good=good, context=context))


def tell_staff(
    connection: Connection, path: str, problems: Sequence[TemplateProblem], context: Context, used: str
) -> bool:
    """Write to staff about a broken text; False if they had a letter about the same fault within a day."""
    now = context.clock()
    if not alarms.raise_once(connection, ALARM, _key(problems[0]), now):
        return False
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    note = (
        f"{path}: {problems[0]}{more}. Letters go out by the {used} text until it is mended:"
        " mailproc templates names every fault"
    )
    _log.warning("broken text: %s", note)
    event = NewEvent(cause="timer", type="BROKEN_TEXT", at=now, state="done", facts={"text": note[:500]})
    notify_staff(connection, event, {"reasons": [ALARM], "note": note})
    return True


def settle(connection: Connection, rendered: Rendered[object], context: Context) -> None:
    """Record in the letter's commit what its text taught: staff hear of a broken one, a good one is kept."""
    if rendered.problems:
        tell_staff(connection, rendered.path, rendered.problems, context, rendered.used)
    if rendered.to_remember is not None:
        path, text = rendered.to_remember
        last_good.remember(connection, path, text, context.clock())


def _is_for_people(one: TemplateLine, context: Context) -> bool:
    """Return whether this is a site's text for people (a broken text for machines holds its orders)."""
    return one.source == "site" and bool(one.purpose) and not context.templates.contract(one.path).machine


def _seen(connection: Connection, texts: Sequence[TemplateLine], context: Context) -> Seen:
    used = _in_order((one.path for one in texts if not one.problems), context)
    good = ((path, text) for path, text in used if last_good.good(connection, path) != text)
    now = context.clock()
    broken = (
        (one.path, one.problems)
        for one in texts
        if one.problems and not alarms.was_raised(connection, ALARM, _key(one.problems[0]), now)
    )
    return Seen(tuple(good), tuple(broken))


def _in_order(paths: Iterable[str], context: Context) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the site's texts that are in order.

    Text and verdict are of one reading, because a file may have been saved again since it was listed.
    """
    for used in map(context.templates.source, paths):
        if used.origin == "site" and not used.problems:
            yield used.path, used.text


def _keep(connection: Connection, seen: Seen, context: Context) -> int:
    _remember(connection, seen.good, context)
    told = 0
    for path, problems in seen.broken:
        kept = last_good.good(connection, path)
        told += tell_staff(connection, path, problems, context, "shipped" if kept is None else "last good")
    return told


def _remember(connection: Connection, good: Sequence[tuple[str, str]], context: Context) -> None:
    for path, text in good:
        if last_good.good(connection, path) != text:
            last_good.remember(connection, path, text, context.clock())


def _key(problem: TemplateProblem) -> str:
    """Identify the fault itself: another fault in the same text gets a letter of its own."""
    return hashlib.sha256(str(problem).encode("utf-8", "surrogatepass")).hexdigest()[:32]
