"""ARTEmail as a codec: order files and the replies to them, as borrower and as lender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from mailproc.config import Config, Partner, PartnerArtemail
from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Apdu, Cancel, IllRequest, Renew, StatusQuery
from mailproc.ill.terms import ApduType, Ref, Role
from mailproc.mail.letter import Letter
from mailproc.mail.parse import parse
from mailproc.protocols.artemail import answers, manners, mask, orders, tables, writing
from mailproc.protocols.artemail.bodytext import texts
from mailproc.protocols.artemail.guard import Lost
from mailproc.protocols.artemail.keywords import Keywords
from mailproc.protocols.artemail.mask import Masker
from mailproc.protocols.artemail.replies import Reading, Replies
from mailproc.protocols.artemail.requests import Orders, action_word
from mailproc.protocols.codec import Decoded, Encoded, Fault, Manner, Renderer, Wire

_ORDERS = (IllRequest, Cancel, Renew, StatusQuery)


@dataclass(frozen=True)
class ArtemailCodec:
    """Made by ``of``; a value without state. ``partners`` are settings by customer code."""

    words: Keywords
    replies: Replies
    masker: Masker
    partners: Mapping[str, PartnerArtemail]

    name = "artemail"
    batches = True
    repeat_safe = False  # a repeated order may cost money: staff decide

    @classmethod
    def of(cls, config: Config) -> Self:
        """Raises Misconfigured that names the file and row of a mistake in the overlay."""
        overlay = config.file.parent / config.artemail.replies if config.artemail.replies else None
        words, codes = tables.load(overlay)
        accounts = [(each.artemail, account) for each in config.partner for account in each.artemail.account]
        masker = Masker(account.password.get_secret_value() for _, account in accounts)
        return cls(
            words,
            Replies(codes, words, masker.text),
            masker,
            {account.customer_code: settings for settings, account in accounts},
        )

    def recognise(self, letter: Letter) -> bool:
        """Order files, status reports, receipts; not a person's letter that speaks of one."""
        return self._file(letter) is not None or self._report(letter) is not None

    def decode(self, letter: Letter) -> Decoded:
        """Raises RemoteFault only where the letter has no text at all."""
        if not any(any(lines) for lines in texts(letter)) and not letter.subject:
            raise RemoteFault("the letter has no text")
        report = self._report(letter)
        if report and report.receipt:
            return Decoded(report.apdus, report.unsure)
        lines = self._file(letter)
        if lines is not None:
            return self._decoded_orders(lines, letter.subject)
        if report:
            return Decoded(report.apdus, report.unsure)
        return Decoded(faults=(Fault(None, "neither an order file nor a status report"),))

    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded:
        """An order file as requester, a status report as responder.

        Raises LocalFault where the partner has no customer code; a single APDU that cannot be
        said is ``held``.
        """
        if wire.role is Role.REQUESTER:
            return writing.order_file(apdus, wire, renderer, self.words)
        return answers.report(apdus, wire, renderer, self.replies)

    def project(self, apdu: Apdu) -> Apdu:
        """What a reader has of ``apdu``, with a partner's settings at their defaults.

        Customer code and file reference are the letter's and come from the wire; "reapply in n
        weeks" counts from ``sent_at``. What has no word keeps its reference alone.
        """
        given = apdu.ref or Ref()
        heading = Ref(given.customer_code, file_ref=given.file_ref)
        settings = self.partners.get(given.customer_code, PartnerArtemail())
        scheme = Orders(self.words, settings, heading)
        if isinstance(apdu, _ORDERS):
            order = scheme.order(apdu)
            try:
                return scheme.apdu(order)
            except RemoteFault:
                return replace(apdu, ref=replace(heading, number=order.number))
        try:
            return answers.meaning(
                apdu, heading, apdu.sent_at.date() if apdu.sent_at else None, self.replies.codes
            )
        except Lost:
            return replace(apdu, transaction=None, ref=replace(heading, number=answers.answer_number(apdu)))

    def manner(
        self,
        apdu_type: ApduType,
        role: Role,
        dialect: str,  # noqa: ARG002  # ARTEmail has no dialects yet
        partner: Partner | None = None,
    ) -> Manner:
        """Renewals and chasers are SEND where ``partner`` has a keyword for them, else NOTICE."""
        if role is Role.REQUESTER and partner and action_word(apdu_type, partner.artemail):
            return Manner.SEND
        return manners.manner(apdu_type, role)

    def refuses(self, apdu: Apdu) -> str:
        """A sentence for what the manner of its type allows and ART has no word for; else ''."""
        return answers.refusal(apdu)

    def mask(self, raw: bytes) -> bytes:
        """Also what our reader takes for a password, however the letter hides it."""
        found = (orders.password(lines) for lines in texts(parse(raw)))
        return self.masker.letter(raw, *filter(None, found))

    def unmask(self, raw: bytes, secret: str) -> bytes:
        return mask.unmask(raw, secret)

    def _file(self, letter: Letter) -> list[str] | None:
        return next((lines for lines in texts(letter) if orders.looks_like_orders(lines)), None)

    def _report(self, letter: Letter) -> Reading | None:
        on = letter.date.date() if letter.date else None
        readings = (self.replies.read(lines, letter.subject, on) for lines in texts(letter))
        return next((reading for reading in readings if self.replies.is_report(reading)), None)

    def _decoded_orders(self, lines: list[str], subject: str) -> Decoded:
        found = orders.read(lines, self.words)
        code = found.credentials.customer_code
        file_ref = self.replies.codes.layout.file_ref.search(" ".join(subject.split()))
        ref = Ref(code, file_ref=file_ref["file_ref"] if file_ref else "")
        scheme = Orders(self.words, self.partners.get(code, PartnerArtemail()), ref)
        apdus, faults = list[Apdu](), list(found.faults)
        for order in found.orders:
            try:
                apdus.append(scheme.apdu(order))
            except RemoteFault as fault:
                faults.append(Fault(fault.position, str(fault)))
        faults.sort(key=lambda fault: fault.position or 0)
        return Decoded(tuple(apdus), (), tuple(faults), found.credentials)
