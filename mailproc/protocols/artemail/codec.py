"""The ARTEmail codec: order files and the replies to them, as borrower and as lender."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal, Self, cast

from mailproc import slow_work
from mailproc.config import Config, Partner, PartnerArtemail
from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Apdu, Cancel, IllAnswer, IllRequest, Renew, StatusQuery
from mailproc.ill.terms import ApduType, Ref, Role
from mailproc.mail import bounce
from mailproc.mail.automatic import is_automatic
from mailproc.mail.last_letter import LastLetter
from mailproc.mail.letter import Body, Letter
from mailproc.mail.parse import parse
from mailproc.protocols.artemail import account_rules, delivery_modes, mask, plain, settings
from mailproc.protocols.artemail.mask import Masker
from mailproc.protocols.artemail.read import document_links, orders
from mailproc.protocols.artemail.read.body_lines import lines_of, texts, written
from mailproc.protocols.artemail.read.line_reading import LineReading
from mailproc.protocols.artemail.read.replies import Replies
from mailproc.protocols.artemail.requests import TEST, Orders, action_word
from mailproc.protocols.artemail.tables import word_tables
from mailproc.protocols.artemail.tables.keywords import Keywords
from mailproc.protocols.artemail.tables.pattern_budget import one_letter
from mailproc.protocols.artemail.write import file_receipt, losses, order_file, status_report
from mailproc.protocols.artemail.write.guard import FieldLost
from mailproc.protocols.codec import (
    Codec,
    Credentials,
    Decoded,
    Encoded,
    Explained,
    Fault,
    Follows,
    Held,
    Manner,
    NotTold,
    Renderer,
    Wire,
)
from mailproc.sentence import Part

Kind = Literal["receipt", "orders", "report", "delivery", "twin", "plain", "perhaps"]
MOST_PASSWORDS = 10
"""Passwords looked for in the whole letter; each costs a pass over it."""
Sorted = tuple[Kind | None, list[str], LineReading | None]
AUTOMATIC = "an automatic reply: it says nothing about an order"

_ORDERS = (IllRequest, Cancel, Renew, StatusQuery)


_LINK = Fault(None, document_links.FAULT, link=True)


@dataclass(frozen=True)
class ArtemailCodec(Codec):
    """The codec, made by ``of``; a value without state.

    ``partners`` are settings by customer code. ``plain_customers`` are the codes of customers who order in
    the plain dialect, without a password.
    """

    words: Keywords
    replies: Replies
    masker: Masker
    partners: Mapping[str, PartnerArtemail]
    plain_customers: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    by_code: Mapping[str, Follows] = field(default_factory=dict)
    by_reason: Mapping[str, Follows] = field(default_factory=dict)
    overlay: str = ""

    name = account_rules.NAME
    repeat_safe = False  # a repeated order may be charged twice: staff decide

    @classmethod
    def of(cls, config: Config) -> Self:
        """Make the codec. Raise Misconfigured that names the key, or the overlay's file and row."""
        settings.check(config)
        overlay = config.file.parent / config.artemail.replies if config.artemail.replies else None
        words, codes, phrases = word_tables.load(overlay, config.policy.overdue_levels)
        accounts = [(each.artemail, account) for each in config.partner for account in each.artemail.account]
        accounts.sort(key=lambda one: one[0].enabled)  # if two partners have a code, the enabled one counts
        masker = Masker([account.password.get_secret_value() for _, account in accounts], words.find)
        return cls(
            words,
            Replies(codes, words, phrases, masker.text),
            masker,
            {account.customer_code: partner for partner, account in accounts},
            frozenset(settings.plain_customers(config)),
            tuple(account_rules.warnings(config)),
            *settings.follows(config, codes),
            config.artemail.replies,
        )

    def batched(self, dialect: str) -> bool:
        return dialect != plain.NAME

    @slow_work.outside_writes
    @one_letter()
    def recognise(self, letter: Letter) -> bool:
        """Return whether these are orders, a report, a receipt or a delivery, not a person's letter."""
        return self.kind(letter) is not None

    def kind(self, letter: Letter) -> Kind | None:
        """Return what the letter is; None for letters of people, automatic replies, and bounces."""
        kind = None if self.automatic(letter) else self.sort(letter)[0]
        return None if kind == "perhaps" else kind

    @slow_work.outside_writes
    @one_letter()
    def perhaps(self, letter: Letter) -> bool:
        """Return whether it has a labelled status with a text that is in no table."""
        return not self.automatic(letter) and self.sort(letter)[0] == "perhaps"

    def automatic(self, letter: Letter) -> bool:
        """Return whether a mail system or an autoresponder wrote it, which may quote a report or our file."""
        return self._automatic(letter)

    @cached_property
    def _automatic(self) -> LastLetter[bool]:
        return LastLetter(self._is_automatic)

    def _is_automatic(self, letter: Letter) -> bool:
        said = " ".join(letter.subject.split())[:300]
        marked = is_automatic(letter) or self.replies.codes.layout.auto_reply.fullmatch(said)
        return bool(marked) or bounce.read(letter) is not None

    @slow_work.outside_writes
    @one_letter()
    def decode(self, letter: Letter) -> Decoded:
        """Decode the letter into APDUs and faults. Raise RemoteFault if it has no text, or too much of it.

        Raise Misconfigured if a pattern of the tables takes too long on it.
        """
        if not any(any(lines) for lines in texts(letter)) and not letter.subject:
            raise RemoteFault("the letter has no text")
        if self.automatic(letter):
            return _fault_only(AUTOMATIC)
        kind, lines, report = self.sort(letter)
        if kind == "orders":
            return self._decoded_orders(lines, letter.subject)
        if kind == "plain":
            return self._decoded_plain(letter)
        if kind == "delivery":
            return Decoded(faults=(_LINK,))
        if kind is None or report is None:
            return _fault_only("neither an order file nor a status report")
        if kind == "perhaps":
            said = tuple(each.apdu for each in report.taken if each.kind == "twin")
            return Decoded((), said, tuple(Fault(None, text) for text in report.faults))
        faults = (*(Fault(None, text) for text in report.faults), *([_LINK] if report.delivery else []))
        return Decoded(report.apdus, report.unsure, faults)

    @slow_work.outside_writes
    @one_letter()
    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded:
        """Encode orders as requester (in the dialect "plain" one letter each), a report as responder.

        Raise LocalFault if the partner has no customer code. A single APDU that cannot be written is
        ``held``.
        """
        if wire.role is Role.RESPONDER:
            return status_report.report(apdus, wire, renderer, self.replies)
        if wire.dialect == plain.NAME:
            scheme = Orders(self.words, wire.partner.artemail, Ref(wire.customer_code))
            return plain.letter(apdus, wire, renderer, scheme)
        return order_file.order_file(apdus, wire, renderer, self.words)

    @slow_work.outside_writes
    def project(self, apdu: Apdu) -> Apdu:
        """Return what a reader gets of ``apdu``, with a partner's settings at their defaults.

        Customer code and file reference are the letter's; "reapply in n weeks" counts from ``sent_at``. If
        the wire cannot express a message, only its reference is left.
        """
        given = apdu.ref or Ref()
        heading = Ref(given.customer_code, file_ref=given.file_ref)
        ours = self.partners.get(given.customer_code, PartnerArtemail())
        scheme = Orders(self.words, ours, heading)
        if isinstance(apdu, _ORDERS):
            order = scheme.order(apdu)
            try:
                return scheme.apdu(order)
            except RemoteFault:
                return replace(apdu, ref=replace(heading, number=order.number))
        on = apdu.sent_at.date() if apdu.sent_at else None
        try:
            return status_report.meaning(apdu, heading, on, self.replies.codes)
        except FieldLost:
            ref = replace(heading, number=status_report.answer_number(apdu))
            return replace(apdu, transaction=None, ref=ref)

    def manner(self, apdu_type: ApduType, role: Role, dialect: str, partner: Partner | None = None) -> Manner:
        """Return how a message goes; SEND for renewals and chasers if ``partner`` has a keyword for them."""
        in_words = dialect == plain.NAME
        if not in_words and role is Role.REQUESTER and partner and action_word(apdu_type, partner.artemail):
            return Manner.SEND
        return delivery_modes.manner(apdu_type, role, plain=in_words)

    def refuses(self, apdu: Apdu, dialect: str = "") -> Part:  # noqa: ARG002  # alike in both
        """Return why ART cannot express this message although the manner of its type allows it; else ''."""
        if isinstance(apdu, IllRequest):
            return order_file.refusal(apdu, Orders(self.words, PartnerArtemail()))
        return status_report.refusal(apdu)

    def not_told(self, apdu: Apdu, dialect: str, partner: Partner | None) -> tuple[NotTold, ...]:
        return losses.not_told(apdu, dialect, partner, self.words, self.replies.codes)

    def unsaid(self, apdu: Apdu, dialect: str, partner: Partner | None) -> bool:  # noqa: ARG002
        return partner is not None and status_report.is_unsaid(apdu, partner)

    def unknown_words(self, wanted: IllRequest) -> tuple[str, ...]:
        """Return the words of the order's TX line that are in no table and not agreed with this customer."""
        code = wanted.ref.customer_code if wanted.ref else ""
        agreed = self.partners.get(code, PartnerArtemail()).keywords.values()
        own = {word.upper() for said in agreed for word in said.split()} | {TEST}
        return tuple(word for word in wanted.keywords if word not in own and not self._is_of_order(word))

    def _is_of_order(self, word: str) -> bool:
        """Return whether it is a word of an order: RENEW or CHASE beside one is not understood."""
        known = self.words.find(word)
        return known is not None and not known.action

    def explain(self, letter: Letter) -> Explained:
        from mailproc.protocols.artemail.read import explain

        return replace(explain.explain(self, letter), overlay=self.overlay)

    def means(self, reply_code: str) -> str:
        return self.replies.codes.means(reply_code)

    def follows(self, answer: IllAnswer) -> Follows | None:
        """Return what an answer leads to; the site's table goes before the shipped one."""
        found = self.replies.codes.find(answer.reply_code or "")
        said = found and (self.by_code.get(found.code.word) or found.code.follows)
        return cast(Follows, said) if said else None

    def follows_by_reason(self) -> Mapping[str, Follows]:
        return self.by_reason

    def renews_itself(self, apdu: Apdu) -> bool | None:
        found = self.replies.codes.find(apdu.reply_code or "")
        return found.code.renews_itself if found else None

    def receipt(self, said: Credentials, decoded: Decoded) -> dict[str, Any] | None:
        made = file_receipt.receipt_of(said.customer_code, said.file_ref, len(decoded.apdus), decoded.faults)
        return asdict(made) if made else None

    def receipt_letter(
        self, receipt: Mapping[str, Any], refused: Sequence[Fault], renderer: Renderer
    ) -> Body:
        kept = file_receipt.Receipt(**{**receipt, "rejected": tuple(receipt["rejected"])})
        return file_receipt.letter(file_receipt.without(kept, refused), renderer, self.replies)

    def rehearse(self, renderer: Renderer) -> Mapping[str, Held]:
        from mailproc.protocols.artemail.write import sample_letters

        return sample_letters.faults(self, renderer)

    @slow_work.outside_writes
    def mask(self, raw: bytes) -> bytes:
        """Mask passwords, and what our reader takes for one in the first MOST_PASSWORDS order files."""
        found = dict.fromkeys(
            word for text in written(parse(raw)) if (word := orders.password(lines_of(text)))
        )
        return self.masker.letter(raw, *islice(found, MOST_PASSWORDS))

    @slow_work.outside_writes
    def unmask(self, raw: bytes, secret: str) -> bytes:
        return mask.unmask(raw, secret)

    def sort(self, letter: Letter) -> Sorted:
        """Return what the letter is, the lines that decide it, and how they read as a report.

        A receipt goes before the file that it quotes, codes before a link, a link before a labelled status,
        and these before a status that is in no table.
        """
        return self._sorted(letter)

    @cached_property
    def _sorted(self) -> LastLetter[Sorted]:
        return LastLetter(self._sort)

    def _sort(self, letter: Letter) -> Sorted:
        if plain.is_order(letter):
            return "plain", [], None
        found = texts(letter)
        quoting = any(self.replies.is_receipt(lines, letter.subject) for lines in found)
        if not quoting and (files := [lines for lines in found if orders.looks_like_orders(lines)]):
            return "orders", files[0], None
        on = letter.date.date() if letter.date else None
        readings = [self.replies.read(self._masked(lines), letter.subject, on) for lines in found]
        for kind, is_it in self._kinds:
            for lines, reading in zip(found, readings, strict=True):
                if is_it(reading):
                    return kind, lines, reading
        for lines, reading in zip(found, readings, strict=True):
            if self.replies.has_labelled_status(reading):
                return "perhaps", lines, reading
        return None, [], None

    @property
    def _kinds(self) -> tuple[tuple[Kind, Callable[[LineReading], bool]], ...]:
        return (
            ("receipt", lambda reading: reading.receipt),
            ("report", self.replies.is_coded),
            ("delivery", lambda reading: reading.delivery),
            ("twin", self.replies.has_known_status),
        )

    def _decoded_orders(self, lines: list[str], subject: str) -> Decoded:
        password = orders.password(lines)
        found = orders.read(self._masked(lines, password), self.words)
        code = found.credentials.customer_code
        file_ref = self.replies.codes.layout.file_ref.search(" ".join(subject.split()))
        ref = Ref(code, file_ref=file_ref["file_ref"] if file_ref else "")
        scheme = Orders(self.words, self.partners.get(code, PartnerArtemail()), ref)
        apdus, faults = list[Apdu](), list(found.faults)
        for order in found.orders:
            try:
                apdus.append(scheme.apdu(order))
            except RemoteFault as fault:
                faults.append(Fault(fault.position, str(fault), order.number))
        faults.sort(key=lambda fault: fault.position or 0)
        said = Credentials(code, password, ref.file_ref)
        return Decoded(tuple(apdus), (), tuple(faults), said)

    def _masked(self, lines: list[str], password: str = "") -> list[str]:
        """Return the lines as they may be kept: every password is masked, the letter's own included."""
        masker = self.masker.knowing(password) if password else self.masker
        return masker.lines(lines)

    def _decoded_plain(self, letter: Letter) -> Decoded:
        """Decode an order without a password; only customers with this dialect may omit it."""
        code = plain.customer_code(letter)
        missing = Credentials(code, None if code in self.plain_customers else "")
        try:
            return Decoded((plain.read(letter, self.masker.text),), credentials=missing)
        except RemoteFault as fault:
            return Decoded(faults=(Fault(fault.position, str(fault)),), credentials=missing)


def _fault_only(text: str) -> Decoded:
    return Decoded(faults=(Fault(None, text),))
