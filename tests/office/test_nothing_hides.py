"""No open request hides: it is in a group of the digest, or a timer waits, or it stands among the idle.

The walk goes through every standing that the state tables can reach, with each number of [policy] at its
default and at 0, and dates before, on and after today. It takes the worst case: staff have looked at every
reason, so that only those that outlast a look still stand.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest

from mailproc.flow.timers.timer_inputs import ARRIVAL_UNKNOWN, NEED_BEFORE_COUNTS, UNDECIDED
from mailproc.ill import attention, machine
from mailproc.ill.apdu import Apdu, Due, IllAnswer, Overdue, RenewAnswer, Shipped
from mailproc.ill.effects import AskStaff, Finish
from mailproc.ill.events import Timer
from mailproc.ill.policy import Settings, effects
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.timer_schedule import Days, TimerInputs, about
from mailproc.ill.timers import LENT, REPAIRS, wanted
from mailproc.ill.transaction_state import RENEWAL_ASKED, Occurrence, TransactionState, step, to_json
from mailproc.office.mailroom import digest_mail
from mailproc.office.queries import agenda
from mailproc.office.requests import charges
from mailproc.office.requests.charges import ChargeEntry
from mailproc.store.rows import OpenAttempt

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
BEFORE, AFTER = TODAY - timedelta(days=5), TODAY + timedelta(days=5)
DAYS = (BEFORE, TODAY, AFTER)
MAYBE = (None, *DAYS)
NUMBERS = [one for one in fields(Days) if one.name != "reader_term"]
SINGLY = NUMBERS if os.environ.get("REQUIRE_ALL") else ()
NOUGHT = Days(**{one.name: 0 for one in NUMBERS})
POLICIES = (Days(), NOUGHT, *(replace(Days(), **{one.name: 0}) for one in SINGLY))
NAMES = ("default", "all off", *(f"{one.name} = 0" for one in SINGLY))
S, Q, R, LOAN, COPY = State, Role.REQUESTER, Role.RESPONDER, Service.LOAN, Service.COPY

ANSWERS = {
    "ANSWER.unfilled": (IllAnswer(results=Results.UNFILLED),),
    "ANSWER.conditional": (IllAnswer(results=Results.CONDITIONAL, reason="charges"),),
    "ANSWER.promise": tuple(IllAnswer(results=Results.WILL_SUPPLY, supply_on=day) for day in MAYBE),
    "promise": tuple(IllAnswer(results=Results.WILL_SUPPLY, supply_on=day) for day in MAYBE),
}
DATED = {
    "SHIPPED": Shipped, "OVERDUE": Overdue, "ship": Shipped, "overdue": Overdue,
}  # fmt: skip


def occurrences(event: str) -> Iterator[Occurrence]:
    """The event with each content that the standing depends on."""
    says: tuple[Apdu | None, ...] = ANSWERS.get(event, (None,))
    if event in DATED:
        says = tuple(DATED[event](due=Due(on=day) if day else None) for day in MAYBE)
    if event.startswith("RENEW_ANSWER") or event in ("renew-yes", "renew-no"):
        yes = event.endswith("yes")
        says = tuple(RenewAnswer(answer=yes, due=Due(on=day) if day else None) for day in MAYBE)
    for apdu in says:
        yield Occurrence(event, apdu)
    if event == "MESSAGE":
        yield from (Occurrence(event, None, {"renewal_on": day.isoformat()}) for day in DAYS)
    if event == "receive":
        yield from (Occurrence(event, None, {"due_on": day.isoformat()}) for day in DAYS)


@cache
def reached(role: Role, service: Service) -> tuple[TransactionState, ...]:
    """Every standing of a request that is still open, as far as it matters to timers and lists."""
    edge, seen, still_open = [TransactionState(role, service)], set(), []
    while edge:
        found = edge.pop()
        for event in {event for row in machine.table_of(role, service).values() for event in row}:
            for occurrence in occurrences(event):
                taken = step(found, occurrence)
                after = replace(taken.after, agreed=(), offered=(), renewable=None)
                key = json.dumps(to_json(after))
                if after.state in machine.NOBODY or key in seen:
                    continue
                seen.add(key)
                edge.append(after)
                done = effects(taken, occurrence, Settings())
                if not any(isinstance(one, Finish) for one in done):
                    still_open.append(after)
    return tuple(still_open)


def waitings(current: TransactionState) -> Iterator[TimerInputs]:
    """What flow/timers/timer_inputs.py may find beside the standing."""
    role, state = current.role, current.state
    lends = role is R
    choices: dict[str, tuple[Any, ...]] = {
        "since": (BEFORE, TODAY),
        "need_before": MAYBE if state in NEED_BEFORE_COUNTS else (None,),
        "reply_by": MAYBE if state is S.CONDITIONAL else (None,),
        "expires": MAYBE if lends and state in UNDECIDED else (None,),
        "may_ask": (False, True) if (role, state) in REPAIRS else (False,),
        "here": (True, False) if not lends and state in ARRIVAL_UNKNOWN else (True,),
        "sent_back": MAYBE if lends and state in LENT else (None,),
        "renewal_answered": (False, True) if not lends and state in RENEWAL_ASKED else (False,),
    }
    for values in product(*choices.values()):
        yield TimerInputs(today=TODAY, **dict(zip(choices, values, strict=True)))


def left_alone(
    current: TransactionState, waiting: TimerInputs, days: Days
) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Time goes by. At each halt: whether a timer waits, and what staff are asked that outlasts a look."""
    told: set[str] = set()
    done: dict[tuple[Timer, date], list[date]] = {}
    for _ in range(12):
        waiting = replace(waiting, fired=done)
        due = wanted(current, waiting, days)
        yield bool(due), tuple(told)
        if not due:
            return
        kind, at = min(due.items(), key=lambda one: one[1])
        key = (kind, about(kind, current, waiting))
        facts = {"level": len(done.get(key, ())) + 1}
        occurrence = Occurrence(kind.value, None, facts)
        taken = step(current, occurrence)
        asked = {
            one.reason
            for one in effects(taken, occurrence, Settings(overdue_levels=days.overdue_levels))
            if isinstance(one, AskStaff)
        }
        told |= asked & attention.OUTLASTS_A_LOOK
        current = taken.after
        done.setdefault(key, []).append(max(at.date(), TODAY))
        waiting = replace(waiting, today=max(at.date(), TODAY))


def place(current: TransactionState, timer: bool, told: tuple[str, ...], day: date = TODAY) -> str:
    """The group, or "timer", or "idle"."""
    row = OpenAttempt(
        request_id=1, number="B1", title="", role=current.role, created_at=NOW, over_at=None,
        attempt=1, state=current.state, partner="", promise=current.promise,
        attention=list(told) or None, attention_since=None, moved_at=None, updated_at=NOW,
            somebody_left=True, timed=timer,
    )  # fmt: skip
    reasons = agenda.reasons_of([row], day)
    return reasons[0] if reasons else "timer" if timer else "idle"


def table(service: Service) -> Service:
    return service if service is LOAN else COPY


@cache
def places(days: Days) -> dict[tuple[Role, Service, State], set[str]]:
    found: dict[tuple[Role, Service, State], set[str]] = {}
    for role, service in product(Role, (LOAN, COPY)):
        for current in reached(role, service):
            key = (role, table(current.service), current.state)
            for waiting in waitings(current):
                halts = left_alone(current, waiting, days)
                found.setdefault(key, set()).update(place(current, *halt) for halt in halts)
    return found


IDLE = {
    (Q, LOAN, S.SHIPPED), (Q, LOAN, S.RECEIVED), (Q, LOAN, S.OVERDUE),
    (R, LOAN, S.SHIPPED), (R, LOAN, S.OVERDUE), (R, LOAN, S.FORWARD), (R, COPY, S.FORWARD),
}  # fmt: skip
"""Where nothing may happen by itself with every timer on: the item is out and no day is known, or another
library has the request. The digest lists these."""

SWITCHED_OFF = IDLE | {
    (Q, LOAN, S.PENDING), (Q, COPY, S.PENDING), (Q, COPY, S.SHIPPED),
    (Q, LOAN, S.CANCEL_PENDING), (Q, COPY, S.CANCEL_PENDING),
    (Q, LOAN, S.RENEW_PENDING), (Q, LOAN, S.RENEW_OVERDUE),
    (R, LOAN, S.CONDITIONAL), (R, COPY, S.CONDITIONAL), (R, LOAN, S.RECALL),
}  # fmt: skip
"""The same where a number of [policy] is 0: somebody else is to speak, and nobody waits for it."""


def test_the_walk_reaches_every_state_of_the_tables_that_is_open() -> None:
    for role, service in product(Role, (LOAN, COPY)):
        states = {one.state for one in reached(role, service) if table(one.service) is service}
        over = {S.CANCELLED, *machine.NOBODY}
        over |= {S.RETURNED} if role is Q else {S.NOT_SUPPLIED, S.CHECKED_IN}
        if service is COPY:
            over |= {S.RECEIVED} if role is Q else {S.SHIPPED}
        assert states == set(machine.TABLES[role][service]) - over


@pytest.mark.parametrize("days", POLICIES, ids=NAMES)
def test_what_is_open_is_in_a_group_or_has_a_timer_or_is_listed_as_idle(days: Days) -> None:
    found = places(days)
    idle = {where for where, seen in found.items() if "idle" in seen}
    if days == Days():
        assert idle == IDLE
    assert idle <= SWITCHED_OFF, "it is our turn, or should be somebody's, and the digest is silent"
    for where, seen in found.items():
        assert seen - {"timer"} <= {*attention.Reason, "idle"}, where


def test_where_it_is_our_turn_a_look_hides_nothing_whatever_the_policy() -> None:
    for (role, state), reason in attention.OUR_TURN.items():
        for service in (LOAN, COPY):
            for days in (Days(), NOUGHT):
                seen = places(days).get((role, service, state), set())
                assert not seen & {"idle", "timer"}, (role, state)
                assert not seen or reason in seen


def test_a_promise_says_nothing_of_what_has_left_or_is_lost() -> None:
    for (role, _, state), seen in places(Days()).items():
        if not (state.awaits_answer and role is Q):
            assert "promise-passed" not in seen, state
        if not (state is S.IN_PROCESS and role is R):
            assert not seen & {"promised", "promise-due"}, state


# --- in the store ---------------------------------------------------------------------------------


def found(world):
    with world.app.store.read() as connection:
        return agenda.agenda(connection, world.app.context)


def groups(world):
    return {group.reason: [one.number for one in group.requests] for group in found(world).groups}


@pytest.mark.parametrize("heard", [{}, {"heard_by": "phone"}], ids=["by us", "by them"])
def test_a_lost_loan_whose_rota_goes_on_is_in_the_digest(world, heard):
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 SHIPPED LOAN")
    world.act("B1", "lost", **heard)
    assert groups(world) == {"lost": ["B1"]}
    world.next("B1")
    assert groups(world) == {"lost": ["B1"]}  # it is still to be settled with its owner
    assert [timer["kind"] for timer in world.rows("timer") if timer["fired_event_id"] is None]


def test_a_loan_that_the_borrower_lost_stays_in_the_digest_until_it_is_found(world):
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    world.act("L1", "ship", on=world.now.date() + timedelta(days=28))
    world.act("L1", "lost")
    assert groups(world) == {"lost": ["L1"]}
    world.act("L1", "message", note="we ask for its price")
    assert groups(world) == {"lost": ["L1"]}
    world.act("L1", "check-in")
    assert (world.state("L1"), groups(world), found(world).all_open) == ("CHECKED_IN", {}, 0)


def test_a_loan_that_was_charged_as_lost_is_settled_when_it_is_back(world):
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    world.act("L1", "ship", on=world.now.date() + timedelta(days=28))
    world.act("L1", "lost")
    entry = ChargeEntry("L1", "40 EUR", kind="lost", status="charged")
    charges.add(world.store, world.app.context, entry, "clerk")
    world.act("L1", "check-in")
    assert groups(world) == {"found-after-lost": ["L1"]}
    world.act("L1", "close")
    assert (groups(world), found(world).all_open) == ({}, 0)


def test_what_is_out_without_a_day_is_listed_as_idle(world):
    world.place(title="nobody said until when")
    world.hear("B1-1 SHIPPED LOAN")
    world.place(title="asked")
    today = found(world)
    assert ([one.number for one in today.idle], today.needing, today.waiting) == (["B1"], 0, 2)
    letter = digest_mail.letter_of(today, world.app.context)
    assert [(group.reason, group.count) for group in letter.idle] == [("Shipped", 1)]
    world.act("B1", "receive", on=world.now.date())
    assert found(world).idle == ()


def test_a_promise_of_ours_hides_no_cancellation(world):
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    world.act("L1", "will-supply", on=world.now.date() + timedelta(days=3))
    world.act("L1", "cancel", heard_by="phone")
    world.act("L1", "message", note="we are looking into it")
    assert (world.state("L1"), groups(world)) == ("CANCEL_PENDING", {"cancel-asked": ["L1"]})
