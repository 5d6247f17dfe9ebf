"""Reports: asked for, sent because of an error, and heard."""

from datetime import date

import pytest

from mailproc.protocols.codec import Encoded, Held

from .conftest import BORROWER, LENDER, US

ASKED = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}


def report(**more):
    return {"kind": "status", "current_state": "SHIPPED"} | more


def test_a_query_is_answered_by_itself_where_we_lend(iso):
    iso.asks(services=["COPY"], item={"title": "A journal", "article_title": "Of books"})
    iso.later(days=1)
    iso.act("L1", "ship", note="sent today")
    iso.later(days=1)
    iso.hears("STATUS_QUERY", BORROWER, ASKED)
    assert iso.last()["report"] == {
        "kind": "status",
        "current_state": "SHIPPED",
        "history": {
            "date_requested": "2026-03-02",
            "title": "A journal",
            "title_of_article": "Of books",
            "date_of_last_transition": "2026-03-03",
            "most_recent_service": "SHIPPED",
            "date_of_most_recent_service": "2026-03-03",
            "initiator_of_most_recent_service": US,
            "most_recent_service_note": "sent today",
            "shipped_service_type": "COPY",
        },
    }


def test_a_query_is_answered_by_itself_where_we_borrow(iso):
    iso.place(LENDER)
    iso.hears("ILL_ANSWER", results="WILL_SUPPLY")
    iso.hears("STATUS_QUERY")
    said = iso.last()["report"]
    assert said["current_state"] == "PENDING"
    assert said["history"]["initiator_of_most_recent_service"] == LENDER
    assert said["history"]["transaction_results"] == "WILL_SUPPLY"
    iso.hears("SHIPPED")
    iso.hears("STATUS_QUERY")
    assert iso.last()["report"]["current_state"] == "SHIPPED"  # as it stands now, not as it was told before
    assert "original_sent_at" not in iso.last()
    assert iso.attention("B1") == ()


def test_a_query_before_any_answer_is_told_of_the_request(iso):
    iso.place(LENDER)
    iso.hears("STATUS_QUERY")
    said = iso.last()["report"]["history"]
    assert (said["most_recent_service"], said["initiator_of_most_recent_service"]) == ("ILL_REQUEST", US)
    assert "most_recent_service_note" not in said


def test_a_service_that_the_report_has_no_number_for_stands_in_its_note(iso):
    """The standard's list has neither Overdue nor Renew: the one before is named, and what came then."""
    iso.asks()
    iso.act("L1", "ship", on=date(2026, 3, 10), note="sent today")
    iso.later(days=1)
    iso.hears("RENEW", BORROWER, ASKED)
    iso.hears("STATUS_QUERY", BORROWER, ASKED)
    said = iso.last()["report"]["history"]
    assert (said["most_recent_service"], said["date_of_most_recent_service"]) == ("SHIPPED", "2026-03-02")
    assert said["most_recent_service_note"] == "sent today; then RENEW of XX-BORROWER on 2026-03-03"
    iso.later(days=1)
    iso.act("L1", "overdue", on=date(2026, 3, 10), anyway=True)
    iso.hears("STATUS_QUERY", BORROWER, ASKED)
    said = iso.last()["report"]
    assert said["history"]["most_recent_service"] == "SHIPPED"
    assert said["history"]["most_recent_service_note"] == f"sent today; then OVERDUE of {US} on 2026-03-04"
    assert said["current_state"] == "RENEW_OVERDUE"


@pytest.mark.parametrize("kind", ["SHIPPED", "CANCEL", "STATUS_OR_ERROR_REPORT"])
def test_unknown_values_are_left_out_of_a_report(iso, kind):
    iso.hears(kind, BORROWER, ASKED)
    assert iso.said() == []
    assert len(iso.shelf()) == 1


def test_an_impossible_message_is_reported_and_staff_see_it(iso):
    iso.asks(services=["COPY"])
    iso.hears("RETURNED", BORROWER, ASKED, sent_at="2026-03-02T12:00:00")
    said = iso.last()["report"]
    assert (said["kind"], said["problem"]) == ("error", "state-transition-prohibited")
    assert (said["apdu_type"], said["current_state"]) == ("RETURNED", "IN_PROCESS")
    assert said["correlation"] == "RETURNED 2026-03-02T12:00:00"
    assert iso.attention("L1") == ("to-answer", "not-possible-now")


def test_no_report_to_a_report(iso):
    iso.place(LENDER)
    error = report(
        kind="error", problem="state-transition-prohibited", apdu_type="RENEW", current_state="LOST"
    )
    iso.hears("STATUS_OR_ERROR_REPORT", report=error)
    assert iso.kinds() == ["ILL_REQUEST"]
    assert iso.attention("B1") == ("error-report",)
    assert iso.shown("B1").history[-1].spoken == "REPORT.error"
    assert iso.shown("B1").history[-1].note == "state-transition-prohibited (RENEW in LOST) B1/1"


def test_no_report_to_an_unproven_sender(iso):
    iso.asks(services=["COPY"])
    named = {"type": "RETURNED", "transaction": ASKED, "sent_at": "2026-03-02T12:00:00"}
    iso.letter_of(BORROWER, named, sender="ill@elsewhere.example")
    assert iso.said() == []
    assert list(iso.shelf().values()) == ["unproven sender ill@elsewhere.example"]


def test_automatic_answers_are_limited(make_iso):
    iso = make_iso()
    policy = iso.app.config.policy.model_copy(update={"answers_an_hour": 3})
    iso = make_iso(*iso.app.config.partner, policy=policy)
    iso.asks()
    for _ in range(6):
        iso.hears("STATUS_QUERY", BORROWER, ASKED)
    assert len(iso.said()) == 3
    assert "too-many-answers" in iso.attention("L1")
    iso.later(hours=2)
    iso.hears("STATUS_QUERY", BORROWER, ASKED)
    assert len(iso.said()) == 4


@pytest.mark.parametrize(
    ("theirs", "act"),
    [
        ("SHIPPED", "ship --heard-by portal"),
        ("NOT_SUPPLIED", "unfilled --heard-by portal"),
        ("CANCELLED", "cancel-reply --answer yes --heard-by portal"),
        ("CHECKED_IN", "check-in --heard-by portal"),
        ("UNKNOWN", "request --repeat"),
        ("IN_PROCESS", ""),
        ("FORWARD", ""),  # Forward-Notification moves nothing here: it is still pending
    ],
)
def test_a_reported_status_is_compared_with_ours(iso, theirs, act):
    iso.place(LENDER)
    iso.hears("STATUS_OR_ERROR_REPORT", report=report(current_state=theirs))
    assert iso.state("B1") == "PENDING"  # a report moves no state
    assert iso.shown("B1").history[-1].spoken == "REPORT.status"
    assert iso.attention("B1") == (("state-differs",) if act else ())
    assert iso.shown("B1").history[-1].note.endswith(act)


def test_a_reported_status_can_be_recorded(iso):
    iso.place(LENDER)
    iso.hears("STATUS_OR_ERROR_REPORT", report=report())
    iso.act("B1", "ship", heard_by="portal")
    assert (iso.state("B1"), iso.attention("B1")) == ("SHIPPED", ())


def test_a_report_that_cannot_be_written_is_held_with_the_reason_and_goes_later(iso, monkeypatch):
    iso.hears("SHIPPED", LENDER, {"initial_requester": US, "tgq": "B99", "tq": "1"}, run=False)
    with monkeypatch.context() as patched:
        cannot = Encoded(None, held=(Held(0, "correlation", "the correlation is too long"),))
        patched.setattr(type(iso.codec), "encode", lambda *_: cannot)
        iso.run()
    (intent,) = (row for row in iso.rows("intent") if row["partner"] == LENDER)
    assert (intent["state"], "the correlation is too long" in intent["last_error"]) == ("held", True)
    iso.later(days=1)
    iso.tick()
    assert iso.last()["report"]["problem"] == "unknown-transaction-id"
