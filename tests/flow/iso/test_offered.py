"""What `show` and `act` alone offer is what `act` accepts: in every state of the tables, of both sides."""

import os
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import update

from mailproc.errors import LocalFault
from mailproc.flow.prepare import suggestions
from mailproc.ill import machine
from mailproc.ill.actions import OF_ROLE, Action
from mailproc.ill.attention import Reason
from mailproc.ill.terms import Role, Service, State
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries import possible_actions, request_details
from mailproc.store import transactions
from mailproc.store.transactions import TRANSACTION
from tests.flow.iso.conftest import LENDER

S = State
BEFORE = {
    (Role.REQUESTER, S.CANCEL_PENDING): (S.PENDING, S.CONDITIONAL),
    (Role.REQUESTER, S.RENEW_PENDING): (S.RECEIVED,),
    (Role.RESPONDER, S.CANCEL_PENDING): (S.IN_PROCESS, S.CONDITIONAL),
}


def standings(role: Role, service: Service) -> Iterator[tuple[State, State | None]]:
    for state in machine.TABLES[role][service]:
        if state not in machine.NOBODY:
            for before in BEFORE.get((role, state), (None,)):
                yield state, before


def put(iso, number: str, **columns: object) -> None:
    """The transaction stands so; only what is offered then is looked at."""
    row = iso.transaction(number)
    iso.world.app.store.write(
        lambda done: done.execute(update(TRANSACTION).where(TRANSACTION.c.id == row["id"]).values(columns))
    )


def accepted(iso, number: str, action: Action) -> set[str]:
    """The answers ("" where none is asked) with which the act is possible now."""
    day = iso.world.now.date()  # a day that both past and coming acts accept
    given = {"note": "a word", "on": day, "cost": "3 EUR", "to": "XX-SECOND", "locations": ("XX-SECOND",)}
    more = {one.field: given[one.field] for one in action.takes if one.field in given}
    found = set()
    for answer in ("yes", "no") if action.asks else ("",):
        try:
            iso.foresee(number, action.name, answer=answer == "yes" if answer else None, **more, anyway=True)
        except LocalFault:
            continue
        found.add(answer)
    return found


SERVICES = (Service.LOAN, Service.COPY) if os.environ.get("REQUIRE_ALL") else (Service.LOAN,)
"""A copy has no state that a loan has not."""


@pytest.mark.parametrize(("role", "service"), list(product(Role, SERVICES)))
def test_offered_actions_are_the_accepted_ones(iso, monkeypatch, role, service):
    monkeypatch.setattr(suggestions, "MOST", 99)
    number = iso.place(LENDER) if role is Role.REQUESTER else "L1"
    if role is Role.RESPONDER:
        iso.asks()
    kept = {name: iso.transaction(number)[name] for name in ("service", "state", "state_before")}
    context = iso.world.app.context
    for state, before in standings(role, service):
        put(iso, number, service=service.name, state=state.name, state_before=before.name if before else "")
        with iso.world.app.store.read() as connection:
            shown = request_details.shown(connection, number, context).actions
            each = possible_actions.choices(connection, number, context)
            suggested = acts_suggested(connection, iso.transaction(number)["id"], context)
        every = {
            name: accepted(iso, number, action) for name, action in OF_ROLE[role].items() if action.by_state
        }
        where = f"while {service.name} is {state.name}, before {before}"
        assert set(shown) == {name for name, answers in every.items() if answers}, where
        by_state = {(one.action.name, one.answer) for one in each if one.action.by_state}
        assert by_state == pairs(every), where
        assert suggested <= pairs(every), where
    put(iso, number, **kept)


def pairs(every: dict[str, set[str]]) -> set[tuple[str, str]]:
    return {(name, answer) for name, answers in every.items() for answer in answers}


def acts_suggested(connection, transaction_id, context) -> set[tuple[str, str]]:
    """What a letter to staff would offer if every reason for attention stood."""
    row = transactions.load(connection, transaction_id)
    ways = suggestions.ways(connection, {"reasons": list(Reason)}, row, context, ENGLISH)
    words = [way.command.split() for way in ways if " act " in way.command]
    return {(one[3], one[5] if one[4:5] == ["--answer"] else "") for one in words}


def test_an_answer_to_a_condition_heard_beside_the_mail_is_shown_its_way(iso):
    number = iso.place(LENDER)
    iso.run()
    with pytest.raises(LocalFault) as refused:
        iso.act(number, "answer-condition", answer=False)
    way = "conditional --heard-by post (or phone), if they asked for it, and then answer-condition"
    assert way == str(refused.value.possible[-1])
    iso.act(number, "conditional", heard_by="phone", condition="other")
    iso.act(number, "answer-condition", answer=False)
    assert iso.kinds()[-1] == "CONDITIONAL_REPLY"
