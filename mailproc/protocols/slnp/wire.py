"""A command as a letter: its octets in a part of a media type of ours, and what the door knows beside."""

import re
from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from mailproc.mail.letter import Letter
from mailproc.protocols.slnp import commands
from mailproc.protocols.slnp.commands import CommandSaid

MEDIA_TYPE = "application/vnd.mailproc.slnp"
DOMAIN = "slnp.invalid"
_REFUSED = re.compile(rb"^X-SLNP-Refused: ([a-z-]{1,40})\r\n", re.MULTILINE)
_SAFE = re.compile(r"[A-Za-z0-9.-]{1,60}")


def letter(command: bytes, name: str, address: str, date_line: str, refused: str = "") -> bytes:
    """Return the letter of a command that came.

    ``name`` is of its Message-ID: equal for the same order. ``refused``: why the door refuses the order, as
    the key of the answer's words.
    """
    head = [
        f"From: <{address}>",
        f"Date: {date_line}",
        f"Message-ID: <{name}@{DOMAIN}>",
        "MIME-Version: 1.0",
        f"Content-Type: {MEDIA_TYPE}",
        "Content-Transfer-Encoding: 8bit",
        *([f"X-SLNP-Refused: {refused}"] if refused else []),
    ]
    return "".join(f"{line}\r\n" for line in (*head, "")).encode() + command


def command_of(letter: Letter) -> bytes | None:
    """Return the octets of the command in the letter, or of a file that is one; None if there is none."""
    bare = letter.raw if letter.raw.startswith(b"SLNP") else None
    return next((part.content for part in letter.parts if part.media_type == MEDIA_TYPE), bare)


def refusal_of(letter: Letter) -> str:
    """Return why the door has refused the order; '' if it has not."""
    found = _REFUSED.search(letter.raw.partition(b"\r\n\r\n")[0] + b"\r\n")
    return found[1].decode() if found else ""


def order_number(said: CommandSaid, today: date) -> str:
    """Return what names the order: the ZFL's number. Without one, the borrower's; else content and day."""
    number = said["BestellId"]
    if number != commands.NO_NUMBER:
        return number
    if said["ExternReferenz"]:
        return f"{said['SigelNB']}/{said['ExternReferenz']}"[:60]
    return f"{today:%Y%m%d}-{_digest(said.values)[:12]}"


def order_name(said: CommandSaid, today: date) -> str:
    """Return the name of the order for its Message-ID: the side, and its number."""
    number = order_number(said, today)
    safe = number if _SAFE.fullmatch(number) else sha256(number.encode()).hexdigest()[:32]
    return f"{said['BsTyp']}.{safe}".lower()


def _digest(values: Mapping[str, str]) -> str:
    return sha256(repr(sorted(values.items())).encode("utf-8", "surrogatepass")).hexdigest()
