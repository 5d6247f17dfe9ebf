"""The library's own texts for people: one in order is remembered, of one that is broken staff are told.

A broken text stops no letter (``last_good``): without a word of it nobody would notice.
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
    """What is new of the texts: (path, text) of those to be remembered, and the faults of which staff are to
    be told, each text's together."""

    good: tuple[tuple[str, str], ...]
    broken: tuple[tuple[str, tuple[TemplateProblem, ...]], ...]


def look(store: Store, context: Context) -> int:
    """Remember what is in order; a letter to staff for each broken text, once a day for the same fault. How
    many letters there were to write."""
    texts = [one for one in context.templates.of_site() if _is_for_people(one, context)]
    if not texts:
        return 0
    with store.read() as connection:
        seen = _seen(connection, texts, context)
    if not (seen.good or seen.broken):
        return 0
    return store.write(partial(_keep, seen=seen, context=context))


def passed(store: Store, context: Context, path: str) -> None:
    """The text in use for ``path`` has passed its check: remember it, if it is a site's for people."""
    one = context.templates.listed(path)
    if _is_for_people(one, context) and not one.problems:
        good = tuple(_in_order([path], context))
        store.write(partial(_remember, good=good, context=context))


def tell_staff(
    connection: Connection, path: str, problems: Sequence[TemplateProblem], context: Context, used: str
) -> bool:
    """A letter about a broken text; False where staff had one about the same fault within a day."""
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


def _is_for_people(one: TemplateLine, context: Context) -> bool:
    """A site's text by which letters to people are written; of a machine's text its orders are held."""
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
    """(path, text) of the site's texts that are in order. A file may have been saved again since it was
    listed, so text and verdict are of one reading."""
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
    """The fault itself: another one in the same text is told by a letter of its own."""
    return hashlib.sha256(str(problem).encode("utf-8", "surrogatepass")).hexdigest()[:32]
