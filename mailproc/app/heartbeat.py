"""Record in the store that the service is alive, so that verbs and other machines can tell.

``beat`` is called by the watchdog at each look, and only while every station moves (watchdog.py). Times are
kept as monotonic ones and become instants at each beat: a clock that was wrong at the start and is set
later leaves nothing wrong behind.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Connection

import mailproc
from mailproc.errors import InDoubt, TryLater
from mailproc.flow.send import Deliver
from mailproc.mail.letter import Envelope
from mailproc.sentence import Stored, shortened, stored
from mailproc.store import service_record
from mailproc.store.engine import Store
from mailproc.store.service_record import ServiceRecord

_log = logging.getLogger(__name__)

BEAT = 10.0
"""Seconds between two records."""
LAST_WORD = 2.0
"""Seconds for the record of the end: it delays no stop of a service whose store is away."""


@dataclass
class _Seen:
    """Monotonic times of what the service did."""

    looked: dict[str, float] = field(default_factory=dict)
    sent: float | None = None
    refused: float | None = None
    refusal: Stored = Stored("")  # noqa: RUF009  # a str, which never changes


@dataclass(frozen=True)
class _Sending:
    """When a letter last left and was last refused, and why: as in ``ServiceRecord``."""

    sent_at: datetime | None = None
    refused_at: datetime | None = None
    refusal: str = ""


def _before(connection: Connection) -> _Sending:
    """Return what the last run recorded."""
    last = service_record.recorded(connection)
    if last is None:
        return _Sending()
    return _Sending(last.sent_at, last.refused_at, last.refusal)


class Heartbeat:
    """The record of one run. Safe from any thread."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        next_runs: Callable[[], Mapping[str, datetime]] = dict,
        *,
        ports: Mapping[str, str] = MappingProxyType({}),
        once: bool = False,
    ) -> None:
        self._store, self._clock, self._next_runs, self._once = store, clock, next_runs, once
        self._ports = ports
        self._begun = time.monotonic()
        self._beaten = self._begun
        self._written: Future[None] | None = None
        self._seen = _Seen()
        self._before = _Sending()
        self._metrics_fault = ""
        self._desk_fault = ""

    def begin(self) -> None:
        """Record that the service runs. It holds the lock of the store. Raises TryLater."""
        with self._store.read() as connection:
            self._before = _before(connection)
        said = self._record()
        self._store.write(lambda connection: service_record.record(connection, said))

    def beat(self) -> None:
        """Record it again if that is due and the last record is written. Never waits."""
        if time.monotonic() - self._beaten < BEAT or not (self._written is None or self._written.done()):
            return
        self._submit(self._record())

    def clock_was_set(self) -> None:
        """Record it at once: what stands in the store is of the wrong time."""
        self._beaten = float("-inf")
        self.beat()

    def looked(self, place: str) -> None:
        """Note that the place was just looked into."""
        self._seen.looked[place] = time.monotonic()

    def metrics_told(self, fault: str) -> None:
        """Note why nobody gets the figures, '' if they can be had. It is recorded at the next beat."""
        self._metrics_fault = fault

    def desk_told(self, fault: str) -> None:
        """Note why nobody reaches the desk, '' if somebody can. It is recorded at the next beat."""
        self._desk_fault = fault

    def noting(self, deliver: Deliver) -> Deliver:
        """Return ``deliver``, with what becomes of each letter noted."""

        def one(envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
            try:
                done = deliver(envelope, raw, name)
            except (TryLater, InDoubt) as error:
                self._seen.refusal = stored(shortened(error.said))
                self._seen.refused = time.monotonic()
                raise
            self._seen.sent = time.monotonic()
            return done

        return one

    def end(self, failure: str = "") -> None:
        """Record the end, and why if it was not asked for. Never raises."""
        said = self._record()
        last = replace(said, ended_at=said.seen_at, failure=failure, jobs={}, metrics_fault="", desk_fault="")
        if not self._once:
            self._submit(last)
            wait([self._written] if self._written is not None else [], LAST_WORD)
            return
        with suppress(TryLater):
            self._store.write(lambda connection: service_record.record(connection, last))

    def _submit(self, said: ServiceRecord) -> None:
        self._beaten = time.monotonic()
        try:
            self._written = self._store.submit(lambda connection: service_record.record(connection, said))
        except TryLater as error:  # full or away: the stations say so
            _log.debug("the service is not recorded: %s", error)

    def _record(self) -> ServiceRecord:
        read, now, seen = time.monotonic(), self._clock(), self._seen
        began = ServiceRecord.of(
            os.getpid(), os.uname().nodename, mailproc.__version__, _instant(self._begun, read, now)
        )
        return replace(
            began,
            once=self._once,
            seen_at=now,
            metrics_fault=self._metrics_fault,
            desk_fault=self._desk_fault,
            ports=dict(self._ports),
            jobs={name: _written(at) for name, at in self._next_runs().items()},
            looked={name: _written(_instant(at, read, now)) for name, at in dict(seen.looked).items()},
            **vars(self._sending(read, now)),
        )

    def _sending(self, read: float, now: datetime) -> _Sending:
        """Return what this run knows of sending, or the last run where this one has had no letter."""
        seen, before = self._seen, self._before
        sent = min(before.sent_at, _instant(self._begun, read, now)) if before.sent_at else None
        if seen.sent is None and seen.refused is None:
            return replace(before, sent_at=sent)
        return _Sending(
            sent if seen.sent is None else _instant(seen.sent, read, now),
            None if seen.refused is None else _instant(seen.refused, read, now),
            seen.refusal,
        )


def _instant(monotonic: float, read: float, now: datetime) -> datetime:
    """Return when it was. ``read``: the monotonic time, read just before the time ``now``.

    In this order a busy machine makes it too late, never too early: a refusal stays after its letter.
    """
    return now - timedelta(seconds=read - monotonic)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
