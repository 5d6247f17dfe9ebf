"""The main act of a row of "To do": what most likely helps against its reason, if it is possible now."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.actions import OF_ROLE, Action
from mailproc.ill.attention import RULES, Reason, Until
from mailproc.ill.events import PUT_OFF, SHOWN_AGAIN
from mailproc.ill.status import status
from mailproc.office.acts import overtaken, putting_off
from mailproc.office.desk import act_forms
from mailproc.office.queries import possible_actions
from mailproc.office.queries.agenda import Todo
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.requests import review_steps
from mailproc.store import submissions, transactions
from mailproc.store.rows import StoredRequest, Transaction

_DAILY = {Reason.TO_ANSWER: ("act ship",), Reason.PROMISED: ("act ship",)}
"""Daily work, for which nobody is told what helps."""
_LOOKED_AT_FIRST = frozenset(
    {
        Reason.SUPPLIED_AFTER_END,
        Reason.SHIPPED_AFTER_CANCEL,
        Reason.WRONG_COPY,
        Reason.PARTIAL_COPY,
        Reason.LENT_ON_CONDITIONS,
        Reason.LOST,
    }
)
"""What is right depends on what has come, and on what its reader wants."""


def _acts(reason: Reason) -> tuple[str, ...]:
    """Return the acts that help, the likeliest first; () where something else helps sooner."""
    ways = _DAILY.get(reason) or RULES[reason].ways
    if reason in _LOOKED_AT_FIRST or not (ways and ways[0].startswith("act ")):
        return ()
    return tuple(way.removeprefix("act ") for way in ways if way.startswith("act "))


MAIN: Mapping[str, tuple[str, ...]] = MappingProxyType({reason: _acts(reason) for reason in Reason})
"""Of each reason the acts of which the first that is possible stands in the row: "renew-reply yes"."""


@dataclass(frozen=True)
class RowAct:
    """``does``, ``leads``: the act and what follows, in words. ``opens``: it needs more words, or the partner
    wishes a day: it leads to the form ``key`` on the page of the request. ``seen``: the mark of what has
    happened so far."""

    action: str
    answer: str
    key: str
    does: str
    leads: str
    opens: bool
    seen: str


KEPT_SECONDS, MOST_KEPT = 60.0, 2_000
_Key = tuple[str, str, str, date]


class KeptRowActs:
    """What was found for the rows of one page stands on the next, while nothing has happened to the request.

    To find it takes most of the time of a page. After a minute it is found anew, for what else it may depend
    on (a reader, a letter that left). Whoever presses the button is judged anew in any case. For one thread.
    """

    def __init__(self) -> None:
        self._found: dict[_Key, tuple[float, RowAct | None]] = {}

    def get(self, key: _Key, find: Callable[[], RowAct | None]) -> RowAct | None:
        """Return what was found lately, or is found now."""
        now = time.monotonic()
        at, act = self._found.get(key, (0.0, None))
        if not at or now - at > KEPT_SECONDS:
            act = find()
            self._found.pop(key, None)
            self._found[key] = now, act
            while len(self._found) > MOST_KEPT:
                del self._found[next(iter(self._found))]
        return act


def put_off(connection: Connection, one: Todo, context: Context, kept: KeptRowActs) -> RowAct | None:
    """Return the act "not today", until the day that is meant where none is named; None for what cannot wait,
    or what nobody was asked for and nobody submitted."""
    request = request_of(connection, one.number)
    seen = seen_mark(connection, request)
    key = one.number, PUT_OFF, seen, context.today()
    return kept.get(key, lambda: _put_off(connection, request, seen, context)) if seen else None


def _put_off(connection: Connection, request: StoredRequest, seen: str, context: Context) -> RowAct | None:
    language, last = context.language, putting_off.bound(connection, request, context).day
    if last <= context.today():
        return None
    day = language.day_word(min(putting_off.next_day(context), last), context.today())
    words = language.texts.labels["desk"]
    leads = language.label("desk", "put_off_leads", day=day)
    return RowAct(PUT_OFF, "", PUT_OFF, words["not_today"], leads, False, seen)


def show_again(connection: Connection, one: Todo, context: Context) -> RowAct:
    """Return the act that takes it back."""
    does = context.language.texts.labels["desk"]["show_again"]
    seen = seen_mark(connection, request_of(connection, one.number))
    return RowAct(SHOWN_AGAIN, "", SHOWN_AGAIN, does, "", False, seen)


def seen_mark(connection: Connection, request: StoredRequest) -> str:
    """Return the mark of what has happened so far; '' for what nobody was asked for and nobody submitted."""
    if attempts := transactions.of_request(connection, request.id):
        return overtaken.mark(connection, attempts[-1].id)
    submission = submissions.load(connection, request.id)
    return review_steps.mark(submission) if submission is not None else ""


def of_row(connection: Connection, one: Todo, context: Context, kept: KeptRowActs) -> RowAct | None:
    """Return the main act of a row; None where none stands out, or the reason is of an earlier attempt."""
    acts = MAIN.get(one.reasons[0], ())  # none for a code of another release
    try:
        row = transaction_of(connection, one.number) if acts else None
    except LocalFault:  # nobody was asked yet
        return None
    if row is None or not _is_of(row, Reason(one.reasons[0])):
        return None
    seen = overtaken.mark(connection, row.id)
    key = one.number, one.reasons[0], seen, context.today()
    return kept.get(key, lambda: _main(connection, row, acts, seen, context))


def _main(
    connection: Connection, row: Transaction, acts: tuple[str, ...], seen: str, context: Context
) -> RowAct | None:
    """Return the first of these acts that is possible; None where it sends back what the reader has."""
    for action, answer in _said(row, acts):
        if action.name == "return" and possible_actions.reader_has_it(row):
            return None
        found = possible_actions.choice(connection, row, action, answer, context)
        if found is not None:
            form = act_forms.form(found, status(row.state, promise=row.promise), context)
            opens = bool(form.against) or any(field.needed or field.value for field in form.fields)
            return RowAct(form.action, form.answer, form.key, form.does, form.leads, opens, seen)
    return None


def _said(row: Transaction, acts: tuple[str, ...]) -> Iterator[tuple[Action, str]]:
    """Yield the acts of our side, each with its answer."""
    for name, _, answer in (act.partition(" ") for act in acts):
        if name in OF_ROLE[row.role]:
            yield OF_ROLE[row.role][name], answer


def _is_of(row: Transaction, reason: Reason) -> bool:
    rule = RULES[reason]
    stands = rule.until is Until.FOLLOWS or (row.role, row.state) in rule.turn
    return stands or reason in (row.attention or ())
