"""Where a transaction stands: what a letter changes beside the state, and the guards of content."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.ill import transaction_state
from mailproc.ill.actions import OF_ROLE, event_said
from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    Condition,
    Due,
    IllAnswer,
    Message,
    Overdue,
    Recall,
    RenewAnswer,
    Shipped,
)
from mailproc.ill.event_names import event_heard
from mailproc.ill.machine import CellKind
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.transaction_state import (
    NOTED,
    Occurrence,
    TransactionState,
    from_json,
    service_of,
    step,
    to_json,
)

EARLY, HELD, LATE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


def borrowing(state=State.RECEIVED, **more):
    return TransactionState(Role.REQUESTER, Service.LOAN, state, **more)


def heard(found, apdu, **facts):
    return step(found, Occurrence(event_heard(apdu), apdu, facts))


def done(found, event, apdu=None, **facts):
    return step(found, Occurrence(event, apdu, facts))


# G3: an outdated date moves nothing


@pytest.mark.parametrize(
    ("apdu", "state", "due"),
    [
        (Overdue(due=Due(on=EARLY)), State.RECEIVED, HELD),
        (Overdue(due=Due(on=HELD)), State.OVERDUE, HELD),
        (Overdue(due=Due(on=LATE)), State.OVERDUE, HELD),
        (Overdue(), State.OVERDUE, HELD),
        (RenewAnswer(answer=True, due=Due(on=EARLY)), State.RECEIVED, HELD),
        (RenewAnswer(answer=True, due=Due(on=HELD)), State.RECEIVED, HELD),
        (RenewAnswer(answer=True, due=Due(on=LATE)), State.RECEIVED, LATE),
        (RenewAnswer(answer=False, due=Due(on=LATE)), State.RECEIVED, HELD),
    ],
)
def test_an_outdated_date(apdu, state, due):
    taken = heard(borrowing(due_on=HELD), apdu)
    assert (taken.after.state, taken.after.due_on) == (state, due)


def test_as_lender_our_own_dates_hold():
    lending = TransactionState(Role.RESPONDER, Service.LOAN, State.OVERDUE, due_on=HELD)
    taken = done(lending, "renew-yes", RenewAnswer(answer=True, due=Due(on=EARLY)))
    assert (taken.after.state, taken.after.due_on) == (State.SHIPPED, EARLY)


def test_a_first_demand_tells_the_date():
    assert heard(borrowing(), Overdue(due=Due(on=EARLY))).after.due_on == EARLY


# G1: a condition that was agreed to is agreed to again


def condition(*words):
    return IllAnswer(
        results=Results.CONDITIONAL, conditions=tuple(Condition(condition=word) for word in words)
    )


def test_a_condition_agreed_to():
    offered = heard(borrowing(State.PENDING), condition("charges")).after
    assert (offered.state, offered.offered) == (State.CONDITIONAL, ("charges",))
    agreed = done(offered, "condition-yes").after
    again = heard(agreed, condition("charges"))
    assert (again.after, again.outcome.replies) == (agreed, ("COND_REPLY.yes",))
    other = heard(agreed, condition("charges", "insurance"))
    assert (other.after.state, other.outcome.replies) == (State.CONDITIONAL, ())


def test_a_condition_not_agreed_to():
    offered = heard(borrowing(State.PENDING), condition("charges")).after
    refused = done(offered, "condition-no").after
    assert (refused.state, refused.agreed) == (State.NOT_SUPPLIED, ())
    assert heard(refused, condition("charges")).outcome.replies == ()


# Promises


def test_a_promise_lasts_until_it_is_kept_or_broken():
    hold = IllAnswer(results=Results.HOLD_PLACED, position=3, supply_on=LATE)
    promised = heard(borrowing(State.PENDING), hold).after
    assert promised.promise == {"what": "HOLD_PLACED", "position": 3, "date": "2026-06-01"}
    assert promised.state is State.PENDING
    for ending in (Shipped(), IllAnswer(results=Results.UNFILLED)):
        assert heard(promised, ending).after.promise is None
    assert done(promised, "receive").after.promise is None
    assert heard(promised, Message(note="soon")).after.promise == promised.promise


# What came of it


def test_shipped_says_what_it_is():
    pending = borrowing(State.PENDING)
    assert heard(pending, Shipped(shipped_service=Service.COPY)).after.service is Service.COPY
    assert heard(pending, Shipped()).after.service is Service.LOAN
    received = heard(borrowing(State.RECEIVED), Shipped(shipped_service=Service.COPY))
    assert received.after.service is Service.LOAN  # a late note changes nothing in the hand


@pytest.mark.parametrize(
    ("services", "table"),
    [
        ((Service.LOAN,), Service.LOAN),
        ((Service.COPY,), Service.COPY),
        ((Service.COPY, Service.LOAN), Service.LOAN),
        ((Service.ESTIMATE, Service.COPY), Service.COPY),
        ((Service.ESTIMATE,), Service.ESTIMATE),
        ((), Service.LOAN),
    ],
)
def test_which_table(services, table):
    assert service_of(services) is table


# The announced renewal


@pytest.mark.parametrize(
    "apdu",
    [RenewAnswer(answer=True, due=Due(on=LATE)), RenewAnswer(answer=False), Overdue(), Recall()],
    ids=lambda apdu: apdu.type.name,
)
def test_an_announced_renewal_is_over(apdu):
    announced = heard(borrowing(), Message(), renewal_on="2026-05-01").after
    assert announced.renewal_on == HELD
    refused = done(announced, "renew")
    assert refused.outcome.kind is CellKind.REFUSED and "2026-05-01" in str(refused.note)
    assert heard(announced, apdu).after.renewal_on is None


# Beside the tables


def test_a_repeat_changes_nothing_but_is_answered():
    lent = TransactionState(Role.RESPONDER, Service.LOAN, State.SHIPPED)
    again = step(lent, Occurrence("CANCEL", None, {"repeat": True}))
    assert (again.after, again.outcome.kind, again.outcome.replies) == (
        lent,
        CellKind.NOTE,
        ("CANCEL_REPLY.no",),
    )
    moving = step(replace(lent, state=State.IN_PROCESS), Occurrence("CANCEL", None, {"repeat": True}))
    assert (moving.moved, moving.outcome.replies) == (False, ())


@pytest.mark.parametrize("left", [True, False])
def test_a_cancel_before_the_letter_left(left):
    taken = done(borrowing(State.PENDING), "cancel", letter_left=left)
    assert taken.after.state is (State.CANCEL_PENDING if left else State.CANCELLED)


@pytest.mark.parametrize("left", [True, False])
def test_an_item_received_before_the_order_left_was_never_ordered(left):
    taken = done(borrowing(State.PENDING), "receive", letter_left=left)
    assert (taken.after.state, taken.after.unsent) == (State.RECEIVED, not left)
    assert taken.note == ("" if left else "the order had not left: it is withdrawn")
    later = done(taken.after, "return")
    assert later.note == ("" if left else "nobody is told: the order had never left")


def test_a_transaction_that_moves_is_open_again():
    closed = done(borrowing(State.PENDING), "close").after
    assert closed.closed and closed.state is State.PENDING
    assert heard(closed, IllAnswer(results=Results.WILL_SUPPLY)).after.closed
    assert not heard(closed, Shipped()).after.closed
    assert not heard(borrowing(State.PENDING), IllAnswer(results=Results.WILL_SUPPLY)).after.closed
    assert done(borrowing(State.IDLE), "close").outcome.kind is CellKind.REFUSED


@pytest.mark.parametrize(
    ("say", "note"),
    [
        (None, ""),
        ({"type": "STATUS_QUERY"}, "asked how it stands"),
        ({"type": "CANCEL"}, "said once more"),
    ],
)
def test_a_timer_notes_what_it_said(say, note):
    facts = {} if say is None else {"say": say}
    assert done(borrowing(State.PENDING), "UNANSWERED", **facts).note == note


STATES = [state for state in State if state not in (State.SHELVED_CANCEL, State.UNKNOWN)]
DATES = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
STANDINGS = st.builds(
    TransactionState,
    role=st.sampled_from(Role),
    service=st.sampled_from([Service.LOAN, Service.COPY]),
    state=st.sampled_from(STATES),
    state_before=st.none() | st.sampled_from(STATES),
    due_on=DATES,
    renewable=st.none() | st.booleans(),
    promise=st.none() | st.just({"what": "WILL_SUPPLY"}),
    agreed=st.sampled_from([(), ("charges",)]),
    offered=st.sampled_from([(), ("charges",)]),
    renewal_on=DATES,
    unsent=st.booleans(),
    closed=st.booleans(),
)
NEEDED = {"IllAnswer": {"results": Results.UNFILLED}}
ANSWERS = ("ConditionalReply", "CancelReply", "RenewAnswer")


def sample(cls: type[Apdu]) -> Apdu:
    return cls(**NEEDED.get(cls.__name__, {}), **({"answer": True} if cls.__name__ in ANSWERS else {}))


HEARD = [(event_heard(apdu), apdu) for apdu in map(sample, APDU_CLASSES.values())]
SAID = [
    (event_said(action, answer), None)
    for acts in OF_ROLE.values()
    for action, known in acts.items()
    for answer in (True, False)
    if known.by_state and action != "close"
]
FACTS = st.fixed_dictionaries(
    {}, optional={"repeat": st.just(True), "again": st.just(True), "text": st.text()}
)


@given(STANDINGS)
def test_a_state_survives_the_store(found):
    assert from_json(found.role, to_json(found)) == found


@given(STANDINGS, st.sampled_from(HEARD + SAID + [(name, None) for name in sorted(NOTED)]), FACTS)
def test_a_step_is_total(found, event, facts):
    """Whatever happens in whatever state: an answer, and what is refused or an error moves nothing."""
    taken = step(found, Occurrence(*event, facts))
    assert taken.before is found
    if taken.outcome.kind in (CellKind.REFUSED, CellKind.ERROR):
        assert taken.after == found
    assert taken.after.role is found.role
    assert isinstance(taken.after.state, State)


@given(STANDINGS, STANDINGS)
def test_undo_restores_the_earlier_state(found, earlier):
    earlier = replace(earlier, role=found.role)
    taken = transaction_state.step(
        found, Occurrence("UNDONE", None, {"found": to_json(earlier), "undone": 1})
    )
    assert taken.after == earlier
