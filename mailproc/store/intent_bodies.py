"""What an intent says: one type for each kind, decoded when its row is read.

A message goes to a partner's system (``SendApdu``); a notice is a letter to people; a receipt or a report is
about a letter that came in, and belongs to no transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypedDict, cast

from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.terms import Role

Kind = Literal["apdu", "notice", "receipt"]


class Waiting(TypedDict):
    """Letters that wait for DNS: how many, from whom as they claim, since when (ISO 8601)."""

    count: int
    partners: list[str]
    since: str


class ClaimedFacts(TypedDict):
    """Letters that claim to be from a partner: how many, and which requests they name."""

    partner: str
    count: int
    numbers: list[str]


class StaffFacts(TypedDict, total=False):
    """What a letter to staff is about, stored until it is written.

    ``reasons``: codes of attention. ``letter``, ``sender``, ``subject``, ``about``: of an incoming letter.
    ``words``: what people wrote in a letter on the shelf.
    ``ours``: letters of ours to which something happened. ``more``, ``since`` (ISO 8601), ``claimed``: what
    was not reported before. ``digest``: the daily digest, as JSON.
    """

    reasons: Sequence[str]
    note: str
    letter: str
    sender: str
    subject: str
    about: str
    words: str
    ours: list[int]
    waiting: Waiting
    more: int
    since: str
    claimed: list[ClaimedFacts]
    digest: dict[str, Any]


@dataclass(frozen=True)
class SendApdu:
    """A message of a transaction, as JSON. ``documents``: rows of files that go with it."""

    apdu: ApduJson
    documents: tuple[int, ...] = ()
    kind: ClassVar[Kind] = "apdu"


@dataclass(frozen=True)
class NoticeToReader:
    """A letter to a reader with the text ``name`` ("patron/arrived").

    ``level``: of a reminder, its number; ``note``: a remark of staff; ``link``: the row of the link that
    the letter brings, to sign in with.
    """

    name: str
    level: int | None = None
    note: str = ""
    link: int | None = None
    kind: ClassVar[Kind] = "notice"
    to: ClassVar[str] = "patron"


@dataclass(frozen=True)
class NoticeToStaff:
    """A letter to our own staff (ordered by ``flow/notify_staff.py``)."""

    name: str
    facts: StaffFacts
    kind: ClassVar[Kind] = "notice"
    to: ClassVar[str] = "staff"


@dataclass(frozen=True)
class NoticeToPartner:
    """A letter to a partner's staff that says ``apdu`` in words. ``documents`` as above."""

    name: str
    apdu: ApduJson
    documents: tuple[int, ...] = ()
    kind: ClassVar[Kind] = "notice"
    to: ClassVar[str] = "partner"


@dataclass(frozen=True)
class SendReceipt:
    """The receipt of an order file, as its codec recorded it.

    ``codec`` is '' in rows of an older release: then it is the partner's.
    """

    codec: str
    receipt: Mapping[str, Any]
    kind: ClassVar[Kind] = "receipt"
    to: ClassVar[str] = "partner"


@dataclass(frozen=True)
class SendReport:
    """A report on a message that matches no transaction. ``role``: ours in what it is about."""

    codec: str
    role: Role
    apdu: ApduJson
    kind: ClassVar[Kind] = "receipt"
    to: ClassVar[str] = "partner"


NoticeToPeople = NoticeToReader | NoticeToStaff | NoticeToPartner
IntentBody = SendApdu | NoticeToPeople | SendReceipt | SendReport


def to_json(body: IntentBody) -> dict[str, Any]:
    """Return the value of the column. Statements read ``to`` of a notice and ``apdu`` of a message in it."""
    match body:
        case SendApdu(apdu, sent):
            return {"apdu": apdu} | _enclosed(sent)
        case NoticeToReader():
            known = {"level": body.level, "note": body.note or None, "link": body.link}
            facts = {name: value for name, value in known.items() if value is not None}
            return {"notice": body.name, "to": body.to, "facts": facts}
        case NoticeToStaff():
            told = {name: value for name, value in body.facts.items() if value}  # the empty is left out
            return {"notice": body.name, "to": body.to, "facts": told}
        case NoticeToPartner():
            return {"notice": body.name, "to": body.to, "apdu": body.apdu} | _enclosed(body.documents)
        case SendReceipt(codec, receipt):
            return {"notice": f"{codec}/receipt", "to": body.to, "receipt": receipt, "codec": codec}
        case SendReport(codec, role, apdu):
            named = {"notice": apdu["type"], "to": body.to, "codec": codec, "role": role.name}
            return {**named, "apdu": apdu}


def _enclosed(documents: tuple[int, ...]) -> dict[str, list[int]]:
    return {"documents": list(documents)} if documents else {}


def from_json(value: Mapping[str, Any]) -> IntentBody:
    """Read the column, in rows of every release. Raise LookupError if it is none of these."""
    if "notice" not in value:
        return SendApdu(value["apdu"], tuple(value.get("documents", ())))
    if "receipt" in value:
        return SendReceipt(value.get("codec", ""), value["receipt"])
    if "role" in value:
        return SendReport(value["codec"], Role[value["role"]], value["apdu"])
    name, facts = value["notice"], value.get("facts") or {}
    match value["to"]:
        case "patron":
            return NoticeToReader(name, facts.get("level"), facts.get("note", ""), facts.get("link"))
        case "staff":
            return NoticeToStaff(name, cast(StaffFacts, facts))
        case "partner":
            return NoticeToPartner(name, value["apdu"], tuple(value.get("documents", ())))
        case other:
            raise LookupError(f"a notice to {other!r}")


def apdu_in(body: IntentBody) -> ApduJson | None:
    """Return the APDU, to a system or in words to people, as JSON; None if there is none."""
    return body.apdu if isinstance(body, SendApdu | NoticeToPartner | SendReport) else None


def name_of(body: IntentBody) -> str:
    """Return the name for lists of a body without an APDU: that of its text."""
    match body:
        case NoticeToReader(name) | NoticeToStaff(name) | NoticeToPartner(name):
            return name
        case SendReceipt(codec):
            return f"{codec}/receipt"
        case _:
            return ""
