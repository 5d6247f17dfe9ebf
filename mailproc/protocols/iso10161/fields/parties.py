"""Parties: System-Id, System-Address, Transaction-Id, Location-Info, the two optional-messages types.

A System-Id is a symbol for us, its text unchanged ("NAMESPACE:SYMBOL"); if it has only a name, the name is
the symbol.
"""

from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Location, OptionalMessages, ReplyTo
from mailproc.ill.terms import TransactionId
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent, field, record
from mailproc.protocols.iso10161.fields.strings import NAME, WORDS

SYMBOL_AT = "person-or-institution-symbol"
NAME_AT = "name-of-person-or-institution"
_PERSON_OR_INSTITUTION = 1  # a CHOICE of which we take either


def either(institution: str) -> Pair:
    """Return the pair of a CHOICE of person or institution: both are read, ``institution`` is written."""

    def write(text: str) -> Any:
        words = WORDS.write(text)
        return words and (institution, words)

    return Pair(lambda value: WORDS.read(value[_PERSON_OR_INSTITUTION]), write)


_SYMBOL = either("institution-symbol")
INSTITUTION = either("name-of-institution")


def _read_system(system: Tree) -> str:
    for at, pair in ((SYMBOL_AT, _SYMBOL), (NAME_AT, INSTITUTION)):
        if at in system and (text := pair.read(system[at])):
            return str(text)
    raise UnreadableComponent("a symbol or a name")


def _write_system(symbol: str) -> Any:
    written = _SYMBOL.write(symbol)
    return written and {SYMBOL_AT: written}


SYSTEM = Pair(_read_system, _write_system)


def _read_id(tree: Tree) -> TransactionId:
    """Read a transaction-id. Qualifiers are opaque. A missing or nameless initial requester is ''."""
    qualifiers = [
        NAME.read(tree[at]) if at in tree else ""
        for at in ("transaction-group-qualifier", "transaction-qualifier", "sub-transaction-qualifier")
    ]
    if not any(qualifiers):
        raise UnreadableComponent("qualifiers that are not empty")
    try:
        initial = SYSTEM.read(tree.get("initial-requester-id", {}))
    except UnreadableComponent:
        initial = ""
    return TransactionId(initial, *qualifiers)


def _write_id(named: TransactionId) -> Tree:
    initial = SYSTEM.write(named.initial_requester)
    return {
        **({"initial-requester-id": initial} if initial else {}),
        "transaction-group-qualifier": NAME.write(named.tgq),
        "transaction-qualifier": NAME.write(named.tq),
        **({"sub-transaction-qualifier": NAME.write(named.stq)} if named.stq else {}),
    }


TRANSACTION = Pair(_read_id, _write_id)

_MAIL = ("SMTP", "E-MAIL", "EMAIL", "MAIL")


def read_address(system: Tree) -> ReplyTo:
    """Read a System-Address; without a service, the address tells whether it is mail."""
    address = WORDS.read(system.get("telecom-service-address", ("generalString", b"")))
    if not address:
        raise UnreadableComponent("an address")
    service = WORDS.read(system.get("telecom-service-identifier", ("generalString", b"")))
    if service is None:
        service = "SMTP" if "@" in address else "TCP/IP"
    return ReplyTo(address=address, service="SMTP" if service.upper() in _MAIL else service)


def write_address(to: ReplyTo) -> Tree:
    return {
        at: words
        for at, text in (("telecom-service-identifier", to.service), ("telecom-service-address", to.address))
        if (words := WORDS.write(text))
    }


ADDRESS = Pair(read_address, write_address)


def _read_mail(system: Tree) -> str:
    to = read_address(system)
    if to.service != "SMTP" or "@" not in to.address:
        raise UnreadableComponent("a mail address")
    return to.address


MAIL = Pair(_read_mail, lambda text: write_address(ReplyTo(address=text)) if text.strip() else None)

_location = record(
    Location,
    (
        field("symbol", f"location-id/{SYMBOL_AT}", _SYMBOL),
        field("name", f"location-id/{NAME_AT}", INSTITUTION),
        field("note", "location-note", WORDS),
    ),
)


def _write_location(location: Location) -> Tree:
    written: Tree = _location.write(location) or {}
    if "location-id" not in written:
        raise LocalFault("a location needs a symbol or a name")
    return written


def _read_location(tree: Tree) -> Location:
    location: Location | None = _location.read(tree)
    if location is None or not (location.symbol or location.name):
        raise UnreadableComponent("a symbol or a name")
    return location


LOCATION = Pair(_read_location, _write_location)

_WANTS = ("requires", "desires")  # 1, 2; neither is 3
_NEITHER = 3
_ASKS = {1, 2, _NEITHER}


def optional_messages(side: str, said: tuple[str, str], wanted: tuple[str, str]) -> Pair:
    """Return the pair for one side; ``side`` and ``wanted`` make the names of components:
    requester-SHIPPED."""

    def read(tree: Tree) -> OptionalMessages:
        if not {tree.get(f"{side}-{_wire(word)}") for word in wanted} <= _ASKS:
            raise UnreadableComponent("requires 1, desires 2 or neither 3")
        asks = {want: tuple(word for word in wanted if tree.get(f"{side}-{_wire(word)}") == number)
                for number, want in enumerate(_WANTS, start=1)}  # fmt: skip
        return OptionalMessages(
            can_send=tuple(word for word in said if tree.get(f"can-send-{_wire(word)}")), **asks
        )

    def write(messages: OptionalMessages) -> Tree:
        asks = {
            f"{side}-{_wire(word)}": 1
            if word in messages.requires
            else 2
            if word in messages.desires
            else _NEITHER
            for word in wanted
        }
        return {f"can-send-{_wire(word)}": word in messages.can_send for word in said} | asks

    return Pair(read, write)


def _wire(word: str) -> str:
    return word.replace("_", "-")


_BORROWER, _LENDER = ("RECEIVED", "RETURNED"), ("SHIPPED", "CHECKED_IN")
REQUESTER_MESSAGES = optional_messages("requester", _BORROWER, _LENDER)
RESPONDER_MESSAGES = optional_messages("responder", _LENDER, _BORROWER)
WE_BORROW = OptionalMessages(can_send=_BORROWER, desires=_LENDER)
WE_LEND = OptionalMessages(can_send=_LENDER, desires=_BORROWER)
"""Our default as lender (``WE_BORROW``: as borrower): all that we can send, and nothing required."""
