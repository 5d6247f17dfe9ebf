"""What staff can do about a reason for attention: commands, and what each does, for the letter."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from mailproc.flow import delivery_mode, our_letters
from mailproc.flow.context import Context
from mailproc.flow.matching import unconfirmed
from mailproc.ill import attention, machine
from mailproc.ill.actions import BY_NAME
from mailproc.ill.terms import Role, State
from mailproc.notices.catalogue import Way
from mailproc.notices.language import Language
from mailproc.store import order_letters, requests
from mailproc.store.rows import Transaction

MOST = 6

_ASKED_AGAIN = ("amend again", "again", "next", "next partner")
COMMANDS: Mapping[str, str] = {
    "amend": "amend {number} --file FILE",
    "amend again": "amend {number} --file FILE --again",
    "again": "amend {number} --again",
    "next": "next {number}",
    "next partner": "next {number} --partner SYMBOL",
    "redeliver": "redeliver {letter}",
    "partners": "partners",
    "partners confirm": "partners --confirm {learned}",
    "partners forget": "partners --forget {learned}",
    "templates": "templates",
}
"""Beside the actions (``act renew-reply yes``), whose commands follow from their own table."""


def ways(
    connection: Connection,
    facts: Mapping[str, Any],
    transaction: Transaction,
    context: Context,
    language: Language,
) -> tuple[Way, ...]:
    """At most ``MOST``, each once. ``facts`` of the notice: ``reasons`` are codes of attention, ``ours`` the
    letters of ours that did not arrive; no other letter is offered to be sent again."""
    ours: Sequence[int] = facts.get("ours", ())
    found = dict.fromkeys(key for reason in facts.get("reasons", ()) for key in attention.ways(reason))
    if ours and not our_letters.carry_an_order(connection, ours):
        found = {key: None for key in found if key not in _ASKED_AGAIN}  # the order is not in question
    open_now = _Open(connection, transaction, context)
    known = [(key, one) for key in found if open_now.has(key) for one in _each(key, ours)]
    return tuple(Way(command=open_now.command(key, one), does=language.way_word(key)) for key, one in known)[
        :MOST
    ]


def _each(key: str, ours: Sequence[int]) -> Sequence[int]:
    """The letters that the way is about: for `redeliver` each that is known, and nothing where none is."""
    return ours if key == "redeliver" else (0,)


class _Open:
    """The ways that this transaction is open to now."""

    def __init__(self, connection: Connection, transaction: Transaction, context: Context) -> None:
        role, state = transaction.role, transaction.state
        self._acts = _acts(transaction, context)
        request = requests.load(connection, transaction.request_id)
        self._number = request.number
        unheard = state is State.PENDING and order_letters.is_with_nobody(connection, transaction.id)
        over = state.gives_way or unheard
        self._correctable = role is Role.REQUESTER and state is State.PENDING
        self._ask_again = role is Role.REQUESTER and over
        waits = unconfirmed.asked_in(connection, transaction)
        self._learned = f"A{waits[-1].id}" if waits else ""
        rota = requests.rota(connection, transaction.request_id)
        self._next = any(not one.tried and not one.why_not for one in rota)

    def has(self, key: str) -> bool:
        word, _, act = key.partition(" ")
        if word == "act":
            return act in self._acts
        if key in _ASKED_AGAIN:
            return (
                self._ask_again
                and (key != "next" or self._next)
                and (key != "next partner" or not self._next)
            )
        if word == "partners":  # the list, where none of it is this transaction's
            return bool(self._learned) == bool(act)
        return key != "amend" or self._correctable

    def command(self, key: str, letter: int) -> str:
        word, *act = key.split()
        command = BY_NAME[act[0]].command(*act[1:]) if word == "act" else COMMANDS[key]
        named = {"number": self._number, "letter": f"O{letter}", "learned": self._learned}
        return "mailproc " + command.format(**named)


def _acts(transaction: Transaction, context: Context) -> frozenset[str]:
    """The acts that are possible now, each with its answer where it takes one: "renew-reply yes"."""
    row = transaction
    return frozenset(
        f"{name} {answer}".rstrip()
        for name in delivery_mode.possible(transaction, context)
        for answer, event in BY_NAME[name].said_as
        if machine.allows(row.role, row.service, row.state, row.state_before, event)
    )
