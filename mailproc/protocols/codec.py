"""The promise that every wire format keeps: a letter becomes APDUs, APDUs become a letter.

A codec is a value made from configuration (``registry.load``); its methods are pure: no
store, no clock, no socket. Words of a protocol never leak out of its folder: what leaves is
the neutral vocabulary of ``mailproc.ill``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from mailproc.config import Library, Partner
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Body, Letter


class Manner(StrEnum):
    """How a protocol carries an APDU."""

    SEND = "SEND"  # as this protocol's message
    NOTICE = "NOTICE"  # as a letter to people
    LOCAL = "LOCAL"  # the state moves, nothing is sent
    REFUSE = "REFUSE"  # refused before anything changed


@dataclass(frozen=True)
class Fault:
    """Something in a letter that could not be read. ``position``: of a ``unit``, lines counted from 1,
    octets from 0.

    ``number``: of the order that it is about, as its sender wrote it; '' where none can be told.
    ``answer``: what the protocol has to say to the sender about it.
    """

    position: int | None
    text: str
    number: str = ""
    unit: str = "line"
    answer: Apdu | None = None

    def __str__(self) -> str:
        """Position and text, for people; a text that names its position itself is left alone."""
        where = f"{self.unit} {self.position}: "
        return self.text if self.position is None or where in self.text else where + self.text


@dataclass(frozen=True)
class Credentials:
    """Who an order file says it is from, and the file's own number. The password is compared and
    never shown; None where the layout has none: then the code must be the sender's own."""

    customer_code: str
    password: str | None = field(repr=False)
    file_ref: str = ""


@dataclass(frozen=True)
class Decoded:
    """What a letter says.

    ``apdus``: what is certain. ``unsure``: a number with an unknown code, for intake to keep
    where the number is one of ours and to drop else. ``faults`` harm their own order only.
    """

    apdus: tuple[Apdu, ...] = ()
    unsure: tuple[Apdu, ...] = ()
    faults: tuple[Fault, ...] = ()
    credentials: Credentials | None = None


@dataclass(frozen=True)
class Wire:
    """What a codec must know of the two ends to write a letter."""

    library: Library
    partner: Partner
    role: Role  # ours
    dialect: str = ""  # the one pinned on the transaction
    address: str = ""  # where the letter goes; "" = the partner's
    customer_code: str = ""
    file_ref: str = ""
    today: date | None = None  # in the library's time zone
    readable: Callable[[Apdu], Sequence[str]] | None = None  # the same for people, its gist first


@dataclass(frozen=True)
class Held:
    """An APDU that did not get into the letter: its index, the field that was lost, why.

    ``value``: what it is to say cannot be written, whatever the template. ``line``: that of the
    rendered text which is at fault, where one is.
    """

    index: int
    field: str
    text: str
    value: bool = False
    line: str = ""


@dataclass(frozen=True)
class Encoded:
    """A letter's body with everything that passed the guard; ``held`` is what did not.

    ``body`` is None where nothing passed. Where the body holds the mask of a password,
    ``secret_customer_code`` says whose is to be put in at the socket. ``unsaid``: indices of what
    this partner is not told and need not be (its intent is done). ``lossy``: what went out, but
    altered, for staff to see.
    """

    body: Body | None
    held: tuple[Held, ...] = ()
    secret_customer_code: str = ""
    unsaid: tuple[int, ...] = ()
    lossy: tuple[Held, ...] = ()


class Renderer(Protocol):
    """What a codec needs of the templates: a file by its path below the search path."""

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        """Raises LocalFault that names file, line and field where the template is broken."""
        ...


class Codec(Protocol):
    @property
    def name(self) -> str: ...

    def batched(self, dialect: str) -> bool:
        """May several APDUs for one partner of this dialect travel in one letter? Where not, the
        second in a letter is ``held``."""
        ...

    @property
    def repeat_safe(self) -> bool:
        """Does a receiver throw repeats away, so that a letter in doubt may be sent again?"""
        ...

    def recognise(self, letter: Letter) -> bool: ...

    def decode(self, letter: Letter) -> Decoded:
        """Raises RemoteFault only where nothing at all can be read."""
        ...

    def withheld(self, apdu: Apdu) -> Fault | None:
        """Why a message that was read is not to be taken all the same until staff say so, with what is
        answered; None where it may be taken."""
        ...

    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded: ...

    def project(self, apdu: Apdu) -> Apdu:
        """What of this APDU the wire can carry: ``decode(encode(a)) == project(a)``."""
        ...

    def manner(self, apdu_type: ApduType, role: Role, dialect: str, partner: Partner | None = None) -> Manner:
        """``partner``: its settings may open a way (a configured keyword); None: the codec alone."""
        ...

    def refuses(self, apdu: Apdu, dialect: str = "") -> str:
        """Why this very APDU has no word here, or none in this dialect, though its type has a manner,
        as a sentence; else ''."""
        ...

    def mask(self, raw: bytes) -> bytes:
        """The letter's bytes for showing: every secret of this protocol masked."""
        ...

    def unmask(self, raw: bytes, secret: str) -> bytes:
        """The outgoing bytes with the secret put in where the mask stands."""
        ...
