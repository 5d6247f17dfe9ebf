"""Read how the service and what it needs are: the answer to "is everything all right?"."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

import mailproc
from mailproc.flow.context import Context
from mailproc.office.queries.agenda import FaultyText, faulty_texts
from mailproc.office.queries.service_state import ServiceCondition, ServiceState, judged, unless_held
from mailproc.sentence import Note, Sentence, Word, note, sentence
from mailproc.store import backlog, backups, lock, open_requests, server_lock, service_record
from mailproc.store.engine import Store
from mailproc.store.service_record import ServiceRecord

STUCK = timedelta(minutes=15)
"""What has waited so long without a reason in a queue that the service takes at once is stuck."""
TAKEN_AT_ONCE = ("inbox", "event")
LOW_SHARE, LOW_OCTETS = 0.05, 1_000_000_000
"""A disk is low with less than this share, or less than these octets, whichever is less."""


@dataclass(frozen=True)
class MailboxStatus:
    """``looked_at``: by the service that runs; None if it has not looked yet, or none runs."""

    name: str
    looked_at: datetime | None
    failing_since: datetime | None
    error: Note


@dataclass(frozen=True)
class RelayStatus:
    """Where letters go ("folder": nothing is sent), and when the last one left or was refused, also
    before the last start. ``refusal``: '' once a letter has left again."""

    mode: str
    host: str
    port: int
    sent_at: datetime | None
    refused_at: datetime | None
    refusal: Note


@dataclass(frozen=True)
class QueueStatus:
    """``waiting``: at most ``backlog.MOST``."""

    queue: str
    waiting: int
    oldest_at: datetime | None
    stuck: bool


@dataclass(frozen=True)
class DiskStatus:
    """Octets where the store lies."""

    folder: str
    free: int
    total: int
    low: bool


@dataclass(frozen=True)
class BackupStatus:
    """The last good backup; None and '' if there is none. ``fault``: why a later one was not made."""

    made_at: datetime | None
    file: str
    fault: str


@dataclass(frozen=True)
class StandbyStatus:
    """A service on another machine that waits. Not ``ready``: it could not take over, its log says why."""

    process: int
    host: str
    since: datetime
    ready: bool


@dataclass(frozen=True)
class Status:
    """``wrong``: everything for which somebody must act. ``version``: of the program that answers."""

    service: ServiceState
    version: str
    mailboxes: tuple[MailboxStatus, ...]
    relay: RelayStatus
    queues: tuple[QueueStatus, ...]
    disk: DiskStatus
    backup: BackupStatus
    templates: tuple[FaultyText, ...]
    standbys: tuple[StandbyStatus, ...] = ()
    wrong: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()


def status(store: Store, connection: Connection, context: Context) -> Status:
    """Return the status. Its cost does not grow with the store."""
    now, record = context.clock(), service_record.recorded(connection)
    holder, silence = lock.holder(store, connection), service_record.silence(connection)
    service = unless_held(judged(record, holder, now, context.shown, silence), connection)
    running = record if service.alive else None
    found = Status(
        service=service,
        version=mailproc.__version__,
        mailboxes=tuple(_mailboxes(connection, context, running)),
        relay=_relay(context, running),
        queues=tuple(_queues(connection, now, service)),
        disk=disk(store.path.parent if store.path is not None else context.config.file.parent),
        backup=_backup(connection),
        templates=faulty_texts(context),
        standbys=tuple(_standbys(connection)),
    )
    return Status(**vars(found) | {"wrong": tuple(_wrong(found)), "notes": tuple(_notes(found))})


def _standbys(connection: Connection) -> Iterator[StandbyStatus]:
    if connection.dialect.name == "postgresql":
        for one in server_lock.waiting(connection):
            yield StandbyStatus(one.process, one.host, one.since, one.ready)


def _backup(connection: Connection) -> BackupStatus:
    good, begun = backups.last(connection), backups.last(connection, good=False)
    fault = begun.fault if begun is not None else ""
    return BackupStatus(good.at, good.file, fault) if good is not None else BackupStatus(None, "", fault)


def disk(folder: Path) -> DiskStatus:
    """Return the space on the disk of a folder."""
    usage = shutil.disk_usage(folder)
    low = usage.free < min(usage.total * LOW_SHARE, LOW_OCTETS)
    return DiskStatus(str(folder), usage.free, usage.total, low)


def _mailboxes(
    connection: Connection, context: Context, running: ServiceRecord | None
) -> Iterator[MailboxStatus]:
    failing = {row.name: row for row in open_requests.failing_mailboxes(connection)}
    for mailbox in context.config.mailbox:
        row = failing.get(mailbox.name)
        yield MailboxStatus(
            mailbox.name,
            running.looked_at(f"mailbox {mailbox.name}") if running is not None else None,
            row.failing_since if row is not None else None,
            note(row.last_error if row is not None else ""),
        )


def _relay(context: Context, running: ServiceRecord | None) -> RelayStatus:
    deliver = context.config.deliver
    if running is None or deliver.mode == "folder":
        return RelayStatus(deliver.mode, deliver.host, deliver.port, None, None, note(""))
    sent, refused = running.sent_at, running.refused_at
    over = refused is None or (sent is not None and sent > refused)
    refusal = note("" if over else running.refusal)
    return RelayStatus(deliver.mode, deliver.host, deliver.port, sent, refused, refusal)


def _queues(connection: Connection, now: datetime, service: ServiceState) -> Iterator[QueueStatus]:
    for name, found in backlog.backlog(connection).items():
        at_once = service.state is ServiceCondition.RUNNING and name in TAKEN_AT_ONCE
        due = found.not_before is None or found.not_before <= now
        stuck = at_once and due and found.oldest_at is not None and now - found.oldest_at > STUCK
        yield QueueStatus(name, found.waiting, found.oldest_at, stuck)


def _wrong(found: Status) -> Iterator[Sentence]:
    if found.service.said is not None:
        yield found.service.said
    for box in found.mailboxes:
        if box.failing_since is not None:
            yield sentence("status-mailbox", name=box.name, why=_words(box.error))
    if found.relay.refusal:
        yield sentence("status-relay", why=_words(found.relay.refusal))
    for one in found.queues:
        if one.stuck:
            yield sentence("status-stuck", queue=Word("labels.queue", one.queue))
    if found.disk.low:
        free = found.disk.free // 1_000_000
        yield sentence("status-disk", folder=found.disk.folder, free=free)
    if found.backup.fault:
        yield sentence("status-backup", why=found.backup.fault.rstrip("."))
    yield from _not_ready(found.standbys)
    for text in found.templates:
        yield sentence("status-template", path=text.path, why=text.error)


def _not_ready(standbys: Sequence[StandbyStatus]) -> Iterator[Sentence]:
    for one in standbys:
        if not one.ready:
            yield sentence("status-standby", process=one.process, host=one.host)


def _words(said: Note) -> tuple[str | Sentence, ...]:
    return tuple(said.parts)


def _notes(found: Status) -> Sequence[Sentence]:
    runs = found.service.version
    if not found.service.alive or runs in ("", found.version):
        return ()
    return (sentence("status-version", runs=runs, here=found.version),)
