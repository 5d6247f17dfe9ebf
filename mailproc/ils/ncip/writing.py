"""Messages as XML, each element at its place (``element_order``)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, TypeAlias

from lxml import etree

from mailproc import slow_work
from mailproc.hostile_xml import Element
from mailproc.ils.ncip.element_order import CHILDREN, NAMESPACE, ROOT, VERSION
from mailproc.ils.ncip.messages import (
    AcceptItem,
    CancelRequestItem,
    CheckInItem,
    CheckOutItem,
    LookupUser,
    Message,
    NcipDialect,
    RequestItem,
)

Content: TypeAlias = "str | Sequence[Content] | Mapping[str, Content]"
"""Of an element: a text, or its children by name in any order; several of one name are a sequence. What is
empty is left out."""

USER_ELEMENTS = (
    "Name Information",
    "User Address Information",
    "User Privilege",
    "Block Or Trap",
)
"""What we want to know about a reader."""
BARCODE = "Barcode Id"
"""How we name kinds of identifiers and input."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no document of XML 1.0 may hold (production 2)."""

_PREFIXES: Any = {None: NAMESPACE, "ncip": NAMESPACE}
"""Elements without a prefix, for which some systems look; the schema wants one for the attribute."""


@slow_work.outside_writes
def written(message: Message, dialect: NcipDialect) -> bytes:
    """Return the message as a document in UTF-8."""
    prefix = f"{{{NAMESPACE}}}" if dialect.namespace else ""
    root = etree.Element(
        f"{prefix}{ROOT}", {f"{prefix}version": VERSION}, nsmap=_PREFIXES if dialect.namespace else None
    )
    content = {"InitiationHeader": _header(dialect), **_content(message, dialect)}
    _add(root, type(message).__name__, content, prefix)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def plain(text: str) -> str:
    """Return the text as it is sent: in one line, with U+FFFD for what XML does not allow."""
    return " ".join(_NOT_XML.sub("\ufffd", text).split())


def _add(parent: Element, name: str, content: Content, prefix: str) -> None:
    if isinstance(content, str):
        if text := plain(content):
            etree.SubElement(parent, f"{prefix}{name}").text = text
    elif not isinstance(content, Mapping):
        for one in content:
            _add(parent, name, one, prefix)
    elif any(content.values()):
        order = CHILDREN[name]
        element = etree.SubElement(parent, f"{prefix}{name}")
        for child in sorted(content, key=order.index):
            _add(element, child, content[child], prefix)


def _header(dialect: NcipDialect) -> Content:
    if not (dialect.from_agency and dialect.to_agency):
        return {}
    return {
        "FromAgencyId": {"AgencyId": dialect.from_agency},
        "ToAgencyId": {"AgencyId": dialect.to_agency},
    }


def _content(message: Message, dialect: NcipDialect) -> Mapping[str, Content]:
    match message:
        case LookupUser():
            return _lookup_user(message)
        case AcceptItem():
            return _accept_item(message, dialect)
        case CheckOutItem():
            return {
                "UserId": _user(message.user),
                "ItemId": _item(message.barcode),
                "RequestId": _request(message.number, dialect.from_agency),
                "DesiredDateDue": _day(message.due_on, dialect),
            }
        case CheckInItem():
            return {"ItemId": _item(message.barcode)}
        case RequestItem():
            return _request_item(message, dialect)
        case CancelRequestItem():
            return {
                "UserId": _user(message.user),
                "RequestId": _request(message.number, dialect.from_agency),
                "RequestType": "Loan",
            }


def _lookup_user(message: LookupUser) -> Mapping[str, Content]:
    """By the reader's number alone, or by number and PIN, which is how NCIP checks a PIN."""
    if not message.pin:
        return {"UserId": _user(message.user), "UserElementType": USER_ELEMENTS}
    given = ((message.user, BARCODE), (message.pin, "PIN"))
    return {"AuthenticationInput": [_input(*one) for one in given], "UserElementType": USER_ELEMENTS}


def _input(text: str, kind: str) -> Content:
    return {
        "AuthenticationInputData": text,
        "AuthenticationDataFormatType": "text/plain",
        "AuthenticationInputType": kind,
    }


def _accept_item(message: AcceptItem, dialect: NcipDialect) -> Mapping[str, Content]:
    described = {
        "Title": message.title, "Author": message.author, "Publisher": message.publisher,
        "PublicationDate": message.publication_date,
    }  # fmt: skip
    return {
        "RequestId": _request(message.number, dialect.from_agency),
        "RequestedActionType": "Hold For Pickup",
        "UserId": _user(message.user),
        "ItemId": _item(message.barcode),
        "DateForReturn": _day(message.return_on, dialect),
        "ItemOptionalFields": {"BibliographicDescription": described},
        "PickupLocation": message.pickup,
    }


def _request_item(message: RequestItem, dialect: NcipDialect) -> Mapping[str, Content]:
    return {
        "UserId": _user(message.user),
        "ItemId": _item(message.barcode),
        "RequestId": _request(message.number, dialect.from_agency),
        "RequestType": "Loan",
        "RequestScopeType": "Bibliographic Item",
        "NeedBeforeDate": _day(message.needed_on, dialect),
        "PickupLocation": message.pickup,
    }


def _user(number: str) -> Content:
    return {"UserIdentifierType": BARCODE, "UserIdentifierValue": number} if number else {}


def _item(barcode: str) -> Content:
    return {"ItemIdentifierType": BARCODE, "ItemIdentifierValue": barcode} if barcode else {}


def _request(number: str, agency: str) -> Content:
    return {"AgencyId": agency, "RequestIdentifierValue": number} if number else {}


def _day(day: date | None, dialect: NcipDialect) -> str:
    """The end of a day, with its zone: some systems read no date without one."""
    return datetime.combine(day, time(23, 59), dialect.zone).isoformat() if day else ""
