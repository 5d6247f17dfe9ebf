"""The interface of a wire format: a letter becomes APDUs, APDUs become a letter.

A codec is a value made from configuration (``registry.load``); its methods are pure: no store, no clock, no
socket. The words of a protocol stay in its folder; what leaves it is the vocabulary of ``mailproc.ill``.
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
from mailproc.ill.facts import RequestRefusal
from mailproc.ill.submitted import SubmittedRequest
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Body, Letter
from mailproc.protocols.explained import Explained as Explained
from mailproc.protocols.explained import ReadLine as ReadLine
from mailproc.sentence import Part


class Manner(StrEnum):
    """How a protocol carries an APDU."""

    SEND = "SEND"  # as this protocol's message
    NOTICE = "NOTICE"  # as a letter to people
    LOCAL = "LOCAL"  # the state moves, nothing is sent
    REFUSE = "REFUSE"  # refused before anything changed


@dataclass(frozen=True)
class Fault:
    """Something in a letter that could not be read.

    ``position`` counts ``unit``s: lines from 1, octets from 0. ``number``: of its order as written, '' if
    unknown. ``answer``: the protocol's. ``link``: nothing is wrong, a document waits at a link for a person.
    """

    position: int | None
    text: str
    number: str = ""
    unit: str = "line"
    answer: Apdu | None = None
    link: bool = False

    def __str__(self) -> str:
        """Return order, position and text, for people; a text that names them itself is left as it is."""
        where = f"{self.unit} {self.position}: "
        said = self.text if self.position is None or where in self.text else where + self.text
        return f"order {self.number}: {said}" if self.number and self.number not in self.text else said


@dataclass(frozen=True)
class Credentials:
    """Who an order file claims to be from, and the file's own number.

    The password is compared and never shown; None if the layout has none: then the code must be the sender's
    own.
    """

    customer_code: str
    password: str | None = field(repr=False)
    file_ref: str = ""


@dataclass(frozen=True)
class Decoded:
    """What a letter says.

    ``apdus`` are certain. ``unsure``: a number with an unknown code; intake keeps it if the number is one of
    ours, and drops it otherwise. ``faults`` affect only their own order. ``placed``: requests of ours that
    the partner has already, under its own number, and finds a lender for. ``refused``: why the door has
    refused the partner's order, in its answer to it.
    """

    apdus: tuple[Apdu, ...] = ()
    unsure: tuple[Apdu, ...] = ()
    faults: tuple[Fault, ...] = ()
    credentials: Credentials | None = None
    placed: tuple[SubmittedRequest, ...] = ()
    refused: RequestRefusal | None = None


@dataclass(frozen=True)
class Wire:
    """What a codec must know of both ends to write a letter.

    ``role`` is ours; ``dialect`` the transaction's; ``address`` where the letter goes, '' for the partner's
    own; ``today`` is in the library's time zone. ``readable`` returns a message as text for people, a summary
    first; ``in_words`` writes it as a whole letter to people, for a codec that is ``for_people``.
    """

    library: Library
    partner: Partner
    role: Role
    dialect: str = ""
    address: str = ""
    customer_code: str = ""
    file_ref: str = ""
    today: date | None = None
    readable: Callable[[Apdu], Sequence[str]] | None = None
    in_words: Callable[[Apdu], Body] | None = None


@dataclass(frozen=True)
class Held:
    """An APDU that is not in the letter: its index, the field that was lost, and why.

    ``value``: its content cannot be written with any template. ``line``: the line of the rendered text that
    is wrong, if there is one.
    """

    index: int
    field: str
    text: Part
    value: bool = False
    line: str = ""


@dataclass(frozen=True)
class NotTold:
    """Something of a message that its wire does not carry.

    ``field``: its dotted name ("item.series"); ``words``: what is missing of it, '' if it is personal.
    """

    field: str
    words: str


@dataclass(frozen=True)
class Encoded:
    """A letter's body with everything that passed the guard; ``held`` is what did not.

    ``body`` is None if nothing passed. If the body holds the mask of a password, ``secret_customer_code``
    says whose password is inserted at the socket. ``unsaid``: indices of messages that this partner is not
    sent and does not need (their intents are done). ``lossy``: messages that went out altered, for staff to
    see.
    """

    body: Body | None
    held: tuple[Held, ...] = ()
    secret_customer_code: str = ""
    unsaid: tuple[int, ...] = ()
    lossy: tuple[Held, ...] = ()


class Renderer(Protocol):
    """What a codec needs of the templates."""

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        """Render the template at ``path``, which is below the search path.

        Raise LocalFault that names file, line and field if the template is broken.
        """
        ...


Follows = Literal["next", "ask", "wait", "locations"]
"""What an unfilled answer leads to: the next library, a question to staff, a pause, other locations."""


class Codec(ABC):
    """Reads and writes the letters of one protocol.

    ``recognise``, ``decode`` and ``encode`` are the codec. All else has a default, of a codec without it."""

    name: ClassVar[str]
    repeat_safe: ClassVar[bool] = False
    """Whether receivers discard repeats, so that a letter in doubt may be sent again."""
    for_people: ClassVar[bool] = False
    """Whether people read its letters: then ``Wire.in_words`` writes them."""
    by_hub: ClassVar[bool] = False
    """Whether a hub passes them on: it numbers transactions, and tells us also what we have said."""
    encloses: ClassVar[bool] = False
    """Whether files may be further parts of its letters; if not, they go in a letter of their own."""
    names_orders: ClassVar[bool] = False
    """Whether a Message-ID names an order: a second letter of that name with other content is refused."""
    media_types: ClassVar[frozenset[str]] = frozenset()
    """Media types that identify a part as this protocol's message."""

    @abstractmethod
    def recognise(self, letter: Letter) -> bool:
        """Return whether the letter is of this protocol."""

    @abstractmethod
    def decode(self, letter: Letter) -> Decoded:
        """Decode one letter into APDUs and faults. Raise RemoteFault only if nothing at all can be read."""

    @abstractmethod
    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded:
        """Encode APDUs for one partner into the body of a letter."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is allowed in the configuration but probably not meant."""
        return ()

    # What the wire can carry

    def batched(self, dialect: str) -> bool:  # noqa: ARG002
        """Return whether several APDUs for one partner of this dialect may share a letter.

        If not, all but the first are ``held``.
        """
        return False

    @slow_work.outside_writes
    def project(self, apdu: Apdu) -> Apdu:
        """Return what the wire can carry of this APDU: ``decode(encode(a)) == project(a)``."""
        return apdu

    def manner(
        self,
        apdu_type: ApduType,  # noqa: ARG002
        role: Role,  # noqa: ARG002
        dialect: str,  # noqa: ARG002
        partner: Partner | None = None,  # noqa: ARG002
    ) -> Manner:
        """Return how a message of this type goes.

        The settings of ``partner`` may add a way (a configured keyword); None asks about the codec alone.
        """
        return Manner.SEND

    def refuses(self, apdu: Apdu, dialect: str = "") -> Part:  # noqa: ARG002
        """Return why this APDU cannot be expressed although its type has a manner; '' if it can."""
        return ""

    def lacks_word(self, apdu: Apdu, dialect: str = "") -> bool:
        """Return whether the partner's system has no message for this APDU: its people are written to.

        Asked of a type whose manner is SEND. An order is never for people; a codec that refuses a message
        for what staff can correct says so here.
        """
        return not isinstance(apdu, IllRequest) and bool(self.refuses(apdu, dialect))

    def unsaid(self, apdu: Apdu, dialect: str, partner: Partner | None) -> bool:  # noqa: ARG002
        """Is this very APDU one that the partner is not told and need not be? ``encode`` leaves it out."""
        return False

    def by_hand(self, apdu: Apdu, partner: Partner | None) -> Part:  # noqa: ARG002
        """Return what staff do at the partner's page, as this APDU is not sent; '' if nothing."""
        return ""

    def not_told(
        self,
        apdu: Apdu,  # noqa: ARG002
        dialect: str,  # noqa: ARG002
        partner: Partner | None,  # noqa: ARG002
    ) -> tuple[NotTold, ...]:
        """Return what the partner will not read of this message: what is cut, and what has no place.

        Asked inside a write: it takes a bounded time.
        """
        return ()

    # Reading beyond the messages

    @slow_work.outside_writes
    def perhaps(self, letter: Letter) -> bool:  # noqa: ARG002
        """Return whether a letter that no codec recognises is a message if its sender is a proven partner."""
        return False

    def withheld(self, apdu: Apdu) -> Fault | None:  # noqa: ARG002
        """Return why a message waits for staff to release it, with the answer; None if it need not."""
        return None

    def unknown_words(self, wanted: IllRequest) -> tuple[str, ...]:  # noqa: ARG002
        """Return what an order says, beside its item, in words that are in no table; staff look at it."""
        return ()

    @slow_work.outside_writes
    def explain(self, letter: Letter) -> Explained | None:  # noqa: ARG002
        """Explain how the letter is read, line by line, for staff who adapt the tables.

        None if the protocol has no such tables. The letter should be masked: its lines are shown as they are.
        """
        return None

    # Reply codes

    def means(self, reply_code: str) -> str:  # noqa: ARG002
        """Return the meaning of a reply code, in English; '' if it is not of this protocol."""
        return ""

    def follows(self, answer: IllAnswer) -> Follows | None:  # noqa: ARG002
        """Return what the answer's reply code leads to; None if it does not decide that."""
        return None

    def follows_by_reason(self) -> Mapping[str, Follows]:
        """Return the site's own rules, by reason of ISO 10161."""
        return {}

    def renews_itself(self, apdu: Apdu) -> bool | None:  # noqa: ARG002
        """Return what this message says of the loan's renewal, None if nothing.

        True: it will be renewed without a request; False: it will not be renewed, because others wait for it.
        """
        return None

    # The receipt of an order file

    def receipt(self, said: Credentials, decoded: Decoded) -> dict[str, Any] | None:  # noqa: ARG002
        """Return the receipt of a customer's order file, as JSON; None if there can be none."""
        return None

    def receipt_letter(
        self, receipt: Mapping[str, Any], refused: Sequence[Fault], renderer: Renderer
    ) -> Body:
        """Write the letter of what ``receipt`` returned, without the orders that were read but refused.

        Raise LocalFault if the template loses something.
        """
        raise NotImplementedError(f"{self.name} has no receipts")

    # Secrets, and templates

    @slow_work.outside_writes
    def mask(self, raw: bytes) -> bytes:
        """Return the letter's bytes for showing, with every secret of this protocol masked."""
        return raw

    @slow_work.outside_writes
    def unmask(self, raw: bytes, secret: str) -> bytes:  # noqa: ARG002
        """Return the outgoing bytes with the secret in the place of the mask."""
        return raw

    def rehearse(self, renderer: Renderer) -> Mapping[str, Held]:  # noqa: ARG002
        """Write sample letters with each template; return by template path what a letter loses."""
        return {}
