"""A library that speaks ISO 10161 and lends to us: a whole mailproc, with a store of its own.

It runs in this process. Its staff do nothing unasked: a cue (``go B5 ship``) is an act of theirs.
Whom it lends to it learns from the first request, as this is practice.
``aleph`` is one that is reached by TCP.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from mailproc.config import Config, Deliver, Library, Partner
from mailproc.config import StoreSettings as StoreSection
from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow import send
from mailproc.flow.advance import station as advance
from mailproc.flow.advance.verify import verify
from mailproc.flow.context import Context
from mailproc.flow.intake import station as intake
from mailproc.flow.prepare import messages, notices
from mailproc.ill.terms import Role
from mailproc.mail.letter import Envelope, Letter
from mailproc.mail.parse import parse
from mailproc.notices.catalogue import NOTICES
from mailproc.notices.language_files import ENGLISH
from mailproc.office.acts import perform
from mailproc.office.acts.perform import StaffAct
from mailproc.practice.supplier import Answer, Tell
from mailproc.protocols import registry
from mailproc.store import inbox
from mailproc.store.engine import Store
from mailproc.store.events import HISTORY
from mailproc.store.inbox import NewLetter
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder

SYMBOL, NAME = "PRACTICE-NEIGHBOUR", "Neighbour Library (practice)"
ADDRESS = "ill@neighbour.practice.example"
CODEC = "iso10161"

Particulars = Callable[[date], dict[str, Any]]
CUES: Mapping[str, tuple[str, Particulars]] = MappingProxyType(
    {
        "promised": ("will-supply", lambda today: {"on": today + timedelta(days=2)}),
        "unfilled": ("unfilled", lambda _today: {"reason": "not-owned"}),
        "ship": ("ship", lambda today: {"on": today + timedelta(weeks=4)}),
        "renewed": ("renew-reply", lambda today: {"answer": True, "on": today + timedelta(weeks=8)}),
        "refused": ("renew-reply", lambda _today: {"answer": False}),
        "overdue": ("overdue", lambda today: {"on": today, "anyway": True}),
        "recall": ("recall", lambda _today: {}),
        "cancelled": ("cancel-reply", lambda _today: {"answer": True}),
        "check-in": ("check-in", lambda _today: {}),
    }
)
"""What may be said to it after ``go NUMBER``, and the act of its staff that this is."""


def _now() -> datetime:
    return datetime.now(UTC)


class Neighbour:
    """``open`` it before its first letter, and ``close`` it."""

    symbol, name, address = SYMBOL, NAME, ADDRESS
    line: Mapping[str, Any] = MappingProxyType({})  # how its [[partner]] for us says that we are reached

    def __init__(self, tell: Tell, clock: Callable[[], datetime] = _now) -> None:
        self._tell = tell
        self._clock = clock
        self._stack = ExitStack()
        self._written: list[Answer] = []
        self._told = 0

    def open(self) -> None:
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="mailproc-neighbour-")))
        self._url = f"sqlite:///{folder}/mailproc.db"
        self._templates = Templates([shipped_folder()], (*NOTICES, *registry.contracts()))
        self._store = Store.open(self._url)
        self._stack.callback(self._store.close)
        self._premises = self._lending_to()

    def close(self) -> None:
        self._stack.close()

    def take(self, raw: bytes) -> list[Answer]:
        """A letter came: into the inbox, then through the stations; what it writes at once."""
        if not self._premises.config.partner:
            self._premises = self._lending_to(*self._who_asks(raw))
        letter = self._new_letter(raw, self._clock())
        self._store.write(lambda connection: inbox.keep(connection, [letter]))
        return self._work()

    def knows(self, number: str) -> bool:
        return self._local(number) != ""

    def go(self, number: str, cue: str) -> list[Answer]:
        """A person's cue for what the borrower calls ``number`` (B5): an act of its staff."""
        if cue not in CUES:
            self._tell("unknown-cue", player=self.name, number=number, cue=cue, cues=", ".join(CUES))
            return []
        action, particulars = CUES[cue]
        act = StaffAct(action=action, number=self._local(number), **particulars(self._premises.today()))
        try:
            perform.perform(self._store, self._premises, act)
        except LocalFault as fault:
            self._tell("not-understood", text=str(fault))
        return self._work()

    def report(self) -> None:
        """Tells how many of its transactions were recomputed, how many differ, and where each stands."""
        with self._store.read() as connection:
            found = verify(connection)
            rows = connection.execute(select(TRANSACTION.c.tgq, TRANSACTION.c.state)).all()
        states = {row.tgq: row.state for row in rows}
        self._tell(
            "verified", player=self.name, checked=found.checked, differ=len(found.differences), states=states
        )

    def _lending_to(self, symbol: str = "", address: str = "") -> Context:
        asks = Partner(
            symbol=symbol, address=address, codec=CODEC, roles=(Role.REQUESTER,), proof=("none",),
            **self.line,
        )  # fmt: skip
        config = Config(
            library=Library(symbol=self.symbol, name=self.name, email=self.address),
            store=StoreSection(url=self._url),
            deliver=Deliver(mode="smtp"),
            partner=(asks,) if symbol else (),
        )
        return Context(config, lambda: registry.load(config), lambda: self._templates, self._clock)

    def _who_asks(self, raw: bytes) -> tuple[str, str]:
        """The symbol and address of the letter's writer; no symbol where it is no message."""
        letter = self._read(raw)
        codec = self._premises.registry.by_name(CODEC)
        try:
            said = codec.decode(letter).apdus if codec.recognise(letter) else ()
        except RemoteFault:
            said = ()
        return (said[0].requester or "" if said else ""), letter.sender

    def _read(self, raw: bytes) -> Letter:
        return parse(raw)

    def _new_letter(self, raw: bytes, at: datetime) -> NewLetter:
        sender = parse(raw).sender
        return NewLetter("listener", raw, at, mail_from=sender, rcpt_to=self.address, peer="127.0.0.1")

    def _answer(self, envelope: Envelope, raw: bytes) -> Answer:
        return Answer(self.address, envelope.rcpt_to, parse(raw).subject, "", "message", raw=raw)

    def _work(self) -> list[Answer]:
        """All stations until nothing is due."""
        store, context = self._store, self._premises
        while (
            intake.run(store, context)
            + advance.run(store, context)
            + messages.run(store, context)
            + notices.run(store, context)
            + send.run(store, context, self._deliver)
        ):
            pass
        self._tell_news()
        written, self._written = self._written, []
        return written

    def _deliver(self, envelope: Envelope, raw: bytes, _name: str) -> tuple[str, str]:
        if envelope.rcpt_to != self.address:  # a notice to its own staff goes nowhere
            self._written.append(self._answer(envelope, raw))
        return "handed_over", "given to the carrier"

    def _tell_news(self) -> None:
        """Every new line of its history, in words."""
        columns = (HISTORY.c.id, HISTORY.c.event, TRANSACTION.c.tgq)
        rows = select(*columns).join(TRANSACTION, TRANSACTION.c.id == HISTORY.c.transaction_id)
        with self._store.read() as connection:
            news = connection.execute(rows.where(HISTORY.c.id > self._told).order_by(HISTORY.c.id)).all()
        for row in news:
            self._told = row.id
            self._tell(
                "history",
                player=self.name,
                number=row.tgq,
                heard=row.event,
                text=ENGLISH.event_word(row.event),
            )

    def _local(self, number: str) -> str:
        """Its own number (L1) of what the borrower calls B5 or B5-1; '' where it has no such."""
        found = (
            select(REQUEST.c.number)
            .join(TRANSACTION, TRANSACTION.c.request_id == REQUEST.c.id)
            .where(TRANSACTION.c.tgq == number.upper().partition("-")[0])
        )
        with self._store.read() as connection:
            return str(connection.execute(found).scalar() or "")
