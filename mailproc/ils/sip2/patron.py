"""The questions of SIP2 about a patron, and what the answers say."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailproc.errors import RemoteFault
from mailproc.ill.patron_block import PatronBlock
from mailproc.ils.patron_standing import PatronStanding
from mailproc.ils.sip2 import message
from mailproc.ils.sip2.message import Sip2Answer

STOPS = (PatronBlock.CHARGE_DENIED, PatronBlock.CARD_LOST)
"""Positions that stop an order by default. What the others mean to a library differs."""
LANGUAGE = "000"
"""Unknown: the system answers in its own."""


@dataclass(frozen=True)
class Sip2Terminal:
    """How we present ourselves. ``checksums``: with sequence numbers, as some systems demand."""

    institution: str = ""
    user: str = ""
    password: str = ""
    location: str = ""
    charset: str = "utf-8"
    checksums: bool = True


class Sip2Session:
    """The messages of one connection, in order: each has the next sequence number."""

    def __init__(self, terminal: Sip2Terminal) -> None:
        self._terminal = terminal
        self._sequence = -1

    def login(self) -> bytes:
        """Return message 93; only for a terminal with a user."""
        one = self._terminal
        return self._write("93", "00", {"CN": one.user, "CO": one.password, "CP": one.location})

    def status(self) -> bytes:
        """Return message 99: some systems answer nothing before it."""
        return self._write("99", "00802.00", {})

    def patron(self, patron_id: str, at: datetime) -> bytes:
        """Return message 63; ``at`` is local time. The patron's PIN (AD) is nothing that we know."""
        fields = {"AO": self._terminal.institution, "AA": patron_id, "AC": ""}
        return self._write("63", f"{LANGUAGE}{_time(at)}{' ' * 10}", fields)

    def end(self, patron_id: str, at: datetime) -> bytes:
        """Return message 35, which ends the patron's session: some systems count them."""
        return self._write("35", _time(at), {"AO": self._terminal.institution, "AA": patron_id})

    def read(self, octets: bytes) -> Sip2Answer:
        """Return an answer. Raise RemoteFault."""
        return message.read(octets, self._terminal.charset)

    def _write(self, code: str, fixed: str, fields: Mapping[str, str]) -> bytes:
        self._sequence = (self._sequence + 1) % 10
        number = self._sequence if self._terminal.checksums else None
        return message.write(code, fixed, fields, number, self._terminal.charset)


def is_logged_in(answer: Sip2Answer) -> bool:
    """Return whether message 94 says that user and password are right."""
    return answer.fixed == "1"  # no other message has one character


def is_online(answer: Sip2Answer) -> bool:
    """Return whether message 98 says that the system can be asked."""
    return answer.code == "98" and answer.fixed[:1] == "Y"


def standing(answer: Sip2Answer, stops: Collection[PatronBlock] = STOPS) -> PatronStanding:
    """Return what message 64 says. Raise RemoteFault if it is another message.

    A patron is unknown if the system says so (BL), or says neither this nor a name.
    """
    if answer.code != "64":
        raise RemoteFault(f"the answer to a question about a patron is a message {answer.code}")
    valid, name = answer.flag("BL"), answer.fields.get("AE", "")
    if valid is False or (valid is None and not name):
        return PatronStanding(known=False, message=answer.fields.get("AF", ""))
    set_ = [block for block, flag in zip(PatronBlock, answer.fixed, strict=False) if flag == "Y"]
    return PatronStanding(
        known=True,
        id=answer.fields.get("AA", ""),
        name=name,
        email=answer.fields.get("BE", ""),
        phone=answer.fields.get("BF", ""),
        address=answer.fields.get("BD", ""),
        category=answer.fields.get("PC", ""),
        expires_on=_day(answer.fields.get("PA", "")),
        blocks=tuple(block.value for block in set_ if block in stops),
        owes=" ".join(filter(None, (answer.fields.get("BV"), answer.fields.get("BH")))),
        message=answer.fields.get("AF", ""),
    )


def _time(at: datetime) -> str:
    return f"{at:%Y%m%d    %H%M%S}"


def _day(text: str) -> date | None:
    """Return a day written YYYYMMDD, perhaps with a time behind it; None if it is none."""
    digits = text[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if digits.isascii() else None
    except ValueError:
        return None
