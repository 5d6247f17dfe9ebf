"""The patron whom a library system found (LookupUserResponse)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from mailproc.errors import RemoteFault
from mailproc.hostile_xml import Element
from mailproc.ill.patron_block import PatronBlock
from mailproc.ils.ncip.answers import NcipRefusal, read, text
from mailproc.ils.ncip.problems import ProblemKind
from mailproc.ils.patron_standing import PatronStanding

MOST = 50
"""Elements of one kind that are read."""
FREE = frozenset({"", "ok", "active", "open"})
"""What a system calls a patron whom nothing stops."""
_NAMED: Mapping[str, PatronBlock] = {
    "delinquent": PatronBlock.TOO_MANY_OVERDUE,
    "barred": PatronBlock.FINES,
    "block hold": PatronBlock.HOLD_DENIED,
    "block request item": PatronBlock.HOLD_DENIED,
    "block renewal": PatronBlock.RENEWAL_DENIED,
    "block recall": PatronBlock.RECALL_DENIED,
}
"""Words of a status or a block, in small letters, that say what is blocked; any other stops loans."""
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T Z+-].{0,40})?", re.DOTALL)


def standing(content: bytes, pin: str = "") -> PatronStanding:
    """Return what the answer to LookupUser says. Raise RemoteFault if it is another message, or says that the
    system cannot tell.

    ``pin``: as it was sent; it is in nothing that is returned or raised. A patron without id is the one that
    was asked for.
    """
    answer = read(content, "LookupUser", pin)
    return _not_found(answer, pin) if isinstance(answer, NcipRefusal) else _found(answer, pin)


def day(said: str) -> date | None:
    """Return the day of a date with or without time and zone; None if it is none."""
    found = _DAY.fullmatch(said)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _not_found(answer: NcipRefusal, pin: str) -> PatronStanding:
    """A wrong PIN and an unknown number are the same problem to some systems: nothing is known then."""
    kinds = {one.kind for one in answer.problems}
    if kinds & {ProblemKind.UNKNOWN_USER, ProblemKind.PIN_WRONG}:
        wrong = ProblemKind.PIN_WRONG in kinds
        return PatronStanding(known=False, pin_valid=False if wrong and pin else None, message=str(answer))
    if ProblemKind.USER_BLOCKED in kinds:
        return PatronStanding(known=True, blocks=(PatronBlock.CHARGE_DENIED,), message=str(answer))
    raise RemoteFault(answer.told)


def _found(answer: Element, pin: str) -> PatronStanding:
    fields = answer.find("UserOptionalFields")
    more: Element = answer if fields is None else fields
    privileges = {text(one, "AgencyUserPrivilegeType").upper(): one for one in _all(more, "UserPrivilege")}
    stops = _stops(more, privileges.get("STATUS"))
    return PatronStanding(
        known=True,
        id=text(answer, "UserId/UserIdentifierValue"),
        name=_name(more),
        email=_electronic(more, "mailto", "email", "e-mail", "electronic mail address"),
        phone=_electronic(more, "tel", "phone", "telephone"),
        address=", ".join(_address(more)),
        category=_status(privileges.get("PROFILE")),
        expires_on=day(text(privileges.get("STATUS"), "ValidToDate")),
        blocks=tuple(dict.fromkeys(_NAMED.get(one.casefold(), PatronBlock.CHARGE_DENIED) for one in stops)),
        pin_valid=True if pin else None,
        message="; ".join(stops),
    )


def _all(element: Element, path: str) -> list[Element]:
    return element.findall(path)[:MOST]


def _status(privilege: Element | None) -> str:
    return text(privilege, "UserPrivilegeStatus/UserPrivilegeStatusType")


def _stops(fields: Element, state: Element | None) -> tuple[str, ...]:
    """What stops the patron, in the system's words."""
    status = _status(state)
    blocks = tuple(said for one in _all(fields, "BlockOrTrap/BlockOrTrapType") if (said := text(one)))
    return blocks if status.casefold() in FREE else (status, *blocks)


def _name(fields: Element) -> str:
    names = fields.find("NameInformation/PersonalNameInformation")
    parts = ("Prefix", "GivenName", "Surname", "Suffix")
    given = [text(names, f"StructuredPersonalUserName/{part}") for part in parts]
    return " ".join(filter(None, given)) or text(names, "UnstructuredPersonalUserName")


def _electronic(fields: Element, *kinds: str) -> str:
    for one in _all(fields, "UserAddressInformation/ElectronicAddress"):
        if text(one, "ElectronicAddressType").casefold() in kinds:
            return text(one, "ElectronicAddressData")
    return ""


def _address(fields: Element) -> tuple[str, ...]:
    """Of the first postal address that says anything."""
    for one in _all(fields, "UserAddressInformation/PhysicalAddress"):
        if lines := tuple(_lines(one)):
            return lines
    return ()


_LINES = (
    ("CareOf",), ("Line1",), ("Line2",), ("LocationWithinBuilding",), ("HouseName",), ("Street",),
    ("PostOfficeBox",), ("District",), ("PostalCode", "Locality"), ("Region",), ("Country",),
)  # fmt: skip
"""Elements of an address, line by line."""


def _lines(address: Element) -> Iterator[str]:
    parts = address.find("StructuredAddress")
    if parts is None:
        if said := text(address, "UnstructuredAddress/UnstructuredAddressData"):
            yield said
        return
    for names in _LINES:
        if line := " ".join(filter(None, (text(parts, name) for name in names))):
            yield line
