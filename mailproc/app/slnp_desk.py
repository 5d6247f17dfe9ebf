"""Answer the commands of a ZFL: each is stored, read and stepped before its answer is written.

So a 600 means that the request is there for good. Where the commits do not come in time the answer is 520:
the ZFL repeats the command, and the same order never makes a second request.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime
from uuid import uuid4

from mailproc.app.build import App
from mailproc.config import Partner
from mailproc.errors import TryLater
from mailproc.ill.terms import Role
from mailproc.mail.channel import SLNP
from mailproc.office.catalogues import locate
from mailproc.office.catalogues.look_up import look_up
from mailproc.protocols.slnp import (
    answers,
    availability,
    commands,
    conversation,
    grammar,
    orders,
    patron_data,
    wire,
)
from mailproc.protocols.slnp.codec import SlnpCodec
from mailproc.protocols.slnp.commands import CommandSaid
from mailproc.protocols.slnp.grammar import CommandRefused, SyntaxFault
from mailproc.store import letter_effects, patrons
from mailproc.store.inbox import NewLetter
from mailproc.store.letter_effects import LetterEffect

_log = logging.getLogger(__name__)

DECIDERS = 8
"""Orders about which catalogues are asked at the same time; one that waits longer is taken."""


class SlnpDesk:
    """One for the door. ``answer`` runs in the listener's loop, and so does ``look``.

    ``committed`` may be called from any thread; ``call`` has something done by the loop.
    """

    def __init__(self, app: App, partner: Partner) -> None:
        self._app, self._partner = app, partner
        codec = app.context.registry.by_name(partner.codec)
        if not isinstance(codec, SlnpCodec):
            raise TypeError("the partner of [listen_slnp] speaks SLNP")
        self._codec = codec
        self._waiting: dict[int, list[asyncio.Future[LetterEffect]]] = {}
        self._looking = self._look_again = self._called = False
        self._deciders = ThreadPoolExecutor(DECIDERS, "slnp-rule")
        self.call: Callable[[Callable[[], None]], None] = lambda _then: None

    async def answer(self, raw: bytes, peer: str) -> bytes:
        """Return the answer to a command from the address ``peer``. Never raises."""
        name = ""
        try:
            name = grammar.parse(raw).name
            said = self._codec.said(raw)
            async with asyncio.timeout(self._app.config.listen_slnp.answer_within):
                return await self._taken(raw, said, peer)
        except (SyntaxFault, CommandRefused) as fault:
            _log.warning("SLNP command of %s refused: %s", peer, fault)
            if name in (commands.ORDER, commands.CHANGE):
                await self._for_staff(raw, peer)
            return answers.of_fault(fault, self._partner.slnp.texts)
        except (TimeoutError, TryLater) as error:
            _log.warning("%s of %s not answered in time: %s", name, peer, error or "no commit")
        except Exception:  # a bug: the ZFL repeats, and staff find its traceback
            _log.exception("%s of %s failed", name, peer)
        return answers.internal(name)

    def committed(self) -> None:
        """Look for what has come of the commands under way: something was committed."""
        if self._waiting and not self._called:  # each call wakes the loop, which costs the writer its turn
            self._called = True
            self.call(self._look)

    async def _taken(self, raw: bytes, said: CommandSaid, peer: str) -> bytes:
        texts = self._partner.slnp.texts
        if said.name == commands.PATRON:
            return self._patron(said)
        refused = await self._refusal(said)
        effect = await self._effect(await self._kept(raw, self._name_of(said), peer, refused))
        if effect.taken:
            return conversation.taken(said, effect.number, texts)
        return conversation.refused(said, effect.refused, texts, again=effect.number_used)

    async def _refusal(self, said: CommandSaid) -> str:
        """Return why our catalogue refuses the order; '' if it does not, or does not say so in time."""
        within = self._app.config.listen_slnp.decide_within
        if not (
            conversation.decides_by_catalogue(said) and locate.asked_for(Role.RESPONDER, self._app.context)
        ):
            return ""
        decided = asyncio.get_running_loop().run_in_executor(self._deciders, self._decide, said)
        try:
            return await asyncio.wait_for(decided, within)
        except TimeoutError:
            return ""

    def _decide(self, said: CommandSaid) -> str:
        app = self._app
        own = locate.asked_for(Role.RESPONDER, app.context)
        try:
            return availability.refusal(look_up(app.store, app.context, orders.item(said), own))
        except TryLater as error:
            _log.warning("the catalogue was not asked: %s", error)
            return ""

    def _patron(self, said: CommandSaid) -> bytes:
        """Return what the field map tells of a reader; nothing without one."""
        slnp = self._partner.slnp
        if not slnp.patron_fields:
            return answers.refused(answers.worded("keine-benutzerdaten", slnp.texts))
        with self._app.store.read() as connection:
            reader = patrons.load(connection, said["BenutzerNummer"])
        if reader is None:
            return answers.refused(answers.worded("benutzer-fehlt", slnp.texts))
        known = {"id": reader.id, "name": reader.name, "email": reader.email, "status": reader.status}
        return answers.data(said.name, patron_data.told(slnp.patron_fields, known))

    async def _for_staff(self, raw: bytes, peer: str) -> None:
        """Keep a command that broke a rule: it is shelved, and staff are told."""
        try:
            await self._kept(raw, uuid4().hex, peer)
        except TryLater as error:
            _log.warning("a command of %s could not be kept: %s", peer, error)

    async def _kept(self, raw: bytes, name: str, peer: str, refused: str = "") -> int:
        """Store the command (commit ①); return its row."""
        app, partner = self._app, self._partner
        now = app.clock()
        dated = format_datetime(now.astimezone(app.context.zone))
        letter = wire.letter(raw, name, partner.address, dated, refused)
        new = NewLetter(SLNP, letter, now, peer=peer, login=partner.symbol)
        (stored,) = await asyncio.wrap_future(app.keep([new]))
        return stored.inbox_id

    def _name_of(self, said: CommandSaid) -> str:
        return (
            wire.order_name(said, self._app.context.today()) if said.name == commands.ORDER else uuid4().hex
        )

    async def _effect(self, inbox_id: int) -> LetterEffect:
        """Wait until the letter was read and its step taken (commits ② and ③)."""
        future: asyncio.Future[LetterEffect] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(inbox_id, []).append(future)
        self._look()
        try:
            return await future
        finally:
            self._forget(inbox_id, future)

    def _forget(self, inbox_id: int, future: "asyncio.Future[LetterEffect]") -> None:
        left = [one for one in self._waiting.get(inbox_id, ()) if one is not future]
        if left:
            self._waiting[inbox_id] = left
        else:
            self._waiting.pop(inbox_id, None)

    def _look(self) -> None:
        """Read what came of all that wait, in another thread; once more if there was a commit meanwhile."""
        self._look_again, self._called = True, False
        if not self._looking:
            self._looking = True
            self._task = asyncio.get_running_loop().create_task(self._looks())

    async def _looks(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._look_again and self._waiting:
                self._look_again = False
                for inbox_id, effect in await loop.run_in_executor(None, self._read, tuple(self._waiting)):
                    for future in self._waiting.get(inbox_id, ()):
                        if not future.done():
                            future.set_result(effect)
        except TryLater as error:  # the store is away: the time limit answers
            _log.warning("what came of SLNP commands could not be read: %s", error)
        finally:
            self._looking = False

    def _read(self, inbox_ids: Sequence[int]) -> list[tuple[int, LetterEffect]]:
        with self._app.store.read() as connection:
            read = letter_effects.which_are_read(connection, inbox_ids)
            found = [(one, letter_effects.of_letter(connection, one)) for one in read]
        return [(one, effect) for one, effect in found if not effect.waits]
