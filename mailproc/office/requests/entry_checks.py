"""Check a request while it is entered, before anybody is asked: what is refused, and what is warned of.

docs/requests.md shows the same table; a test compares. What a partner's letter orders is not checked here:
whoever ordered it waits for an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import accounts
from mailproc.ill import apdu_json, copyright_rules, item_identity
from mailproc.ill.apdu import Delivery, Item, Money
from mailproc.ill.copyright_rules import Declaration
from mailproc.ill.holding import LookUp
from mailproc.ill.item_identity import ItemKey
from mailproc.ill.terms import Role, State, TransactionId
from mailproc.office.patrons.live_standing import NOT_ASKED, LiveStanding
from mailproc.office.queries.entry_details import ASKED_RECENTLY
from mailproc.office.requests import own_copies, reader_rules
from mailproc.sentence import Sentence, sentence
from mailproc.store import requests, same_item, submissions, transactions
from mailproc.store.rows import StoredRequest

LENT_TO_US = tuple(
    state.name
    for state in (
        State.SHIPPED, State.RECEIVED, State.RENEW_PENDING, State.NOT_RECEIVED_OVERDUE, State.RENEW_OVERDUE,
        State.OVERDUE, State.RECALL,
    )
)  # fmt: skip
"""States of a loan that is on its way to us, or here."""


class Weight(StrEnum):
    """What a finding does. ``ANYWAY``: it is refused unless staff say ``--anyway``; ``ASKED``: only where a
    person places a request at the desk, who may look again, and no program waits."""

    REFUSED = "refused"
    ANYWAY = "refused without --anyway"
    ASKED = "warned; of ours at the desk, placed only if staff say so once more"
    HELD = "placed, but its order is held"
    WARNED = "warned"


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """A request to be entered. ``partners``: whom we ask, or, as RESPONDER, who asks us.

    ``category``: of the reader, where the request names it; ``live``: what the library system says of the
    reader now. ``named``: the key of a partner's order, and ``their_number`` as it is written; none if it has
    no number. ``looked``: what catalogues say of the item.
    """

    role: Role
    service: str
    item: Item
    partners: Sequence[Partner]
    patron_id: str = ""
    category: str = ""
    delivery: Delivery | None = None
    need_before: date | None = None
    expiry: date | None = None
    max_cost: Money | None = None
    copyright_compliance: str | None = None
    declaration: Declaration | None = None
    named: TransactionId | None = None
    their_number: str = ""
    live: LiveStanding = NOT_ASKED
    looked: Sequence[LookUp] = ()

    @property
    def key(self) -> ItemKey:
        return item_identity.key(apdu_json.value_to_json(self.item))


Finder = Callable[[NewEntry, Connection, Context], Sentence | None]


def refuse_unreviewed(connection: Connection, request: StoredRequest) -> None:
    """Raise LocalFault if the request was submitted, and staff have not accepted it."""
    submission = submissions.load(connection, request.id)
    if submission is not None and submission.state != submissions.ACCEPTED:
        number = request.number
        raise LocalFault(sentence("waits-for-review", number=number), (f"mailproc review {number}",))


def wrong_numbers(item: Mapping[str, Any]) -> tuple[Sentence, ...]:
    """Return word of the ISBN and ISSN of ``item`` (JSON) that are none."""
    return tuple(filter(None, (_wrong_isbn(item.get("isbn")), _wrong_issn(item.get("issn")))))


def _wrong_isbn(said: str | None) -> Sentence | None:
    return sentence("isbn-wrong", given=said[:40]) if said and not item_identity.isbn_of(said) else None


def _wrong_issn(said: str | None) -> Sentence | None:
    return sentence("issn-wrong", given=said[:40]) if said and not item_identity.issn_of(said) else None


def _copy(entry: NewEntry, _connection: Connection, _context: Context) -> Sentence | None:
    item = entry.item
    cited = item.article_title or item.article_author or item.pagination or item.lines
    return sentence("copy-of-what") if entry.service == "COPY" and not cited else None


def _delivery(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    """With an account of ours a library has our address; any other needs one, or that of [library.postal]."""
    known = entry.delivery or entry.role is Role.RESPONDER or context.our_postal is not None
    unknown = [] if known else [one.symbol for one in entry.partners if not accounts.ours(one)]
    return sentence("delivery-missing", partners=", ".join(unknown)) if unknown else None


def _to_borrower(entry: NewEntry, _connection: Connection, _context: Context) -> Sentence | None:
    known = entry.delivery or entry.role is not Role.RESPONDER
    unknown = [] if known else [one.symbol for one in entry.partners if not one.letter.postal]
    return sentence("borrowers-address-missing", partners=", ".join(unknown)) if unknown else None


def _cost(entry: NewEntry, _connection: Connection, _context: Context) -> Sentence | None:
    cost = entry.max_cost
    return sentence("cost-without-currency", amount=str(cost.amount)) if cost and not cost.currency else None


def _days(entry: NewEntry) -> list[tuple[str, date]]:
    days = {"need_before": entry.need_before, "expiry": entry.expiry}
    return [(name, day) for name, day in days.items() if day is not None]


def _passed(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    if entry.role is Role.RESPONDER:
        return None
    today = context.today()
    for name, day in _days(entry):
        if day < today:
            return sentence("day-passed", name=name, day=str(day), today=str(today))
    return None


def _theirs_passed(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    if entry.role is Role.REQUESTER:
        return None
    for name, day in _days(entry):
        if day < context.today():
            return sentence("their-day-passed", name=name, day=day)
    return None


def _same_reader(entry: NewEntry, connection: Connection, _context: Context) -> Sentence | None:
    if entry.role is Role.RESPONDER or not entry.patron_id:
        return None
    known = same_item.of_reader(connection, entry.key, entry.patron_id)
    if not known or _is_another_article(entry, connection, known):
        return None
    return sentence("same-reader", patron=entry.patron_id, number=known)


def _same_page(entry: NewEntry, connection: Connection, _context: Context) -> Sentence | None:
    if entry.role is Role.RESPONDER or not entry.patron_id:
        return None
    known = same_item.of_reader(connection, entry.key, entry.patron_id)
    if not known or not _is_another_article(entry, connection, known):
        return None
    return sentence("same-page", patron=entry.patron_id, number=known)


def _is_another_article(entry: NewEntry, connection: Connection, number: str) -> bool:
    """Return whether the request ``number`` names another article, which may begin on the same page."""
    known = requests.by_number(connection, number)
    wanted = apdu_json.value_to_json(entry.item)
    return known is not None and item_identity.is_another_article(wanted, known.item)


def _same_words(entry: NewEntry, connection: Connection, _context: Context) -> Sentence | None:
    if entry.role is Role.RESPONDER or not entry.patron_id:
        return None
    words = item_identity.words(apdu_json.value_to_json(entry.item))
    known = same_item.by_words(connection, entry.key, words, entry.patron_id)
    return sentence("same-words", patron=entry.patron_id, number=known) if known else None


def _lent_to_us(entry: NewEntry, connection: Connection, _context: Context) -> Sentence | None:
    if entry.role is Role.RESPONDER or entry.service != "LOAN":
        return None
    known = same_item.lent_to_us(connection, entry.key, LENT_TO_US)
    return sentence("lent-to-us", number=known) if known else None


def _same_item(entry: NewEntry, connection: Connection, _context: Context) -> Sentence | None:
    """Two readers may want one item: one loan may do, or each needs its own."""
    if entry.role is Role.RESPONDER or not entry.patron_id:
        return None
    known = same_item.of_others(connection, entry.key, entry.patron_id)
    if not known or _is_another_article(entry, connection, known):
        return None
    if entry.service == "LOAN" and known == same_item.lent_to_us(connection, entry.key, LENT_TO_US):
        return None  # that is said already
    return sentence("same-item", number=known)


def _same_borrower(entry: NewEntry, connection: Connection, context: Context) -> Sentence | None:
    if entry.role is Role.REQUESTER:
        return None
    partner = entry.partners[0].symbol
    known = same_item.of_borrower(connection, entry.key, partner, context.clock() - ASKED_RECENTLY)
    if not known or _is_another_article(entry, connection, known):
        return None
    return sentence("same-borrower", partner=partner, number=known)


def _their_number(entry: NewEntry, connection: Connection, _context: Context) -> Sentence | None:
    if entry.named is None:
        return None
    partner = entry.partners[0].symbol
    known = transactions.by_key(connection, Role.RESPONDER, partner, entry.named)
    if known is None:
        return None
    number = requests.number_of(connection, known.request_id)
    return sentence("their-number-known", partner=partner, theirs=entry.their_number, number=number)


def _declaration(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    more = {"declaration": entry.declaration}
    lacks = copyright_rules.lacks_declaration(context.config.policy.copyright, entry.service, more)
    return sentence("no-declaration") if lacks and entry.role is Role.REQUESTER else None


def _word(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    law, word = context.config.policy.copyright, entry.copyright_compliance
    lacks = copyright_rules.lacks_word(law, entry.service, word)
    return sentence("copyright-word-missing") if lacks and entry.role is Role.REQUESTER else None


def _copies(entry: NewEntry, connection: Connection, context: Context) -> Sentence | None:
    law, word = context.config.policy.copyright, entry.copyright_compliance
    if entry.role is Role.RESPONDER or not copyright_rules.counts_for(law, entry.service, word):
        return None
    year = context.today().year
    words = item_identity.words(apdu_json.value_to_json(entry.item))
    earlier = same_item.copies_of_title(connection, entry.key.title, words, *context.year(year))
    return sentence("copies-of-title", count=earlier + 1, year=str(year)) if earlier else None


def _reader(entry: NewEntry) -> str:
    return entry.patron_id if entry.role is Role.REQUESTER else ""


def _forgotten(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    return sentence("reader-forgotten") if _reader(entry) and _reader(entry) in context.forgotten else None


def _barred(entry: NewEntry, connection: Connection, context: Context) -> Sentence | None:
    if not (patron_id := _reader(entry)) or context.config.patrons.blocked == "warn":
        return None
    return reader_rules.barred(connection, patron_id, context, entry.live.standing)


def _barred_warned(entry: NewEntry, connection: Connection, context: Context) -> Sentence | None:
    if not (patron_id := _reader(entry)) or context.config.patrons.blocked != "warn":
        return None
    found = reader_rules.barred(connection, patron_id, context, entry.live.standing)
    return sentence("reader-barred-warned", **found.values) if found else None


def _unknown(entry: NewEntry, connection: Connection, _context: Context) -> Sentence | None:
    if not (patron_id := _reader(entry)):
        return None
    return reader_rules.unknown(connection, patron_id, entry.live.standing)


def _not_looked_up(entry: NewEntry, _connection: Connection, _context: Context) -> Sentence | None:
    return entry.live.warning


def _many_open(entry: NewEntry, connection: Connection, context: Context) -> Sentence | None:
    if not (patron_id := _reader(entry)):
        return None
    return reader_rules.many_open(connection, patron_id, entry.category, context)


def _many_new(entry: NewEntry, connection: Connection, context: Context) -> Sentence | None:
    if not (patron_id := _reader(entry)):
        return None
    return reader_rules.many_new(connection, patron_id, entry.category, context)


def _service(entry: NewEntry, connection: Connection, context: Context) -> Sentence | None:
    if not (patron_id := _reader(entry)):
        return None
    return reader_rules.refused_service(connection, patron_id, entry.category, entry.service, context)


def _held(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    return own_copies.held(entry.looked, context)


def _perhaps_held(entry: NewEntry, _connection: Connection, context: Context) -> Sentence | None:
    return own_copies.perhaps_held(entry.looked, context)


def _unasked(entry: NewEntry, _connection: Connection, _context: Context) -> Sentence | None:
    return own_copies.unasked(entry.looked)


@dataclass(frozen=True)
class EntryCheck:
    weight: Weight
    find: Finder


CHECKS: Mapping[str, EntryCheck] = {
    "day-passed": EntryCheck(Weight.REFUSED, _passed),
    "copyright-word-missing": EntryCheck(Weight.REFUSED, _word),
    "reader-forgotten": EntryCheck(Weight.REFUSED, _forgotten),
    "their-number-known": EntryCheck(Weight.ANYWAY, _their_number),
    "same-reader": EntryCheck(Weight.ANYWAY, _same_reader),
    "lent-to-us": EntryCheck(Weight.ANYWAY, _lent_to_us),
    "same-borrower": EntryCheck(Weight.ANYWAY, _same_borrower),
    "reader-barred": EntryCheck(Weight.ANYWAY, _barred),
    "reader-open": EntryCheck(Weight.ANYWAY, _many_open),
    "reader-new": EntryCheck(Weight.ANYWAY, _many_new),
    "reader-service": EntryCheck(Weight.ANYWAY, _service),
    "own-copy": EntryCheck(Weight.ANYWAY, _held),
    "no-declaration": EntryCheck(Weight.HELD, _declaration),
    "reader-barred-warned": EntryCheck(Weight.WARNED, _barred_warned),
    "reader-unknown": EntryCheck(Weight.ASKED, _unknown),
    "reader-not-looked-up": EntryCheck(Weight.WARNED, _not_looked_up),
    "own-copy-warned": EntryCheck(Weight.WARNED, _perhaps_held),
    "own-copy-unknown": EntryCheck(Weight.WARNED, _unasked),
    "same-page": EntryCheck(Weight.WARNED, _same_page),
    "same-words": EntryCheck(Weight.WARNED, _same_words),
    "same-item": EntryCheck(Weight.WARNED, _same_item),
    "copies-of-title": EntryCheck(Weight.WARNED, _copies),
    "isbn-wrong": EntryCheck(Weight.ASKED, lambda entry, *_: _wrong_isbn(entry.item.isbn)),
    "issn-wrong": EntryCheck(Weight.WARNED, lambda entry, *_: _wrong_issn(entry.item.issn)),
    "copy-of-what": EntryCheck(Weight.WARNED, _copy),
    "delivery-missing": EntryCheck(Weight.WARNED, _delivery),
    "borrowers-address-missing": EntryCheck(Weight.WARNED, _to_borrower),
    "cost-without-currency": EntryCheck(Weight.WARNED, _cost),
    "their-day-passed": EntryCheck(Weight.WARNED, _theirs_passed),
}
"""By the code of the sentence that is said."""
