"""Print slips: those that are new, or some again. What is printed is recorded once it is on paper."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.context import Context
from mailproc.flow.prepare import site_texts
from mailproc.ill.facts import Facts
from mailproc.ill.terms import State
from mailproc.log import mask_shown
from mailproc.notices import last_good
from mailproc.notices.last_good import Rendered, safely
from mailproc.notices.render import path_of
from mailproc.notices.slips import PullSlip, values_of
from mailproc.office.patrons.short_writes import Pace
from mailproc.office.queries.find import transaction_of
from mailproc.office.slips.content import FilledSlip, filled
from mailproc.office.slips.kinds import LATELY, RULES, SlipKind, SlipRule
from mailproc.sentence import sentence, stored
from mailproc.store import events, slips
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Transaction
from mailproc.templating.problem import BrokenTemplate, TemplateProblem, of_error
from mailproc.templating.slip_parts import SlipPart, shown, split_slip

Parts = tuple[SlipPart, ...]
RECEIPTS = ("receive", "RECEIVED")
"""The events by which an item comes to us: what was printed before them belongs to another one."""
_FIGURES = re.compile(r"(\d{1,18})")


@dataclass(frozen=True)
class FinishedSlip:
    """A slip that can be printed. ``again``: it was printed before, or may have been."""

    kind: SlipKind
    number: str
    partner: str
    title: str
    shelfmark: str
    again: bool
    parts: Parts
    transaction: Transaction

    @property
    def text(self) -> str:
        """Return it as plain text."""
        return shown(self.parts)


@dataclass(frozen=True)
class FinishedSlips:
    """The slips in the order of printing, and what was learned of the texts that made them."""

    slips: tuple[FinishedSlip, ...]
    texts: tuple[Rendered[Parts], ...]


def new(
    connection: Connection, context: Context, kinds: Sequence[SlipKind], most: int | None = None
) -> FinishedSlips:
    """Return the slips that were not printed yet: by kind, pull slips by their shelf, others by number.

    ``most``: so many of each kind, of the oldest attempts; None for all.
    """
    unprinted = {kind: _unprinted(connection, context, kind) for kind in kinds}
    oldest = {kind: sorted(rows, key=lambda row: row.id)[:most] for kind, rows in unprinted.items()}
    wanted = ((kind, row, False) for kind, rows in oldest.items() for row in rows)
    return _finished(connection, context, wanted)


def again(
    connection: Connection, context: Context, kinds: Sequence[SlipKind], numbers: Sequence[str]
) -> FinishedSlips:
    """Return the slips of these requests, marked as printed again; of those ``kinds`` that each can have now.

    Raise LocalFault if there is no such request, or if it has none of them now.
    """
    rows = {row.id: (number, row) for number in numbers for row in (transaction_of(connection, number),)}
    found = []
    for number, row in rows.values():
        fitting = [kind for kind in kinds if RULES[kind].is_for(row)]
        if not fitting:
            raise LocalFault(sentence("slip-none-now", number=number, kinds=", ".join(kinds)))
        found += [(kind, row, True) for kind in fitting]
    return _finished(connection, context, sorted(found, key=lambda one: list(SlipKind).index(one[0])))


@dataclass(frozen=True)
class PrintedBy:
    """Who says that slips were printed. ``once``: a mark by which a form that comes twice is known."""

    login: str
    door: str = "cli"
    once: str = ""


def record(store: Store, context: Context, printed: FinishedSlips, by: PrintedBy) -> None:
    """Record in the histories that these slips were printed; call it when they are safely on paper or disk.

    In short commits: of a run that is killed meanwhile some slips are printed once more, none is lost.
    """
    pace, left = Pace(), list(printed.slips)
    while left:
        some, left = left[: pace.rows], left[pace.rows :]
        pace.write(store, partial(_record, context=context, some=some, by=by))
    if printed.texts:
        store.write(lambda connection: _settle(connection, context, printed.texts))


def _unprinted(connection: Connection, context: Context, kind: SlipKind) -> Iterator[Transaction]:
    """Yield the attempts that the slip was not printed for since the item last came."""
    rule = RULES[kind]
    yield from _in_states(connection, rule, rule.states)
    if rule.ended:
        yield from _in_states(connection, rule, rule.ended, context.clock() - LATELY)


def _in_states(
    connection: Connection, rule: SlipRule, states: Sequence[State], since: datetime | None = None
) -> Iterator[Transaction]:
    names = [one.name for one in rule.services], [one.name for one in states]
    rows = slips.unprinted(connection, rule.role.name, *names, rule.event, RECEIPTS, since)
    return filter(rule.is_for, rows)


def _finished(
    connection: Connection, context: Context, wanted: Iterable[tuple[SlipKind, Transaction, bool]]
) -> FinishedSlips:
    made, texts = list[FinishedSlip](), dict[str, Rendered[Parts]]()
    for kind, row, is_again in wanted:
        one = filled(connection, context, kind, row, again=is_again)
        text = rendered(connection, context, kind, one)
        texts[text.path] = text
        made.append(_slip(kind, row, one, text.notice))
    return FinishedSlips(tuple(sorted(made, key=place_of)), tuple(texts.values()))


def rendered(connection: Connection, context: Context, kind: SlipKind, slip: FilledSlip) -> Rendered[Parts]:
    """Return the parts of the slip by its text in use, or by the last good one."""
    path = path_of(RULES[kind].template, slip.language)
    return safely(
        context.templates,
        path,
        values_of(slip.content),
        lambda text: _parts(text, path),
        lambda used: last_good.good(connection, used),
    )


def _parts(text: str, path: str) -> Parts:
    try:
        return split_slip(mask_shown(text))
    except ValueError as error:
        raise BrokenTemplate([TemplateProblem(path, 0, "", of_error(error))]) from error


def _slip(kind: SlipKind, row: Transaction, filled_slip: FilledSlip, parts: Parts) -> FinishedSlip:
    said = filled_slip.content
    return FinishedSlip(
        kind=kind,
        number=said.number,
        partner=row.partner,
        title=said.request.title,
        shelfmark=said.shelfmark if isinstance(said, PullSlip) else "",
        again=bool(said.reprint),
        parts=parts,
        transaction=row,
    )


def place_of(slip: FinishedSlip) -> tuple[int, bool, list[tuple[int, str]], int]:
    """Return its place in the order: by kind; by shelfmark, figures as numbers, none at the end; by age."""
    shelf = slip.shelfmark.casefold()
    pieces = [(int(each), "") if each.isdecimal() else (0, each) for each in _FIGURES.split(shelf)]
    return list(SlipKind).index(slip.kind), not shelf, pieces, slip.transaction.id


def _record(connection: Connection, context: Context, some: Sequence[FinishedSlip], by: PrintedBy) -> None:
    for slip in some:
        event = _event(slip, context, by)
        if events.known_once(connection, event.once or "") is None:
            steps.begin(connection, event, context)


def _event(slip: FinishedSlip, context: Context, by: PrintedBy) -> NewEvent:
    said = sentence("slip-again")
    facts: Facts = {"text": str(said), "why": stored(said)} if slip.again else {}
    return NewEvent(
        cause="staff",
        type=RULES[slip.kind].event,
        at=context.clock(),
        facts=facts or None,
        actor=by.login,
        door=by.door,
        once=f"{by.once} {slip.kind} {slip.transaction.id}" if by.once else None,
        partner=slip.transaction.partner,
        transaction_id=slip.transaction.id,
        request_id=slip.transaction.request_id,
    )


def _settle(connection: Connection, context: Context, texts: Sequence[Rendered[Parts]]) -> None:
    for text in texts:
        site_texts.settle(connection, text, context)
