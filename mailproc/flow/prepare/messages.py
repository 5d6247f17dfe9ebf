"""Station ④: put the messages due for one partner into one letter, and fix its bytes.

Encoding and templates run outside the write; the commit checks that nothing was withdrawn meanwhile. An order
that does not pass its guard is held alone and tried again after a pause, because a template may have been
corrected.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from mailproc import log
from mailproc.config import Partner
from mailproc.errors import LocalFault, Misconfigured
from mailproc.flow.context import Context
from mailproc.flow.matching import accounts
from mailproc.flow.matching.unconfirmed import ANSWERS_FROM
from mailproc.flow.pausing import paused
from mailproc.flow.prepare import letter_events, notice_letter, outgoing_letter, site_texts
from mailproc.flow.prepare.partner_letter import PeopleWriter
from mailproc.ill import apdu_json, copyright_rules
from mailproc.ill.apdu import Apdu
from mailproc.ill.attention import ENDS_WITH_THE_WORDS
from mailproc.ill.terms import Role
from mailproc.mail.enclosures import Enclosure
from mailproc.mail.letter import BY_MAIL
from mailproc.notices.cover_text import beside
from mailproc.protocols.codec import Codec, Encoded, Held, Wire
from mailproc.sentence import Part, note, sentence, shortened, stored
from mailproc.store import (
    counters,
    outgoing,
    partner_turns,
    queue,
    requests,
    restore_hold,
    traces,
    transactions,
)
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.rows import Intent, Transaction
from mailproc.store.tables import IntentRow

_log = logging.getLogger(__name__)

BATCH = 500
"""Intents taken up in one round."""


Pair = tuple[Intent, Transaction]


@dataclass(frozen=True)
class Bundle:
    """The intents of one letter: same partner, role, codec, and address.

    ``enclosed``: files that come with it. ``in_words`` writes it, if it goes to people.
    """

    intents: tuple[Intent, ...]
    transactions: tuple[Transaction, ...]
    codec: Codec
    wire: Wire
    address: str
    enclosed: tuple[Enclosure, ...] = ()
    in_words: PeopleWriter | None = None


def run(store: Store, context: Context, limit: int = BATCH) -> int:
    """Put the waiting APDUs into letters; return how many intents were taken up."""

    def claim(connection: Connection) -> tuple[list[Bundle], int]:
        due, taken_up = _gather(connection, context, limit)
        store.underway.claimed(IntentRow, [one.id for bundle in due for one in bundle.intents])
        return due, taken_up

    bundles, taken_up = store.write(claim)
    for each in bundles:
        bundle = _in_words(each, store, context) if each.codec.for_people else each
        store.underway.at(*(intent.id for intent in bundle.intents))
        encoded, letter = _encode(bundle, context)
        store.underway.at()
        store.write(partial(_settle, bundle=bundle, encoded=encoded, letter=letter, context=context))
    return taken_up


def _gather(connection: Connection, context: Context, limit: int) -> tuple[list[Bundle], int]:
    """Return the letters to write, and how many intents were taken up; some of these are held at once."""
    waiting = paused(connection, context)
    due = partner_turns.claim_intents(connection, "apdu", waiting, context.clock(), limit)
    with_rows = [(intent, transactions.load(connection, intent.said_in)) for intent in due]
    if context.config.policy.copyright == "uk":
        with_rows = [pair for pair in with_rows if not _held_undeclared(connection, pair, context)]
    bundles = []
    for _, group in groupby(sorted(with_rows, key=_sort_key), key=_group_key):
        for part in _parts(list(group), context):
            bundle = _bundle(connection, part, context)
            if bundle is not None:
                bundles.append(bundle)
    return bundles, len(due)


def _held_undeclared(connection: Connection, pair: Pair, context: Context) -> bool:
    """Hold an order for a copy that lacks the reader's declaration, which must be there before it leaves."""
    intent, row = pair
    if row.role is not Role.REQUESTER or intent.message["type"] != "ILL_REQUEST":
        return False
    request, law = requests.load(connection, row.request_id), context.config.policy.copyright
    if not copyright_rules.lacks_declaration(law, request.service, request.more):
        return False
    why = sentence("no-declaration-held", number=request.number)
    _hold_all(connection, [intent], why, context, "DECLARATION_MISSING")
    return True


def _in_words(bundle: Bundle, store: Store, context: Context) -> Bundle:
    """Return the bundle of a codec for people, whose letters the texts for people write."""
    writer = PeopleWriter(store, context, bundle.intents[0])
    return replace(bundle, wire=replace(bundle.wire, in_words=writer), in_words=writer)


def _group_key(pair: Pair) -> tuple[str, ...]:
    row = pair[1]
    return (row.partner, row.role, row.codec, row.dialect, row.address, customer_code(row))


def customer_code(row: Transaction) -> str:
    """Return the customer code that the letter goes under: ours with them, or theirs with us ('' in ISO)."""
    return str((row.options or {}).get("account", "")) if row.role == Role.REQUESTER else row.tq


def _sort_key(pair: Pair) -> tuple[Any, ...]:
    return (*_group_key(pair), pair[0].id)


def _parts(pairs: list[Pair], context: Context) -> list[list[Pair]]:
    codec = context.registry.by_name(pairs[0][1].codec)
    return [pairs] if codec.batched(pairs[0][1].dialect) else [[pair] for pair in pairs]


def _bundle(connection: Connection, pairs: list[Pair], context: Context) -> Bundle | None:
    first = pairs[0][1]
    partner = context.partners.get(first.partner)
    role, code = first.role, customer_code(first)
    gone = _gone(partner, role, code)
    if partner is None or gone:
        _hold_all(connection, [pair[0] for pair in pairs], gone, context, "PARTNER_GONE")
        return None
    wire = Wire(
        library=context.config.library,
        partner=partner,
        role=role,
        dialect=first.dialect,
        address=first.address,
        customer_code=code,
        file_ref=str(counters.take(connection, "FILE")) if role is Role.REQUESTER else "",
        today=context.today(),
        readable=_readable(connection, first, partner, context),
    )
    codec = context.registry.by_name(first.codec)
    intents, rows = zip(*pairs, strict=True)
    enclosed = tuple(one for intent in intents for one in notice_letter.enclosed_in(connection, intent))
    return Bundle(intents, rows, codec, wire, first.address, enclosed)


def _readable(
    connection: Connection, transaction: Transaction, partner: Partner, context: Context
) -> Callable[[Apdu], Sequence[str]]:
    """Return a function that puts a message in words, for codecs that also write to people."""
    item = requests.load(connection, transaction.request_id).item or {}
    language = context.languages.of(partner.language)
    return lambda apdu: beside(apdu, item, context.today(), language)


def _gone(partner: Partner | None, role: Role, code: str) -> Part:
    """Return a sentence if the partner or our account is no longer configured; '' if both are."""
    if partner is None:
        return sentence("partner-not-configured")
    if role is Role.REQUESTER and code and not accounts.is_known(partner, code):
        return sentence("our-account-gone", account=code, partner=partner.symbol)
    return ""


def _encode(bundle: Bundle, context: Context) -> tuple[Encoded, NewLetterOut | None]:
    """Encode the letter; what cannot be written, or not to this address, is held with the reason."""
    apdus = [apdu_json.from_json(intent.message) for intent in bundle.intents]
    try:
        encoded = bundle.codec.encode(apdus, bundle.wire, context.templates)
    except (LocalFault, Misconfigured) as fault:
        return _all_held(bundle, fault.said), None
    except Exception as error:  # a bug in an encoder holds its letter, not the station
        _log.exception("a letter to %s could not be composed", bundle.wire.partner.symbol)
        return _all_held(bundle, sentence("program-fault", error=type(error).__name__)), None
    try:
        return encoded, _letter(bundle, encoded, context)
    except LocalFault as fault:  # no letter can go to this address
        return _all_held(bundle, fault.said, value=True), None


def _all_held(bundle: Bundle, why: Part, *, value: bool = False) -> Encoded:
    return Encoded(None, tuple(Held(index, "", why, value) for index in range(len(bundle.intents))))


def _letter(bundle: Bundle, encoded: Encoded, context: Context) -> NewLetterOut | None:
    if encoded.body is None:
        return None
    partner, token = bundle.wire.partner, f"o{bundle.intents[0].id}"
    secret = f"{partner.symbol}/{encoded.secret_customer_code}"
    confirmed = (bundle.transactions[0].options or {}).get(
        ANSWERS_FROM
    )  # a library known by its address only
    by = BY_MAIL if confirmed else partner.transport
    return replace(
        outgoing_letter.letter(
            encoded.body, bundle.address, token, context, partner.symbol, by, bundle.enclosed
        ),
        file_ref=bundle.wire.file_ref,
        secret_ref=secret if encoded.secret_customer_code else "",
        trace=traces.joined(intent.trace for intent in bundle.intents),
    )


def _settle(
    connection: Connection,
    bundle: Bundle,
    encoded: Encoded,
    letter: NewLetterOut | None,
    context: Context,
) -> None:
    """Store the letter in one commit. If something was withdrawn meanwhile, the rest is bundled again."""
    if not outgoing.still_wanted(connection, [intent.id for intent in bundle.intents]):
        for intent in bundle.intents:
            if outgoing.still_wanted(connection, [intent.id]):
                outgoing.place(connection, intent.id, "todo", None)
        return
    held = {one.index: one for one in encoded.held}
    outgoing_id = restore_hold.add_letter(connection, letter, bundle.intents) if letter is not None else None
    if letter is not None:
        _refer(connection, letter, outgoing_id)
        for rendered in bundle.in_words.rendered if bundle.in_words else ():
            site_texts.settle(connection, rendered, context)
        with log.following(f"O{outgoing_id}", letter.trace):
            _log.info("O%s prepared for %s", outgoing_id, letter.rcpt_to)
    for index, intent in enumerate(bundle.intents):
        if index in held:
            kind = "VALUE_HELD" if held[index].value else "HELD"
            _hold_all(connection, [intent], _lost(held[index]), context, kind)
        elif index in encoded.unsaid:  # this protocol has no such message, and needs none
            outgoing.place(connection, intent.id, "done", None)
        else:
            _clear_held_attention(connection, intent)
            outgoing.place(connection, intent.id, "prepared", outgoing_id)
    for altered in encoded.lossy:
        letter_events.record(connection, bundle.intents[altered.index], "LOSSY", (_lost(altered),), context)


def _lost(one: Held) -> Part:
    return sentence("of-field", field=one.field, why=one.text) if one.field else one.text


def _refer(connection: Connection, letter: NewLetterOut, outgoing_id: int | None) -> None:
    names = {"message_id": letter.message_id, "file_ref": letter.file_ref}
    for kind, value in names.items():
        if value:
            transactions.refer(connection, letter.partner, kind, value, outgoing_id=outgoing_id)


def _hold_all(
    connection: Connection, intents: Sequence[Intent], why: Part, context: Context, kind: str = "HELD"
) -> None:
    """Hold the intents with the reason; staff are informed once for each reason, not at each try."""
    now, kept = context.clock(), stored(shortened(why))
    for intent in intents:
        outgoing.hold_intent(connection, intent.id, kept, now + queue.pause(intent.attempts))
        if str(note(intent.last_error)) != str(note(kept)):  # an older release kept words
            _log.warning("held: %s", why)
            letter_events.record(connection, intent, kind, (why,), context)


def _clear_held_attention(connection: Connection, intent: Intent) -> None:
    if intent.state == "held":
        transactions.clear_attention(connection, intent.said_in, ENDS_WITH_THE_WORDS)
