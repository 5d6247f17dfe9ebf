"""Send the digest to staff as a letter."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.notify_staff import DIGEST, notify_staff
from mailproc.ill.attention import Reason
from mailproc.notices import digest
from mailproc.notices.digest import DigestLetter, DigestMailbox, DigestRequest, DigestText, StaffDigest
from mailproc.notices.shared_contexts import OurLibrary
from mailproc.office.queries.agenda import Agenda, Todo, agenda
from mailproc.office.queries.letters import LetterLine
from mailproc.store import open_requests
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.templating.contract import as_context


def send(store: Store, context: Context, by: str = "") -> Agenda:
    """Put the digest into the outbox; ``by`` is '' for the schedule.

    Its content is fixed here, not when the letter is written, so that it does not list itself as waiting.
    """
    with store.read() as connection:
        found = agenda(connection, context)
    content = as_context(letter_of(found, context))
    store.write(partial(_keep, content=content, at=context.clock(), by=by))
    return found


def last_sent(store: Store) -> datetime | None:
    """Return when a digest was last ordered, by whomever."""
    with store.read() as connection:
        return open_requests.last_digest(connection)


def letter_of(found: Agenda, context: Context) -> StaffDigest:
    """Return the digest as text in the library's language."""
    library, language = context.config.library, context.language
    return digest.digest(
        OurLibrary(name=library.name, email=library.email),
        language.day_word(found.day, found.day),
        [
            (
                language.attention_word(group.reason),
                [_request(one, context) for one in group.requests],
            )
            for group in found.groups
        ],
        found.waiting,
        put_off=_by_day(found.put_off, context),
        idle=_by_state(found.idle, context),
        unplaced=[_letter(one, context, Reason.SHELVED) for one in found.unplaced],
        unplaced_count=found.unplaced_count,
        unsent=[_letter(one, context) for one in found.unsent],
        stuck=found.stuck,
        unread=[_letter(one, context) for one in found.unread],
        mailboxes=[
            DigestMailbox(
                name=one.name, why=context.language.words_of(one.error), since=context.day_shown(one.since)
            )
            for one in found.mailboxes
        ],
        texts=[DigestText(path=one.path, why=one.error, more=one.more) for one in found.texts],
    )


def _keep(connection: Connection, content: dict[str, Any], at: datetime, by: str) -> None:
    event = NewEvent(
        cause="staff" if by else "timer",
        type="digest",
        at=at,
        actor=by,
        door="cli" if by else "",
        state="done",
    )
    notify_staff(connection, event, {"digest": content}, DIGEST)


def _request(one: Todo, context: Context) -> DigestRequest:
    language = context.language
    partner = context.partners.get(one.partner) if one.partner else None
    return DigestRequest(
        number=one.number,
        title=language.title_word(one.title),
        partner=(partner and partner.name) or one.partner,
        since=context.day_shown(one.since),
        also=tuple(language.attention_word(reason) for reason in one.reasons[1:]),
    )


def _by_state(idle: Sequence[Todo], context: Context) -> list[tuple[str, list[DigestRequest]]]:
    """Group by the name of the state, in the order of the first request of each group."""
    groups: dict[str, list[DigestRequest]] = {}
    for one in idle:
        state = context.language.term_word(one.state)
        groups.setdefault(state, []).append(_request(one, context))
    return list(groups.items())


def _by_day(put_off: Sequence[Todo], context: Context) -> list[tuple[str, list[DigestRequest]]]:
    """Group by the day on which they come back."""
    language, groups = context.language, dict[str, list[DigestRequest]]()
    for one in put_off:
        day = language.day_word(one.put_off, one.put_off) if one.put_off else ""
        groups.setdefault(language.label("digest", "until", day=day), []).append(_request(one, context))
    return list(groups.items())


def _letter(one: LetterLine, context: Context, state: str = "") -> DigestLetter:
    """Return a letter's line: the stored reason, else the name of its state."""
    language = context.language
    stands = {"prepared": "waiting", "todo": "waiting", "shelved": "failed"}.get(one.state, one.state)
    why = language.words_of(one.note) or (
        language.attention_word(state) if state else language.delivery_word(stands)
    )
    about = one.about(language).removeprefix(f"{one.name}: ")
    who = language.word(one.other)
    return DigestLetter(number=one.name, who=who, subject=about, why=why, since=context.day_shown(one.at))
