"""The library's own texts for people: one in order is remembered, of one that is broken staff are told.

A broken text stops no letter (``last_good``): without a word of it nobody would notice.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from mailproc.flow.notify_staff import notify_staff
from mailproc.flow.premises import Premises
from mailproc.ill.attention import Reason
from mailproc.notices import last_good
from mailproc.store import alarms
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.templating.environment import Listed
from mailproc.templating.problem import Problem

_log = logging.getLogger(__name__)

ALARM = Reason.TEMPLATE_BROKEN.value
"""The reason for attention, and the kind of the alarm."""


@dataclass(frozen=True)
class Seen:
    """What is new of the texts: (path, text) of those to be remembered, and the faults of which staff are to
    be told, each text's together."""

    good: tuple[tuple[str, str], ...]
    broken: tuple[tuple[str, tuple[Problem, ...]], ...]


def look(store: Store, premises: Premises) -> int:
    """Remember what is in order; a letter to staff for each broken text, once a day for the same fault. How
    many letters there were to write."""
    texts = [one for one in premises.templates.listing() if _is_for_people(one, premises)]
    if not texts:
        return 0
    with store.read() as connection:
        seen = _seen(connection, texts, premises)
    if not (seen.good or seen.broken):
        return 0
    return store.write(partial(_keep, seen=seen, premises=premises))


def passed(store: Store, premises: Premises, path: str) -> None:
    """The text in use for ``path`` has passed its check: remember it, if it is a site's for people."""
    one = premises.templates.listed(path)
    if _is_for_people(one, premises) and not one.problems:
        good = tuple(_in_order([path], premises))
        store.write(partial(_remember, good=good, premises=premises))


def tell_staff(
    connection: Connection, path: str, problems: Sequence[Problem], premises: Premises, used: str
) -> bool:
    """A letter about a broken text; False where staff had one about the same fault within a day."""
    now = premises.clock()
    if not alarms.raise_once(connection, ALARM, _key(problems[0]), now):
        return False
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    note = (
        f"{path}: {problems[0]}{more}. Letters go out by the {used} text until it is mended:"
        " mailproc templates names every fault"
    )
    _log.warning("a broken text: %s", note)
    event = NewEvent(cause="timer", type="BROKEN_TEXT", at=now, state="done", facts={"text": note[:500]})
    notify_staff(connection, event, {"reasons": [ALARM], "note": note})
    return True


def _is_for_people(one: Listed, premises: Premises) -> bool:
    """A site's text by which letters to people are written; of a machine's text its orders are held."""
    return one.source == "site" and bool(one.purpose) and not premises.templates.contract(one.path).machine


def _seen(connection: Connection, texts: Sequence[Listed], premises: Premises) -> Seen:
    used = _in_order((one.path for one in texts if not one.problems), premises)
    good = ((path, text) for path, text in used if last_good.good(connection, path) != text)
    now = premises.clock()
    broken = (
        (one.path, one.problems)
        for one in texts
        if one.problems and not alarms.was_raised(connection, ALARM, _key(one.problems[0]), now)
    )
    return Seen(tuple(good), tuple(broken))


def _in_order(paths: Iterable[str], premises: Premises) -> Iterator[tuple[str, str]]:
    """(path, text) of the site's texts that are in order. A file may have been saved again since it was
    listed, so text and verdict are of one reading."""
    for used in map(premises.templates.source, paths):
        if used.origin == "site" and not used.problems:
            yield used.path, used.text


def _keep(connection: Connection, seen: Seen, premises: Premises) -> int:
    _remember(connection, seen.good, premises)
    told = 0
    for path, problems in seen.broken:
        kept = last_good.good(connection, path)
        told += tell_staff(connection, path, problems, premises, "shipped" if kept is None else "last good")
    return told


def _remember(connection: Connection, good: Sequence[tuple[str, str]], premises: Premises) -> None:
    for path, text in good:
        if last_good.good(connection, path) != text:
            last_good.remember(connection, path, text, premises.clock())


def _key(problem: Problem) -> str:
    """The fault itself: another one in the same text is told by a letter of its own."""
    return hashlib.sha256(str(problem).encode("utf-8", "surrogatepass")).hexdigest()[:32]
