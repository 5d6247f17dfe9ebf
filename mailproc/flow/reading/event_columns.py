"""Turn an APDU that came in into the columns of its event, before the write: a letter may hold thousands."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import TypedDict

from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, StatusOrErrorReport
from mailproc.ill.apdu_json import ApduJson, RefJson
from mailproc.ill.repeats import has_time
from mailproc.ill.terms import ApduType


class EventColumns(TypedDict):
    """What an event holds of its APDU: the name of its type, its JSON, ``ref`` as JSON and ``repeat_key``."""

    type: str
    apdu: ApduJson | None
    ref: RefJson | None
    repeat_key: str


UNREADABLE: EventColumns = {"type": "UNREADABLE", "apdu": None, "ref": None, "repeat_key": ""}
UNREAD: EventColumns = {"type": "UNREAD", "apdu": None, "ref": None, "repeat_key": ""}
"""Of what could not be read, in the history of the request that it is about."""


def described(apdus: Iterable[Apdu]) -> dict[int, EventColumns]:
    """Return the columns of each APDU, by the ``id`` of the object; the caller must keep the objects."""
    return {id(apdu): as_columns(apdu) for apdu in apdus}


def as_columns(apdu: Apdu) -> EventColumns:
    """Return the columns of the event that ``apdu`` becomes: type, apdu, ref, repeat_key."""
    return {
        "type": apdu.type.name,
        "apdu": apdu_json.to_json(apdu),
        "ref": apdu_json.value_to_json(apdu.ref),
        "repeat_key": repeat_key(apdu),
    }


def is_about_a_file(apdu: Apdu) -> bool:
    """Return whether the APDU is a report about a whole order file, not about one order."""
    ref = apdu.ref
    return isinstance(apdu, StatusOrErrorReport) and ref is not None and bool(ref.file_ref) and not ref.number


def repeat_key(apdu: Apdu) -> str:
    """Return a key that is equal for messages with the same meaning; '' if content cannot identify a repeat.

    Type and content count, but not what differs from letter to letter. The plain-English line beside a reply
    code, and a daily repeat of DUE, have the key of the first. The key is empty for messages that carry their
    time (the time identifies them), for requests (a reused number is judged by its item), and for file
    reports (a file that was sent again may be rejected again).
    """
    if apdu.type is ApduType.ILL_REQUEST or is_about_a_file(apdu) or has_time(apdu):
        return ""
    said = apdu_json.to_json(apdu)
    accidents = ["transaction", "ref", "sent_at", "original_sent_at", "reply_to", "requester", "responder"]
    if apdu.type is not ApduType.MESSAGE:
        accidents += ["note", "reply_code"]
    kept = {key: value for key, value in said.items() if key not in accidents}
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:32]
