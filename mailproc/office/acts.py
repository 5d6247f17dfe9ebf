"""What staff do, for the command line now and a page later: each act is an event and its step.

An act is refused before anything changed, with a sentence that says what is possible instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, RowMapping

from mailproc.errors import LocalFault
from mailproc.flow import advance, stepping
from mailproc.flow.advance import Outcome
from mailproc.flow.premises import Premises
from mailproc.ill import apdu_json
from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    CancelReply,
    CheckedIn,
    Condition,
    ConditionalReply,
    Damaged,
    Due,
    ForwardNotification,
    IllAnswer,
    Lost,
    Message,
    Overdue,
    Recall,
    Received,
    Renew,
    RenewAnswer,
    Returned,
    Shipped,
    StatusQuery,
)
from mailproc.ill.terms import REASON_UNFILLED, Results, Role, Service
from mailproc.office.find import transaction_of
from mailproc.office.repeating import repeated
from mailproc.store import events, transactions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent

Maker = Callable[["Act", Service, date], Apdu]
HEARD_BY = ("phone", "post", "portal")


@dataclass(frozen=True, kw_only=True)
class Act:
    """A staff act. ``on`` is the date it names (due, renewal, dispatch), ``by`` who does it.

    ``heard_by`` (phone | post | portal): the partner told us, the action is then one of the other
    side's and nothing is sent. ``once``: a mark by which a double click is one act.
    """

    action: str
    number: str
    note: str = ""
    on: date | None = None
    reason: str = ""
    answer: bool | None = None
    position: int | None = None
    level: int | None = None
    heard_by: str = ""
    repeat: bool = False
    by: str = ""
    door: str = "cli"
    once: str = ""


class DryRun(Exception):  # not an error: it carries the outcome out of the undone write
    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def perform(store: Store, premises: Premises, act: Act) -> Outcome:
    """Write the act's event and take its step, after the older events of that transaction.

    Raises LocalFault, TryLater.
    """
    return store.write(lambda connection: _perform(connection, premises, act))


def foresee(store: Store, premises: Premises, act: Act) -> Outcome:
    """What ``perform`` would do. Nothing is kept: the write is taken back."""

    def job(connection: Connection) -> Outcome:
        raise DryRun(_perform(connection, premises, act))

    try:
        return store.write(job)
    except DryRun as dry:
        return dry.outcome


def _perform(connection: Connection, premises: Premises, act: Act) -> Outcome:
    if act.once and (known := events.known_once(connection, act.once)) is not None:
        return Outcome(known, "done", note="done before")
    transaction = transaction_of(connection, act.number)
    for older in events.due_of_transaction(connection, transaction["id"]):
        stepping.take(connection, older, premises)
    transaction = transactions.load(connection, transaction["id"])
    said = _said(connection, premises, act, transaction)
    event = _event(act, said, transaction, premises)
    return advance.step(connection, events.add(connection, event), premises)


def _said(connection: Connection, premises: Premises, act: Act, transaction: RowMapping) -> Apdu | None:
    if act.repeat and act.heard_by:
        raise LocalFault("--repeat says once more what we said; what a partner told again is recorded again.")
    if act.repeat:
        return repeated(connection, transaction, act.action, act.answer)
    said = apdu_of(act, Role[transaction["role"]], Service[transaction["service"]], premises)
    if act.heard_by and said is None:
        raise LocalFault(f"{act.action} is nothing that a partner tells.")
    return said


def _event(act: Act, said: Apdu | None, transaction: RowMapping, premises: Premises) -> NewEvent:
    return NewEvent(
        cause="staff",
        type=said.type.name if act.heard_by and said is not None else act.action,
        at=premises.clock(),
        apdu=apdu_json.to_json(said) if said is not None else None,
        facts={"again": True} if act.repeat else None,
        actor=act.by,
        door=act.door,
        once=act.once or None,
        heard_by=act.heard_by,
        partner=transaction["partner"],
        transaction_id=transaction["id"],
        request_id=transaction["request_id"],
    )


def apdu_of(act: Act, role: Role, service: Service, premises: Premises) -> Apdu | None:
    """The APDU that the act says (or, with heard_by, that the partner said); None for close, undo.

    LocalFault for an action that our role (or, heard, the partner's) does not have.
    """
    speaker = _other(role) if act.heard_by else role
    if act.heard_by and act.heard_by not in HEARD_BY:
        raise LocalFault(f"--heard-by is one of {', '.join(HEARD_BY)}.")
    if act.action in ("close", "undo"):
        return None
    maker = _ACTIONS[speaker].get(act.action)
    if maker is None:
        side = "the partner" if act.heard_by else "we"
        known = ", ".join(_ACTIONS[speaker])
        raise LocalFault(f"As {speaker.lower()} {side} cannot {act.action!r}. Actions: {known}, close, undo.")
    made = maker(act, service, premises.today())
    return replace(made, note=act.note) if act.note else made


def _other(role: Role) -> Role:
    return Role.RESPONDER if role is Role.REQUESTER else Role.REQUESTER


def _answered(act: Act) -> bool:
    if act.answer is None:
        raise LocalFault(f"{act.action} needs --answer yes or --answer no.")
    return act.answer


def _reason(act: Act, usual: str) -> str:
    reason = act.reason or usual
    if reason not in REASON_UNFILLED:
        raise LocalFault(f"{reason!r} is no reason of the standard. Reasons: {', '.join(REASON_UNFILLED)}.")
    return reason


def _due(act: Act) -> Due | None:
    return Due(on=act.on) if act.on else None


def _dated(act: Act) -> date:
    if act.on is None:
        raise LocalFault(f"{act.action} needs --date.")
    return act.on


def _ship(act: Act, service: Service, today: date) -> Apdu:
    loan = service is Service.LOAN
    kind = Service.LOAN if loan else Service.COPY
    return Shipped(shipped_service=kind, shipped_on=today, due=_due(act) if loan else None)


def _renew_reply(act: Act, _service: Service, _today: date) -> Apdu:
    answer = _answered(act)
    return RenewAnswer(answer=answer, due=Due(on=_dated(act)) if answer else None)


def _conditional(act: Act, _service: Service, _today: date) -> Apdu:
    condition = Condition(condition=act.reason or "other", reply_by=act.on)
    return IllAnswer(results=Results.CONDITIONAL, conditions=(condition,))


_SHARED: dict[str, Maker] = {
    "lost": lambda _act, _service, _today: Lost(),
    "damaged": lambda act, _service, _today: Damaged(damaged_details=act.reason or None),
    "message": lambda act, _service, _today: Message(note=_worded(act)),
    "query": lambda _act, _service, _today: StatusQuery(),
}


def _worded(act: Act) -> str:
    if not act.note:
        raise LocalFault("message needs --note with what is to be said.")
    return act.note


_ACTIONS: dict[Role, dict[str, Maker]] = {
    Role.REQUESTER: {
        "cancel": lambda _act, _service, _today: Cancel(),
        "receive": lambda act, service, today: Received(received_on=act.on or today, shipped_service=service),
        "return": lambda act, _service, today: Returned(returned_on=act.on or today),
        "renew": lambda act, _service, _today: Renew(desired_due_on=act.on),
        "answer-condition": lambda act, _service, _today: ConditionalReply(answer=_answered(act)),
        **_SHARED,
    },
    Role.RESPONDER: {
        "will-supply": lambda act, _service, _today: IllAnswer(
            results=Results.WILL_SUPPLY, supply_on=act.on, reason=act.reason or None
        ),
        "hold": lambda act, _service, _today: IllAnswer(
            results=Results.HOLD_PLACED, position=act.position, supply_on=act.on
        ),
        "conditional": _conditional,
        "answer-retry": lambda act, _service, _today: IllAnswer(
            results=Results.RETRY, reason=_reason(act, "in-use-on-loan"), retry_on=_dated(act)
        ),
        "unfilled": lambda act, _service, _today: IllAnswer(
            results=Results.UNFILLED, reason=_reason(act, "not-owned")
        ),
        "locations": lambda _act, _service, _today: IllAnswer(results=Results.LOCATIONS_PROVIDED),
        "estimate": lambda _act, _service, _today: IllAnswer(results=Results.ESTIMATE),
        "forward": lambda _act, _service, _today: ForwardNotification(),
        "ship": _ship,
        "check-in": lambda act, _service, today: CheckedIn(checked_in_on=act.on or today),
        "cancel-reply": lambda act, _service, _today: CancelReply(answer=_answered(act)),
        "renew-reply": _renew_reply,
        "overdue": lambda act, _service, _today: Overdue(due=_due(act), level=act.level or 1),
        "recall": lambda _act, _service, _today: Recall(),
        **_SHARED,
    },
}
