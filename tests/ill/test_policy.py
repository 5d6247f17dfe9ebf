"""What this library does after a step."""

from datetime import date

import pytest

from mailproc.ill.apdu import (
    Cancel,
    IllAnswer,
    Message,
    Overdue,
    Received,
    Report,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.effects import AskStaff, Finish, FollowUpAct, Notify, Send, TakeBack, TryNext, Withdraw
from mailproc.ill.event_names import event_heard
from mailproc.ill.policy import Settings, effects
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.transaction_state import Occurrence, TransactionState, step, to_json

LOAN = TransactionState(Role.REQUESTER, Service.LOAN, State.PENDING)
COPY = TransactionState(Role.REQUESTER, Service.COPY, State.PENDING)
LENT = TransactionState(Role.RESPONDER, Service.LOAN, State.SHIPPED)


def after(before, event, apdu=None, settings=Settings(), **facts):  # noqa: B008  # a frozen value
    occurrence = Occurrence(event or event_heard(apdu), apdu, facts)
    return effects(step(before, occurrence), occurrence, settings)


def unfilled(reason="not-owned", results=Results.UNFILLED):
    return IllAnswer(results=results, reason=reason)


@pytest.mark.parametrize(
    ("follows", "reason", "expected"),
    [
        ("next", "not-owned", TryNext("not-owned")),
        ("ask", "not-found-as-cited", AskStaff("ask-cannot-match")),
        ("ask", "cost-exceeds-limit", AskStaff("ask-cost")),
        ("ask", "other", AskStaff("ask-unfilled")),
        ("wait", "in-use-on-loan", AskStaff("ask-later")),
        ("locations", None, AskStaff("ask-locations")),
    ],
)
def test_unfilled_answers_lead_to_different_steps(follows, reason, expected):
    assert after(LOAN, "", unfilled(reason), follows=follows) == (expected,)


@pytest.mark.parametrize(
    "event", ["close", "message", "UNDONE", "BOUNCED", "ANSWER.promise"], ids=lambda event: event
)
def test_only_entering_a_final_state_asks_the_next(event):
    """Whatever else happens to an unfilled request, nobody else is asked."""
    ended = TransactionState(Role.REQUESTER, Service.LOAN, State.NOT_SUPPLIED)
    apdus = {"message": Message(note="x"), "ANSWER.promise": IllAnswer(results=Results.WILL_SUPPLY)}
    found = TransactionState(Role.REQUESTER, Service.LOAN, State.RECEIVED) if event == "UNDONE" else ended
    done = after(found, event, apdus.get(event), found=to_json(ended), undone=7)
    assert not any(isinstance(effect, TryNext | AskStaff) for effect in done if effect != AskStaff("bounced"))


def test_acts_send_their_letter():
    assert after(LOAN, "cancel", Cancel(), letter_left=True) == (Send(Cancel()),)
    assert after(LOAN, "cancel", Cancel(), letter_left=False) == (Withdraw(), Finish("cancelled"))
    assert after(LOAN, "return", None) == ()  # refused


def test_an_item_that_arrived_before_its_order_left_is_not_ordered():
    """And nobody hears of it; of what was ordered the lender hears that it came."""
    for left in (True, None):
        facts = {} if left is None else {"letter_left": left}
        done = after(LOAN, "receive", Received(), here=True, **facts)
        assert done == (Send(Received()),)
    done = after(LOAN, "receive", Received(), here=True, letter_left=False)
    assert Withdraw() in done and Send(Received()) not in done


def test_undo_takes_back_its_own():
    done = after(LOAN, "UNDONE", None, found=to_json(LOAN), undone=12, withdrew=[3, 4])
    assert done == (TakeBack(12, (3, 4)),)


def test_the_reader_is_told_when_it_is_here():
    assert Notify("patron/arrived") in after(LOAN, "receive", Received())


@pytest.mark.parametrize("state", [State.NOT_RECEIVED_OVERDUE, State.RECALL, State.RENEW_PENDING])
def test_the_reader_is_told_however_late_it_comes_and_once(state):
    late = TransactionState(Role.REQUESTER, Service.LOAN, state, state_before=State.SHIPPED)
    told = Notify("patron/arrived")
    assert told in after(late, "receive", Received())
    assert told not in after(late, "receive", Received(), here=True)
    overdue = TransactionState(Role.REQUESTER, Service.LOAN, State.OVERDUE)
    assert not any(isinstance(effect, Notify) for effect in after(overdue, "receive", Received(), here=True))


@pytest.mark.parametrize("switch", [True, False])
def test_a_copy_sent_directly_to_the_reader(switch):
    shipped = Shipped(shipped_service=Service.COPY)
    done = after(COPY, "", shipped, Settings(copy_ends_shipped=switch), on="2026-03-02")
    received = FollowUpAct("receive", Received(received_on=date(2026, 3, 2), shipped_service=Service.COPY))
    assert (received in done) is switch


def test_only_a_copy_that_is_on_its_way_goes_straight_to_the_reader():
    switched = Settings(copy_ends_shipped=True)
    assert not any(isinstance(effect, FollowUpAct) for effect in after(LOAN, "", Shipped(), switched))
    late = TransactionState(Role.REQUESTER, Service.COPY, State.RECEIVED)
    assert not any(isinstance(effect, FollowUpAct) for effect in after(late, "", Shipped(), switched))


@pytest.mark.parametrize(
    ("state", "told"), [(State.RECEIVED, True), (State.OVERDUE, True), (State.SHIPPED, False)]
)
def test_a_recall_is_told_to_the_reader_who_has_the_item(state, told):
    found = TransactionState(Role.REQUESTER, Service.LOAN, state)
    recalled = Notify("patron/recalled")
    assert (recalled in after(found, "RECALL", None, here=True)) is told
    assert recalled not in after(found, "RECALL", None)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.PENDING, True),
        (State.CONDITIONAL, True),
        (State.NOT_SUPPLIED, True),
        (State.SHIPPED, False),
        (State.RECEIVED, False),
        (State.RETURNED, False),
    ],
)
def test_closing_tells_the_reader_only_where_nothing_had_come_and_nothing_is_coming(state, told):
    found = TransactionState(Role.REQUESTER, Service.LOAN, state)
    cancelled = Notify("patron/cancelled")
    assert (cancelled in after(found, "close", None, reader_waits=True)) is told
    assert cancelled not in after(found, "close", None)


REFUSED = {"reason": "policy-problem", "note": "no maps"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (AskStaff("to-answer"),)),
        (
            {"refused": REFUSED},
            (
                FollowUpAct(
                    "unfilled",
                    IllAnswer(results=Results.UNFILLED, reason="policy-problem", note="no maps"),
                ),
            ),
        ),
    ],
)
def test_a_request_for_what_we_do_not_do_is_answered_at_once_any_other_by_staff(facts, expected):
    assert after(TransactionState(Role.RESPONDER, Service.LOAN), "ILL_REQUEST", None, **facts) == expected


def test_a_finished_request_does_not_finish_again():
    for role in Role:
        ended = TransactionState(
            role, Service.LOAN, State.CHECKED_IN if role is Role.RESPONDER else State.RETURNED
        )
        done = after(ended, "MESSAGE", Message(note="thank you"))
        assert not any(isinstance(effect, Finish) for effect in done)


@pytest.mark.parametrize(
    ("apdu", "facts", "reasons"),
    [
        (Message(note="hello"), {}, ["message"]),
        (Message(reply_code="LONDON"), {"unsure": True}, ["unknown-code"]),
        (Message(), {"renewal_on": "2026-05-01"}, []),
        (Overdue(level=1), {}, ["overdue"]),
        (Overdue(level=2), {}, ["overdue", "final-demand"]),
        (Overdue(level=1), {"early": True}, ["demanded-early"]),
        (Overdue(level=1), {"same_time": True}, ["same-time", "overdue"]),
        (Message(note="hello"), {"unknown_words": True}, ["message", "unknown-words"]),
        (StatusOrErrorReport(report=Report(kind="error")), {"file": "7"}, ["file-rejected"]),
        (StatusOrErrorReport(report=Report(kind="error")), {}, ["error-report"]),
        (StatusOrErrorReport(report=Report(kind="status")), {"file": "7"}, []),
        (Message(note="hello"), {"repeat": True}, []),
    ],
)
def test_why_staff_must_look(apdu, facts, reasons):
    done = after(LOAN, "", apdu, **facts)
    assert [effect.reason for effect in done if isinstance(effect, AskStaff)] == reasons


def test_an_impossible_message_is_reported_but_never_a_report():
    done = after(COPY, "OVERDUE", Overdue())
    assert isinstance(done[0], Send) and done[0].apdu.report.problem == "state-transition-prohibited"
    assert AskStaff("not-possible-now") in done
    report = StatusOrErrorReport(report=Report(kind="error"))
    assert not any(isinstance(effect, Send) for effect in after(COPY, "", report))


@pytest.mark.parametrize(
    ("found", "event", "apdu", "outcome"),
    [
        (LOAN, "SHIPPED", Shipped(), None),
        (COPY, "receive", Received(), "filled"),
        (LOAN, "receive", Received(), None),
        (TransactionState(Role.REQUESTER, Service.LOAN, State.RECEIVED), "return", None, "filled"),
        (LOAN, "close", None, "closed"),
        (LENT, "check-in", None, "filled"),
        (TransactionState(Role.RESPONDER, Service.COPY, State.IN_PROCESS), "ship", None, "filled"),
        (TransactionState(Role.RESPONDER, Service.LOAN, State.IN_PROCESS), "unfilled", None, "unfilled"),
        (
            TransactionState(Role.RESPONDER, Service.LOAN, State.CANCEL_PENDING),
            "cancel-yes",
            None,
            "cancelled",
        ),
        (TransactionState(Role.RESPONDER, Service.LOAN, State.CHECKED_IN), "close", None, "filled"),
    ],
)
def test_how_a_request_ends(found, event, apdu, outcome):
    ends = [effect.outcome for effect in after(found, event, apdu) if isinstance(effect, Finish)]
    assert ends == ([outcome] if outcome else [])


BORROWER, LENDER = Role.REQUESTER, Role.RESPONDER


@pytest.mark.parametrize(
    ("role", "service", "state", "event", "reasons"),
    [
        (BORROWER, Service.LOAN, State.NOT_SUPPLIED, "SHIPPED", ("supplied-after-end",)),
        (BORROWER, Service.LOAN, State.RECEIVED, "ANSWER.unfilled", ("answer-after-end",)),
        (BORROWER, Service.LOAN, State.RECEIVED, "ANSWER.conditional", ("condition-after-shipped",)),
        (BORROWER, Service.COPY, State.SHIPPED, "ANSWER.conditional", ("condition-after-shipped",)),
        (BORROWER, Service.LOAN, State.RETURNED, "LOST", ("lost-after-returned", "lost")),
        (LENDER, Service.LOAN, State.CHECKED_IN, "LOST", ("lost-after-returned",)),
        (BORROWER, Service.LOAN, State.CANCELLED, "LOST", ("supplied-after-end", "lost")),
        (BORROWER, Service.LOAN, State.LOST, "CHECKED_IN", ("found-after-lost",)),
        (BORROWER, Service.COPY, State.LOST, "receive", ("found-after-lost",)),
        (LENDER, Service.LOAN, State.LOST, "check-in", ()),
        (LENDER, Service.LOAN, State.LOST, "RETURNED", ("found-after-lost",)),
        (LENDER, Service.COPY, State.LOST, "RECEIVED", ("found-after-lost",)),
    ],
)
def test_why_staff_must_look_when_a_letter_comes_late(role, service, state, event, reasons):
    done = after(TransactionState(role, service, state), event)
    assert tuple(effect.reason for effect in done if isinstance(effect, AskStaff)) == reasons
