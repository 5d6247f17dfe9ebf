"""Letters to people that have waited, looked at once more before they leave: on paper, or for the relay."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.matching import item_received, reader_standing
from mailproc.flow.matching.reader_standing import DUE_CORRECTED
from mailproc.flow.notify_staff import ATTENTION
from mailproc.flow.prepare import notice_letter, staff_letter
from mailproc.ill.attention import RULES, Reason, Until
from mailproc.ill.effects import FORWARDED
from mailproc.ill.terms import ApduType
from mailproc.mail.parse import parse
from mailproc.sentence import Sentence, sentence, stored
from mailproc.store import events, letter_bytes, letters_to_reader, outgoing, transactions
from mailproc.store.engine import Store
from mailproc.store.intent_bodies import NoticeToReader, NoticeToStaff, SendApdu
from mailproc.store.outgoing import TO_PRINT, NewLetterOut
from mailproc.store.rows import Intent, OutgoingLetter

NO_LONGER_SO: Sentence = sentence("letter-no-longer-so")
NO_LONGER_TO_PRINT: Sentence = sentence("paper-no-longer-so")
KEPT = frozenset({Until.STATE, Until.STATE_OR_LOOK, Until.LOOK, Until.NOTED, Until.ANSWERED})
"""Ends of reasons that stand in the request's attention until then."""
LETTER = "letter"
"""The protocol of partners who are people."""
WAITED = timedelta(hours=1)
"""An e-mail that left so late is looked at once more."""


@dataclass(frozen=True)
class Checked:
    """A letter that waits to be printed. ``fresh``: as it reads now; None if it is no longer true."""

    row: OutgoingLetter
    intent: Intent
    fresh: NewLetterOut | None


def check(store: Store, context: Context, only: Collection[str] | None = None) -> tuple[int, ...]:
    """Withdraw letters that are no longer true, and write the others with today's dates.

    ``only``: of these (O12); None for all. Return the ids of those withdrawn; `show` names them with the
    reason.
    """
    with store.read() as connection:
        found = _changed(connection, context, only)
    if found:
        store.write(lambda connection: _settle(connection, found))
    return tuple(one.row.id for one in found if one.fresh is None)


def as_now(connection: Connection, row: OutgoingLetter, context: Context) -> OutgoingLetter | None:
    """Return a letter that waits to be printed as ``check`` would leave it; None if it would withdraw it."""
    for one in _checked(connection, row, context):
        if one.fresh is None:
            return None
        if _reads_otherwise(row, one.fresh):
            return replace(row, subject=one.fresh.subject, raw=one.fresh.raw)
    return row


def _changed(connection: Connection, context: Context, only: Collection[str] | None) -> list[Checked]:
    """Return the letters that wait to be printed, and are no longer true or read otherwise now."""
    waiting = outgoing.in_state(connection, TO_PRINT)
    wanted = (row for row in waiting if only is None or f"O{row.id}" in only)
    found = (one for row in wanted for one in _checked(connection, row, context))
    return [one for one in found if one.fresh is None or _reads_otherwise(one.row, one.fresh)]


def _checked(connection: Connection, row: OutgoingLetter, context: Context) -> list[Checked]:
    """Return what the letter is now; [] if it cannot be written now, so that it stays as it is."""
    (intent,) = outgoing.intents_of(connection, row.id)
    who = staff_letter.letter_of(connection, [intent], context)
    if not who.on_paper and not who.address:
        return [Checked(row, intent, None)]
    said = notice_letter.rendered(connection, intent, replace(who, on_paper=True), context)
    return [Checked(row, intent, notice_letter.on_paper(intent, said, context))] if said else []


def _reads_otherwise(row: OutgoingLetter, fresh: NewLetterOut) -> bool:
    return (row.subject, parse(row.raw).text) != (fresh.subject, parse(fresh.raw).text)


def withdraw_if_outdated(connection: Connection, row: OutgoingLetter, context: Context) -> bool:
    """Withdraw an e-mail to people that has waited for the relay, and is no longer true; return whether.

    What has just been written is true: it was looked at then. What says something else now is written again.
    """
    if context.clock() - row.prepared_at < WAITED:
        return False
    intents = outgoing.intents_of(connection, row.id)
    if _day_has_passed(connection, intents, row, context):
        outgoing.renew_letter(connection, row.id)
        return True
    if not intents or not _is_outdated(connection, intents, context):
        return _went_on(connection, intents, row)
    why = stored(NO_LONGER_SO)
    outgoing.change(connection, row.id, state="withdrawn", last_error=why)
    for one in intents:
        outgoing.place(connection, one.id, "withdrawn", None, why)
    return True


def _day_has_passed(
    connection: Connection, intents: Sequence[Intent], row: OutgoingLetter, context: Context
) -> bool:
    """Return whether the letter tells a reader a new due date that was still to come when it was written."""
    if len(intents) != 1 or intents[0].kind != "notice" or intents[0].notice.name != DUE_CORRECTED:
        return False
    about = transactions.load(connection, intents[0].said_in)
    due_on = reader_standing.due(connection, about, context)
    return due_on is not None and context.local(row.prepared_at).date() <= due_on < context.today()


def _went_on(connection: Connection, intents: Sequence[Intent], row: OutgoingLetter) -> bool:
    """Have the waiting letters to a reader written again if something has happened since; return whether.

    All of a request, in the order of what happened: by themselves the later one might leave first.
    """
    first = intents[0] if intents else None
    if first is None or not isinstance(first.body, NoticeToReader) or first.transaction_id is None:
        return False
    if first.body.name == FORWARDED:  # a copy is a copy
        return False
    about = transactions.load(connection, first.transaction_id)
    waiting = letters_to_reader.waiting(connection, about.request_id) | {row.id: row.prepared_at}
    if all(written >= about.updated_at for written in waiting.values()):
        return False
    for letter_id in waiting:
        if all(one.notice.name != FORWARDED for one in outgoing.intents_of(connection, letter_id)):
            outgoing.renew_letter(connection, letter_id)
    return True


def _is_outdated(connection: Connection, intents: Sequence[Intent], context: Context) -> bool:
    if isinstance(intents[0].body, NoticeToStaff):
        return all(_staff_are_done(connection, one) for one in intents)
    if len(intents) > 1:
        return False
    if isinstance(intents[0].body, SendApdu):
        return _is_answered(connection, intents[0])
    if not isinstance(intents[0].body, NoticeToReader):
        return False
    who = staff_letter.letter_of(connection, intents, context)
    return not (who.on_paper or who.address)


def _staff_are_done(connection: Connection, intent: Intent) -> bool:
    """Return whether nothing that the letter to staff reports of a request needs attention any more."""
    if intent.notice.name != ATTENTION or intent.transaction_id is None:
        return False
    facts = intent.body.facts if isinstance(intent.body, NoticeToStaff) else {}
    told = {Reason(one) for one in facts.get("reasons", ()) if one in set(Reason)}
    stands = transactions.load(connection, intent.transaction_id).attention or ()
    kept = all(RULES[one].until in KEPT for one in told)
    return bool(told) and kept and told.isdisjoint(stands)


def _is_answered(connection: Connection, intent: Intent) -> bool:
    """Return whether our question to people is answered already: staff have recorded what they said."""
    asked = intent.message.get("type") == ApduType.RENEW.name
    if not asked or transactions.load(connection, intent.said_in).codec != LETTER:
        return False
    last = events.last_of(connection, intent.said_in, item_received.RENEWALS)
    return last is not None and bool(last.heard_by) and last.id > intent.event_id


def _settle(connection: Connection, changed: Sequence[Checked]) -> None:
    for one in changed:
        _settle_one(connection, one)


def _settle_one(connection: Connection, one: Checked) -> None:
    now = outgoing.load(connection, one.row.id)
    if now is None or now.state != TO_PRINT:
        return  # printed, or withdrawn by an undo, meanwhile
    if one.fresh is not None:
        outgoing.change(connection, now.id, subject=one.fresh.subject)
        letter_bytes.replace_ours(connection, now.id, one.fresh.raw)
        return
    _withdraw(connection, now.id, one.intent.id)


def _withdraw(connection: Connection, outgoing_id: int, intent_id: int) -> None:
    why = stored(NO_LONGER_TO_PRINT)
    outgoing.change(connection, outgoing_id, state="withdrawn", last_error=why)
    outgoing.place(connection, intent_id, "withdrawn", None, why)
