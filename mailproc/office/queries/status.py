"""Read how the service and what it needs are: the answer to "is everything all right?"."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

import mailproc
from mailproc.config_load.poll import longest_gap
from mailproc.flow.context import Context
from mailproc.office.queries import certificates, hub_state, paused_catalogues
from mailproc.office.queries.agenda import FaultyText, faulty_texts
from mailproc.office.queries.hub_state import HubStatus
from mailproc.office.queries.paused_catalogues import PausedCatalogue
from mailproc.office.queries.service_state import ServiceCondition, ServiceState, judged, unless_held
from mailproc.sentence import Note, Sentence, Word, note, sentence
from mailproc.store import (
    backlog,
    backups,
    hook_lists,
    lock,
    open_requests,
    restore_hold,
    server_lock,
    service_record,
    submissions,
)
from mailproc.store.backlog import Backlog
from mailproc.store.engine import Store
from mailproc.store.regular_file import is_gone
from mailproc.store.service_record import ServiceRecord

STUCK = timedelta(minutes=15)
"""What has waited so long without a reason in a queue that the service takes at once is stuck."""
HOUR = timedelta(hours=1)
TAKEN_AT_ONCE = ("inbox", "event")
LOW_SHARE, LOW_OCTETS = 0.05, 1_000_000_000
"""A disk is low with less than this share, or less than these octets, whichever is less."""


@dataclass(frozen=True)
class MailboxStatus:
    """``looked_at``: by the service that runs; None if it has not looked yet, or none runs. ``late``: it
    should have by now."""

    name: str
    looked_at: datetime | None
    failing_since: datetime | None
    error: Note
    late: bool = False


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
    """The last good backup; None and '' if there is none. ``fault``: why a later one was not made.

    ``begun_at``: of one that is being made, or was killed. ``late``: by `[schedule] backup` there should be a
    newer one. ``is_gone``: its file lies there no more.
    """

    made_at: datetime | None
    file: str
    fault: str
    begun_at: datetime | None = None
    late: bool = False
    is_gone: bool = False


@dataclass(frozen=True)
class HookTrouble:
    """A hook with calls that wait for staff; ``failed``: at most ``hook_lists.MOST``. Not ``known``: it is in
    config.toml no more. ``waits_since``: of the oldest call that waits for longer than an hour."""

    name: str
    failed: int
    known: bool
    waits_since: datetime | None = None


@dataclass(frozen=True)
class StandbyStatus:
    """A service on another machine that waits. Not ``ready``: it could not take over, its log says why."""

    process: int
    host: str
    since: datetime
    ready: bool


@dataclass(frozen=True)
class Status:
    """``catalogues``: that are not asked now; a request goes on without them. ``to_review``: requests that
    were submitted and wait for staff, at most ``submissions.MOST``. ``held_back``: letters that stay held
    since the store was put back from a copy and went on. ``hub``: None where config.toml has none.
    ``metrics_fault``: why nobody gets the figures; ``desk_fault``: why nobody reaches the desk.

    ``wrong``: everything for which somebody must act. ``version``: of the program that answers."""

    service: ServiceState
    version: str
    mailboxes: tuple[MailboxStatus, ...]
    relay: RelayStatus
    queues: tuple[QueueStatus, ...]
    disk: DiskStatus
    backup: BackupStatus
    templates: tuple[FaultyText, ...]
    standbys: tuple[StandbyStatus, ...] = ()
    hooks: tuple[HookTrouble, ...] = ()
    catalogues: tuple[PausedCatalogue, ...] = ()
    to_review: int = 0
    held_back: int = 0
    metrics_fault: str = ""
    desk_fault: str = ""
    hub: HubStatus | None = None
    wrong: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()


def status(store: Store, connection: Connection, context: Context) -> Status:
    """Return the status. Its cost does not grow with the store."""
    now, record = context.clock(), service_record.recorded(connection)
    holder, silence = lock.holder(store, connection), service_record.silence(connection)
    service = unless_held(judged(record, holder, now, context.shown, silence), connection)
    running = record if service.alive else None
    queues = backlog.backlog(connection)
    found = Status(
        service=service,
        version=mailproc.__version__,
        mailboxes=tuple(_mailboxes(connection, context, running, now)),
        relay=_relay(context, running, queues["outgoing"]),
        queues=tuple(_queues(queues, now, service)),
        disk=disk(store.path.parent if store.path is not None else context.config.file.parent),
        backup=_backup(connection, context, record, now),
        templates=faulty_texts(context),
        standbys=tuple(_standbys(connection)),
        hooks=tuple(_hooks(connection, context, now)),
        catalogues=tuple(paused_catalogues.paused(connection, context)),
        to_review=submissions.count_to_review(connection),
        held_back=restore_hold.count_held(connection),
        metrics_fault=(running.metrics_fault or "") if running is not None else "",
        desk_fault=(running.desk_fault or "") if running is not None else "",
        hub=hub_state.hub(connection, context),
    )
    return Status(
        **vars(found) | {"wrong": tuple(_wrong(found, context)), "notes": tuple(_notes(found, context))}
    )


def _hooks(connection: Connection, context: Context, now: datetime) -> Iterator[HookTrouble]:
    for name in hook_lists.with_calls(connection):
        known = context.hooks.get(name) is not None
        since = hook_lists.waits_since(connection, name)
        late = since if since is not None and now - since > HOUR else None
        if (failed := hook_lists.failed(connection, name)) or late or not known:
            yield HookTrouble(name, failed, known, late)


def _standbys(connection: Connection) -> Iterator[StandbyStatus]:
    if connection.dialect.name == "postgresql":
        for one in server_lock.waiting(connection):
            yield StandbyStatus(one.process, one.host, one.since, one.ready)


def _backup(
    connection: Connection, context: Context, record: ServiceRecord | None, now: datetime
) -> BackupStatus:
    good, begun, ended = (
        backups.last(connection),
        backups.last(connection, good=False),
        backups.last_ended(connection),
    )
    at, file = (good.at, good.file) if good is not None else (None, "")
    under_way = begun is not None and begun.ended_at is None
    since = at or (record.started_at if record is not None else None)
    return BackupStatus(
        at,
        file,
        ended.fault if ended is not None else "",
        begun.at if begun is not None and under_way else None,
        _is_late(context.config.schedule.backup, since, now),
        bool(file) and not under_way and is_gone(Path(file)),
    )


def _is_late(when: str, last: datetime | None, now: datetime) -> bool:
    """Whether what is done ``when`` was last done more than two periods ago, and more than an hour."""
    return bool(when) and last is not None and now - last > max(2 * longest_gap(when), HOUR)


def disk(folder: Path) -> DiskStatus:
    """Return the space on the disk of a folder."""
    usage = shutil.disk_usage(folder)
    low = usage.free < min(usage.total * LOW_SHARE, LOW_OCTETS)
    return DiskStatus(str(folder), usage.free, usage.total, low)


def _mailboxes(
    connection: Connection, context: Context, running: ServiceRecord | None, now: datetime
) -> Iterator[MailboxStatus]:
    failing = {row.name: row for row in open_requests.failing_mailboxes(connection)}
    for mailbox in context.config.mailbox:
        row = failing.get(mailbox.name)
        looked = running.looked_at(f"mailbox {mailbox.name}") if running is not None else None
        late = False
        if running is not None and not running.once:  # a look may take an hour
            late = _is_late(mailbox.poll, (looked or running.started_at) + HOUR, now)
        since, why = (row.failing_since, row.last_error) if row is not None else (None, "")
        yield MailboxStatus(mailbox.name, looked, since, note(why), late)


def _relay(context: Context, running: ServiceRecord | None, waiting: Backlog) -> RelayStatus:
    """A refusal stands while a letter waits that was there when it came, and none has left since."""
    deliver = context.config.deliver
    if running is None or deliver.mode == "folder":
        return RelayStatus(deliver.mode, deliver.host, deliver.port, None, None, note(""))
    sent, refused = running.sent_at, running.refused_at
    stands = (
        refused is not None
        and (sent is None or sent <= refused)
        and (waiting.oldest_at is not None and waiting.oldest_at <= refused)
    )
    refusal = note(running.refusal if stands else "")
    return RelayStatus(deliver.mode, deliver.host, deliver.port, sent, refused, refusal)


def _queues(found: Mapping[str, Backlog], now: datetime, service: ServiceState) -> Iterator[QueueStatus]:
    for name, one in found.items():
        at_once = service.state is ServiceCondition.RUNNING and name in TAKEN_AT_ONCE
        due = max(one.oldest_at, one.not_before or one.oldest_at) if one.oldest_at is not None else now
        yield QueueStatus(name, one.waiting, one.oldest_at, at_once and now - due > STUCK)


def _wrong(found: Status, context: Context) -> Iterator[Sentence]:
    if found.service.said is not None:
        yield found.service.said
    for box in found.mailboxes:
        if box.failing_since is not None:
            yield sentence("status-mailbox", name=box.name, why=_words(box.error))
        elif box.late:
            yield sentence("status-mailbox-late", name=box.name)
    yield from _hub_wrong(found.hub, context)
    if found.relay.refusal:
        yield sentence("status-relay", why=_words(found.relay.refusal))
    yield from _held_back(found.held_back)
    yield from _hooks_wrong(found.hooks)
    for one in found.queues:
        if one.stuck:
            yield sentence("status-stuck", queue=Word("labels.queue", one.queue))
    if found.disk.low:
        free = found.disk.free // 1_000_000
        yield sentence("status-disk", folder=found.disk.folder, free=free)
    yield from _closed_doors(found)
    yield from (one.said(context) for one in certificates.ending(context) if one.is_over)
    yield from _backup_wrong(found.backup, context.clock())
    yield from _not_ready(found.standbys)
    for text in found.templates:
        yield sentence("status-template", path=text.path, why=text.error)


def _hub_wrong(hub: HubStatus | None, context: Context) -> Iterator[Sentence]:
    if hub is not None and hub.silent and hub.failing_since is not None:
        when = context.local(hub.failing_since).date()
        yield sentence("status-hub", when=when, why=_words(hub.error))


def _held_back(count: int) -> Iterator[Sentence]:
    if count:
        yield sentence("status-held-back", count=count)


def _closed_doors(found: Status) -> Iterator[Sentence]:
    if found.desk_fault:
        yield sentence("status-desk", why=found.desk_fault)
    if found.metrics_fault:
        yield sentence("status-metrics", why=found.metrics_fault)


def _hooks_wrong(hooks: Sequence[HookTrouble]) -> Iterator[Sentence]:
    for one in hooks:
        if one.failed:
            yield sentence("status-hook", hook=one.name, count=one.failed)
        if not one.known:
            yield sentence("status-hook-gone", hook=one.name)
        elif one.waits_since is not None:
            yield sentence("status-hook-late", hook=one.name)


def _backup_wrong(found: BackupStatus, now: datetime) -> Iterator[Sentence]:
    if found.fault:
        yield sentence("status-backup", why=found.fault.rstrip("."))
    if found.begun_at is not None and now - found.begun_at > HOUR:
        yield sentence("status-backup-hangs")
    if found.late:
        yield sentence("status-backup-late")
    if found.is_gone:
        yield sentence("status-backup-gone", file=found.file)


def _not_ready(standbys: Sequence[StandbyStatus]) -> Iterator[Sentence]:
    for one in standbys:
        if not one.ready:
            yield sentence("status-standby", process=one.process, host=one.host)


def _words(said: Note) -> tuple[str | Sentence, ...]:
    return tuple(said.parts)


def _notes(found: Status, context: Context) -> Iterator[Sentence]:
    yield from (one.said(context) for one in certificates.ending(context) if not one.is_over)
    runs = found.service.version
    if found.service.alive and runs not in ("", found.version):
        yield sentence("status-version", runs=runs, here=found.version)
