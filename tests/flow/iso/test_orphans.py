"""A borrower speaks of a request that never came: it waits on the shelf, and then the borrower is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailproc.config import Policy
from mailproc.errors import LocalFault
from mailproc.flow import clock
from mailproc.notices.language_files import ENGLISH
from mailproc.office.mailroom import incoming
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries import pending_timers
from mailproc.office.queries.agenda import agenda
from mailproc.office.queries.upcoming import coming as coming_next
from mailproc.store import events

from .conftest import BORROWER, LENDER, MAIL, SECOND, US, partner

NEVER = {"initial_requester": BORROWER, "tgq": "G9", "tq": "1"}
GRACE = Policy().unmatched_days
SPOKEN = {
    "CANCEL": {}, "RENEW": {}, "RECEIVED": {"received_on": "2026-03-01"}, "LOST": {}, "DAMAGED": {},
    "RETURNED": {"returned_on": "2026-03-01"}, "MESSAGE": {"note": "Where is it?"},
    "CONDITIONAL_REPLY": {"answer": True},
}  # fmt: skip
"""All that a borrower may say behind its request."""


def with_policy(make_iso, **switches):
    return make_iso(partner(LENDER), partner(SECOND), partner(BORROWER), policy=Policy(**switches))


def report(iso, letter_id):
    said = incoming.report(iso.app.store, iso.app.context, letter_id, DoneBy("clerk", iso.now))
    iso.run()
    return said.text


def wait(iso, days):
    """So long after, the clock looks; how many were due."""
    iso.later(days=days)
    return iso.tick()


def only_id(iso):
    (letter_id,) = iso.shelf()
    return letter_id


def problems(iso):
    return [said["report"]["problem"] for said in iso.said()]


@pytest.mark.parametrize("kind", SPOKEN)
def test_after_the_grace_time_the_borrower_is_told(iso, kind):
    iso.hears(kind, BORROWER, NEVER, sent_at="2026-03-02T11:00:00", **SPOKEN[kind])
    assert wait(iso, GRACE - 1) == 0
    assert iso.said() == []
    assert wait(iso, 1) == 1
    (said,) = iso.said(BORROWER)
    assert (said["type"], said["transaction"]) == ("STATUS_OR_ERROR_REPORT", NEVER)
    assert said["report"]["problem"] == "unknown-transaction-id"
    assert said["report"]["correlation"] == f"{kind} 2026-03-02T11:00:00"
    assert wait(iso, 60) == 0
    assert len(iso.said()) == 1
    assert "was told on 2026-03-16" in iso.shelf()[only_id(iso)]


def test_it_is_due_at_the_very_instant(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    (waiting,) = (row["not_before"] for row in iso.rows("event"))
    iso.world.now = waiting
    assert iso.tick() == 1
    assert problems(iso) == ["unknown-transaction-id"]


def test_until_then_the_digest_shows_what_it_waits_for(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    with iso.app.store.read() as connection:
        (waits,) = agenda(connection, iso.app.context).unplaced
    assert (waits.other, waits.about(ENGLISH)) == (BORROWER, "asked us to stop it")
    assert waits.note.startswith("waits for its request until 2026-03-16: no transaction with XX-BORROWER")


@pytest.mark.parametrize("by_staff", [False, True], ids=["by the clock", "by staff"])
def test_once_told_it_leaves_the_digest(iso, by_staff):
    """It still lies on the shelf; should it go round once more and come back, it is work again."""

    def unplaced():
        with iso.app.store.read() as connection:
            return [one.id for one in agenda(connection, iso.app.context).unplaced]

    iso.hears("CANCEL", BORROWER, NEVER)
    letter_id = only_id(iso)
    assert unplaced() == [letter_id]
    if by_staff:
        report(iso, letter_id)
    else:
        wait(iso, GRACE)
    assert (unplaced(), list(iso.shelf())) == ([], [letter_id])
    incoming.release(iso.app.store, iso.app.context, letter_id)
    iso.run()
    assert unplaced() == [letter_id]


def test_it_is_among_the_pending_timers(iso):
    iso.asks()
    iso.hears("CANCEL", BORROWER, NEVER)
    (letter_id,) = iso.shelf()
    with iso.app.store.read() as connection:
        kinds = {one.kind: one.count for one in pending_timers.waiting(connection)}
        coming = coming_next(connection, iso.app.context, 5)
        first = coming_next(connection, iso.app.context, 1)
    assert kinds == {"TO_ANSWER": 1, "UNMATCHED": 1}
    assert [(one.number, one.kind, one.then) for one in coming] == [
        ("L1-1", "TO_ANSWER", "staff"), (letter_id, "UNMATCHED", "STATUS_OR_ERROR_REPORT")]  # fmt: skip
    assert first == coming[:1]
    report(iso, letter_id)
    with iso.app.store.read() as connection:
        assert [one.kind for one in pending_timers.waiting(connection)] == ["TO_ANSWER"]


def test_the_request_comes_in_time(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    wait(iso, GRACE - 1)
    iso.asks("G9")
    assert (iso.state("L1"), iso.shelf()) == ("CANCEL_PENDING", {})
    assert wait(iso, 5) == 0
    assert iso.said() == []


@pytest.mark.parametrize("kind", SPOKEN)
def test_the_request_comes_after_the_borrower_was_told(iso, kind):
    """Told that we know nothing of it, it asks again; what it had said before still holds."""
    iso.hears(kind, BORROWER, NEVER, **SPOKEN[kind])
    wait(iso, GRACE)
    assert problems(iso) == ["unknown-transaction-id"]
    iso.asks("G9")
    assert iso.shelf() == {}
    assert kind in {row["type"] for row in iso.rows("event") if row["transaction_id"] is not None}
    assert len(iso.said()) == 1


def test_the_borrower_is_told_once_for_each_request(iso):
    for kind in ("CANCEL", "MESSAGE", "RENEW"):
        iso.hears(kind, BORROWER, NEVER, **SPOKEN[kind])
    iso.hears("CANCEL", BORROWER, NEVER | {"tq": "2"})
    wait(iso, GRACE + 5)
    assert [said["transaction"]["tq"] for said in iso.said()] == ["1", "2"]
    assert all("was told" in why for why in iso.shelf().values())


@pytest.mark.parametrize("kind", ["STATUS_OR_ERROR_REPORT", "SHIPPED", "ILL_ANSWER"])
def test_messages_that_a_borrower_does_not_send_are_never_answered(iso, kind):
    more = {"results": "WILL_SUPPLY"} if kind == "ILL_ANSWER" else {}
    iso.hears(kind, BORROWER, NEVER, **more)
    wait(iso, GRACE + 5)
    assert iso.said() == []
    with pytest.raises(LocalFault, match="is no message of a borrower"):
        report(iso, only_id(iso))


def test_a_question_was_answered_at_once_and_is_not_answered_again(iso):
    iso.hears("STATUS_QUERY", BORROWER, NEVER)
    wait(iso, GRACE + 5)
    assert [said["report"].get("current_state") for said in iso.said()] == ["UNKNOWN"]


def test_a_stranger_is_told_nothing(iso):
    said = {"type": "CANCEL", "transaction": NEVER, "sent_at": "2026-03-02T11:00:00"}
    iso.letter_of(BORROWER, said, sender="ill@elsewhere.example")
    wait(iso, GRACE + 5)
    assert iso.said() == []
    with pytest.raises(LocalFault, match="a whole letter"):
        report(iso, only_id(iso))


def test_our_own_messages_that_come_back_are_not_answered(iso):
    """As an automatic reply brings them: they name us as the borrower."""
    iso.hears("RECEIVED", LENDER, NEVER | {"initial_requester": US}, received_on="2026-03-01")
    wait(iso, GRACE + 5)
    assert iso.said() == []
    with pytest.raises(LocalFault, match="names us as the borrower"):
        report(iso, only_id(iso))


def test_another_partners_request_is_not_mentioned(iso):
    iso.asks("G9")
    iso.hears("CANCEL", SECOND, NEVER)
    wait(iso, GRACE + 5)
    assert iso.said(SECOND) == []
    with pytest.raises(LocalFault, match="known here"):
        report(iso, only_id(iso))


def test_when_switched_off_only_staff_report(make_iso):
    iso = with_policy(make_iso, unmatched_days=0)
    iso.hears("CANCEL", BORROWER, NEVER)
    assert "waits for its request" not in iso.shelf()[only_id(iso)]
    wait(iso, 60)
    assert iso.said() == []
    said = report(iso, only_id(iso))
    assert str(said) == "XX-BORROWER gets a report that we do not know what CANCEL G9/1 is about"
    assert problems(iso) == ["unknown-transaction-id"]


def test_staff_tell_before_the_day_and_the_clock_does_not(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    report(iso, only_id(iso))
    assert "was told on 2026-03-02" in iso.shelf()[only_id(iso)]
    assert wait(iso, 60) == 0
    assert len(iso.said()) == 1
    (event,) = [row for row in iso.rows("event") if row["type"] == "REPORTED"]
    assert (event["cause"], event["actor"]) == ("staff", "clerk")


def test_reports_are_limited_per_hour_and_the_rest_follows(make_iso):
    iso = with_policy(make_iso, answers_an_hour=2)
    for tq in "12345":
        iso.hears("CANCEL", BORROWER, NEVER | {"tq": tq})
    iso.later(days=GRACE)
    for told in (2, 2, 4, 4, 5):
        iso.tick()
        assert len(iso.said()) == told
        iso.later(minutes=31)
    assert len(iso.shelf()) == 5


def test_staff_are_told_when_it_is_too_much(make_iso):
    iso = with_policy(make_iso, answers_an_hour=1)
    for tq in "12":
        iso.hears("CANCEL", BORROWER, NEVER | {"tq": tq})
    first, second = iso.shelf()
    report(iso, first)
    with pytest.raises(LocalFault, match="within the hour"):
        report(iso, second)
    assert "was told" not in iso.shelf()[second]


def test_a_partner_that_left_the_configuration_gets_no_report(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    config = iso.app.config.model_copy(update={"partner": (partner(LENDER),)})
    iso.world.app = replace(iso.app, config=config, context=replace(iso.app.context, config=config))
    assert wait(iso, GRACE) == 1
    assert wait(iso, 1) == 0  # looked at once, and left to staff
    assert iso.said() == []
    with pytest.raises(LocalFault, match="There is no partner"):
        report(iso, only_id(iso))


def test_our_own_address_is_told_nothing_and_not_tried_again(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    ours = partner(BORROWER).model_copy(update={"address": iso.app.config.library.email})
    config = iso.app.config.model_copy(update={"partner": (partner(LENDER), ours)})
    iso.world.app = replace(iso.app, config=config, context=replace(iso.app.context, config=config))
    assert wait(iso, GRACE) == 1
    assert wait(iso, 1) == 0
    assert iso.said() == []
    with pytest.raises(LocalFault, match="is our own"):
        report(iso, only_id(iso))


def test_a_reported_message_is_not_reported_again(iso):
    for kind in ("CANCEL", "MESSAGE"):
        iso.hears(kind, BORROWER, NEVER, **SPOKEN[kind])
    first, second = iso.shelf()
    report(iso, first)
    for letter_id in (first, second, first):
        with pytest.raises(LocalFault, match=r"already got a report about E.* on 2026-03-02"):
            report(iso, letter_id)
    assert problems(iso) == ["unknown-transaction-id"]


def test_deferred_reports_keep_no_others_waiting(make_iso):
    iso = with_policy(make_iso, answers_an_hour=1)
    for tq in "123":
        iso.hears("CANCEL", BORROWER, NEVER | {"tq": tq})
    iso.hears("CANCEL", SECOND, NEVER)
    iso.later(days=GRACE)
    store, context = iso.app.store, iso.app.context
    assert [clock.sweep(store, context, 2) for _ in range(3)] == [2, 2, 0]
    iso.run()
    assert len(iso.said(SECOND)) == 1


def test_a_released_message_waits_again(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    wait(iso, GRACE)
    incoming.release(iso.app.store, iso.app.context, only_id(iso))
    iso.run()
    assert "until 2026-03-30" in iso.shelf()[only_id(iso)]
    assert wait(iso, GRACE - 1) == 0
    assert wait(iso, 1) == 1


def test_a_pause_of_ours_is_caught_up_once(iso):
    iso.hears("CANCEL", BORROWER, NEVER)
    iso.later(days=100)
    assert iso.tick() == 1
    assert iso.tick() == 0
    assert [letter.to for letter in iso.sent if letter.to == MAIL[BORROWER]] == [MAIL[BORROWER]]


def test_it_falls_due_when_the_office_opens(make_iso):
    iso = make_iso()
    library = iso.app.config.library.model_copy(update={"time_zone": "Europe/Berlin"})
    iso = make_iso(*iso.app.config.partner, library=library)
    iso.hears("CANCEL", BORROWER, NEVER)
    (row,) = [row for row in iso.rows("event") if row["state"] == "shelved"]
    opens = iso.app.context.local(row["not_before"])
    assert (opens.date(), opens.hour) == (date(2026, 3, 2) + timedelta(days=GRACE), 8)


def test_what_came_while_the_clock_was_a_year_ahead_waits_from_today(iso):
    iso.later(days=365)
    iso.hears("CANCEL", BORROWER, NEVER, sent_at="2026-03-02T11:00:00")
    iso.later(days=-365)
    iso.tick()
    assert iso.said() == []
    (event,) = iso.app.store.write(lambda c: list(events.waiting_on_shelf(c, 9)))
    assert timedelta(0) < event.not_before - iso.now <= timedelta(days=GRACE + 1)
    for _ in range(2):
        assert wait(iso, GRACE) <= 1
    assert problems(iso) == ["unknown-transaction-id"]
