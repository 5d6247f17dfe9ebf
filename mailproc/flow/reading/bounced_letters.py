"""Find the letter of ours that a bounce is about, and what proves it.

Proof is what only that letter holds: its own envelope address (VERP), or its Message-ID. A request number
proves nothing, because anybody can guess "B12"; it is only a hint for staff.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import Connection

from mailproc.flow import sign_in_letter
from mailproc.ill.facts import Facts
from mailproc.mail import headers, verp
from mailproc.mail.addresses import ascii_lower, mailboxes
from mailproc.mail.bounce import Bounce
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, letters, outgoing
from mailproc.store.events import NewEvent
from mailproc.store.rows import Intent
from mailproc.store.text import storable

LOOK_BACK = timedelta(weeks=4)
MOST_OF_TEXT = 65_536  # octets of a bounce in which numbers are looked for
MOST_NUMBERS = 20
MOST_ADDRESSES = 10
MOST_OF_SUBJECT = 1_000  # characters
MOST_COLONS = 8

_AROUND = " \t'\"“”„«»‘’()[]<>"
_TRACES = ("X-Original-To", "Delivered-To", "Envelope-To")
_NUMBER = re.compile(rb"\b[BL][0-9]{1,9}(?=-[0-9])")


@dataclass(frozen=True)
class Marks:
    """What in a bounce may name a letter of ours.

    VERP addresses by which it came, the request numbers ("B12") and the subjects that it quotes.
    """

    addresses: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


def marks(rcpt_to: str, letter: Letter) -> Marks:
    """Return the marks in the envelope's recipient, the delivery headers and the beginning of the bounce."""
    traced = [value.encode() for name in _TRACES for value in headers.named(letter.raw, name)]
    every = (rcpt_to, *mailboxes(traced, Defects()), *letter.to)
    addresses = tuple(dict.fromkeys(ascii_lower(one) for one in every if verp.read(one)))
    numbers = dict.fromkeys(found.decode() for found in _NUMBER.findall(letter.raw[:MOST_OF_TEXT]))
    return Marks(addresses[:MOST_ADDRESSES], tuple(numbers)[:MOST_NUMBERS], _subjects(letter.subject))


def _subjects(subject: str) -> tuple[str, ...]:
    """Return the subject, and what follows each of its colons: "Undeliverable: Order file FILEREFNO 4"."""
    parts = headers.one_line(subject[:MOST_OF_SUBJECT]).split(":", MOST_COLONS)
    rests = (":".join(parts[start:]).strip(_AROUND) for start in range(len(parts)))
    return tuple(dict.fromkeys(storable(rest) for rest in rests if rest))


def letters_of(connection: Connection, bounce: Bounce, marks: Marks) -> list[int]:
    """Return the ids of our letters that the bounce is proven to be about."""
    proven = [number for one in marks.addresses if (number := letter_with_sender(connection, one))]
    return proven or list(letters.ours(connection, bounce.message_ids))


def letter_with_sender(connection: Connection, address: str) -> int:
    """Return the id of the letter with this envelope sender; 0 if there is none (a guessed token)."""
    named = verp.read(address)
    row = outgoing.record(connection, named[0]) if named else None
    if row is None or not _same(row.mail_from, address):
        return 0
    return int(row.id)


def _same(stored: str, said: str) -> bool:
    return compare_digest(ascii_lower(stored).encode(), ascii_lower(said).encode("utf-8", "replace"))


def record(connection: Connection, outgoing_ids: Sequence[int], why: str, report: NewEvent) -> list[int]:
    """Record our letters as bounced, and add one event for each transaction in them; return the events' ids.

    ``report`` is the event of the bounce itself, without a transaction. A letter that is already known as
    bounced, or that has not left, is skipped.
    """
    news = [one for one in outgoing_ids if outgoing.bounced(connection, one, storable(why)[:500])]
    sign_in_letter.end_links(connection, news, report.at)
    touched: dict[int, list[Intent]] = {}
    for outgoing_id in news:
        for intent in outgoing.intents_of(connection, outgoing_id):
            if intent.transaction_id is not None and intent.state != "withdrawn":
                touched.setdefault(intent.transaction_id, []).append(intent)
    return [
        events.add(connection, replace(_of_transaction(spoken, report, why), position=position))
        for position, spoken in enumerate(touched.values())
    ]


def _of_transaction(spoken: Sequence[Intent], report: NewEvent, why: str) -> NewEvent:
    ours = list(dict.fromkeys(one.outgoing_id for one in spoken if one.outgoing_id is not None))
    named = ", ".join(f"O{one}" for one in ours)
    text = storable(f"{named}: {why}" if why else named)[:500]
    facts: Facts = {**(report.facts or {}), "ours": ours, "text": text}
    return replace(report, transaction_id=spoken[0].transaction_id, partner=spoken[0].partner, facts=facts)


def why_shelved(
    connection: Connection, bounce: Bounce, marks: Marks, received_at: datetime, inbox_id: int
) -> Sentence:
    """Return why a bounce has no effect, with the one letter of the last four weeks that it may mean.

    The sentence also says how staff confirm it.
    """
    since = received_at - LOOK_BACK
    by_what = "by-number"
    perhaps = letters.quoted(connection, marks.numbers, bounce.recipients, since)
    if len(perhaps) != 1:
        by_what = "by-subject"
        perhaps = letters.named_by(connection, marks.subjects, bounce.recipients, since)
    if len(perhaps) != 1:
        return sentence("report-not-ours")
    ours, by = f"O{perhaps[0]}", sentence(by_what)
    if bounce.kind != "failed":
        return sentence("report-perhaps", by=by, ours=ours)
    return sentence("report-perhaps-failed", by=by, ours=ours, letter=f"I{inbox_id}")
