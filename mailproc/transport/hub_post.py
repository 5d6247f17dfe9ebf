"""Post a document to the hub: it takes it, refuses it, or nobody can tell.

The hub answers each post at once with a document. 200 alone means nothing: the answer may hold an error. What
it tells (the number that it has given to a request) is kept as a letter of its own before the post counts as
handed over, so that no crash loses it. Redirects are not followed, and its address is in no message.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from mailproc.config import Hub
from mailproc.errors import GiveUp, InDoubt, MailprocError, RemoteFault, TryLater
from mailproc.mail.channel import HTTP_ANSWER
from mailproc.mail.letter import Envelope
from mailproc.mail.parse import parse
from mailproc.protocols.illsbn import hub_answer
from mailproc.sentence import sentence
from mailproc.store.inbox import NewLetter
from mailproc.transport import http_client
from mailproc.transport.http_client import HttpAnswer, HttpLimits, HttpTrouble
from mailproc.transport.incoming import Keep

STORING = 30.0
"""Seconds for the store to keep an answer."""
LARGEST = 5 * 2**20
"""Octets of an answer."""
MEDIA_TYPE = "application/xml"
_PERHAPS_DONE = (502, 504)
"""A server between us and the hub does not know whether the hub has heard us."""
_LATER = (408, 429)


class AnswerTooLong(InDoubt):
    """The hub took the question, and says more than is read."""


class HubOut:
    """The transport "http"; for several threads, each post a connection of its own."""

    def __init__(self, hub: Hub, clock: Callable[[], datetime], keep: Keep) -> None:
        self._hub, self._clock, self._keep = hub, clock, keep

    def send(self, envelope: Envelope, raw: bytes, name: str) -> str:
        """Post the document of the letter ``name``; return what the hub says. Raise as ``Transport``."""
        document = next((part.content for part in parse(raw).parts if part.media_type == MEDIA_TYPE), b"")
        if not self._hub.url or not document:
            raise GiveUp(sentence("hub-no-url") if document else sentence("hub-no-document"))
        content = post(self._hub, document)
        try:
            said = hub_answer.read(content)
        except RemoteFault as fault:
            raise InDoubt(sentence("hub-answer-unreadable", why=fault.said)) from None
        if said.error:
            raise GiveUp(sentence("hub-refused", words=said.error))
        if said.tells:
            self._store(NewLetter(HTTP_ANSWER, content, self._clock(), rcpt_to=name, login=envelope.partner))
        return f"number {said.number}" if said.number else "accepted"

    def close(self) -> None:
        """Nothing is kept open."""

    def _store(self, letter: NewLetter) -> None:
        try:
            self._keep([letter]).result(STORING)
        except (MailprocError, TimeoutError) as error:
            raise InDoubt(sentence("hub-answer-not-kept", why=str(error))) from None


def post(hub: Hub, document: bytes, largest: int = LARGEST) -> bytes:
    """Post a document in the form that the hub wants; return its answer, of status 200.

    ``largest``: octets of the answer.
    ``document``: ASCII without "+" and "%", so that decoding it once or twice gives the same. Raise TryLater,
    InDoubt or GiveUp.
    """
    field = f"faseILL={quote(hub.phase)}&BufferILL={quote(document, safe='')}"
    headers = {"Content-Type": f"{MEDIA_TYPE}; charset=iso-8859-1", "Accept": MEDIA_TYPE}
    body = b""
    if hub.form == "body":
        headers["Content-Type"], body = "application/x-www-form-urlencoded", field.encode("ascii")
    return _content(_asked(hub, "POST", "" if body else field, body, headers, largest))


def libraries(hub: Hub) -> bytes:
    """Return the hub's list of libraries. Raise as ``post``."""
    return _content(_asked(hub, "GET", "faseILL=LISTABIBLIOTECHE.XML.ALL", b"", {"Accept": MEDIA_TYPE}))


def _asked(
    hub: Hub, method: str, query: str, body: bytes, headers: dict[str, str], largest: int = LARGEST
) -> HttpAnswer:
    joined = "&" if "?" in hub.url else "?"
    limits = HttpLimits(timeout=hub.timeout, longest=hub.timeout, largest=largest)
    try:
        return http_client.ask(
            method, f"{hub.url}{joined}{query}" if query else hub.url, body, headers, limits
        )
    except HttpTrouble as trouble:
        if trouble.long:
            raise AnswerTooLong(sentence("hub-in-doubt", why=str(trouble))) from None
        if trouble.asked:
            raise InDoubt(sentence("hub-in-doubt", why=str(trouble))) from None
        raise TryLater(sentence("hub-not-reached", why=str(trouble))) from None


def _content(answer: HttpAnswer) -> bytes:
    status = answer.status
    if status == 200 and answer.content:
        return answer.content
    if status == 200:
        raise InDoubt(sentence("hub-empty-answer"))
    if status in _PERHAPS_DONE:
        raise InDoubt(sentence("hub-status", status=status))
    if status in _LATER or status >= 500:
        raise TryLater(sentence("hub-status", status=status))
    raise GiveUp(sentence("hub-status", status=status))
