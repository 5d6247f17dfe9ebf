"""Read a document into APDUs: several requests, or one message of any kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mailproc.errors import RemoteFault
from mailproc.hostile_xml import Element
from mailproc.ill.apdu import Apdu, IllRequest, StatusOrErrorReport
from mailproc.ill.size_limits import too_long_name
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Part
from mailproc.protocols.codec import Decoded, Fault
from mailproc.protocols.illsbn import learned_states, reading, reports, wire, xml_tree
from mailproc.protocols.illsbn.element_table import LIBRARY
from mailproc.protocols.illsbn.institution_ids import KnownInstitutions
from mailproc.protocols.illsbn.message_fields import BY_ELEMENT, KINDS

MOST_FAULTS = 25
"""Messages that cannot be read, after which the rest of a document is not read."""
_REQUEST = KINDS[ApduType.ILL_REQUEST].element


@dataclass
class DocumentReading:
    """What the documents of one letter say. ``ours``: our symbol."""

    known: KnownInstitutions
    ours: str
    apdus: list[Apdu] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def read(self, part: Part) -> None:
        """Add the messages of a document, and what is wrong with it."""
        try:
            root = wire.root_of(part.content)
        except RemoteFault as fault:
            self.faults.append(Fault(fault.position, str(fault)))
            return
        elements = [one for one in root if one.tag != LIBRARY]
        if not elements and not len(root):
            self._fault("the document holds no message")
        kind = str(elements[0].tag) if elements else ""
        for number, element in enumerate(elements, 1):
            where = f"message {number}: " if len(elements) > 1 else ""
            if number > 1 and not element.tag == kind == _REQUEST:
                name = str(element.tag)[:80]
                self._fault(f"{where}{name} was not read: one document has one kind of message")
                return
            if len(self.faults) >= MOST_FAULTS:
                self._fault("more cannot be read: the rest of the document was left alone")
                return
            self._add(element, where)

    @property
    def decoded(self) -> Decoded:
        return Decoded(tuple(self.apdus), (), tuple(self.faults))

    def _fault(self, text: str) -> None:
        self.faults.append(Fault(None, text))

    def _add(self, element: Element, where: str) -> None:
        try:
            self.apdus += self._messages(element)
        except RemoteFault as fault:
            self._fault(f"{where}{fault}")

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
        borrowing, lending = apdu.requester == self.ours, apdu.responder == self.ours
        if borrowing == lending:
            return None
        return Role.REQUESTER if borrowing else Role.RESPONDER
