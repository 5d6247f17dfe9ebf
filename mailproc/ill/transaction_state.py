"""The state of a transaction, and the one function that changes it.

``step`` is the state tables plus what a message's content changes beside the state (due date, promise, agreed
conditions) and the rules that look at content (G1, G3; G2 is in the table, G4 needs a second partner). It is
pure, so the state is the fold of its events: the daemon moves by it and ``verify`` recomputes by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from mailproc.ill import machine, message_content, right_item
from mailproc.ill.actions import WANTS_ANSWER, WITH_US, WITHIN
from mailproc.ill.apdu import Apdu, IllAnswer, Overdue, RenewAnswer
from mailproc.ill.apdu_json import ApduJson, value_to_json
from mailproc.ill.attention import OF_OUR_LETTER
from mailproc.ill.events import AUTOMATIC_REPLY, PUTTING_OFF, SLIP_PRINTED, TIMERS, WITH_READERS, Timer
from mailproc.ill.facts import Facts, LoanTerms, Promise, StateJson
from mailproc.ill.findings import Noted
from mailproc.ill.machine import CellKind, Transition
from mailproc.ill.terms import Role, Service, State
from mailproc.sentence import Part, Sentence, Word, sentence

OF_A_DOCUMENT = ("DOCUMENT_SENT", "DOCUMENT_WITHHELD", "DOCUMENT_DELETED")
"""What happened to documents of a request."""
CHARGE_NOTED = "charge"
"""The event by which staff record money."""
PASSED_ON = "pass-on"
"""The event by which staff send a file of a received letter on to the reader."""
BARCODE_NOTED = "barcode"
"""The event by which staff correct the barcode of the item."""
OF_STAFF = ("amend", "redirect", "forget", "note", CHARGE_NOTED, PASSED_ON, BARCODE_NOTED, *PUTTING_OFF)
OF_LETTERS = (*OF_OUR_LETTER, *OF_A_DOCUMENT, "LOSSY", "UNREAD", *WITH_READERS, AUTOMATIC_REPLY)
NOTED = frozenset({*OF_LETTERS, *OF_STAFF, *SLIP_PRINTED})
"""Events of our own letters and of documents, what readers and autoresponders write, corrections and notes of
staff: no change of state, only a history line."""
DUE_CORRECTED = "correct-due"
"""The event by which staff correct a due date; beside the tables, as it changes no state."""


RENEWAL_ASKED = (State.RENEW_PENDING, State.RENEW_OVERDUE)


@dataclass(frozen=True)
class TransactionState:
    """``renewal_on``: the date up to which the lender renews automatically (then renew is refused).

    ``unsent``: the item arrived before our order left, so the order was withdrawn and no lender knows of it.
    ``whereabouts``: what staff last said of the item while it is here (``ill/whereabouts.py``). ``flaw``:
    what came was not what was asked for (wrong | partial); the next library may be asked.
    """

    role: Role
    service: Service
    state: State = State.IDLE
    state_before: State | None = None
    due_on: date | None = None
    renewable: bool | None = None
    promise: Promise | None = None
    agreed: tuple[Any, ...] = ()
    offered: tuple[Any, ...] = ()
    renewal_on: date | None = None
    unsent: bool = False
    whereabouts: str = ""
    loan_terms: LoanTerms | None = None
    flaw: str = ""
    closed: bool = False


@dataclass(frozen=True)
class Occurrence:
    """Something that happens to a transaction.

    ``event`` is a row of the state tables, or WITHDRAWN, UNDONE, a Timer, or one of NOTED. ``facts`` is what
    was looked up and stored (``ill/facts.py``).
    """

    event: str
    apdu: Apdu | None = None
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True)
class Step:
    before: TransactionState
    after: TransactionState
    outcome: Transition
    note: Part = ""

    @property
    def moved(self) -> bool:
        """Whether the state changed; whether the lender knows of our order does not count."""
        return self.before != replace(self.after, unsent=self.before.unsent)

    @property
    def entered(self) -> State | None:
        """The new state; None if it stays."""
        return self.after.state if self.after.state is not self.before.state else None


def step(current: TransactionState, occurrence: Occurrence) -> Step:
    """Return what ``occurrence`` does to ``current``. Never raises: prohibited is an outcome."""
    if current.unsent and _is_theirs(occurrence):
        return _known_all_the_same(current, step(replace(current, unsent=False), occurrence))
    outside = _outside_the_tables(current, occurrence)
    if outside is not None:
        return outside
    guarded = _guard(current, occurrence)
    if guarded is not None:
        return guarded
    table = _table(current.service)
    found = right_item.as_ordered(current, occurrence)
    outcome = machine.next_state(found.role, table, found.state, found.state_before, occurrence.event)
    if outcome.kind in (CellKind.ERROR, CellKind.REFUSED):
        return Step(current, current, outcome)
    closed = current.closed and outcome.state == current.state  # one that moves is listed again
    moved = replace(found, state=outcome.state, state_before=outcome.state_before, closed=closed)
    if outcome.state not in WITH_US:
        moved = replace(moved, whereabouts="")
    after = replace(message_content.take(moved, occurrence), unsent=current.unsent or _takes_back(occurrence))
    return Step(current, after, outcome, _beside(current, occurrence))


def _known_all_the_same(found: TransactionState, taken: Step) -> Step:
    """A partner that writes about our order has it; an error changes nothing."""
    return replace(taken, before=found, after=found if taken.outcome.kind is CellKind.ERROR else taken.after)


def _is_theirs(occurrence: Occurrence) -> bool:
    heard = occurrence.apdu is not None and occurrence.event[:1].isupper()
    return heard and not occurrence.facts.get("by_hand")


def _takes_back(occurrence: Occurrence) -> bool:
    return occurrence.event == "receive" and occurrence.facts.get("letter_left") is False


_FLAWS = {message_content.WRONG: Noted.WRONG_ITEM, message_content.PARTIAL: Noted.ONLY_A_PART}


def _beside(current: TransactionState, occurrence: Occurrence) -> str:
    if _takes_back(occurrence):
        return Noted.ORDER_WITHDRAWN
    if flaw := message_content.flaw(occurrence.facts):
        return _FLAWS[flaw]
    if occurrence.facts.get("renewed_since"):
        return Noted.OLDER_THAN_OURS
    told = current.unsent and occurrence.event[:1].islower()
    return Noted.NOBODY_IS_TOLD if told else ""


def service_of(services: Sequence[Service]) -> Service:
    """Return the service of a request: a loan if it allows one, else a copy, else the first it names."""
    either = (one for one in (Service.LOAN, Service.COPY) if one in services)
    return next(either, services[0] if services else Service.LOAN)


def _table(service: Service) -> Service:
    return Service.LOAN if service is Service.LOAN else Service.COPY


def _stays(current: TransactionState, kind: CellKind, *replies: str, attention: bool = False) -> Transition:
    return Transition(kind, current.state, current.state_before, replies, attention)


def _outside_the_tables(current: TransactionState, occurrence: Occurrence) -> Step | None:
    event, facts = occurrence.event, occurrence.facts
    if event in NOTED:
        return Step(current, current, _stays(current, CellKind.NOTE), facts.get("text", ""))
    if event in TIMERS:
        return _timed(current, Timer(event), facts)
    if facts.get("again"):
        return Step(current, current, _stays(current, CellKind.STAY), Noted.SAID_ONCE_MORE)
    if event == "UNDONE":
        found = from_json(current.role, facts["found"])
        return Step(current, found, Transition(CellKind.BECOMES, found.state, found.state_before, (), False))
    if event == "cancel" and facts.get("letter_left") is False and current.state is State.PENDING:
        after = replace(current, state=State.CANCELLED, state_before=None)
        outcome = Transition(CellKind.BECOMES, State.CANCELLED, None, (), False)
        why = Noted.CAME_BACK if facts.get("came_back") else Noted.WITHDRAWN
        return Step(current, after, outcome, why)
    if (why_not := _refused(current, occurrence)) is not None:
        return Step(current, current, _stays(current, CellKind.REFUSED), why_not)
    return _beside_the_tables(current, occurrence)


def _beside_the_tables(current: TransactionState, occurrence: Occurrence) -> Step | None:
    """Return what an action of ours does that changes no state; None if the tables decide."""
    event, flaw = occurrence.event, message_content.flaw(occurrence.facts)
    if event == DUE_CORRECTED:
        return _due_corrected(current, occurrence.facts)
    if event == "receive" and current.state is State.RECEIVED and (current.flaw or flaw):
        after = replace(current, flaw=flaw, closed=False)
        return Step(current, after, _stays(current, CellKind.STAY), _beside(current, occurrence))
    if event == "close":
        if current.state <= State.IDLE:
            return None
        return Step(current, replace(current, closed=True), _stays(current, CellKind.STAY))
    return None


def _refused(current: TransactionState, occurrence: Occurrence) -> Sentence | None:
    """Return why an action makes no sense now, whatever the tables say of it."""
    event = occurrence.event
    if current.unsent and event in WANTS_ANSWER:
        return sentence("order-unknown")
    if event == "renew" and current.renewal_on is not None:
        return sentence("renews-itself", day=current.renewal_on.isoformat())
    if event in WITHIN and not occurrence.facts.get("here"):
        return sentence("not-here")
    if not occurrence.facts.get("anyway") and (warning := _warned_of(occurrence)):
        return warning
    lent = current.state.lent_out and current.service is Service.LOAN
    return sentence("due-not-out") if event == DUE_CORRECTED and not lent else None


def _warned_of(occurrence: Occurrence) -> Sentence | None:
    """Return what speaks against an action, unless staff insist.

    As it was found when the action was taken: an earlier release may not have looked, and did it.
    """
    if occurrence.event == "ship" and (limit := occurrence.facts.get("over_limit")):
        return sentence("ship-over-limit", limit=limit)
    if occurrence.event == "overdue" and (day := occurrence.facts.get("not_due")):
        return sentence("overdue-early", day=date.fromisoformat(day))
    if occurrence.event == "renew" and (why := occurrence.facts.get("no_renewal")):
        return sentence("renewal-pointless", why=Word("labels.no_renewal", why))
    return None


def _due_corrected(current: TransactionState, facts: Facts) -> Step:
    """Return the same state with another due date."""
    after = replace(current, due_on=date.fromisoformat(facts["due_on"]))
    return Step(current, after, _stays(current, CellKind.STAY), facts.get("text", ""))


def _timed(current: TransactionState, kind: Timer, facts: Facts) -> Step:
    stays = _stays(current, CellKind.NOTE)
    if facts.get("outdated"):
        return Step(current, current, stays, Noted.NO_LONGER_SO)
    silent = kind is Timer.RENEWAL_SILENT  # no renewal came: the due date is valid again
    after = replace(current, renewal_on=None) if silent else current
    say = facts.get("say")
    return Step(current, after, stays, _timed_note(say) if say is not None else "")


def _timed_note(say: ApduJson) -> str:
    return Noted.ASKED_HOW_IT_STANDS if say["type"] == "STATUS_QUERY" else Noted.SAID_ONCE_MORE


def _guard(current: TransactionState, occurrence: Occurrence) -> Step | None:
    """Return what the content of a message decides before its type does."""
    apdu, facts = occurrence.apdu, occurrence.facts
    if facts.get("old_responder"):  # G4
        return Step(current, current, _stays(current, CellKind.NOTE), Noted.FORMER_LIBRARY)
    if facts.get("same_item") is False and occurrence.event == "ILL_REQUEST":
        return Step(current, current, _stays(current, CellKind.NOTE, attention=True), Noted.ANOTHER_ITEM)
    if facts.get("delivered_again"):
        return Step(current, current, _stays(current, CellKind.NOTE), Noted.DELIVERED_AGAIN)
    if facts.get("repeat"):
        return Step(current, current, _said_before(current, occurrence), Noted.SAID_BEFORE)
    if facts.get("unclear") and current.state is State.CONDITIONAL:
        return Step(current, current, _stays(current, CellKind.NOTE, attention=True), Noted.WHICH_CONDITION)
    if occurrence.event == "ANSWER.conditional" and isinstance(apdu, IllAnswer) and current.agreed:
        if message_content.conditions(apdu) == current.agreed:  # G1
            outcome = _stays(current, CellKind.NOTE, "COND_REPLY.yes")
            return Step(current, current, outcome, Noted.AGREED_BEFORE)
        return None
    if not _dates_move(current, occurrence):  # G3
        unanswered = isinstance(apdu, RenewAnswer) and current.state in RENEWAL_ASKED
        stays = _stays(current, CellKind.NOTE, attention=unanswered)
        return Step(current, current, stays, Noted.OLDER_THAN_OURS)
    return None


def _said_before(current: TransactionState, occurrence: Occurrence) -> Transition:
    """Nothing happens twice; but a repeated question is answered again, as the answer may be lost."""
    state, before = current.state, current.state_before
    cell = machine.next_state(current.role, _table(current.service), state, before, occurrence.event)
    if cell.kind is CellKind.NOTE and (cell.replies or not _refused_by_us(current, occurrence)):
        return _stays(current, CellKind.NOTE, *cell.replies)
    answer = occurrence.facts.get("answer")
    return _stays(current, CellKind.NOTE, *([answer] if answer else ()))


def _refused_by_us(current: TransactionState, occurrence: Occurrence) -> bool:
    """The condition that we declined comes again: the lender still waits for our no."""
    return current.state is State.NOT_SUPPLIED and occurrence.facts.get("answer") == "COND_REPLY.no"


def _dates_move(current: TransactionState, occurrence: Occurrence) -> bool:
    """Return whether the date in a demand or renewal counts; our own guess is no reason against a demand."""
    apdu = occurrence.apdu
    if current.role is not Role.REQUESTER or current.due_on is None:
        return True
    if isinstance(apdu, Overdue) and apdu.due is not None:
        return apdu.due.on >= current.due_on or bool(occurrence.facts.get("guessed"))
    if isinstance(apdu, RenewAnswer) and apdu.answer and apdu.due is not None:
        return apdu.due.on > current.due_on
    return True


def to_json(current: TransactionState) -> StateJson:
    """Return the state as stored in an event's facts. Absent values are left out."""
    found = {
        "service": current.service.name,
        "state": current.state.name,
        "state_before": current.state_before.name if current.state_before is not None else None,
        "due_on": value_to_json(current.due_on),
        "renewable": current.renewable,
        "promise": current.promise,
        "agreed": list(current.agreed) or None,
        "offered": list(current.offered) or None,
        "renewal_on": value_to_json(current.renewal_on),
        "unsent": current.unsent or None,
        "whereabouts": current.whereabouts or None,
        "loan_terms": current.loan_terms,
        "flaw": current.flaw or None,
        "closed": current.closed or None,
    }
    return cast(StateJson, {key: value for key, value in found.items() if value is not None})


def from_json(role: Role, found: StateJson) -> TransactionState:
    """Return the state from JSON."""
    before = found.get("state_before")
    return TransactionState(
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
        whereabouts=found.get("whereabouts", ""),
        loan_terms=found.get("loan_terms"),
        flaw=found.get("flaw", ""),
        closed=bool(found.get("closed")),
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
