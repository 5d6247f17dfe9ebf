"""An APDU that came in, as the columns of its event. Made before the write: a letter may hold thousands."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, StatusOrErrorReport
from mailproc.ill.repeats import has_time
from mailproc.ill.terms import ApduType


def described(apdus: Iterable[Apdu]) -> dict[int, dict[str, Any]]:
    """The columns of each, by the identity of the object, which the caller must keep."""
    return {id(apdu): as_columns(apdu) for apdu in apdus}


def as_columns(apdu: Apdu) -> dict[str, Any]:
    """The columns of the event that ``apdu`` becomes: type, apdu, ref, repeat_key."""
    return {
        "type": apdu.type.name,
        "apdu": apdu_json.to_json(apdu),
        "ref": apdu_json.value_to_json(apdu.ref),
        "repeat_key": repeat_key(apdu),
    }


def is_about_a_file(apdu: Apdu) -> bool:
    ref = apdu.ref
    return isinstance(apdu, StatusOrErrorReport) and ref is not None and bool(ref.file_ref) and not ref.number


def repeat_key(apdu: Apdu) -> str:
    """Equal for equal words: kind and content, without the wire's own accidents. '' where words do not
    tell: where the wire names each service by its time.

    The plain-English twin of a code and a daily DUE give the key of the first one. A request's
    key is empty, for a number used again is judged by its item; and so is a file report's, for a
    file that was sent again may be rejected again.
    """
    if apdu.type is ApduType.ILL_REQUEST or is_about_a_file(apdu) or has_time(apdu):
        return ""
    said = apdu_json.to_json(apdu)
    accidents = ["transaction", "ref", "sent_at", "original_sent_at", "reply_to", "requester", "responder"]
    if apdu.type is not ApduType.MESSAGE:
        accidents += ["note", "reply_code"]
    kept = {key: value for key, value in said.items() if key not in accidents}
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:32]
