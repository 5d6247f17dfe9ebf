"""The SLNP codec: a command that came becomes a message, a message of ours the command for the ZFL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mailproc import slow_work
from mailproc.config import Config, Partner
from mailproc.config_slnp import PartnerSlnp
from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Apdu, IllAnswer, Message, Shipped
from mailproc.ill.terms import ApduType, Ref, Results, Role
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols.codec import Codec, Decoded, Encoded, Held, Manner, Renderer, Wire
from mailproc.protocols.slnp import commands, grammar, info, orders, settings, wire
from mailproc.protocols.slnp.commands import CommandSaid
from mailproc.sentence import Part as SentencePart
from mailproc.sentence import sentence


@dataclass(frozen=True)
class SlnpCodec(Codec):
    """``ours``: our symbols; ``slnp``: how the ZFL that connects is spoken with."""

    ours: tuple[str, ...] = ()
    slnp: PartnerSlnp = field(default_factory=PartnerSlnp)
    warnings: tuple[str, ...] = ()

    name = settings.NAME
    media_types = frozenset({wire.MEDIA_TYPE})
    names_orders = True

    @staticmethod
    def of(config: Config) -> "SlnpCodec":
        library, slnp = config.library, settings.of_door(config)
        safe = any(one.codec == settings.NAME and one.slnp.info.repeat for one in config.partner)
        return (RepeatSafeSlnp if safe else SlnpCodec)(
            (library.symbol, *library.aliases), slnp, tuple(settings.warnings(config))
        )

    @slow_work.outside_writes
    def recognise(self, letter: Letter) -> bool:
        """Return whether the letter is of the door for SLNP."""
        return wire.command_of(letter) is not None

    @slow_work.outside_writes
    def decode(self, letter: Letter) -> Decoded:
        """Decode the command of the letter. Raise RemoteFault if it breaks a rule, or is for others."""
        raw = wire.command_of(letter)
        if raw is None:
            raise RemoteFault("the letter has no command")
        return self.decoded(self.said(raw), letter)

    def said(self, raw: bytes) -> CommandSaid:
        """Return what a command says. Raise SyntaxFault or CommandRefused, as it is answered."""
        said = commands.checked(grammar.parse(raw), strict=self.slnp.escapes == "strict")
        if said.name == commands.ORDER and not (self.slnp.any_sigel and said["BsTyp"] == commands.ACTIVE):
            orders.demand_our_sigel(said, self.ours)
        return said

    def decoded(self, said: CommandSaid, letter: Letter) -> Decoded:
        if said.name == commands.CHANGE:
            return Decoded((self._change(said),))
        if said.name != commands.ORDER:
            raise RemoteFault(f"{said.name} is no message")
        number = wire.order_number(said, letter.date.date() if letter.date else date.min)
        if said["BsTyp"] == commands.PASSIVE:
            return Decoded(placed=(orders.ours(said, number),))
        return Decoded((orders.theirs(said, number),), refused=orders.refusal(wire.refusal_of(letter)))

    def _change(self, said: CommandSaid) -> Apdu:
        """Return the message that names the lender, under our number as the ZFL has it."""
        bare = said["PFLNummer"].removeprefix(self.slnp.prefix)
        ref, lender = Ref(number=self.slnp.prefix + bare), said["SigelGB"]
        where = f"Signatur: {said['Signatur']}" if said["Signatur"] else None
        if self.slnp.change_means_shipped:
            return Shipped(ref=ref, supplier=lender or None, note=where)
        told = "\n".join(filter(None, (f"SigelGB: {lender}" if lender else "", where)))
        return Message(ref=ref, note=told or "SLNPPFLDatenAenderung")

    @slow_work.outside_writes
    def encode(self, apdus: Sequence[Apdu], wire_: Wire, renderer: Renderer) -> Encoded:  # noqa: ARG002
        """Encode the first APDU; each other goes in a message of its own."""
        if not apdus:
            return Encoded(None)
        others = tuple(Held(index, "", "one message a letter") for index in range(1, len(apdus)))
        apdu, settings_ = apdus[0], wire_.partner.slnp.info
        if self.unsaid(apdu, wire_.dialect, wire_.partner):
            return Encoded(None, others, unsaid=(0,))
        event = info.event_of(apdu)
        if not event:
            return Encoded(None, (Held(0, "", sentence("slnp-no-message"), value=True), *others))
        content = info.command(apdu, wire_, settings_)
        subject = f"{settings_.command} {settings_.words.get(event, event)}"
        return Encoded(Body(subject, (Part(wire.MEDIA_TYPE, content),)), others)

    def manner(
        self,
        apdu_type: ApduType,
        role: Role,
        dialect: str,  # noqa: ARG002  # there is one
        partner: Partner | None = None,  # noqa: ARG002  # its own switches are laid over this by flow
    ) -> Manner:
        return settings.manner(apdu_type, role)

    def lacks_word(self, apdu: Apdu, dialect: str = "") -> bool:  # noqa: ARG002
        """Return whether it is an answer that a ZFL has no word for, other than that we supply."""
        return not info.event_of(apdu) and not _is_courtesy(apdu)

    def unsaid(self, apdu: Apdu, dialect: str, partner: Partner | None) -> bool:  # noqa: ARG002
        """Return whether nothing is sent: that we supply is known, and without a field map nothing can be."""
        told = partner is not None and partner.slnp.info.is_on
        return _is_courtesy(apdu) or (bool(info.event_of(apdu)) and not told)

    def by_hand(self, apdu: Apdu, partner: Partner | None) -> SentencePart:
        """Return what staff book in the ZFL's page while the message has no field map."""
        event = info.event_of(apdu)
        if not event or partner is None or partner.slnp.info.is_on:
            return ""
        role = Role.REQUESTER if event == "RETURNED" else Role.RESPONDER
        bestell_id, pfl_number = info.numbers(apdu, role)
        word = partner.slnp.info.words.get(event, event)
        return sentence("slnp-by-hand", word=word, order=bestell_id or "?", number=pfl_number or "?")


@dataclass(frozen=True)
class RepeatSafeSlnp(SlnpCodec):
    """The same for a ZFL that takes a message twice without harm."""

    repeat_safe = True


def _is_courtesy(apdu: Apdu) -> bool:
    return isinstance(apdu, IllAnswer) and apdu.results is Results.WILL_SUPPLY
