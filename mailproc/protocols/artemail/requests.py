"""Turn an order into an APDU, and an APDU into the order that would be written for it.

``project`` is the second followed by the first: what of an APDU the wire can carry, as a reader gets it.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailproc.config import PartnerArtemail
from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Apdu, Cancel, IllRequest, Renew, StatusQuery
from mailproc.ill.terms import ApduType, Ref, Service
from mailproc.protocols.artemail import address, citation, remarks
from mailproc.protocols.artemail.layout import COLUMNS, would_split
from mailproc.protocols.artemail.read.orders import Order
from mailproc.protocols.artemail.tables.keywords import COPYRT, RZ, Keywords
from mailproc.protocols.artemail.write.transliterate import to_ascii

TEST = "TEST"
"""The keyword in our requests for a test order, whatever the partner's own word is."""

WORDS = ("cancel", "renew", "chase", "reapply", "test")
"""Names under which a partner's keywords are configured (``keywords``).

Only the keyword for cancel is public; "reapply" marks a repeated order, "test" one that must not be filled.
"""

ACTIONS: dict[str, type[Cancel] | type[Renew] | type[StatusQuery]] = {
    "cancel": Cancel,
    "renew": Renew,
    "chase": StatusQuery,
}
"""What a keyword can ask about an existing order."""


def action_word(apdu_type: ApduType, settings: PartnerArtemail) -> str:
    """Return the partner's keyword for the action; '' if none is configured."""
    name = next((name for name, cls in ACTIONS.items() if cls.type is apdu_type), "")
    return settings.keywords.get(name, "").upper()


def request_number(apdu: Apdu, prefix: str) -> str:
    """Return the number on the wire, in capitals: as given, else prefix, request and attempt."""
    if apdu.ref and apdu.ref.number:
        return apdu.ref.number.upper()
    if apdu.transaction is None:
        return ""
    parts = (apdu.transaction.tgq, apdu.transaction.tq)
    return (prefix + "-".join(part for part in parts if part)).upper()


@dataclass(frozen=True)
class Orders:
    """How one partner's orders are read and written. ``file`` holds what the file says about all of them."""

    words: Keywords
    settings: PartnerArtemail
    file: Ref = field(default_factory=Ref)

    def apdu(self, order: Order) -> IllRequest | Cancel | Renew | StatusQuery:
        """Return the APDU of an order. Raise RemoteFault if it asks for nothing."""
        ref = Ref(self.file.customer_code, order.number, file_ref=self.file.file_ref)
        if action := self._action(order.keywords):
            return action(ref=ref, note=" ".join(" ".join(order.text).split()) or None)
        if not order.text:
            raise RemoteFault(f"order {order.number} has no bibliographic lines", order.line)
        services = self.words.services(order.keywords)
        return IllRequest(
            ref=ref,
            services=services,
            item=citation.read(order.text, services[0]),
            delivery=address.read(order.address),
            keywords=order.keywords,
            note=remarks.split([" ".join(line.split()) for line in order.text])[2] or None,
        )

    def order(self, apdu: Apdu) -> Order:
        """Return the order that is written for ``apdu``; the guard may still refuse to send it."""
        number = request_number(apdu, self.settings.prefix)
        if not isinstance(apdu, IllRequest):
            word = action_word(apdu.type, self.settings)
            note = text_lines([apdu.note or ""], self.settings)
            return Order(0, number, (word,) if word else (), note, ())
        keywords = self.keywords(apdu)
        service = self.words.services(keywords)[0]
        lines = text_lines(citation.write(apdu.item, service), self.settings)
        lines += remarks.write(apdu, self.settings.max_lines - len(lines))
        electronic = self.words.is_electronic(keywords)
        to = address.write(apdu.delivery, electronic=electronic)
        plain = [to_ascii(line).text for line in to]
        where = plain if electronic else [line for line in text_lines(plain, _postal(self.settings)) if line]
        return Order(0, number, keywords, lines, tuple(where))

    def keywords(self, apdu: IllRequest) -> tuple[str, ...]:
        """Return the request's own keywords; if it names no service or delivery, the configured ones.

        A partner's standing instructions are on every order, and so is the copyright mark with COPYRT if it
        wants that. A repeated order needs the keyword for it: without it, it would be a new order.
        """
        own = [self._own(word) for given in apdu.keywords for word in to_ascii(given).text.split()]
        own += self.settings.instructions.split()
        if apdu.original_sent_at is not None:
            own += self.word("reapply").split()
        if self.settings.rz_with_copyrt and COPYRT in (word.upper() for word in own):
            own.append(RZ)
        kinds = {known.kind for word in own if (known := self.words.find_current(word))}
        if "service" not in kinds:
            own += self.settings.service.split()
        if "delivery" not in kinds:
            own += self._delivery(apdu).split()
        return self.words.sorted(own)

    def word(self, name: str) -> str:
        """Return the partner's keyword, '' if none is configured."""
        return self.settings.keywords.get(name, "").upper()

    def _own(self, word: str) -> str:
        return self.word("test") or word if word.upper() == TEST else word

    def _delivery(self, apdu: IllRequest) -> str:
        wanted = self.settings.delivery
        if self.wanted_service(apdu) is Service.LOAN:
            return wanted.loan
        electronic = apdu.delivery is not None and apdu.delivery.electronic is not None
        return wanted.electronic if electronic else wanted.postal

    def wanted_service(self, apdu: IllRequest) -> Service:
        """Return the first service of the request that ARTEmail has."""
        known = (each for each in apdu.services if each in (Service.LOAN, Service.COPY))
        return next(known, self.words.default_service)

    def _action(self, keywords: tuple[str, ...]) -> type[Cancel] | type[Renew] | type[StatusQuery] | None:
        words = {
            word.upper(): name for name, word in self.settings.keywords.items() if word and name in ACTIONS
        }
        name = next((words[keyword] for keyword in keywords if keyword in words), "")
        return ACTIONS.get(name or self.words.action(keywords))


def _postal(settings: PartnerArtemail) -> PartnerArtemail:
    """Return settings that cut a postal address and never wrap it: it has six lines."""
    return settings.model_copy(update={"overflow": "truncate", "max_lines": 99})


def text_lines(elements: Iterable[str], settings: PartnerArtemail) -> tuple[str, ...]:
    """Return one line for each element (several with overflow "wrap"); at most ``max_lines`` in all.

    The lines may stand in an order: ASCII, 40 columns, and none could split the file.
    """
    made = (line for element in elements for line in _element(element, settings))
    return tuple(line for line in made if line)[: settings.max_lines]


def _element(element: str, settings: PartnerArtemail) -> list[str]:
    text = to_ascii(element).text
    if settings.overflow == "truncate":
        return [_cut(_guarded(text, settings.guard_word))]
    room = COLUMNS - len(settings.guard_word) - 1
    wrapped = textwrap.wrap(text, width=COLUMNS, break_on_hyphens=False)
    if any(would_split(line) for line in wrapped):
        wrapped = textwrap.wrap(text, width=room, break_on_hyphens=False)
    return [_guarded(line, settings.guard_word) for line in wrapped]


def _guarded(line: str, word: str) -> str:
    return f"{word} {line}" if would_split(line) else line


def _cut(line: str) -> str:
    return line[:COLUMNS].rstrip()
