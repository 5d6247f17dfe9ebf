"""Ask and tell a library system by NCIP: one POST for one message, its answer is the answer."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from mailproc.config import Config
from mailproc.errors import GiveUp, InDoubt, MailprocError, RemoteFault, TryLater
from mailproc.ils.ncip import answers, patron
from mailproc.ils.ncip.answers import NcipRefusal
from mailproc.ils.ncip.messages import AcceptItem, LookupUser, Message, NcipDialect, RequestItem
from mailproc.ils.ncip.writing import written
from mailproc.ils.patron_standing import PatronStanding
from mailproc.sentence import Sentence, sentence
from mailproc.transport.http_client import HttpAnswer, HttpLimits, HttpTrouble, ask

HEADERS = {"Content-Type": "application/xml; charset=utf-8", "Accept": "application/xml"}
LARGEST = 1_000_000
"""Octets of an answer."""
NOT_TAKEN = frozenset({429, 503})
"""States that say that the message was not looked at."""
MAKES_ANOTHER = (AcceptItem, RequestItem)
"""Messages that make something in the library system: a repeated one makes it twice."""


@dataclass(frozen=True)
class NcipServer:
    """Where the library system listens. ``token``: the last part of its path, where it wants one. ``seconds``
    bound the whole question."""

    url: str
    dialect: NcipDialect = field(default_factory=NcipDialect)
    token: SecretStr = field(default=SecretStr(""))
    seconds: float = 10.0


def server_of(config: Config) -> NcipServer:
    """Return where the library system of [ncip] listens and how it wants its messages."""
    ncip = config.ncip
    zone = ZoneInfo(config.library.time_zone)
    dialect = NcipDialect(ncip.from_agency, ncip.to_agency, ncip.namespace, zone)
    return NcipServer(ncip.url, dialect, ncip.token, ncip.timeout)


def look_up(server: NcipServer, patron_id: str, pin: str = "") -> PatronStanding:
    """Return what the system says of the patron. Raise TryLater if it gives no answer in NCIP."""
    try:
        answer = _posted(server, LookupUser(patron_id, pin))
        if answer.status >= 500:
            raise RemoteFault(sentence("ncip-status", status=answer.status))
        return patron.standing(answer.content, pin)
    except (HttpTrouble, RemoteFault) as trouble:
        raise TryLater(_why(server, trouble)) from None


def tell(server: NcipServer, message: Message) -> NcipRefusal | None:
    """Send the message; return None when the system did what it says, else its problems.

    What is no answer in NCIP: raise TryLater if it will do later, GiveUp if it never will, and InDoubt if
    nobody can tell whether it was done.
    """
    try:
        answer = _posted(server, message)
    except HttpTrouble as trouble:
        raise (InDoubt if trouble.asked else TryLater)(_why(server, trouble)) from None
    try:
        said = answers.read(answer.content, type(message).__name__)
    except RemoteFault as fault:
        raise _failure(server, message, answer.status, fault) from None
    return said if isinstance(said, NcipRefusal) else None


def _failure(server: NcipServer, message: Message, status: int, fault: RemoteFault) -> MailprocError:
    if 200 <= status < 300:  # a crash inside some servers has this status
        return InDoubt(_why(server, fault))
    why = _why(server, sentence("ncip-status", status=status))
    if status in NOT_TAKEN:
        return TryLater(why)
    if status < 500:
        return GiveUp(why)
    return InDoubt(why) if isinstance(message, MAKES_ANOTHER) else TryLater(why)


def _posted(server: NcipServer, message: Message) -> HttpAnswer:
    token = server.token.get_secret_value()
    url = f"{server.url.rstrip('/')}/{token}" if token else server.url
    limits = HttpLimits(timeout=server.seconds, longest=server.seconds, largest=LARGEST)
    return ask("POST", url, written(message, server.dialect), HEADERS, limits)


def _why(server: NcipServer, what: Exception | Sentence) -> Sentence:
    said = what.said if isinstance(what, RemoteFault) else what
    host = urlsplit(server.url).hostname or ""  # no more of the URL: it may hold a token
    return sentence("ncip-no-answer", host=host, why=said if isinstance(said, Sentence) else str(said))
