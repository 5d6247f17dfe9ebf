"""What single events do, told as librarians would tell it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.errors import LocalFault
from mailproc.ill import machine
from mailproc.ill.actions import OF_ROLE, event_said
from mailproc.ill.apdu import Apdu, CancelReply, ConditionalReply, IllAnswer, Overdue, RenewAnswer
from mailproc.ill.cells import CellKind
from mailproc.ill.event_names import event_heard
from mailproc.ill.terms import Results, Role, Service, State

Q, R = Role.REQUESTER, Role.RESPONDER
LOAN, COPY = Service.LOAN, Service.COPY
S = State


def walk(role: Role, service: Service, *events: str) -> list[State]:
    """The states that ``events`` lead through from the beginning; none of them is prohibited."""
    state, before, passed = State.IDLE, None, []
    for event in events:
        then = machine.next_state(role, service, state, before, event)
        assert then.kind not in (CellKind.ERROR, CellKind.REFUSED), f"{event} in {state.name}"
        state, before = then.state, then.state_before
        passed.append(state)
    return passed


STORIES = [
    (Q, LOAN, "request SHIPPED receive return", "PENDING SHIPPED RECEIVED RETURNED"),
    (Q, LOAN, "request receive OVERDUE renew RENEW_ANSWER.yes return CHECKED_IN",
     "PENDING RECEIVED OVERDUE RENEW_OVERDUE RECEIVED RETURNED RETURNED"),
    (Q, LOAN, "request ANSWER.conditional condition-yes SHIPPED", "PENDING CONDITIONAL PENDING SHIPPED"),
    (Q, LOAN, "request ANSWER.promise cancel CANCEL_REPLY.no", "PENDING PENDING CANCEL_PENDING PENDING"),
    (Q, LOAN, "request ANSWER.conditional cancel CANCEL_REPLY.no",
     "PENDING CONDITIONAL CANCEL_PENDING CONDITIONAL"),
    (Q, LOAN, "request cancel ANSWER.conditional CANCEL_REPLY.no",
     "PENDING CANCEL_PENDING CANCEL_PENDING CONDITIONAL"),
    (Q, LOAN, "request SHIPPED renew RENEW_ANSWER.no", "PENDING SHIPPED RENEW_PENDING SHIPPED"),
    (Q, LOAN, "request SHIPPED renew receive RENEW_ANSWER.no",
     "PENDING SHIPPED RENEW_PENDING RENEW_PENDING RECEIVED"),
    (Q, LOAN, "request ANSWER.unfilled SHIPPED receive", "PENDING NOT_SUPPLIED SHIPPED RECEIVED"),
    (Q, LOAN, "request cancel SHIPPED CANCEL_REPLY.no", "PENDING CANCEL_PENDING SHIPPED SHIPPED"),
    (Q, LOAN, "request cancel FORWARD_NOTIFICATION CANCEL_REPLY.no",
     "PENDING CANCEL_PENDING CANCEL_PENDING PENDING"),
    (Q, LOAN, "request ANSWER.conditional cancel FORWARD_NOTIFICATION CANCEL_REPLY.no",
     "PENDING CONDITIONAL CANCEL_PENDING CANCEL_PENDING PENDING"),
    (Q, LOAN, "request cancel ANSWER.unfilled CANCEL_REPLY.yes",
     "PENDING CANCEL_PENDING NOT_SUPPLIED NOT_SUPPLIED"),
    (Q, LOAN, "request RENEW_ANSWER.yes CHECKED_IN SHIPPED", "PENDING SHIPPED RETURNED RETURNED"),
    (R, LOAN, "ILL_REQUEST CANCEL cancel-yes RETURNED", "IN_PROCESS CANCEL_PENDING CANCELLED SHIPPED"),
    (Q, COPY, "request SHIPPED receive SHIPPED", "PENDING SHIPPED RECEIVED RECEIVED"),
    (R, LOAN, "ILL_REQUEST ship RECEIVED RETURNED check-in",
     "IN_PROCESS SHIPPED SHIPPED SHIPPED CHECKED_IN"),
    (R, LOAN, "ILL_REQUEST promise conditional CANCEL cancel-no COND_REPLY.yes ship",
     "IN_PROCESS IN_PROCESS CONDITIONAL CANCEL_PENDING CONDITIONAL IN_PROCESS SHIPPED"),
    (R, LOAN, "ILL_REQUEST CANCEL ship CANCEL", "IN_PROCESS CANCEL_PENDING SHIPPED SHIPPED"),
    (R, LOAN, "CANCEL ILL_REQUEST cancel-yes", "SHELVED_CANCEL CANCEL_PENDING CANCELLED"),
    (R, LOAN, "CANCEL ILL_REQUEST cancel-no ship", "SHELVED_CANCEL CANCEL_PENDING IN_PROCESS SHIPPED"),
    (R, LOAN, "ILL_REQUEST ship overdue RENEW renew-no recall RENEW check-in",
     "IN_PROCESS SHIPPED OVERDUE RENEW_OVERDUE OVERDUE RECALL RECALL CHECKED_IN"),
    (R, LOAN, "ILL_REQUEST expire RETURNED check-in", "IN_PROCESS NOT_SUPPLIED SHIPPED CHECKED_IN"),
    (R, COPY, "ILL_REQUEST ship RECEIVED", "IN_PROCESS SHIPPED SHIPPED"),
    (R, LOAN, "ILL_REQUEST ship lost check-in", "IN_PROCESS SHIPPED LOST CHECKED_IN"),
    (Q, COPY, "request SHIPPED lost receive", "PENDING SHIPPED LOST RECEIVED"),
    (R, COPY, "ILL_REQUEST ship LOST RECEIVED", "IN_PROCESS SHIPPED LOST SHIPPED"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "service", "events", "states"), STORIES)
def test_stories(role: Role, service: Service, events: str, states: str) -> None:
    assert [state.name for state in walk(role, service, *events.split())] == states.split()


def test_state_before_is_remembered_while_the_question_is_pending_and_then_forgotten() -> None:
    asked = machine.next_state(Q, LOAN, S.CONDITIONAL, None, "cancel")
    assert (asked.state, asked.state_before) == (S.CANCEL_PENDING, S.CONDITIONAL)
    again = machine.next_state(Q, LOAN, asked.state, asked.state_before, "cancel")
    assert (again.kind, again.state_before) == (CellKind.STAY, S.CONDITIONAL)
    refused = machine.next_state(Q, LOAN, again.state, again.state_before, "CANCEL_REPLY.no")
    assert (refused.state, refused.state_before) == (S.CONDITIONAL, None)
    shipped = machine.next_state(Q, LOAN, again.state, again.state_before, "SHIPPED")
    assert (shipped.state, shipped.state_before) == (S.SHIPPED, None)


def test_a_prohibited_event_changes_nothing() -> None:
    for event, kind in (("ship", CellKind.REFUSED), ("ILL_REQUEST", CellKind.ERROR)):
        then = machine.next_state(Q, LOAN, S.CANCEL_PENDING, S.CONDITIONAL, event)
        assert then == machine.Transition(kind, S.CANCEL_PENDING, S.CONDITIONAL)


@pytest.mark.parametrize("service", [LOAN, COPY])
@pytest.mark.parametrize(
    ("before", "kind"),
    [(S.IN_PROCESS, CellKind.BECOMES), (S.CONDITIONAL, CellKind.REFUSED), (None, CellKind.REFUSED)],
)
def test_nothing_is_shipped_on_a_condition_nobody_accepted(
    service: Service, before: State | None, kind: CellKind
) -> None:
    assert machine.next_state(R, service, S.CANCEL_PENDING, before, "ship").kind is kind
    assert ("ship" in machine.possible(R, service, S.CANCEL_PENDING, before)) == (kind is CellKind.BECOMES)


@pytest.mark.parametrize(
    ("role", "state", "event", "back"),
    [
        (Q, S.CANCEL_PENDING, "CANCEL_REPLY.no", S.PENDING),
        (Q, S.RENEW_PENDING, "RENEW_ANSWER.yes", S.RECEIVED),
        (R, S.CANCEL_PENDING, "cancel-no", S.IN_PROCESS),
    ],
)
def test_without_state_before_the_usual_state_is_taken(
    role: Role, state: State, event: str, back: State
) -> None:
    assert machine.next_state(role, LOAN, state, None, event).state is back


def test_repeats_are_answered_with_the_current_state() -> None:
    answers = {
        (S.CONDITIONAL, "ILL_REQUEST"): ("ANSWER.conditional",),
        (S.CANCELLED, "ILL_REQUEST"): ("CANCEL_REPLY.yes",),
        (S.NOT_SUPPLIED, "COND_REPLY.yes"): ("ANSWER.unfilled",),
        (S.CHECKED_IN, "RENEW"): ("RENEW_ANSWER.no", "CHECKED_IN"),
        (S.CANCEL_PENDING, "RECEIVED"): ("CANCEL_REPLY.no",),
        (S.CANCEL_PENDING, "RETURNED"): ("CANCEL_REPLY.no",),
        (S.CANCEL_PENDING, "RENEW"): ("CANCEL_REPLY.no",),
        (S.CANCEL_PENDING, "LOST"): ("CANCEL_REPLY.no",),
        (S.FORWARD, "ILL_REQUEST"): ("FORWARD_NOTIFICATION",),
        (S.CHECKED_IN, "LOST"): ("CHECKED_IN",),
        (S.LOST, "RETURNED"): ("LOST",),
    }
    for (state, event), replies in answers.items():
        assert machine.next_state(R, LOAN, state, None, event).replies == replies


def test_staff_must_look_when_an_item_turns_up_after_the_end() -> None:
    for event in ("SHIPPED", "OVERDUE", "RECALL", "LOST", "CHECKED_IN", "receive"):
        assert machine.next_state(Q, LOAN, S.CANCELLED, None, event).attention, event
    assert not machine.next_state(Q, LOAN, S.PENDING, None, "SHIPPED").attention


def test_staff_must_look_when_what_was_lost_is_found() -> None:
    for role, service, event in ((R, LOAN, "check-in"), (Q, COPY, "receive"), (R, COPY, "RECEIVED")):
        then = machine.next_state(role, service, S.LOST, None, event)
        assert (then.kind, then.attention) == (CellKind.BECOMES, True), event
    assert machine.next_state(Q, LOAN, S.LOST, None, "receive").kind is CellKind.REFUSED


@pytest.mark.parametrize(
    ("service", "state"),
    [(LOAN, state) for state in (S.SHIPPED, S.RECEIVED, S.RENEW_PENDING, S.NOT_RECEIVED_OVERDUE, S.OVERDUE,
                                 S.RENEW_OVERDUE, S.RECALL)]
    + [(COPY, S.SHIPPED), (COPY, S.RECEIVED)],
)  # fmt: skip
def test_a_condition_said_after_the_item_left_is_seen(service: Service, state: State) -> None:
    then = machine.next_state(Q, service, state, None, "ANSWER.conditional")
    assert (then.kind, then.state, then.attention) == (CellKind.NOTE, state, True)


NOTHING_CAME = {
    Q: (S.IDLE, S.PENDING, S.CONDITIONAL, S.CANCEL_PENDING, S.NOT_SUPPLIED, S.CANCELLED),
    R: (S.IDLE, S.SHELVED_CANCEL, S.IN_PROCESS, S.CONDITIONAL, S.CANCEL_PENDING, S.FORWARD, S.NOT_SUPPLIED,
        S.CANCELLED),
}  # fmt: skip


@pytest.mark.parametrize(("role", "states"), NOTHING_CAME.items())
def test_only_what_was_out_can_be_damaged(role: Role, states: tuple[State, ...]) -> None:
    for service in (LOAN, COPY):
        for state in machine.TABLES[role][service]:
            expected = CellKind.REFUSED if state in states else CellKind.STAY
            assert machine.next_state(role, service, state, S.IN_PROCESS, "damaged").kind is expected


@pytest.mark.parametrize("act", ["message", "query", "close"])
def test_acts_beside_the_tables_need_a_transaction(act: str) -> None:
    assert machine.next_state(R, LOAN, S.IDLE, None, act).kind is CellKind.REFUSED
    assert machine.next_state(R, LOAN, S.SHELVED_CANCEL, None, act).kind is CellKind.REFUSED
    for role in Role:
        for state in machine.TABLES[role][LOAN]:
            if state > S.IDLE:
                then = machine.next_state(role, LOAN, state, S.PENDING, act)
                assert (then.kind, then.state) == (CellKind.STAY, state)


WORDS = st.sampled_from(sorted({
    event for tables in machine.TABLES.values() for table in tables.values() for row in table.values()
    for event in row
} | {"", "nonsense", "NONSENSE", "Ship", "é", "UNDONE"}))  # fmt: skip
BEFORE = st.none() | st.sampled_from(State)


@given(st.sampled_from(Role), st.sampled_from(Service), st.sampled_from(State), BEFORE, WORDS)
def test_every_question_has_an_answer(
    role: Role, service: Service, state: State, before: State | None, event: str
) -> None:
    then = machine.next_state(role, service, state, before, event)
    assert then == machine.next_state(role, service, state, before, event)
    table = machine.table_of(role, service)
    if then.kind in (CellKind.ERROR, CellKind.REFUSED, CellKind.NOTE, CellKind.STAY):
        assert then.state is state
    if then.kind is CellKind.BECOMES and before in (None, *table):
        assert then.state in table
    if event not in table.get(state, {}) and event[:1].isupper():
        assert then.kind is CellKind.ERROR
    if then.state_before is not None:
        assert then.state in (S.CANCEL_PENDING, S.RENEW_PENDING)
    assert set(machine.possible(role, service, state, before)) <= set(OF_ROLE[role])


@pytest.mark.parametrize(
    ("role", "service", "final"),
    [
        (Q, LOAN, {S.NOT_SUPPLIED, S.CANCELLED, S.RETURNED, S.LOST}),
        (Q, COPY, {S.NOT_SUPPLIED, S.CANCELLED, S.RECEIVED, S.LOST}),
        (R, LOAN, {S.NOT_SUPPLIED, S.CANCELLED, S.FORWARD, S.CHECKED_IN, S.LOST}),
        (R, COPY, {S.NOT_SUPPLIED, S.CANCELLED, S.FORWARD, S.SHIPPED, S.LOST}),
    ],
)
def test_finished_states(role: Role, service: Service, final: set[State]) -> None:
    assert {state for state in State if machine.is_final(role, service, state)} == final


@pytest.mark.parametrize(
    ("role", "service", "state", "before", "actions"),
    [
        (Q, LOAN, S.IDLE, None, ""),
        (Q, LOAN, S.PENDING, None, "receive cancel message query close"),
        (Q, LOAN, S.CONDITIONAL, None, "answer-condition receive cancel message query close"),
        (Q, LOAN, S.RECEIVED, None, "return renew collected brought-back lost damaged message query close"),
        (Q, LOAN, S.SHIPPED, None, "receive return renew lost damaged message query close"),
        (Q, LOAN, S.RETURNED, None, "damaged message query close"),
        (Q, COPY, S.RECEIVED, None, "damaged message query close"),
        (R, LOAN, S.SHELVED_CANCEL, None, "cancel-reply"),
        (R, LOAN, S.CANCEL_PENDING, S.CONDITIONAL, "cancel-reply message query close"),
        (R, LOAN, S.CANCEL_PENDING, S.IN_PROCESS, "cancel-reply ship message query close"),
        (R, COPY, S.IN_PROCESS, None,
         "ship will-supply hold conditional unfilled answer-retry locations estimate forward lost"
         " message query close"),
        (R, LOAN, S.RENEW_PENDING, None,
         "check-in renew-reply overdue recall lost damaged message query close"),
    ],
)  # fmt: skip
def test_possible_actions(
    role: Role, service: Service, state: State, before: State | None, actions: str
) -> None:
    assert " ".join(machine.possible(role, service, state, before)) == actions


@pytest.mark.parametrize(
    ("action", "answer", "event"),
    [
        ("will-supply", None, "promise"), ("hold", None, "promise"), ("unfilled", None, "unfilled"),
        ("answer-retry", None, "unfilled"), ("locations", None, "unfilled"), ("estimate", None, "unfilled"),
        ("answer-condition", True, "condition-yes"), ("answer-condition", False, "condition-no"),
        ("cancel-reply", False, "cancel-no"), ("renew-reply", True, "renew-yes"),
        ("forward", None, "forward"),
        ("check-in", None, "check-in"), ("request", None, "request"), ("expire", None, "expire"),
    ],
)  # fmt: skip
def test_what_an_act_is_called_in_the_tables(action: str, answer: bool | None, event: str) -> None:
    assert event_said(action, answer) == event
    assert any(event in machine.TABLES[role][LOAN][S.IDLE] for role in Role)


def test_an_unknown_action_is_answered_with_the_known_ones() -> None:
    with pytest.raises(LocalFault, match="'shipp'") as caught:
        event_said("shipp")
    assert {"ship", "cancel", "renew-reply"} <= set(caught.value.possible)
    with pytest.raises(LocalFault, match="yes or no") as caught:
        event_said("renew-reply", None)
    assert caught.value.possible == ("yes", "no")


@pytest.mark.parametrize(
    ("apdu", "event"),
    [
        (IllAnswer(results=Results.HOLD_PLACED), "ANSWER.promise"),
        (IllAnswer(results=Results.RETRY), "ANSWER.unfilled"),
        (IllAnswer(results=Results.CONDITIONAL), "ANSWER.conditional"),
        (ConditionalReply(answer=True), "COND_REPLY.yes"),
        (CancelReply(answer=False), "CANCEL_REPLY.no"),
        (RenewAnswer(answer=True), "RENEW_ANSWER.yes"),
        (Overdue(), "OVERDUE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_letter_is_called_in_the_tables(apdu: Apdu, event: str) -> None:
    assert event_heard(apdu) == event
