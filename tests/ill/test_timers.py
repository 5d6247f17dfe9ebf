"""What is waited for follows from where a transaction stands, and from nothing else."""

import dataclasses
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproc.ill import closed_days, machine, reminders
from mailproc.ill.attention import ENDS_WITH_THE_STATE
from mailproc.ill.effects import AskAgain, AskStaff, FollowUpAct, Notify, Send
from mailproc.ill.events import TIMERS, Timer
from mailproc.ill.policy import Settings, effects
from mailproc.ill.reader_due import ReaderTerm
from mailproc.ill.terms import Role, Service, State
from mailproc.ill.timer_schedule import Days, TimerInputs, about, fired
from mailproc.ill.timers import REPAIRS, is_repair, wanted
from mailproc.ill.transaction_state import Occurrence, TransactionState, step
from mailproc.notices.language_files import shipped, shipped_tags

TODAY = date(2026, 3, 2)
BEFORE = TODAY - timedelta(days=1)
DUE = date(2026, 4, 10)


def on(day: date) -> datetime:
    return datetime.combine(day, time(8))


def after(days: int, day: date = TODAY) -> datetime:
    return on(day + timedelta(days=days))


def borrowing(state: State, **more) -> TransactionState:
    return TransactionState(Role.REQUESTER, more.pop("service", Service.LOAN), state, **more)


def lending(state: State, **more) -> TransactionState:
    return TransactionState(Role.RESPONDER, more.pop("service", Service.LOAN), state, **more)


def waits(current: TransactionState, days: Days = Days(), **more) -> dict[Timer, datetime]:  # noqa: B008  # frozen
    return wanted(current, TimerInputs(**({"since": TODAY, "today": TODAY} | more)), days)


FIRED = TODAY + timedelta(days=7)
CASES = {
    "asked": (borrowing(State.PENDING), {}, {"UNANSWERED": after(7)}),
    "asked, needed": (
        borrowing(State.PENDING), {"need_before": DUE},
        {"UNANSWERED": after(7), "NEED_BEFORE": after(1, DUE)},
    ),
    "asked, no longer needed by then": (
        borrowing(State.PENDING), {"need_before": TODAY - timedelta(days=1)}, {"UNANSWERED": after(7)},
    ),
    "asked, the need has passed": (
        borrowing(State.PENDING),
        {"need_before": DUE, "fired": {(Timer.NEED_BEFORE, DUE): [DUE + timedelta(days=1)]}},
        {"UNANSWERED": after(7)},
    ),
    "chased": (
        borrowing(State.PENDING), {"fired": {(Timer.UNANSWERED, TODAY): [FIRED]}}, {"UNANSWERED": after(14)},
    ),
    "chased late, after a pause of ours": (
        borrowing(State.PENDING),
        {"fired": {(Timer.UNANSWERED, TODAY): [TODAY + timedelta(days=30)]}},
        {"UNANSWERED": after(37)},
    ),
    "chased in another state": (
        borrowing(State.PENDING),
        {"fired": {(Timer.UNANSWERED, TODAY - timedelta(days=9)): [TODAY]}},
        {"UNANSWERED": after(7)},
    ),
    "promised": (borrowing(State.PENDING, promise={"what": "HOLD_PLACED"}), {}, {"UNANSWERED": after(28)}),
    "promised for a day": (
        borrowing(State.PENDING, promise={"what": "WILL_SUPPLY", "date": "2026-04-10"}),
        {}, {"UNANSWERED": after(7, DUE)},
    ),
    "promised for a day that is over": (
        borrowing(State.PENDING, promise={"what": "WILL_SUPPLY", "date": "2026-01-10"}),
        {}, {"UNANSWERED": after(7)},
    ),
    "a condition waits for us": (borrowing(State.CONDITIONAL), {}, {"TO_ANSWER": after(7)}),
    "cancelling": (borrowing(State.CANCEL_PENDING), {}, {"CANCEL_SILENT": after(10)}),
    "cancelling, told": (
        borrowing(State.CANCEL_PENDING), {"fired": {(Timer.CANCEL_SILENT, TODAY): [FIRED]}}, {},
    ),
    "on its way": (borrowing(State.SHIPPED, due_on=DUE), {}, {"NOT_ARRIVED": after(0, DUE)}),
    "with the reader": (
        borrowing(State.RECEIVED, due_on=DUE), {},
        {"DUE_SOON": after(-3, DUE), "READER_OVERDUE": after(1, DUE)},
    ),
    "with the reader for two days": (
        borrowing(State.RECEIVED, due_on=TODAY + timedelta(days=2)),
        {}, {"DUE_SOON": after(1), "READER_OVERDUE": after(3)},
    ),
    "with the reader, it came too late": (
        borrowing(State.RECEIVED, due_on=TODAY - timedelta(days=5)), {}, {"READER_OVERDUE": after(1)},
    ),
    "with the reader, and the day is over": (
        borrowing(State.RECEIVED, due_on=DUE),
        {"today": DUE + timedelta(days=1)}, {"READER_OVERDUE": after(1, DUE)},
    ),
    "reminded": (
        borrowing(State.RECEIVED, due_on=DUE),
        {"fired": {(Timer.DUE_SOON, DUE): [DUE - timedelta(days=3)]}}, {"READER_OVERDUE": after(1, DUE)},
    ),
    "overdue, first letter": (
        borrowing(State.OVERDUE, due_on=DUE),
        {"fired": {(Timer.READER_OVERDUE, DUE): [DUE + timedelta(days=1)]}},
        {"READER_OVERDUE": after(8, DUE)},
    ),
    "overdue, all letters and staff": (
        borrowing(State.OVERDUE, due_on=DUE), {"fired": {(Timer.READER_OVERDUE, DUE): [DUE] * 4}}, {},
    ),
    "renewed: a new day, everything anew": (
        borrowing(State.RECEIVED, due_on=DUE),
        {"fired": {(Timer.READER_OVERDUE, DUE - timedelta(days=1)): [DUE] * 4}},
        {"DUE_SOON": after(-3, DUE), "READER_OVERDUE": after(1, DUE)},
    ),
    "recalled, with the reader": (
        borrowing(State.RECALL, due_on=DUE), {}, {"READER_RECALLED": after(7)},
    ),
    "recalled, came after": (
        borrowing(State.RECALL), {"came_on": TODAY + timedelta(days=3)}, {"READER_RECALLED": after(10)},
    ),
    "recalled, second letter": (
        borrowing(State.RECALL), {"fired": {(Timer.READER_RECALLED, TODAY): [FIRED]}},
        {"READER_RECALLED": after(14)},
    ),
    "recalled, all letters and staff": (
        borrowing(State.RECALL), {"fired": {(Timer.READER_RECALLED, TODAY): [FIRED] * 3}}, {},
    ),
    "recalled, not here yet": (borrowing(State.RECALL, due_on=DUE), {"here": False}, {}),
    "asked to keep it, silence, not here yet": (
        borrowing(State.RENEW_PENDING, due_on=DUE),
        {"here": False, "fired": {(Timer.RENEWAL_SILENT, TODAY): [FIRED]}}, {},
    ),
    "no due date": (borrowing(State.RECEIVED), {}, {}),
    "asked to keep it": (borrowing(State.RENEW_PENDING, due_on=DUE), {}, {"RENEWAL_SILENT": after(10)}),
    "asked to keep it, silence": (
        borrowing(State.RENEW_PENDING, due_on=DUE),
        {"fired": {(Timer.RENEWAL_SILENT, TODAY): [FIRED]}}, {"READER_OVERDUE": after(1, DUE)},
    ),
    "it renews by itself": (
        borrowing(State.RECEIVED, due_on=DUE, renewal_on=DUE), {}, {"RENEWAL_SILENT": after(2, DUE)},
    ),
    "it would have renewed, and went back": (borrowing(State.RETURNED, due_on=DUE, renewal_on=DUE), {}, {}),
    "a copy was sent": (borrowing(State.SHIPPED, service=Service.COPY), {}, {"NOT_ARRIVED": after(14)}),
    "a copy was sent, and staff were asked": (
        borrowing(State.SHIPPED, service=Service.COPY), {"fired": {(Timer.NOT_ARRIVED, TODAY): [FIRED]}},
        {"NOT_ARRIVED": after(21)},
    ),
    "with the reader, whose day is earlier": (
        borrowing(State.RECEIVED, due_on=DUE), {"given_on": TODAY, "days": Days(reader_term=ReaderTerm(5))},
        {"DUE_SOON": after(-8, DUE), "READER_OVERDUE": after(-4, DUE)},
    ),
    "with the reader, whose earlier day would have passed": (
        borrowing(State.RECEIVED, due_on=after(2).date()),
        {"given_on": TODAY, "days": Days(reader_term=ReaderTerm(5))},
        {"DUE_SOON": after(1), "READER_OVERDUE": after(2)},
    ),
    "with the reader, with days of grace": (
        borrowing(State.RECEIVED, due_on=DUE), {"days": Days(grace=4)},
        {"DUE_SOON": after(-3, DUE), "READER_OVERDUE": after(5, DUE)},
    ),
    "recalled for a day": (
        borrowing(State.RECALL), {"wanted_by": after(9).date()}, {"READER_RECALLED": after(10)},
    ),
    "recalled for a day, second letter": (
        borrowing(State.RECALL),
        {"wanted_by": after(9).date(), "fired": {(Timer.READER_RECALLED, TODAY): [FIRED]}},
        {"READER_RECALLED": after(14)},
    ),
    "asked to keep it, and answered with an earlier day": (
        borrowing(State.RENEW_PENDING, due_on=DUE), {"renewal_answered": True, "may_ask": True},
        {"RENEWAL_SILENT": after(10), "DUE_SOON": after(-3, DUE), "READER_OVERDUE": after(1, DUE)},
    ),
    "a copy is here": (borrowing(State.RECEIVED, service=Service.COPY, due_on=DUE), {}, {}),
    "taken off the lists": (borrowing(State.PENDING, closed=True), {"need_before": DUE}, {}),
    "they ask us": (lending(State.IN_PROCESS), {}, {"TO_ANSWER": after(7)}),
    "they ask us, by a day": (
        lending(State.IN_PROCESS), {"need_before": DUE},
        {"TO_ANSWER": after(7), "NEED_BEFORE": after(1, DUE)},
    ),
    "they ask us, we promised": (
        lending(State.IN_PROCESS, promise={"what": "HOLD_PLACED"}), {}, {"PROMISE_DUE": after(28)},
    ),
    "they ask us, we promised for a day": (
        lending(State.IN_PROCESS, promise={"date": "2026-04-10"}), {}, {"PROMISE_DUE": on(DUE)},
    ),
    "they ask us, the day has come": (
        lending(State.IN_PROCESS, promise={"date": "2026-04-10"}),
        {"fired": {(Timer.PROMISE_DUE, DUE): [DUE]}}, {"PROMISE_DUE": after(7, DUE)},
    ),
    "they cancel": (lending(State.CANCEL_PENDING), {}, {"TO_ANSWER": after(7)}),
    "they ask to keep it": (lending(State.RENEW_OVERDUE, due_on=DUE), {}, {"TO_ANSWER": after(7)}),
    "our condition": (lending(State.CONDITIONAL), {}, {"UNANSWERED": after(7)}),
    "lent": (lending(State.SHIPPED, due_on=DUE), {}, {"LOAN_OVERDUE": after(1, DUE)}),
    "lent, demanded once": (
        lending(State.OVERDUE, due_on=DUE),
        {"since": DUE + timedelta(days=1), "fired": {(Timer.LOAN_OVERDUE, DUE): [DUE + timedelta(days=1)]}},
        {"LOAN_OVERDUE": after(8, DUE)},
    ),
    "lent for good": (lending(State.SHIPPED), {}, {}),
    "a copy sent": (lending(State.SHIPPED, service=Service.COPY, due_on=DUE), {}, {}),
    "back": (lending(State.CHECKED_IN, due_on=DUE), {}, {}),
    "recalled": (lending(State.RECALL, due_on=DUE), {}, {"LOAN_RECALLED": after(7)}),
    "we recalled it for a day": (
        lending(State.RECALL, due_on=DUE), {"wanted_by": after(9).date()}, {"LOAN_RECALLED": after(10)},
    ),
    "lent, with days of grace": (
        lending(State.SHIPPED, due_on=DUE), {"days": Days(grace=4)}, {"LOAN_OVERDUE": after(5, DUE)},
    ),
    "recalled, staff told": (
        lending(State.RECALL), {"fired": {(Timer.LOAN_RECALLED, TODAY): [after(7).date()]}}, {},
    ),
    "lent, they say it is on its way home": (
        lending(State.SHIPPED, due_on=DUE), {"sent_back": TODAY}, {"SENT_BACK": after(14)},
    ),
    "demanded, it is on its way home": (
        lending(State.OVERDUE, due_on=DUE),
        {"sent_back": BEFORE, "fired": {(Timer.LOAN_OVERDUE, DUE): [DUE]}}, {"SENT_BACK": after(13)},
    ),
    "recalled, it is on its way home": (
        lending(State.RECALL), {"sent_back": TODAY}, {"SENT_BACK": after(14)},
    ),
    "on its way home, staff told": (
        lending(State.SHIPPED, due_on=DUE),
        {"sent_back": TODAY, "fired": {(Timer.SENT_BACK, TODAY): [after(14).date()]}}, {},
    ),
    "our condition, with a day": (
        lending(State.CONDITIONAL), {"reply_by": DUE}, {"UNANSWERED": after(1, DUE)},
    ),
    "our condition, its day has passed": (
        lending(State.CONDITIONAL),
        {"reply_by": DUE, "fired": {(Timer.UNANSWERED, TODAY): [DUE + timedelta(days=1)]}},
        {"UNANSWERED": after(8, DUE)},
    ),
    "their condition, with an early day": (
        borrowing(State.CONDITIONAL), {"reply_by": TODAY + timedelta(days=2)}, {"TO_ANSWER": after(2)},
    ),
    "their condition, with a late day": (
        borrowing(State.CONDITIONAL), {"reply_by": DUE}, {"TO_ANSWER": after(7)},
    ),
    "they did not supply": (borrowing(State.NOT_SUPPLIED), {}, {}),
    "they say when to ask again": (
        borrowing(State.NOT_SUPPLIED), {"ask_again": DUE}, {"ASK_AGAIN": on(DUE)},
    ),
    "they were asked again, or staff were": (
        borrowing(State.NOT_SUPPLIED), {"ask_again": DUE, "fired": {(Timer.ASK_AGAIN, DUE): [DUE]}}, {},
    ),
    "supplied, whatever day was named": (borrowing(State.RETURNED), {"ask_again": DUE}, {}),
    "we lend and have ended it": (lending(State.NOT_SUPPLIED), {"expires": DUE}, {}),
}  # fmt: skip

EXPIRED = {(Timer.NEED_BEFORE, DUE): [DUE + timedelta(days=1)]}
TOLD = {(Timer.UNANSWERED, TODAY): [DUE + timedelta(days=1)]}
ENDS = {
    "staff are told first": ({"need_before": DUE, "expires": DUE}, {"NEED_BEFORE": after(1, DUE)}),
    "then they have their days": (
        {"need_before": DUE, "expires": DUE, "fired": EXPIRED}, {"EXPIRY": after(4, DUE)},
    ),
    "told of the need, it ends later": (
        {"need_before": DUE, "expires": DUE + timedelta(days=30), "fired": EXPIRED},
        {"EXPIRY": after(33, DUE)},
    ),
    "told late, after a pause of ours": (
        {"need_before": DUE, "expires": DUE, "fired": {(Timer.NEED_BEFORE, DUE): [DUE + timedelta(days=9)]}},
        {"EXPIRY": after(12, DUE)},
    ),
    "over when it came": ({"need_before": BEFORE, "expires": BEFORE}, {}),
    "not by itself": ({"need_before": DUE, "fired": EXPIRED}, {}),
    "done": (
        {"need_before": DUE, "expires": DUE, "fired": EXPIRED | {(Timer.EXPIRY, DUE): [DUE]}}, {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("more", "expected"), ENDS.values(), ids=ENDS)
def test_their_request_ends(more, expected):
    found = waits(lending(State.IN_PROCESS), Days(answer=0), **more)
    assert found == expected
    promised = waits(lending(State.IN_PROCESS, promise={"what": "WILL_SUPPLY"}), Days(answer=0), **more)
    assert "EXPIRY" not in promised, "what we have promised does not expire by itself"
    assert "EXPIRY" not in waits(lending(State.IN_PROCESS), Days(expire=0), **more)


@pytest.mark.parametrize(("told", "expected"), [({}, None), (TOLD, after(4, DUE))])
def test_an_unanswered_condition_ends(told, expected):
    found = waits(lending(State.CONDITIONAL), reply_by=DUE, expires=DUE, fired=told)
    assert found.get("EXPIRY") == expected


REPAIRED = {
    "asked": (borrowing(State.PENDING), "UNANSWERED", (4, 12), 19),
    "promised": (borrowing(State.PENDING, promise={"what": "HOLD_PLACED"}), "UNANSWERED", (16, 24), 52),
    "cancelling": (borrowing(State.CANCEL_PENDING), "CANCEL_SILENT", (4, 12), 22),
    "asked to keep it": (borrowing(State.RENEW_PENDING, due_on=DUE), "RENEWAL_SILENT", (4, 12), 22),
    "too late, asked to keep it": (borrowing(State.RENEW_OVERDUE, due_on=DUE), "RENEWAL_SILENT", (4, 12), 22),
    "we said no": (borrowing(State.NOT_SUPPLIED), "REFUSAL_UNHEARD", (4,), None),
    "due, not here": (borrowing(State.SHIPPED, due_on=DUE), "DUE_UNHEARD", (53, 81), 95),
    "due, with the reader": (borrowing(State.RECEIVED, due_on=DUE), "DUE_UNHEARD", (53, 81), 95),
    "sent back": (borrowing(State.RETURNED, due_on=DUE), "RETURN_UNHEARD", (14, 42), None),
    "recalled": (lending(State.RECALL, due_on=DUE), "LOAN_RECALLED", (7, 21), 28),
}  # fmt: skip


def silence(current: TransactionState, kind: Timer, days: Days, weeks: int = 40) -> list[tuple[int, bool]]:
    """After how many days it fires while nobody says a word, and whether it is a letter; at most 9."""
    done: dict[tuple[Timer, date], list[date]] = {}
    found: list[tuple[int, bool]] = []
    while len(found) < 9:
        waiting = TimerInputs(TODAY, TODAY, fired=done, may_ask=True)
        due = wanted(current, waiting, days).get(kind)
        if due is None or due > after(7 * weeks):
            break
        found.append(((due.date() - TODAY).days, is_repair(kind, current, waiting, days)))
        done.setdefault((kind, about(kind, current, waiting)), []).append(due.date())
    return found


@pytest.mark.parametrize(("current", "kind", "letters", "staff"), REPAIRED.values(), ids=REPAIRED)
def test_messages_that_may_be_lost_are_repeated(current, kind, letters, staff):
    found = silence(current, Timer(kind), Days())
    assert [day for day, letter in found if letter] == list(letters)
    told = [day for day, letter in found if not letter]
    assert told[:1] == ([staff] if staff else [])
    assert [letter for _, letter in found] == sorted((letter for _, letter in found), reverse=True)


def test_every_state_that_is_repaired_has_a_case():
    assert {(one[0].role, one[0].state) for one in REPAIRED.values()} == set(REPAIRS)


@pytest.mark.parametrize(("current", "kind", "letters", "staff"), REPAIRED.values(), ids=REPAIRED)
def test_without_repeats_no_letter_goes(current, kind, letters, staff):
    assert not any(letter for _, letter in silence(current, Timer(kind), Days(repeats=0)))
    assert len([1 for _, letter in silence(current, Timer(kind), Days(repeats=1)) if letter]) == 1


def test_a_silent_renewal_leaves_the_reader_in_peace_until_it_was_asked_again():
    current = borrowing(State.RENEW_PENDING, due_on=TODAY)
    first = {(Timer.RENEWAL_SILENT, TODAY): [after(4).date()]}
    assert list(waits(current, may_ask=True)) == list(waits(current, may_ask=True, fired=first))
    both = {(Timer.RENEWAL_SILENT, TODAY): [after(4).date(), after(12).date()]}
    assert set(waits(current, may_ask=True, fired=both)) == {"RENEWAL_SILENT", "READER_OVERDUE"}


@pytest.mark.parametrize(("current", "more", "expected"), CASES.values(), ids=CASES)
def test_what_is_waited_for(current, more, expected):
    assert waits(current, **more) == expected


def test_every_kind_has_a_case():
    told = {kind for _, _, expected in CASES.values() for kind in expected}
    assert told | {kind for _, kind, _, _ in REPAIRED.values()} | {"EXPIRY", "UNFILLED_LETTER"} == TIMERS


@pytest.mark.parametrize(("untold", "days"), [(True, 5), (False, 5), (True, 0)])
def test_the_reader_hears_of_the_end_after_its_days(untold, days):
    due = waits(borrowing(State.NOT_SUPPLIED), Days(unfilled_letter=days), unfilled_untold=untold)
    assert due == ({Timer.UNFILLED_LETTER: after(days)} if untold else {})  # 0: at once


@pytest.mark.parametrize(("wanted_for", "then"), [(3, 7), (4, 4)])
def test_a_request_is_repeated_only_while_it_is_wanted(wanted_for, then):
    more = {"may_ask": True, "need_before": TODAY + timedelta(days=wanted_for)}
    found = waits(borrowing(State.PENDING), **more)
    assert found == {"UNANSWERED": after(then), "NEED_BEFORE": after(wanted_for + 1)}
    late = TimerInputs(since=TODAY, today=TODAY + timedelta(days=then), **more)
    is_letter = is_repair(Timer.UNANSWERED, borrowing(State.PENDING), late, Days())
    assert is_letter is (then <= wanted_for)


OFF = {
    "UNANSWERED": Days(chase=0), "DUE_SOON": Days(remind=0), "READER_OVERDUE": Days(overdue_every=0),
    "LOAN_OVERDUE": Days(overdue_every=0), "CANCEL_SILENT": Days(pending=0), "TO_ANSWER": Days(answer=0),
    "PROMISE_DUE": Days(answer=0), "NOT_ARRIVED": Days(arrive=0),
    "READER_RECALLED": Days(overdue_every=0), "LOAN_RECALLED": Days(overdue_every=0),
    "SENT_BACK": Days(overdue_every=0),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "days"), OFF.items(), ids=OFF)
def test_zero_days_turn_a_timer_off(kind, days):
    some = 0
    for current, more, expected in CASES.values():
        some += kind in expected
        assert kind not in waits(current, **(more | {"days": days}))
    assert some


def test_without_a_timer_for_its_answer_a_renewal_stops_no_reminder():
    found = waits(borrowing(State.RENEW_PENDING, due_on=DUE), Days(pending=0))
    assert found == {Timer.READER_OVERDUE: after(1, DUE)}


# --- whatever the standing --------------------------------------------------------------------

DATES = st.dates(date(2026, 1, 1), date(2026, 12, 31))
STANDINGS = st.builds(
    TransactionState,
    role=st.sampled_from(Role),
    service=st.sampled_from([Service.LOAN, Service.COPY]),
    state=st.sampled_from(State),
    due_on=st.none() | DATES,
    renewal_on=st.none() | DATES,
    promise=st.none() | st.just({"what": "HOLD_PLACED"}) | DATES.map(lambda day: {"date": day.isoformat()}),
    closed=st.booleans(),
)
SMALL = st.integers(0, 30)
LEVELS = st.integers(0, 4)
COUNTS = {"overdue_levels", "repeats"}
CLOSED = st.sampled_from([closed_days.NEVER, closed_days.read(["sat", "sun", "2026-04-01/2026-04-20"])])
NUMBERS = {one.name: LEVELS if one.name in COUNTS else SMALL for one in dataclasses.fields(Days)}
DAYS = st.builds(Days, **NUMBERS | {"reader_term": st.builds(ReaderTerm, SMALL, CLOSED)})
MORE = st.fixed_dictionaries(
    {
        "need_before": st.none() | DATES,
        "reply_by": st.none() | DATES,
        "expires": st.none() | DATES,
        "unfilled_untold": st.booleans(),
    }
)


COPY_THAT_RENEWS = borrowing(State.RECEIVED, service=Service.COPY, renewal_on=DUE)
NOTHING = {"need_before": None, "reply_by": None, "expires": None}


@given(STANDINGS, DATES, MORE, DAYS)
@example(COPY_THAT_RENEWS, TODAY, NOTHING, Days())
def test_finished_transactions_have_no_timers(current, since, more, days):
    """Where no letter may go by itself; else the last word may have to be said again (REPAIRS)."""
    found = wanted(current, TimerInputs(since, since, **more), days)
    if current.closed or machine.is_final(current.role, current.service, current.state):
        assert found.keys() <= {Timer.UNFILLED_LETTER}  # the letter that tells the reader so
    assert all(at.time() == time(8) for at in found.values())


SILENCE = {Timer.UNANSWERED, Timer.TO_ANSWER, Timer.PROMISE_DUE, Timer.NOT_ARRIVED}


@given(STANDINGS, DATES, MORE, DAYS, st.integers(0, 100), st.booleans())
def test_without_any_answer_the_timers_end(current, since, more, days, down, may_ask):
    """Fired whenever they are due, also after ``down`` days: no kind twice a day, no letter without end."""
    done: dict[tuple[Timer, date], list[date]] = {}
    now = since + timedelta(days=down)
    told: set[tuple[Timer, date]] = set()
    letters = 0
    for _ in range(40):
        waiting = TimerInputs(since, now, fired=done, may_ask=may_ask, **more)
        due = wanted(current, waiting, days)
        if not due:
            return
        now = max(now, min(due.values()).date())
        for kind in [kind for kind, at in due.items() if at.date() <= now]:
            assert (kind, now) not in told, "caught up once, and not once for each day missed"
            told.add((kind, now))
            letters += is_repair(kind, current, waiting, days)
            before = len(fired(kind, current, waiting))
            key = (kind, about(kind, current, waiting))
            done.setdefault(key, []).append(now)
            assert len(fired(kind, current, TimerInputs(since, now, fired=done, **more))) == before + 1
        assert letters <= days.repeats
    assert {kind for kind, _ in told} & SILENCE, "only silence is told for ever"


@given(STANDINGS, DATES, st.none() | DATES, DAYS, st.sampled_from(Timer), st.integers(1, 9), st.booleans())
def test_a_timer_moves_no_state(current, since, need_before, days, kind, level, stale):
    facts = {"level": level} | ({"outdated": True} if stale else {})
    occurrence = Occurrence(kind.value, None, facts)
    taken = step(current, occurrence)
    assert taken.after.state is current.state and taken.after.due_on == current.due_on
    assert taken.moved == (kind is Timer.RENEWAL_SILENT and current.renewal_on is not None and not stale)
    silent = kind in (Timer.REFUSAL_UNHEARD, Timer.RETURN_UNHEARD)  # a letter or nothing
    assert bool(effects(taken, occurrence, Settings())) is not (stale or silent)


# --- what is done ------------------------------------------------------------------------------

HELD = borrowing(State.RECEIVED, due_on=DUE)
LENT = lending(State.SHIPPED, due_on=DUE)
EFFECTS = [
    (borrowing(State.PENDING), "UNANSWERED", {"level": 1, "may_chase": True}, "STATUS_QUERY"),
    (borrowing(State.PENDING), "UNANSWERED", {"level": 1, "may_chase": False}, "no-answer"),
    (borrowing(State.PENDING), "UNANSWERED", {"level": 2, "may_chase": True}, "no-answer"),
    (borrowing(State.PENDING), "NEED_BEFORE", {"level": 1}, "need-before-passed"),
    (HELD, "DUE_SOON", {"level": 1}, "patron/due_soon"),
    (HELD, "READER_OVERDUE", {"level": 3}, "patron/overdue"),
    (HELD, "READER_OVERDUE", {"level": 4}, "not-back"),
    (borrowing(State.RECALL), "READER_RECALLED", {"level": 3}, "not-back"),
    (HELD, "RENEWAL_SILENT", {"level": 1}, "renewal-not-come"),
    (borrowing(State.RENEW_PENDING), "RENEWAL_SILENT", {"level": 1}, "renewal-silent"),
    (borrowing(State.CANCEL_PENDING), "CANCEL_SILENT", {"level": 1}, "cancel-silent"),
    (LENT, "LOAN_OVERDUE", {"level": 3}, "overdue"),
    (LENT, "LOAN_OVERDUE", {"level": 4}, "not-back"),
    (lending(State.IN_PROCESS), "TO_ANSWER", {"level": 5}, "answer-late"),
    (lending(State.IN_PROCESS), "EXPIRY", {"level": 1}, "expire"),
    (lending(State.IN_PROCESS), "PROMISE_DUE", {"level": 1}, "promise-due"),
    (LENT, "SENT_BACK", {"level": 1}, "look-for-it"),
    (borrowing(State.NOT_SUPPLIED), "ASK_AGAIN", {"level": 1}, "ask-now"),
    (borrowing(State.NOT_SUPPLIED), "ASK_AGAIN", {"level": 1, "asks_again": True}, "ask again"),
    (lending(State.RECALL), "LOAN_RECALLED", {"level": 3}, "recall-unheard"),
    (borrowing(State.SHIPPED), "DUE_UNHEARD", {"level": 3}, "lender-silent"),
    (borrowing(State.PENDING), "UNANSWERED", {"level": 1, "say": {"type": "ILL_REQUEST"}}, "ILL_REQUEST"),
    (
        borrowing(State.RETURNED),
        "RETURN_UNHEARD",
        {"level": 1, "say": {"type": "STATUS_QUERY"}},
        "STATUS_QUERY",
    ),
]


def name_of(effect):
    match effect:
        case Send(apdu):
            return apdu.type.name
        case AskAgain():
            return "ask again"
        case AskStaff(reason):
            return reason
        case Notify(notice):
            return notice
        case FollowUpAct(action):
            return action


@pytest.mark.parametrize(("current", "event", "facts", "expected"), EFFECTS)
def test_what_follows(current, event, facts, expected):
    occurrence = Occurrence(event, None, facts)
    done = effects(step(current, occurrence), occurrence, Settings(overdue_levels=3))
    assert [name_of(effect) for effect in done] == [expected]


def test_a_demand_says_its_level_and_its_day():
    occurrence = Occurrence("LOAN_OVERDUE", None, {"level": 2})
    (act,) = effects(step(LENT, occurrence), occurrence, Settings())
    assert (act.apdu.level, act.apdu.due.on) == (2, DUE)


@pytest.mark.parametrize(
    ("current", "event", "said"),
    [(HELD, "READER_OVERDUE", 2), (borrowing(State.RECALL), "READER_RECALLED", 3)],
)
def test_a_letter_to_the_reader_has_its_number(current, event, said):
    """Of a recall the first letter was that it is recalled."""
    occurrence = Occurrence(event, None, {"level": 2})
    (notify,) = reminders.effects(current, occurrence, 3)
    assert notify.level == said


@pytest.mark.parametrize("event", ["READER_OVERDUE", "LOAN_OVERDUE", "TO_ANSWER", "EXPIRY"])
def test_outdated_timers_have_no_effect(event):
    assert reminders.effects(HELD, Occurrence(event, None, {"level": 1, "outdated": True}), 3) == ()


def test_a_repeat_carries_the_time_of_the_first():
    first = {"type": "CANCEL", "sent_at": "2026-03-02T10:00:00"}
    again = first | {"original_sent_at": "2026-03-02T10:00:00", "sent_at": "2026-03-06T08:00:00"}
    for said in (first, again):
        occurrence = Occurrence("CANCEL_SILENT", None, {"level": 1, "say": said})
        (send,) = effects(step(borrowing(State.CANCEL_PENDING), occurrence), occurrence, Settings())
        assert send.apdu.original_sent_at == datetime.combine(TODAY, time(10))
        assert send.apdu.sent_at is None, "stamped when it goes"


@pytest.mark.parametrize("tag", shipped_tags())
def test_every_kind_and_reason_has_a_word(tag):
    language = shipped(tag)
    for kind in Timer:
        assert language.event_word(kind) != kind
    for reason in reminders.ATTENTION.values():
        assert language.attention_word(reason) != reason
        assert reason in ENDS_WITH_THE_STATE, "it is over once the transaction has moved"


SHUT = Days(reader_term=ReaderTerm(closed=closed_days.read([f"{TODAY}/{DUE}"])))
"""We are closed from today to the due date."""


@pytest.mark.parametrize(
    ("current", "more", "due"),
    [
        (borrowing(State.PENDING), {}, {"UNANSWERED": after(1, DUE)}),
        (borrowing(State.PENDING), {"may_ask": True}, {"UNANSWERED": after(4)}),  # a machine repeats
        (
            borrowing(State.PENDING),
            {"need_before": TODAY},
            {"UNANSWERED": after(1, DUE), "NEED_BEFORE": after(1, DUE)},
        ),
        (lending(State.IN_PROCESS), {}, {"TO_ANSWER": after(1, DUE)}),
        (lending(State.SHIPPED, due_on=TODAY), {}, {"LOAN_OVERDUE": after(1, DUE)}),
        (
            lending(State.IN_PROCESS),
            {"need_before": TODAY, "expires": TODAY, "fired": {(Timer.NEED_BEFORE, TODAY): [FIRED]}},
            {"TO_ANSWER": after(1, DUE), "EXPIRY": after(10)},
        ),
        (borrowing(State.NOT_SUPPLIED), {"ask_again": FIRED}, {"ASK_AGAIN": on(FIRED)}),
    ],
)
def test_nobody_of_ours_is_asked_for_anything_while_we_are_closed(current, more, due) -> None:
    assert waits(current, SHUT, **more) == due
