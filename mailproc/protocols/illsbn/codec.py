"""The codec of ILL SBN: one XML document a letter, as borrower and as lender.

The hub's number of a transaction is its reference (``Ref.number``): the documents have no other identity.
Reading and writing are imported where they are used: every verb of the command line makes this codec.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from mailproc import slow_work
from mailproc.config import Config, Partner
from mailproc.config_illsbn import PartnerIllsbn
from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.apdu import Apdu, IllRequest, StatusOrErrorReport
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols.codec import Codec, Decoded, Encoded, Held, Manner, NotTold, Renderer, Wire
from mailproc.protocols.illsbn import document_parts, manners
from mailproc.protocols.illsbn.institution_ids import KnownInstitutions
from mailproc.sentence import Part as Words
from mailproc.sentence import sentence

if TYPE_CHECKING:
    from mailproc.protocols.illsbn.writing import BothLibraries

NAME = "illsbn"


@dataclass(frozen=True)
class IllSbnCodec(Codec):
    """The codec, made by ``of``; a value without state."""

    known: KnownInstitutions
    ours: str

    name = NAME
    by_hub = True
    media_types = document_parts.MEDIA_TYPES
    repeat_safe = False  # by mail; by the hub: [hub] duplicates, and never a request (flow/retrying.py)

    @classmethod
    def of(cls, config: Config) -> Self:
        library = config.library
        us = [library.symbol, *library.aliases]
        us += [one.illsbn.our_id for one in config.partner if one.illsbn.our_id]
        names = [(name, library.symbol) for name in us]
        names += [(name, one.symbol) for one in config.partner for name in (one.symbol, *one.aliases)]
        return cls(KnownInstitutions.of(names), library.symbol)

    @slow_work.outside_writes
    def recognise(self, letter: Letter) -> bool:
        """Return whether the letter holds a document of the hub, readable or not."""
        return bool(document_parts.found(letter))

    @slow_work.outside_writes
    def decode(self, letter: Letter) -> Decoded:
        """Decode each document. Raise RemoteFault if there is none."""
        parts = document_parts.found(letter)
        if not parts:
            raise RemoteFault(sentence("sbn-no-document"))
        from mailproc.protocols.illsbn.document_reading import DocumentReading

        reading = DocumentReading(self.known, self.ours)
        for part in parts:
            reading.read(part)
        return reading.decoded

    @slow_work.outside_writes
    def encode(self, apdus: Sequence[Apdu], wire_: Wire, renderer: Renderer) -> Encoded:  # noqa: ARG002
        """Encode the first APDU; the others are ``held``: one document has one message."""
        if not apdus:
            return Encoded(None)
        from mailproc.protocols.illsbn import losses, writing, xml_tree
        from mailproc.protocols.illsbn.message_fields import KINDS

        apdu, settings = apdus[0], wire_.partner.illsbn
        others = tuple(Held(index, "", "one message a document") for index in range(1, len(apdus)))
        if needs_number(apdu) and not _has_number(apdu):
            return Encoded(None, (Held(0, "", sentence("sbn-no-number")), *others))
        try:
            tree = writing.tree(apdu, _ends(wire_, settings))
        except LocalFault as fault:
            return Encoded(None, (Held(0, "", fault.said, value=True), *others))
        element = KINDS[apdu.type].element
        body = _body(element, apdu, xml_tree.document(element, tree))
        return Encoded(body, others, lossy=losses.altered(0, apdu, settings))

    @slow_work.outside_writes
    def project(self, apdu: Apdu) -> Apdu:
        from mailproc.protocols.illsbn import writing

        back = writing.project(apdu)
        return replace(
            back, requester=self.known.symbol(back.requester), responder=self.known.symbol(back.responder)
        )

    def manner(
        self,
        apdu_type: ApduType,
        role: Role,
        dialect: str,  # noqa: ARG002
        partner: Partner | None = None,  # noqa: ARG002  # its own switches are laid over this by flow
    ) -> Manner:
        return manners.manner(apdu_type, role)

    def refuses(self, apdu: Apdu, dialect: str = "") -> Words:  # noqa: ARG002
        """Return why the hub has no room for the APDU; '' if it has."""
        from mailproc.protocols.illsbn import writing

        return writing.refuses(apdu, PartnerIllsbn())

    def lacks_word(self, apdu: Apdu, dialect: str = "") -> bool:  # noqa: ARG002
        """Return False: what ``refuses`` is about can be corrected, and each answer goes somehow."""
        return False

    def not_told(self, apdu: Apdu, dialect: str, partner: Partner | None) -> tuple[NotTold, ...]:  # noqa: ARG002
        from mailproc.protocols.illsbn import losses

        return losses.not_told(apdu, partner.illsbn if partner else PartnerIllsbn())


def needs_number(apdu: Apdu) -> bool:
    """Return whether the message is about a transaction that the hub has given a number."""
    return not isinstance(apdu, IllRequest | StatusOrErrorReport)


def _has_number(apdu: Apdu) -> bool:
    from mailproc.protocols.illsbn.parties import is_number

    return apdu.ref is not None and is_number(apdu.ref.number)


def _ends(wire_: Wire, settings: PartnerIllsbn) -> "BothLibraries":
    from mailproc.protocols.illsbn.writing import BothLibraries

    return BothLibraries(
        role=wire_.role,
        ours=settings.our_id or wire_.library.symbol,
        theirs=wire_.partner.symbol,
        settings=settings,
    )


def _body(element: str, apdu: Apdu, document: bytes) -> Body:
    number = apdu.ref.number if apdu.ref else ""
    subject = f"{element} {number}".rstrip()
    return Body(subject, (Part(document_parts.MEDIA_TYPE, document, parameters=(("name", "ill.xml"),)),))
