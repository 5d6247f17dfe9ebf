"""Is the service of this store alive? By its lock, and by what it last recorded of itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.sentence import Sentence, sentence
from mailproc.store import lock, restored, service_record
from mailproc.store.engine import Store
from mailproc.store.server_lock import Holder
from mailproc.store.service_record import ServiceRecord

LATE = timedelta(seconds=60)
"""A service that has not recorded itself for so long hangs. It does so every 10 to 15 seconds."""
AHEAD = timedelta(minutes=3)
"""A record that far in the future was made by a wrong clock, here or there."""
ONCE_A_DAY = timedelta(hours=25)
"""Between two runs of `run --once`, at most; after that none is expected any more."""


class ServiceCondition(StrEnum):
    RUNNING = "running"
    STARTING = "starting"
    BETWEEN_RUNS = "between-runs"  # of `run --once`
    HANGING = "hanging"
    CLOCK_AHEAD = "clock-ahead"
    STOPPED = "stopped"
    FAILED = "failed"
    DIED = "died"
    NEVER = "never"


ALIVE = {ServiceCondition.RUNNING, ServiceCondition.STARTING, ServiceCondition.BETWEEN_RUNS}


@dataclass(frozen=True)
class ServiceState:
    """``said``: what is wrong, None while the service is alive and its store is not held.

    The rest is as the service recorded it.
    """

    state: ServiceCondition
    alive: bool
    said: Sentence | None
    process: int | None = None
    host: str = ""
    version: str = ""
    started_at: datetime | None = None
    seen_at: datetime | None = None
    ended_at: datetime | None = None
    failure: str = ""


def service_state(store: Store, connection: Connection, context: Context) -> ServiceState:
    """Return how the service is. Several may ask at once. Costs three short questions."""
    record, holder = service_record.recorded(connection), lock.holder(store, connection)
    silence = service_record.silence(connection)
    return unless_held(judged(record, holder, context.clock(), context.shown, silence), connection)


def unless_held(found: ServiceState, connection: Connection) -> ServiceState:
    """Return the same; a service that is alive sends nothing while its store is held."""
    held = said_if_held(connection)
    return replace(found, said=held) if found.said is None and held is not None else found


def said_if_held(connection: Connection) -> Sentence | None:
    """Return that the store is held, since it was put back from a copy; None if it is not."""
    return sentence("service-held") if restored.standing(connection) is not None else None


def judged(
    record: ServiceRecord | None,
    holder: Holder | None,
    now: datetime,
    shown: Callable[[datetime], str],
    silence: timedelta | None = None,
) -> ServiceState:
    """Return the state by the last record, who holds the lock of the store, and the time.

    ``silence`` as ``service_record.silence``.
    """
    state = condition(record, holder, now, silence)
    alive = state in ALIVE
    if record is None:
        said = None if alive else sentence("service-never", command="mailproc run")
        return ServiceState(state, alive, said)
    return ServiceState(
        state,
        alive,
        None if alive else _said(state, record, shown),
        record.process,
        record.host,
        record.version,
        record.started_at,
        record.seen_at,
        record.ended_at,
        record.failure,
    )


def condition(
    record: ServiceRecord | None, holder: Holder | None, now: datetime, silence: timedelta | None = None
) -> ServiceCondition:
    """Return the same as one word."""
    if holder is None:
        return ServiceCondition.NEVER if record is None else _of_ended(record, now)
    other = record is not None and holder.process not in (0, record.process)
    if record is None or other or record.ended_at is not None:
        return ServiceCondition.STARTING  # it has the lock, and has not recorded itself yet
    if record.seen_at - now > AHEAD and not record.once:
        return ServiceCondition.CLOCK_AHEAD
    silent = now - record.seen_at if silence is None or record.once else silence
    late = ONCE_A_DAY if record.once else LATE  # it records its start and its end only
    return ServiceCondition.HANGING if silent > late else ServiceCondition.RUNNING


def _of_ended(record: ServiceRecord, now: datetime) -> ServiceCondition:
    if record.ended_at is None:
        return ServiceCondition.DIED
    if record.failure:
        return ServiceCondition.FAILED
    if record.once and abs(now - record.ended_at) < ONCE_A_DAY:
        return ServiceCondition.BETWEEN_RUNS
    return ServiceCondition.STOPPED


def _said(state: ServiceCondition, record: ServiceRecord, shown: Callable[[datetime], str]) -> Sentence:
    when = shown(record.ended_at or record.seen_at)
    if state is ServiceCondition.STOPPED:
        return sentence("service-stopped", when=when)
    if state is ServiceCondition.FAILED:
        return sentence("service-failed", when=when, why=record.failure)
    who: dict[str, str | int] = {"process": record.process, "host": record.host, "when": when}
    if state is ServiceCondition.DIED:
        return sentence("service-died", **who)
    if state is ServiceCondition.CLOCK_AHEAD:
        return sentence("service-clock-ahead", **who)
    return sentence("service-hanging", **who)
