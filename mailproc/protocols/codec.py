"""The promise that every wire format keeps: a letter becomes APDUs, APDUs become a letter.

A codec is a value made from configuration (``registry.load``); its methods are pure: no
store, no clock, no socket. Words of a protocol never leak out of its folder: what leaves is
the neutral vocabulary of ``mailproc.ill``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

from mailproc import slow_work
from mailproc.config import Library, Partner
from mailproc.ill.apdu import Apdu, IllAnswer, IllRequest
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


@dataclass(frozen=True)
class ReadLine:
    """A line of a letter and what a codec makes of it. ``line`` counts from 1; 0 is the subject.

    ``kind``: a word of the protocol's own; ``row`` names the row of its tables that took the line.
    """

    line: int
    text: str
    kind: str
    row: str = ""
    overlaid: bool = False
    means: str = ""
    apdu: Apdu | None = None


@dataclass(frozen=True)
class Explained:
    """``kind``: what the letter is taken for, "" for nobody's; ``means``: the same in words. ``overlay``: the
    site's table that is laid over the shipped ones, "" for none."""

    kind: str
    means: str
    lines: tuple[ReadLine, ...] = ()
    overlay: str = ""


Follows = Literal["next", "ask", "wait", "locations"]
"""What an unfilled answer leads to: the next library, a question to staff, a pause, other locations."""


class Codec(ABC):
    """Read and write one protocol's letters. ``recognise``, ``decode`` and ``encode`` are the codec; all else
    is a capability that a protocol may have, and stands here with the answer of one that has it not."""

    name: ClassVar[str]
    repeat_safe: ClassVar[bool] = False
    """Does a receiver throw repeats away, so that a letter in doubt may be sent again?"""
    media_types: ClassVar[frozenset[str]] = frozenset()
    """Of parts that are this protocol's messages by their name alone."""

    @abstractmethod
    def recognise(self, letter: Letter) -> bool: ...

    @abstractmethod
    def decode(self, letter: Letter) -> Decoded:
        """Raises RemoteFault only where nothing at all can be read."""

    @abstractmethod
    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded: ...

    @property
    def warnings(self) -> Sequence[str]:
        """What is allowed in the configuration and yet worth a word to the operator."""
        return ()

    # What the wire can carry

    def batched(self, dialect: str) -> bool:  # noqa: ARG002
        """May several APDUs for one partner of this dialect travel in one letter? Where not, the
        second in a letter is ``held``."""
        return False

    @slow_work.outside_writes
    def project(self, apdu: Apdu) -> Apdu:
        """What of this APDU the wire can carry: ``decode(encode(a)) == project(a)``."""
        return apdu

    def manner(
        self,
        apdu_type: ApduType,  # noqa: ARG002
        role: Role,  # noqa: ARG002
        dialect: str,  # noqa: ARG002
        partner: Partner | None = None,  # noqa: ARG002
    ) -> Manner:
        """``partner``: its settings may open a way (a configured keyword); None: the codec alone."""
        return Manner.SEND

    def refuses(self, apdu: Apdu, dialect: str = "") -> str:  # noqa: ARG002
        """Why this very APDU has no word here, or none in this dialect, though its type has a manner,
        as a sentence; else ''."""
        return ""

    # Reading beyond the messages

    @slow_work.outside_writes
    def perhaps(self, letter: Letter) -> bool:  # noqa: ARG002
        """Is a letter that nobody recognises a message, if its sender is proven and speaks the protocol?"""
        return False

    def withheld(self, apdu: Apdu) -> Fault | None:  # noqa: ARG002
        """Why a message that was read is not to be taken all the same until staff say so, with what is
        answered; None where it may be taken."""
        return None

    def unknown_words(self, wanted: IllRequest) -> tuple[str, ...]:  # noqa: ARG002
        """What an order says beside its item in words that nobody knows; staff look at it."""
        return ()

    @slow_work.outside_writes
    def explain(self, letter: Letter) -> Explained | None:  # noqa: ARG002
        """How the letter is read, line by line, for staff who fit the tables to what comes; None of a
        protocol without such tables. The letter should be masked: its lines are shown as they are."""
        return None

    # Reply codes

    def means(self, reply_code: str) -> str:  # noqa: ARG002
        """What a reply code says, in English; '' of one that is not of this protocol."""
        return ""

    def follows(self, answer: IllAnswer) -> Follows | None:  # noqa: ARG002
        """What the answer's reply code leads to; None where it says nothing of it."""
        return None

    def follows_by_reason(self) -> Mapping[str, Follows]:
        """By a reason of ISO 10161: where it leads, if the site says otherwise than the shipped table."""
        return {}

    def renews_itself(self, apdu: Apdu) -> bool:  # noqa: ARG002
        """Does this letter say that the loan will be renewed without our asking?"""
        return False

    # The receipt of an order file

    def receipt(self, said: Credentials, decoded: Decoded) -> dict[str, Any] | None:  # noqa: ARG002
        """What a customer is to be told of its order file, as JSON; None where nothing can be."""
        return None

    def receipt_letter(
        self, receipt: Mapping[str, Any], refused: Sequence[Fault], renderer: Renderer
    ) -> Body:
        """The letter of what ``receipt`` gave, less the orders that were read and could not be taken.

        Raises LocalFault where the template loses something.
        """
        raise NotImplementedError(f"{self.name} has no receipts")

    # Secrets, and templates

    @slow_work.outside_writes
    def mask(self, raw: bytes) -> bytes:
        """The letter's bytes for showing: every secret of this protocol masked."""
        return raw

    @slow_work.outside_writes
    def unmask(self, raw: bytes, secret: str) -> bytes:  # noqa: ARG002
        """The outgoing bytes with the secret put in where the mask stands."""
        return raw

    def rehearse(self, renderer: Renderer) -> Mapping[str, Held]:  # noqa: ARG002
        """By the path of a template: what is lost of a letter about nothing that is written with it."""
        return {}
