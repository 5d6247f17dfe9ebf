"""The codec for partners without a system: each message is a letter, each answer a message in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc import slow_work
from mailproc.config import Partner
from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.apdu import Apdu, Message, StatusOrErrorReport
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Letter
from mailproc.mail.parse import readable
from mailproc.protocols.codec import Codec, Decoded, Encoded, Held, Manner, Renderer, Wire
from mailproc.sentence import sentence

NAME = "letter"
MOST_READ = 10_000
"""Characters of a letter that are kept as what it says; the letter itself is kept whole."""


@dataclass(frozen=True)
class LetterCodec(Codec):
    """The codec; a value without state. Its texts are those of every letter to partners' people."""

    name = NAME
    for_people = True
    encloses = True
    repeat_safe = False  # people would send a second copy: an order in doubt waits for staff

    @slow_work.outside_writes
    def recognise(self, letter: Letter) -> bool:  # noqa: ARG002
        """Return False: whatever no other protocol reads is a letter of people, and flow places it."""
        return False

    @slow_work.outside_writes
    def decode(self, letter: Letter) -> Decoded:
        """Return what the letter says as one message; whose request it is about, flow finds out.

        Raise RemoteFault if it says nothing.
        """
        said = _said(letter)
        if not said:
            raise RemoteFault("the letter has no text")
        return Decoded(unsure=(Message(note=said),))

    @slow_work.outside_writes
    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded:  # noqa: ARG002
        """Write the first message as a letter; each other goes in a letter of its own.

        Raise LocalFault if nobody puts messages in words here, or the text is broken.
        """
        if not apdus:
            return Encoded(None)
        if wire.in_words is None:
            raise LocalFault(sentence("no-words-here"))
        others = tuple(Held(index, "", "one message a letter") for index in range(1, len(apdus)))
        if self.unsaid(apdus[0], wire.dialect, wire.partner):
            return Encoded(None, others, unsaid=(0,))
        return Encoded(wire.in_words(apdus[0]), others)

    def manner(
        self,
        apdu_type: ApduType,
        role: Role,
        dialect: str,  # noqa: ARG002
        partner: Partner | None = None,  # noqa: ARG002  # its own switches are laid over this by flow
    ) -> Manner:
        return manner(apdu_type, role)

    def unsaid(self, apdu: Apdu, dialect: str, partner: Partner | None) -> bool:  # noqa: ARG002
        """Return whether it is an error report: that a message could not be read helps no person."""
        return isinstance(apdu, StatusOrErrorReport) and (apdu.report is None or apdu.report.kind != "status")


def manner(apdu_type: ApduType, role: Role) -> Manner:
    """Return SEND for all that this role says; people need no word of a machine."""
    return Manner.SEND if apdu_type.said_by in (role, None) else Manner.REFUSE


def _said(letter: Letter) -> str:
    return readable(letter)[:MOST_READ].strip() or letter.subject.strip()
