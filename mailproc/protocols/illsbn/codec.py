"""The codec of ILL SBN: one XML document a letter, as borrower and as lender.

The hub's number of a transaction is its reference (``Ref.number``): the documents have no other identity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from mailproc import slow_work
from mailproc.config import Config, Partner
from mailproc.config_illsbn import PartnerIllsbn
from mailproc.errors import LocalFault, RemoteFault
from mailproc.hostile_xml import Element
from mailproc.ill.apdu import Apdu, IllRequest, StatusOrErrorReport
from mailproc.ill.size_limits import too_long_name
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols.codec import Codec, Decoded, Encoded, Fault, Held, Manner, NotTold, Renderer, Wire
from mailproc.protocols.illsbn import (
    learned_states,
    losses,
    manners,
    reading,
    reports,
    wire,
    writing,
    xml_tree,
)
from mailproc.protocols.illsbn.element_table import LIBRARY
from mailproc.protocols.illsbn.institution_ids import KnownInstitutions
from mailproc.protocols.illsbn.message_fields import BY_ELEMENT, KINDS
from mailproc.protocols.illsbn.parties import is_number
from mailproc.sentence import Part as Words
from mailproc.sentence import sentence

NAME = "illsbn"
MOST_FAULTS = 25
"""Messages that cannot be read, after which the rest of a document is not read."""


@dataclass(frozen=True)
class IllSbnCodec(Codec):
    """The codec, made by ``of``; a value without state."""

    known: KnownInstitutions
    ours: frozenset[str]

    name = NAME
    by_hub = True
    media_types = wire.MEDIA_TYPES
    repeat_safe = False  # a repeated request may get a second number; of the rest nobody has said it

    @classmethod
    def of(cls, config: Config) -> Self:
        library = config.library
        us = [library.symbol, *library.aliases]
        us += [one.illsbn.our_id for one in config.partner if one.illsbn.our_id]
        names = [(name, library.symbol) for name in us]
        names += [(name, one.symbol) for one in config.partner for name in (one.symbol, *one.aliases)]
        return cls(KnownInstitutions.of(names), frozenset({library.symbol}))

    @slow_work.outside_writes
    def recognise(self, letter: Letter) -> bool:
        """Return whether the letter holds a document of the hub, readable or not."""
        return bool(wire.found(letter))

    @slow_work.outside_writes
    def decode(self, letter: Letter) -> Decoded:
        """Decode each document. Raise RemoteFault if there is none."""
        parts = wire.found(letter)
        if not parts:
            raise RemoteFault(sentence("sbn-no-document"))
        apdus, faults = list[Apdu](), list[Fault]()
        for part in parts:
            try:
                root = wire.root_of(part.content)
            except RemoteFault as fault:
                faults.append(Fault(fault.position, str(fault)))
                continue
            self._read(root, apdus, faults)
        return Decoded(tuple(apdus), (), tuple(faults))

    def _read(self, root: Element, apdus: list[Apdu], faults: list[Fault]) -> None:
        """Read the messages of a document: several requests, or the first kind that stands in it."""
        elements = [one for one in root if one.tag != LIBRARY]
        kind = str(elements[0].tag) if elements else ""
        for number, element in enumerate(elements, 1):
            where = f"message {number}: " if len(elements) > 1 else ""
            if number > 1 and not element.tag == kind == KINDS[ApduType.ILL_REQUEST].element:
                text = f"{where}{str(element.tag)[:80]} was not read: one document has one kind of message"
                faults.append(Fault(None, text))
                break
            try:
                apdus += self._messages(element)
            except RemoteFault as fault:
                faults.append(Fault(None, f"{where}{fault}"))
                if len(faults) == MOST_FAULTS:
                    faults.append(Fault(None, "more cannot be read: the rest of the document was left alone"))
                    return
        if not elements and not len(root):
            faults.append(Fault(None, "the document holds no message"))

    def _messages(self, element: Element) -> Sequence[Apdu]:
        name = str(element.tag)
        if name not in BY_ELEMENT:
            raise RemoteFault(f"{name[:80]} is no message of the hub")
        tree = xml_tree.tree(element)
        apdu = reading.apdu(BY_ELEMENT[name], tree)
        if why := too_long_name(apdu):
            raise RemoteFault(f"{name}: {why}")
        apdu = replace(
            apdu, requester=self.known.symbol(apdu.requester), responder=self.known.symbol(apdu.responder)
        )
        if isinstance(apdu, IllRequest):
            return learned_states.of_request(apdu, self._our_role(apdu))
        if isinstance(apdu, StatusOrErrorReport):
            return (learned_states.of_report(apdu, reports.state_in(tree), self._our_role(apdu)),)
        return (apdu,)

    def _our_role(self, apdu: Apdu) -> Role | None:
        borrowing, lending = apdu.requester in self.ours, apdu.responder in self.ours
        if borrowing == lending:
            return None
        return Role.REQUESTER if borrowing else Role.RESPONDER

    @slow_work.outside_writes
    def encode(self, apdus: Sequence[Apdu], wire_: Wire, renderer: Renderer) -> Encoded:  # noqa: ARG002
        """Encode the first APDU; the others are ``held``: one document has one message."""
        if not apdus:
            return Encoded(None)
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
        return writing.refuses(apdu, PartnerIllsbn())

    def lacks_word(self, apdu: Apdu, dialect: str = "") -> bool:  # noqa: ARG002
        """Return False: what ``refuses`` is about can be corrected, and each answer goes somehow."""
        return False

    def not_told(self, apdu: Apdu, dialect: str, partner: Partner | None) -> tuple[NotTold, ...]:  # noqa: ARG002
        return losses.not_told(apdu, partner.illsbn if partner else PartnerIllsbn())


def needs_number(apdu: Apdu) -> bool:
    """Return whether the message is about a transaction that the hub has given a number."""
    return not isinstance(apdu, IllRequest | StatusOrErrorReport)


def _has_number(apdu: Apdu) -> bool:
    return apdu.ref is not None and is_number(apdu.ref.number)


def _ends(wire_: Wire, settings: PartnerIllsbn) -> writing.BothLibraries:
    return writing.BothLibraries(
        role=wire_.role,
        ours=settings.our_id or wire_.library.symbol,
        theirs=wire_.partner.symbol,
        settings=settings,
    )


def _body(element: str, apdu: Apdu, document: bytes) -> Body:
    number = apdu.ref.number if apdu.ref else ""
    subject = f"{element} {number}".rstrip()
    return Body(subject, (Part(wire.MEDIA_TYPE, document, parameters=(("name", "ill.xml"),)),))
