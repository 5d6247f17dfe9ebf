"""Ask the hub what has changed: it posts each message once, and what it posts in vain is lost without this.

Its answer holds the requests that have changed since a day, each with its state. Each becomes a letter of its
own, and the day moves when all are stored; what came today already is the same letter, and changes nothing.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from mailproc.app import hub_silence
from mailproc.app.build import App
from mailproc.config import Config
from mailproc.errors import MailprocError, RemoteFault
from mailproc.ill.terms import Role
from mailproc.mail.channel import HTTP_ANSWER
from mailproc.protocols.illsbn.institution_ids import bare
from mailproc.sentence import sentence
from mailproc.store import hub_questions, inbox
from mailproc.store.inbox import NewLetter
from mailproc.transport.incoming import Incoming, PolledPlace

_log = logging.getLogger(__name__)

NAME = "hub"
FIRST = timedelta(days=7)
"""So far back is asked the first time."""
ONE_DAY = timedelta(days=1)
OVERLAP = ONE_DAY
"""The hub's day is not ours around midnight."""
AT_ONCE = 200
"""Letters in one commit: a long answer keeps nobody waiting for the writer."""
CHANGES = "changes"
"""The recipient of a letter that answers this question."""


class HubPoll(Incoming):
    """Nothing of it runs between two questions."""

    name = NAME

    def __init__(self, app: App) -> None:
        self._app = app

    def polls(self) -> Sequence[PolledPlace]:
        return [PolledPlace(NAME, self._app.config.schedule.hub, lambda: look(self._app))]


def incoming(app: App) -> Incoming | None:
    behind = any(one.codec == "illsbn" for one in app.config.partner)
    sent = app.config.deliver.mode != "folder"  # a trial asks nobody
    return HubPoll(app) if app.config.hub.url and behind and sent else None


def listed(config: Config) -> str:
    """Say how many libraries the hub lists, and which of our partners it does not. Raise as ``post``."""
    from mailproc.protocols.illsbn import hub_answer  # here, as below: most libraries have no hub
    from mailproc.transport import hub_post

    known = hub_answer.libraries(hub_post.libraries(config.hub))
    behind = [one.symbol for one in config.partner if one.codec == "illsbn"]
    missing = [symbol for symbol in behind if bare(symbol).upper() not in known]
    told = f"libraries in its list: {len(known)}"
    return f"{told}, but not {', '.join(missing)}" if missing else told


def look(app: App) -> int:
    """Ask once in each role; return how many messages were new. A hub that does not answer is noted."""
    new = 0
    for role in Role:
        try:
            new += _asked(app, role)
        except MailprocError as error:
            hub_silence.failed(app, role, error)  # of the other role it may tell
    return new


def _asked(app: App, role: Role) -> int:
    from mailproc.protocols.illsbn import hub_answer

    today = app.context.today()
    with app.store.read() as connection:
        last = hub_questions.asked_on(connection, role)
    first = last - OVERLAP if last else today - FIRST
    since, content = _answer(app, role, first, today)
    now = app.clock()
    letters = [
        NewLetter(HTTP_ANSWER, one, now, rcpt_to=CHANGES) for one in hub_answer.messages(content, today)
    ]
    new = sum(_kept(app, portion) for portion in _portions(letters))
    app.store.write(lambda connection: _told(connection, app, role, last or first, since))
    _log.log(logging.INFO if new else logging.DEBUG, "the hub told %s changes, %s new", len(letters), new)
    return new


def _told(connection: Connection, app: App, role: Role, known: date, since: date) -> None:
    """``known``: until when changes are here; those from then to ``since`` are not asked about again."""
    hub_questions.answered(connection, role, app.context.today())
    if since > known:
        hub_silence.days_untold(connection, app, known, since - ONE_DAY)


def _answer(app: App, role: Role, first: date, today: date) -> tuple[date, bytes]:
    """Return what has changed since ``first``, or, where that is too much, in the later half of the days.

    The hub can only be asked what has changed *since* a day, so what is older is left out; the first of the
    pair says since when. Raise as ``hub_post.post``, and RemoteFault.
    """
    from mailproc.protocols.illsbn import hub_answer
    from mailproc.transport import hub_post

    since = first
    while True:
        try:
            return since, _read(app, role, since)
        except hub_post.AnswerTooLong:
            pass
        except RemoteFault as fault:
            if not hub_answer.is_too_much(fault):
                raise
        if since >= today:
            raise RemoteFault(sentence("hub-too-much", day=today))
        since += (today - since + ONE_DAY) // 2


def _read(app: App, role: Role, since: date) -> bytes:
    from mailproc.protocols.illsbn import hub_answer
    from mailproc.transport import hub_post

    limits = hub_answer.LARGE
    content = hub_post.post(app.config.hub, _question(app, role, since), limits.octets)
    if said := hub_answer.read(content, limits).error:
        raise RemoteFault(sentence("hub-error", words=said))
    return content


def _portions(letters: Sequence[NewLetter]) -> Iterator[Sequence[NewLetter]]:
    for at in range(0, len(letters), AT_ONCE):
        yield letters[at : at + AT_ONCE]


def _kept(app: App, letters: Sequence[NewLetter]) -> int:
    """Keep a part of an answer; return how many were new. The day moves when all are here."""
    return sum(one.new for one in app.store.write(lambda connection: inbox.keep(connection, letters)))


def _question(app: App, role: Role, since: date) -> bytes:
    """Return the document, in which we are named as a partner's entry says that the hub knows us."""
    from mailproc.protocols.illsbn import hub_answer

    behind = next(one for one in app.config.partner if one.codec == "illsbn").illsbn
    ours = behind.our_id or app.config.library.symbol
    return hub_answer.question(ours, role, since, country=behind.country)
