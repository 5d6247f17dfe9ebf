"""Which options an act has a use for, and which of those given its message does not carry.

An option that nobody hears of must not be taken in silence: staff would believe it said.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import RowMapping

from mailproc import slow_work
from mailproc.errors import LocalFault
from mailproc.flow import manner
from mailproc.flow.premises import Premises
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Ref, Role, TransactionId
from mailproc.office.saying import Act
from mailproc.protocols.codec import Codec, Manner

NAMES: Mapping[str, str] = {
    "note": "--note", "on": "--date", "reason": "--reason", "condition": "--condition",
    "answer": "--answer", "position": "--position", "level": "--level", "service": "--service",
    "cost": "--cost", "via": "--via", "to": "--to", "locations": "--location",
}  # fmt: skip
"""By the field of an Act, what staff type. What says how it is done (--heard-by, --once …) goes with all."""

USES: Mapping[str, tuple[str, ...]] = {
    "cancel": (), "receive": ("on", "service"), "return": ("on", "via", "cost"), "renew": ("on",),
    "answer-condition": ("answer",), "will-supply": ("on", "reason", "cost"), "hold": ("on", "position"),
    "conditional": ("condition", "reason", "on", "cost"), "answer-retry": ("reason", "on"),
    "unfilled": ("reason",), "locations": ("locations", "reason"), "estimate": ("cost",),
    "forward": ("to",), "ship": ("on", "service", "cost", "via"), "check-in": ("on",),
    "cancel-reply": ("answer",), "renew-reply": ("answer", "on"), "overdue": ("on", "level"),
    "recall": ("on",), "lost": (), "damaged": ("reason",), "message": (), "query": (), "close": (),
    "undo": (),
}  # fmt: skip
"""Beside --note, which every act has; that of close and undo is for our own history."""

MOST_LOCATIONS = 100

_SAID_IN: Mapping[str, tuple[str, ...]] = {
    "note": ("note",),
    "on": (
        "due", "supply_on", "retry_on", "conditions", "desired_due_on", "received_on", "returned_on",
        "checked_in_on", "note",
    ),
    "reason": ("reason", "damaged_details", "conditions"),
    "condition": ("conditions",),
    "position": ("position",),
    "level": ("level",),
    "service": ("shipped_service",),
    "cost": ("cost", "cost_estimate", "insured_for", "note"),
    "via": ("shipped_via", "returned_via"),
    "to": ("responder",),
    "locations": ("locations",),
}  # fmt: skip
"""The fields of an APDU that an option may fill."""


def given(act: Act) -> tuple[str, ...]:
    """The fields of ``act`` that staff filled, of those that are options."""
    usual = {each.name: each.default for each in fields(Act)}
    return tuple(name for name in NAMES if getattr(act, name) != usual[name])


def check(act: Act) -> None:
    """LocalFault that names an option which the act has no use for. An act that nobody knows is not
    looked at. While the store is held an act is checked against the protocol, so its texts have a length."""
    for name in NAMES:
        if isinstance(said := getattr(act, name), str) and len(said) > slow_work.SHORT:
            raise LocalFault(f"{NAMES[name]} has {len(said)} characters; {slow_work.SHORT} are the most.")
    if len(act.locations) > MOST_LOCATIONS:
        raise LocalFault(f"--location is given {len(act.locations)} times; {MOST_LOCATIONS} are the most.")
    if act.action not in USES:
        return
    useful = ("note", *USES[act.action])
    for name in given(act):
        if name not in useful:
            known = ", ".join(NAMES[one] for one in useful)
            raise LocalFault(f"{act.action} has no use for {NAMES[name]}. Its options: {known}.")


def check_same(act: Act, first: Apdu, now: Apdu | None) -> None:
    """LocalFault where an option of --repeat says another thing than was said ``first``. ``now``: what the
    act would say by itself."""
    for name in given(act):
        fields_of = _SAID_IN.get(name, ())
        if now is None or any(
            getattr(now, one, None) not in (None, (), getattr(first, one, None)) for one in fields_of
        ):
            raise LocalFault(
                f"--repeat says the same once more, and {NAMES[name]} is not the same. Leave it out."
            )


def untold(act: Act, said: Apdu, transaction: RowMapping, premises: Premises) -> tuple[str, ...]:
    """What of the options given the partner's machine cannot be told, in a sentence; () where all of it is,
    or nothing goes to a machine."""
    codec = premises.registry.by_name(transaction["codec"])
    partner = premises.partners.get(transaction["partner"])
    role, dialect = Role[transaction["role"]], transaction["dialect"]
    if manner.effective(codec, partner, said.type, role, dialect) is not Manner.SEND:
        return ()
    if codec.refuses(said, dialect):
        return ()  # the step refuses it, in words of its own
    whole = _named(said, transaction, premises)
    lost = [NAMES[name] for name in given(act) if name in _SAID_IN and _is_lost(name, whole, codec)]
    if not lost:
        return ()
    return (f"not told to {transaction['partner']}, whose protocol has no place for it: {', '.join(lost)}",)


def _is_lost(option: str, said: Apdu, codec: Codec) -> bool:
    """Whoever reads it reads another value, and the same as if it had not been said."""
    filled = [name for name in _SAID_IN[option] if getattr(said, name, None) not in (None, ())]
    read = codec.project(said)
    return bool(filled) and not any(_is_told(name, said, read, codec) for name in filled)


def _is_told(name: str, said: Apdu, read: Apdu, codec: Codec) -> bool:
    value = getattr(said, name)
    if getattr(read, name, None) == value:
        return True
    nothing: Any = () if isinstance(value, tuple) else None
    try:
        return codec.project(replace(said, **{name: nothing})) != read
    except LocalFault:  # it must be said, so it is
        return True


def _named(said: Apdu, row: RowMapping, premises: Premises) -> Apdu:
    """With what a codec needs to read it back: its transaction, and the day that weeks count from."""
    number = str((row["options"] or {}).get("number", "")) or row["tgq"]
    return replace(
        said,
        transaction=TransactionId(tgq=row["tgq"], tq=row["tq"]),
        ref=Ref(number=number),
        sent_at=premises.local(premises.clock()),
    )
