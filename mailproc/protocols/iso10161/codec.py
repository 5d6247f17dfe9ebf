"""The ISO 10161-1 codec: BER by mail, one APDU per letter, as borrower and as lender.

Reading and writing are imported where they are used: that takes a twentieth of a second, and every verb of
the command line makes this codec.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from mailproc import slow_work
from mailproc.config import Config, Partner
from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.apdu import Apdu, IllAnswer, IllRequest
from mailproc.ill.size_limits import too_long_name
from mailproc.ill.terms import ApduType, Results, Role
from mailproc.mail import bounce
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols.codec import Codec, Decoded, Encoded, Fault, Held, Manner, NotTold, Renderer, Wire
from mailproc.protocols.iso10161 import critical_extensions, dialects, settings, wire
from mailproc.protocols.iso10161.ber import elements
from mailproc.protocols.iso10161.dialects import STANDARD, Dialect
from mailproc.sentence import Sentence, sentence

if TYPE_CHECKING:
    from mailproc.protocols.iso10161.writing import Ends

MOST_UNREADABLE = 3
"""Unreadable parts after which the rest of a letter is not read."""

_PADDING = b"\r\n\0"


@dataclass(frozen=True)
class Iso10161Codec(Codec):
    """The codec, made by ``of``; a value without state."""

    dialects: Mapping[str, Dialect]
    warnings: tuple[str, ...] = ()
    critical: tuple[str, ...] = ()
    our_port: str = ""

    name = settings.NAME
    media_types = frozenset({wire.MEDIA_TYPE})
    encloses = True  # readers look for the part with the message
    repeat_safe = True  # the receiver recognises a repeat by transaction, type and time

    @classmethod
    def of(cls, config: Config) -> Self:
        """Make the codec. Raise Misconfigured that names the key, or file, table and key in the dialects."""
        overlay = config.file.parent / config.iso10161.dialects if config.iso10161.dialects else None
        known = dialects.load(overlay)
        settings.check(config, known)
        listen = config.listen_tcp
        port = listen.public if listen.enabled else ""
        return cls(known, tuple(settings.warnings(config, known)), config.iso10161.critical, port)

    @slow_work.outside_writes
    def recognise(self, letter: Letter) -> bool:
        """Return whether the letter holds a message, readable or not; a bounce never does."""
        return bool(wire.found(letter)) and bounce.read(letter) is None

    @slow_work.outside_writes
    def decode(self, letter: Letter) -> Decoded:
        """Decode each part into one APDU. Raise RemoteFault if there is no part at all.

        Octets of a fault are counted from the start of its part.
        """
        parts = wire.found(letter)
        if not parts:
            raise RemoteFault(f"the letter has no part {wire.MEDIA_TYPE}")
        apdus, faults = list[Apdu](), list[Fault]()
        unreadable = 0
        for number, part in enumerate(parts, 1):
            where = f"part {number}: " if len(parts) > 1 else ""
            try:
                apdu, rest = _read(part)
            except RemoteFault as fault:
                faults.append(_unreadable(part, fault, where))
                unreadable += 1
                if unreadable == MOST_UNREADABLE < len(parts):
                    faults.append(Fault(None, "more cannot be read: the rest of the letter was left alone"))
                    break
                continue
            if why := too_long_name(apdu):
                faults.append(_of_a_name(apdu, why, where))
                continue
            apdus.append(apdu)
            if rest is not None:
                faults.append(replace(rest, text=where + rest.text))
        return Decoded(tuple(apdus), (), tuple(faults))

    def withheld(self, apdu: Apdu) -> Fault | None:
        return critical_extensions.fault(apdu, self.critical) if apdu.extensions else None

    @slow_work.outside_writes
    def encode(self, apdus: Sequence[Apdu], wire_: Wire, renderer: Renderer) -> Encoded:  # noqa: ARG002
        """Encode the first APDU; the others are ``held``, because peers accept one message per letter."""
        if not apdus:
            return Encoded(None)
        from mailproc.protocols.iso10161 import losses, writing
        from mailproc.protocols.iso10161.ber import schema

        apdu, dialect = apdus[0], self.dialect(wire_.dialect)
        others = tuple(Held(index, "", "one message a letter") for index in range(1, len(apdus)))
        if self.unsaid(apdu, wire_.dialect):
            return Encoded(None, others, unsaid=(0,))
        if refused := self.refuses(apdu, wire_.dialect):
            return Encoded(None, (Held(0, "", refused, value=True), *others))
        try:
            message = schema.encode(apdu.type, writing.tree(apdu, self._ends(wire_, dialect)))
        except LocalFault as fault:
            return Encoded(None, (Held(0, "", fault.said, value=True), *others))
        return Encoded(_body(apdu, message, dialect, wire_), others, lossy=losses.of(0, apdu))

    @slow_work.outside_writes
    def project(self, apdu: Apdu) -> Apdu:
        from mailproc.protocols.iso10161 import writing

        return writing.project(apdu)

    def manner(
        self,
        apdu_type: ApduType,
        role: Role,
        dialect: str,
        partner: Partner | None = None,  # noqa: ARG002  # its own switches are laid over this by flow
    ) -> Manner:
        return self.dialect(dialect).manner(apdu_type, role)

    def refuses(self, apdu: Apdu, dialect: str = STANDARD) -> Sentence | str:
        """Return why the standard cannot express the APDU, or why this system does not accept it; else ''."""
        from mailproc.protocols.iso10161 import writing

        known = self.dialect(dialect)
        if isinstance(apdu, IllAnswer) and self.lacks_word(apdu, dialect):
            takes = ", ".join(sorted(known.answers))
            return sentence("answer-not-taken", system=known.means, answer=str(apdu.results), known=takes)
        if isinstance(apdu, IllRequest) and known.title_needed and not apdu.item.title:
            return sentence("request-needs-title", system=known.means)
        return writing.refuses(apdu)

    def lacks_word(self, apdu: Apdu, dialect: str = STANDARD) -> bool:
        """Return whether it is an answer that this system does not accept."""
        taken = self.dialect(dialect).answers
        return isinstance(apdu, IllAnswer) and apdu.results not in taken and not self.unsaid(apdu, dialect)

    def not_told(self, apdu: Apdu, dialect: str, partner: Partner | None) -> tuple[NotTold, ...]:  # noqa: ARG002
        from mailproc.protocols.iso10161 import not_carried

        return not_carried.not_told(apdu)

    def unsaid(self, apdu: Apdu, dialect: str, partner: Partner | None = None) -> bool:  # noqa: ARG002
        """Return whether this is a Will-Supply to a system that does not accept it; it need not be sent."""
        courtesy = isinstance(apdu, IllAnswer) and apdu.results is Results.WILL_SUPPLY
        return courtesy and Results.WILL_SUPPLY not in self.dialect(dialect).answers

    def _ends(self, wire_: Wire, dialect: Dialect) -> "Ends":
        from mailproc.protocols.iso10161.writing import Ends

        library, partner = wire_.library, wire_.partner
        by_tcp = settings.is_by_tcp(partner)
        return Ends(
            role=wire_.role,
            our_symbol=library.symbol,
            our_name=library.name,
            our_address=library.email,
            our_aliases=library.aliases,
            their_symbol=partner.symbol,
            their_address=wire_.address or partner.address,
            our_port=self.our_port if by_tcp else "",
            their_port=partner.tcp.address if by_tcp else "",
            version=dialect.version,
            chargeable_units=dialect.chargeable_units,
        )

    def dialect(self, name: str) -> Dialect:
        """Return the dialect; a transaction's dialect that has left the data is treated as the standard."""
        return self.dialects.get(name, self.dialects[STANDARD])


def _read(part: wire.MessagePart) -> tuple[Apdu, Fault | None]:
    """Read the part's first APDU; the fault describes octets that follow it."""
    from mailproc.protocols.iso10161 import fault_report, reading
    from mailproc.protocols.iso10161.ber import schema

    if part.encoding not in ("", wire.ENCODING):
        raise RemoteFault(f"the part is encoded as {part.encoding[:40]!r}, not as {wire.ENCODING}")
    kind, tree, trailing = schema.first(part.content)
    apdu = reading.apdu(kind, tree)
    at = len(part.content) - trailing
    behind = part.content[at:]
    if not behind.strip(_PADDING):
        return apdu, None
    second = elements.looks_like(behind)
    what = "a second message" if second else "no message"
    text = f"{len(behind)} octets behind the message were not read: {what}"
    answer = fault_report.about(behind, text) if second else None
    return apdu, Fault(at, text, unit=wire.UNIT, answer=answer)


def _of_a_name(apdu: Apdu, why: str, where: str) -> Fault:
    from mailproc.protocols.iso10161 import fault_report

    text = f"{where}{apdu.type.name}: {why}"
    return Fault(None, text, unit=wire.UNIT, answer=fault_report.too_long(apdu, why))


def _unreadable(part: wire.MessagePart, fault: RemoteFault, where: str) -> Fault:
    from mailproc.protocols.iso10161 import fault_report

    answer = fault_report.about(part.content, str(fault)) if part.encoding in ("", wire.ENCODING) else None
    return Fault(fault.position, where + str(fault), unit=wire.UNIT, answer=answer)


def _body(apdu: Apdu, message: bytes, dialect: Dialect, wire_: Wire) -> Body:
    from mailproc.protocols.iso10161.ber.schema import NAMES

    name = NAMES[apdu.type]
    subject = f"{name if name.startswith('ILL') else f'ILL {name}'} {_number(apdu)}".rstrip()
    parts = [wire.part(message)]
    if dialect.readable_part:
        summary, *more = wire_.readable(apdu) if wire_.readable else ("", apdu.note or "")
        subject = f"{subject}: {summary}" if summary else subject
        parts.insert(0, Part("text/plain", b"", text="\n".join((subject, "", *more))))
    return Body(subject, tuple(parts))


def _number(apdu: Apdu) -> str:
    named = apdu.transaction
    return "/".join(filter(None, (named.tgq, named.tq, named.stq))) if named else ""
