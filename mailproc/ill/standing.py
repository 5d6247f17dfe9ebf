"""Where a transaction stands, and the one function that moves it.

``step`` is the law plus what a letter's content changes beside the state (due date, promise,
agreed conditions) and the guards of the state tables that look at content (G1, G3; G2 is in
the table, G4 needs a second partner). It is pure, so the standing is the fold of its events:
the daemon moves by it and ``verify`` recomputes by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from mailproc.ill import machine
from mailproc.ill.actions import WANTS_ANSWER
from mailproc.ill.apdu import (
    Apdu,
    Due,
    IllAnswer,
    Message,
    Overdue,
    Recall,
    RenewAnswer,
    Shipped,
)
from mailproc.ill.apdu_json import value_to_json
from mailproc.ill.attention import OF_OUR_LETTER
from mailproc.ill.events import TIMERS, Timer
from mailproc.ill.machine import Kind, Next
from mailproc.ill.noted import Noted
from mailproc.ill.terms import Role, Service, State

NOTED = frozenset({*OF_OUR_LETTER, "LOSSY", "amend", "redirect", "forget"})
"""What became of our own letter, or was corrected by staff: beside the state, a line in the history."""


@dataclass(frozen=True)
class Standing:
    """``renewal_on``: the date up to which the lender renews by itself (then renew is refused).
    ``unsent``: it was here before our order left, so the order was taken back and nobody knows of it."""

    role: Role
    service: Service
    state: State = State.IDLE
    state_before: State | None = None
    due_on: date | None = None
    renewable: bool | None = None
    promise: dict[str, Any] | None = None
    agreed: tuple[Any, ...] = ()
    offered: tuple[Any, ...] = ()
    renewal_on: date | None = None
    unsent: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Occurrence:
    """Something that happens to a transaction.

    ``event`` is a row of the state tables, or WITHDRAWN, UNDONE, a Timer, or one of NOTED.
    ``facts`` is what had to be looked up, frozen: repeat (heard before), delivered_again (by the
    same letter), answer (ours to what is asked again), old_responder (who had it before it was
    forwarded), again (said once more), here (an earlier act says that we have received it),
    by_hand (staff put it there: it may be anybody's), follows, letter_left, due_on, renewal_on,
    same_item, found (the standing an undone act had found), too_late (nobody needs it any more),
    reader_waits (has heard of no end, and nobody else is or can be asked); of
    a timer: of (the day it counts from), level, may_chase, say (the APDU that goes out by itself),
    outdated.
    """

    event: str
    apdu: Apdu | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    before: Standing
    after: Standing
    outcome: Next
    note: str = ""

    @property
    def moved(self) -> bool:
        """Whether they know of our order is no move."""
        return self.before != replace(self.after, unsent=self.before.unsent)

    @property
    def entered(self) -> State | None:
        """The state it has come into; None where it stays."""
        return self.after.state if self.after.state is not self.before.state else None


def step(standing: Standing, occurrence: Occurrence) -> Step:
    """What ``occurrence`` does to ``standing``. Never raises: prohibited is an outcome."""
    if standing.unsent and _is_theirs(occurrence):
        return _known_all_the_same(standing, step(replace(standing, unsent=False), occurrence))
    outside = _outside_the_tables(standing, occurrence)
    if outside is not None:
        return outside
    guarded = _guard(standing, occurrence)
    if guarded is not None:
        return guarded
    table = _table(standing.service)
    outcome = machine.next_state(
        standing.role, table, standing.state, standing.state_before, occurrence.event
    )
    if outcome.kind in (Kind.ERROR, Kind.REFUSED):
        return Step(standing, standing, outcome)
    closed = standing.closed and outcome.state == standing.state  # what moves comes back on the lists
    moved = replace(standing, state=outcome.state, state_before=outcome.state_before, closed=closed)
    after = replace(_take(moved, occurrence), unsent=standing.unsent or _takes_back(occurrence))
    return Step(standing, after, outcome, _beside(standing, occurrence))


def _known_all_the_same(found: Standing, taken: Step) -> Step:
    """Who speaks of our order knows of it; an error moves nothing."""
    return replace(taken, before=found, after=found if taken.outcome.kind is Kind.ERROR else taken.after)


def _is_theirs(occurrence: Occurrence) -> bool:
    heard = occurrence.apdu is not None and occurrence.event[:1].isupper()
    return heard and not occurrence.facts.get("by_hand")


def _takes_back(occurrence: Occurrence) -> bool:
    return occurrence.event == "receive" and occurrence.facts.get("letter_left") is False


def _beside(standing: Standing, occurrence: Occurrence) -> str:
    if _takes_back(occurrence):
        return Noted.ORDER_WITHDRAWN
    told = standing.unsent and occurrence.event[:1].islower()
    return Noted.NOBODY_IS_TOLD if told else ""


def service_of(services: Sequence[Service]) -> Service:
    """What a request is for: a loan if it allows one at all, else a copy, else what it names first."""
    either = (one for one in (Service.LOAN, Service.COPY) if one in services)
    return next(either, services[0] if services else Service.LOAN)


def _table(service: Service) -> Service:
    return Service.LOAN if service is Service.LOAN else Service.COPY


def _stays(standing: Standing, kind: Kind, *replies: str, attention: bool = False) -> Next:
    return Next(kind, standing.state, standing.state_before, replies, attention)


def _outside_the_tables(standing: Standing, occurrence: Occurrence) -> Step | None:
    event, facts = occurrence.event, occurrence.facts
    if event in NOTED:
        return Step(standing, standing, _stays(standing, Kind.NOTE), facts.get("text", ""))
    if event in TIMERS:
        return _timed(standing, Timer(event), facts)
    if facts.get("again"):
        return Step(standing, standing, _stays(standing, Kind.STAY), Noted.SAID_ONCE_MORE)
    if event == "UNDONE":
        found = from_json(standing.role, facts["found"])
        return Step(standing, found, Next(Kind.BECOMES, found.state, found.state_before, (), False))
    if event == "cancel" and facts.get("letter_left") is False and standing.state is State.PENDING:
        after = replace(standing, state=State.CANCELLED, state_before=None)
        outcome = Next(Kind.BECOMES, State.CANCELLED, None, (), False)
        return Step(standing, after, outcome, Noted.WITHDRAWN)
    if standing.unsent and event in WANTS_ANSWER:
        note = "Nobody knows of this order: it was taken back before it left."
        return Step(standing, standing, _stays(standing, Kind.REFUSED), note)
    if event == "renew" and standing.renewal_on is not None:
        note = (
            f"The lender renews by itself (announced for {standing.renewal_on.isoformat()}); nothing to ask."
        )
        return Step(standing, standing, _stays(standing, Kind.REFUSED), note)
    if event == "close":
        if standing.state <= State.IDLE:
            return None
        return Step(standing, replace(standing, closed=True), _stays(standing, Kind.STAY))
    return None


def _timed(standing: Standing, kind: Timer, facts: Mapping[str, Any]) -> Step:
    stays = _stays(standing, Kind.NOTE)
    if facts.get("outdated"):
        return Step(standing, standing, stays, Noted.NO_LONGER_SO)
    silent = kind is Timer.RENEWAL_SILENT  # what was announced did not come: the due date holds again
    after = replace(standing, renewal_on=None) if silent else standing
    return Step(standing, after, stays, _timed_note(facts.get("say")))


def _timed_note(say: Mapping[str, Any] | None) -> str:
    if say is None:
        return ""
    return Noted.ASKED_HOW_IT_STANDS if say["type"] == "STATUS_QUERY" else Noted.SAID_ONCE_MORE


def _guard(standing: Standing, occurrence: Occurrence) -> Step | None:
    """What the content of a letter decides before its kind does."""
    apdu, facts = occurrence.apdu, occurrence.facts
    if facts.get("old_responder"):  # G4
        return Step(standing, standing, _stays(standing, Kind.NOTE), Noted.FORMER_LIBRARY)
    if facts.get("same_item") is False and occurrence.event == "ILL_REQUEST":
        return Step(standing, standing, _stays(standing, Kind.NOTE, attention=True), Noted.ANOTHER_ITEM)
    if facts.get("delivered_again"):
        return Step(standing, standing, _stays(standing, Kind.NOTE), Noted.DELIVERED_AGAIN)
    if facts.get("repeat"):
        return Step(standing, standing, _said_before(standing, occurrence), Noted.SAID_BEFORE)
    if facts.get("unclear") and standing.state is State.CONDITIONAL:
        return Step(standing, standing, _stays(standing, Kind.NOTE, attention=True), Noted.WHICH_CONDITION)
    if occurrence.event == "ANSWER.conditional" and isinstance(apdu, IllAnswer) and standing.agreed:
        if _conditions(apdu) == standing.agreed:  # G1
            outcome = _stays(standing, Kind.NOTE, "COND_REPLY.yes")
            return Step(standing, standing, outcome, Noted.AGREED_BEFORE)
        return None
    if not _dates_move(standing, apdu):  # G3
        return Step(standing, standing, _stays(standing, Kind.NOTE), Noted.OLDER_THAN_OURS)
    return None


def _said_before(standing: Standing, occurrence: Occurrence) -> Next:
    """Nothing happens twice; but a question asked again is answered again, for the answer may be lost."""
    state, before = standing.state, standing.state_before
    cell = machine.next_state(standing.role, _table(standing.service), state, before, occurrence.event)
    if cell.kind is Kind.NOTE and (cell.replies or not _refused_by_us(standing, occurrence)):
        return _stays(standing, Kind.NOTE, *cell.replies)
    answer = occurrence.facts.get("answer")
    return _stays(standing, Kind.NOTE, *([answer] if answer else ()))


def _refused_by_us(standing: Standing, occurrence: Occurrence) -> bool:
    """The condition that we did not accept comes again: the lender still waits for our no."""
    return standing.state is State.NOT_SUPPLIED and occurrence.facts.get("answer") == "COND_REPLY.no"


def _dates_move(standing: Standing, apdu: Apdu | None) -> bool:
    if standing.role is not Role.REQUESTER or standing.due_on is None:
        return True
    if isinstance(apdu, Overdue) and apdu.due is not None:
        return apdu.due.on >= standing.due_on
    if isinstance(apdu, RenewAnswer) and apdu.answer and apdu.due is not None:
        return apdu.due.on > standing.due_on
    return True


def _take(standing: Standing, occurrence: Occurrence) -> Standing:
    """Due date, promise, conditions and service out of the letter or the act."""
    apdu = occurrence.apdu
    if isinstance(apdu, Shipped):
        return _take_shipped(standing, apdu)
    if isinstance(apdu, IllAnswer):
        return _take_answer(standing, apdu)
    if isinstance(apdu, RenewAnswer | Overdue | Recall):
        return _take_renewal(standing, apdu)
    if isinstance(apdu, Message):
        return _take_message(standing, occurrence)
    if occurrence.event == "receive" and standing.due_on is None and occurrence.facts.get("due_on"):
        return replace(standing, due_on=date.fromisoformat(occurrence.facts["due_on"]), promise=None)
    if occurrence.event == "condition-yes":
        return replace(standing, agreed=standing.offered)
    if standing.state in (State.CANCELLED, State.NOT_SUPPLIED, State.RECEIVED):
        return replace(standing, promise=None)
    return standing


def _take_shipped(standing: Standing, shipped: Shipped) -> Standing:
    service = standing.service
    if shipped.shipped_service is Service.COPY and standing.state is State.SHIPPED:
        service = Service.COPY
    return replace(_take_due(standing, shipped.due), service=service, promise=None)


def _take_renewal(standing: Standing, apdu: RenewAnswer | Overdue | Recall) -> Standing:
    """The word on the loan's end: the renewal that was announced has come, or will not."""
    settled = replace(standing, renewal_on=None)
    if isinstance(apdu, RenewAnswer) and apdu.answer:
        return _take_due(settled, apdu.due)
    if isinstance(apdu, Overdue) and standing.due_on is None:
        return _take_due(settled, apdu.due)
    return settled


def _take_due(standing: Standing, due: Due | None) -> Standing:
    return standing if due is None else replace(standing, due_on=due.on, renewable=due.renewable)


def _take_answer(standing: Standing, answer: IllAnswer) -> Standing:
    if answer.results in ("WILL_SUPPLY", "HOLD_PLACED"):
        promise = {
            "what": answer.results.name,
            "position": answer.position,
            "date": answer.supply_on.isoformat() if answer.supply_on else None,
        }
        return replace(standing, promise={key: value for key, value in promise.items() if value is not None})
    if answer.results == "CONDITIONAL":
        return replace(standing, offered=_conditions(answer))
    return replace(standing, promise=None)


def _take_message(standing: Standing, occurrence: Occurrence) -> Standing:
    on = occurrence.facts.get("renewal_on")
    return replace(standing, renewal_on=date.fromisoformat(on)) if on else standing


def _conditions(answer: IllAnswer) -> tuple[Any, ...]:
    return tuple(condition.condition for condition in answer.conditions) or (answer.reason or "",)


def to_json(standing: Standing) -> dict[str, Any]:
    """The standing as it is frozen into an event's facts. Absent values are left out."""
    found = {
        "service": standing.service.name,
        "state": standing.state.name,
        "state_before": standing.state_before.name if standing.state_before is not None else None,
        "due_on": value_to_json(standing.due_on),
        "renewable": standing.renewable,
        "promise": standing.promise,
        "agreed": list(standing.agreed) or None,
        "offered": list(standing.offered) or None,
        "renewal_on": value_to_json(standing.renewal_on),
        "unsent": standing.unsent or None,
        "closed": standing.closed or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def from_json(role: Role, found: Mapping[str, Any]) -> Standing:
    """The other way."""
    before = found.get("state_before")
    return Standing(
        role=role,
        service=Service[found["service"]],
        state=State[found["state"]],
        state_before=State[before] if before else None,
        due_on=_date(found.get("due_on")),
        renewable=found.get("renewable"),
        promise=found.get("promise"),
        agreed=tuple(found.get("agreed") or ()),
        offered=tuple(found.get("offered") or ()),
        renewal_on=_date(found.get("renewal_on")),
        unsent=bool(found.get("unsent")),
        closed=bool(found.get("closed")),
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
