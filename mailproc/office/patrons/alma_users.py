"""Readers of Alma's user XML: `<users>` of `<user>`, as its REST interface and its SIS load have it."""

from collections.abc import Iterator

from mailproc import hostile_xml
from mailproc.errors import LocalFault, RemoteFault
from mailproc.hostile_xml import Element
from mailproc.office.patrons.said_readers import SaidReader
from mailproc.sentence import sentence

BARCODES = ("BARCODE", "01")
"""Codes of identifiers (id_type) that are barcodes; a site may have others of its own."""
_INACTIVE = "INACTIVE"
_COLUMNS = {
    "id": "primary_id", "barcodes": "user_identifier", "name": "last_name", "email": "email_address",
    "address": "address", "category": "user_group", "expires": "expiry_date", "blocks": "user_block",
    "language": "preferred_language",
}  # fmt: skip
"""How the file calls a field."""


def read(lines: Iterator[bytes], identifier: str) -> Iterator[SaidReader]:
    """Give the readers. ``identifier``: the id_type whose value is the id; '' = primary_id.

    Raise LocalFault for what is no such file.
    """
    count = 0
    try:
        for user, line in hostile_xml.records(lines, ("user",)):
            count += 1
            yield _said(user, line, identifier)
    except RemoteFault as error:
        raise LocalFault(sentence("patrons-xml", line=error.position or 1, why=error.said)) from None
    if not count:
        raise LocalFault(sentence("patrons-no-user"))


def _said(user: Element, line: int, identifier: str) -> SaidReader:
    texts = {
        "id": _id(user, identifier),
        "barcodes": tuple(_identifiers(user, BARCODES)),
        "name": _texts(user, "first_name", "middle_name", "last_name"),
        "email": _email(user),
        "address": _address(user),
        "category": _texts(user, "user_group"),
        "expires": _texts(user, "expiry_date"),
        "blocks": tuple(_blocks(user)),
        "language": _texts(user, "preferred_language"),
    }
    columns = {**_COLUMNS, "id": identifier or "primary_id"}
    return SaidReader(line, texts, columns)


def _text(element: Element | None, path: str = ".") -> str:
    found = element.find(path) if element is not None else None
    return " ".join((found.text or "").split()) if found is not None else ""


def _texts(element: Element | None, *paths: str) -> tuple[str, ...]:
    return tuple(text for path in paths if (text := _text(element, path)))


def _id(user: Element, identifier: str) -> tuple[str, ...]:
    if not identifier:
        return _texts(user, "primary_id")
    return tuple(_identifiers(user, (identifier,)))[:1]


def _identifiers(user: Element, kinds: tuple[str, ...]) -> Iterator[str]:
    for one in user.iterfind("user_identifiers/user_identifier"):
        if _text(one, "id_type") in kinds and _text(one, "status") != _INACTIVE and _text(one, "value"):
            yield _text(one, "value")


def _preferred(user: Element, path: str) -> Element | None:
    """Return the preferred one of several, else the first."""
    found = user.findall(path)
    return next((one for one in found if one.get("preferred") == "true"), found[0] if found else None)


def _email(user: Element) -> tuple[str, ...]:
    return _texts(_preferred(user, "contact_info/emails/email"), "email_address")


def _address(user: Element) -> tuple[str, ...]:
    address = _preferred(user, "contact_info/addresses/address")
    town = " ".join(_texts(address, "postal_code", "city"))
    lines = _texts(address, "line1", "line2", "line3", "line4", "line5")
    return (*lines, *((town,) if town else ()), *_texts(address, "state_province", "country"))


def _blocks(user: Element) -> Iterator[str]:
    if _text(user, "status") == _INACTIVE:
        yield _INACTIVE
    for one in user.iterfind("user_blocks/user_block"):
        if _text(one, "block_status") in ("", "ACTIVE"):
            yield _text(one, "block_description") or _text(one, "block_type") or "user_block"
