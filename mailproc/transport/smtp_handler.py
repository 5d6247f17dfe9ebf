"""Decide what the SMTP listener accepts, and answer 250 only after the commit."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import MISSING, Envelope
from aiosmtpd.smtp import Session as Greeting

from mailproc.config import Listen
from mailproc.errors import NoRoom, TryLater
from mailproc.mail import verp
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.channel import LISTENER
from mailproc.store.inbox import NewLetter
from mailproc.transport.incoming import Keep
from mailproc.transport.smtp_groups import Groups
from mailproc.transport.smtp_session import Session, bare

log = logging.getLogger(__name__)

KEEP_TIMEOUT = 30.0  # seconds for a commit; a client waits 10 minutes (RFC 5321 section 4.5.3.2.6)

OUR_TROUBLE = "451 4.3.0 Trouble on our side, try again later"
NOBODY = "550 5.1.1 No such address here"
NO_ROOM = "452 4.3.1 No room at present, try again later"

WentOut = Callable[[str], bool]
"""Did a letter of ours go out with this envelope sender (VERP)? Asked beside the event loop."""


class SmtpHandler:
    """aiosmtpd's handler, one for all sessions. Its hooks only await, nothing in them blocks.

    A hook's answer is a status line; MISSING lets aiosmtpd go on as usual.
    """

    def __init__(
        self,
        listen: Listen,
        recipients: Sequence[str],
        keep: Keep,
        clock: Callable[[], datetime],
        room: Callable[[], bool] | None = None,
        went_out: WentOut | None = None,
    ) -> None:
        self._went_out = went_out
        self._most_recipients = listen.max_recipients
        # One spelling for each: the same letter to ILL@ and ill@ is one row.
        self._recipients = {ascii_lower(address): address for address in recipients}
        self._groups = Groups(keep)
        self._clock = clock
        self._room = room

    async def handle_EHLO(  # noqa: N802  # aiosmtpd finds its hooks by these names
        self, server: Session, session: Greeting, _envelope: Envelope, name: str, offers: list[str]
    ) -> list[str]:
        session.host_name = name
        if not server.takes_logins:
            offers = [line for line in offers if not line.startswith("250-AUTH")]
        return [offers[0], "250-PIPELINING", *offers[1:]]

    async def handle_MAIL(  # noqa: N802
        self, _server: Session, _session: Greeting, _envelope: Envelope, _address: str, _options: list[str]
    ) -> Any:
        if self._room is not None and not self._room():
            return NO_ROOM
        return MISSING

    async def handle_RCPT(  # noqa: N802
        self, _server: Session, _session: Greeting, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        recipient = self._recipients.get(ascii_lower(address))
        if recipient is None:
            return await self._returned(envelope, address)
        if recipient not in envelope.rcpt_tos:
            if len(envelope.rcpt_tos) >= self._most_recipients:
                return "452 4.5.3 Too many recipients"
            envelope.rcpt_tos.append(recipient)
        return "250 2.1.5 OK"

    async def _returned(self, envelope: Envelope, address: str) -> str:
        """A letter that comes back to the address that it went out with (VERP): each is a row of its own, so
        it must be one that we gave out, and one at a time."""
        named, address = verp.read(address), ascii_lower(address)
        if named is None or named[1] not in self._recipients or self._went_out is None:
            return NOBODY
        if envelope.rcpt_tos and envelope.rcpt_tos != [address]:
            return "452 4.5.3 Too many recipients"
        try:
            known = await asyncio.to_thread(self._went_out, address)
        except TryLater as error:
            return _deferred(OUR_TROUBLE, error)
        if not known:
            return NOBODY
        envelope.rcpt_tos[:] = [address]
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Session, session: Greeting, envelope: Envelope) -> str:  # noqa: N802
        return await self._committed(self._letters(server, session, envelope))

    def _letters(self, server: Session, session: Greeting, envelope: Envelope) -> list[NewLetter]:
        """Make one letter for each recipient, with the original bytes: no header of ours."""
        sender = envelope.mail_from or ""
        return [
            NewLetter(
                LISTENER,
                envelope.content if isinstance(envelope.content, bytes) else b"",
                self._clock(),
                mail_from="" if sender == "<>" else sender,
                rcpt_to=recipient,
                peer=server.host,
                login=str(session.auth_data) if session.authenticated else "",
            )
            for recipient in envelope.rcpt_tos
        ]

    async def _committed(self, letters: Sequence[NewLetter]) -> str:
        """250 once the commit is there, 452 where the disk is full; anything else is a 451, never a 5yz.

        A client that goes away during the commit takes nothing back. The row stays, the letter comes again
        and is known by its digest.
        """
        try:
            async with asyncio.timeout(KEEP_TIMEOUT):
                kept = await self._groups.kept(letters)
        except NoRoom as error:
            return _deferred(NO_ROOM, error)
        except TryLater as error:
            return _deferred(OUR_TROUBLE, error)
        except TimeoutError:
            return _deferred(OUR_TROUBLE, TryLater(f"the store took longer than {KEEP_TIMEOUT:g} s"))
        except Exception as error:
            log.error("a letter could not be stored: %s", bare(error))
            return OUR_TROUBLE
        return "250 2.0.0 Kept as " + ", ".join(f"I{letter.inbox_id}" for letter in kept)


def _deferred(answer: str, why: TryLater) -> str:
    """``answer`` for the client; the reason is for the log alone."""
    log.warning("message deferred (%s): %s", answer[:3], why)
    return answer
