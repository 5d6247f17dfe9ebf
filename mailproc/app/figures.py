"""The figures that Prometheus asks for: what `status` says, and how many letters and requests there were."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import cast

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection

import mailproc
from mailproc.errors import TryLater
from mailproc.flow import pausing
from mailproc.flow.context import Context
from mailproc.office.queries import status as query
from mailproc.office.queries.status import Status
from mailproc.store import hook_lists, totals
from mailproc.store.engine import Store

PREFIX = "mailproc_"


class Figures:
    """Reads the store at each question, by questions whose cost does not grow with it."""

    def __init__(self, store: Store, context: Context) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(cast(Collector, _FromStore(store, context)))

    def written(self) -> tuple[str, bytes]:
        """Give the type of the content, and the figures as text."""
        return CONTENT_TYPE_LATEST, generate_latest(self._registry)


class _FromStore:
    """What prometheus_client calls a collector."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store, self._context = store, context

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: the store may be away at the start."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; of a store that is away only that it is."""
        try:
            with self._store.read() as connection:
                found = list(self._read(connection))
        except TryLater:
            found = []
        yield _gauge("store_up", "1 if the store answered", 1 if found else 0)
        yield _labelled("info", "the version that runs", "version", {mailproc.__version__: 1})
        yield from found

    def _read(self, connection: Connection) -> Iterator[Metric]:
        found = query.status(self._store, connection, self._context)
        yield from _of_service(found)
        yield from _of_mail(found)
        yield from _of_hooks(connection, self._context)
        yield from _of_peers(connection, found, self._context)
        yield _gauge("requests_to_review", "submitted requests that wait (at most 10,000)", found.to_review)
        for name, count in totals.totals(connection).items():
            yield CounterMetricFamily(f"{PREFIX}{name}", f"{name} since the store was made", value=count)


def _of_service(found: Status) -> Iterator[Metric]:
    yield _time("start_time_seconds", "when the service began", found.service.started_at)
    yield _gauge(
        "wrong", "things for which somebody must act, as mailproc status lists them", len(found.wrong)
    )
    yield _gauge("templates_broken", "broken templates of the library's own", len(found.templates))
    yield _time("backup_time_seconds", "when the last good backup was made", found.backup.made_at)
    yield _gauge("disk_free_bytes", "free octets where the store lies", found.disk.free)
    waiting = {one.queue: one.waiting for one in found.queues}
    oldest = {one.queue: _seconds(one.oldest_at) for one in found.queues}
    yield _labelled("queue_waiting", "rows that wait (at most 10,000)", "queue", waiting)
    yield _labelled("queue_oldest_time_seconds", "when the oldest of them came; 0 of none", "queue", oldest)


def _of_mail(found: Status) -> Iterator[Metric]:
    failing = {one.name: int(one.failing_since is not None) for one in found.mailboxes}
    looked = {one.name: _seconds(one.looked_at) for one in found.mailboxes}
    yield _labelled("mailbox_failing", "1 if the last look failed", "mailbox", failing)
    yield _labelled("mailbox_looked_time_seconds", "when it was last looked into", "mailbox", looked)
    if found.hub is not None:
        yield _gauge("hub_silent", "1 if the hub has told nothing for a day", int(found.hub.silent))
    yield _gauge("relay_refusing", "1 if the last letter could not leave", int(bool(found.relay.refusal)))
    yield _time("sent_time_seconds", "when the last letter left", found.relay.sent_at)


def _of_hooks(connection: Connection, context: Context) -> Iterator[Metric]:
    """Of every receiver of config.toml, and of one that is gone and has calls left."""
    names = dict.fromkeys([*(one.name for one in context.hooks), *hook_lists.with_calls(connection)])
    waiting = {name: hook_lists.waiting(connection, name) for name in names}
    failed = {name: hook_lists.failed(connection, name) for name in names}
    oldest = {name: _seconds(hook_lists.waits_since(connection, name)) for name in names}
    yield _labelled("hook_calls_waiting", "calls to be made (at most 10,000)", "hook", waiting)
    given_up = "calls given up, in doubt or held, for staff (at most 10,000)"
    yield _labelled("hook_calls_given_up", given_up, "hook", failed)
    yield _labelled(
        "hook_oldest_time_seconds", "when the oldest call that waits came; 0 of none", "hook", oldest
    )


def _of_peers(connection: Connection, found: Status, context: Context) -> Iterator[Metric]:
    paused = {*pausing.paused(connection, context)}
    silent = {one.name for one in found.catalogues}
    partners = {one.symbol: int(one.symbol in paused) for one in context.partners}
    catalogues = {one.name: int(one.name in silent) for one in context.config.catalogue}
    yield _labelled("partner_paused", "1 if letters to the partner wait", "partner", partners)
    yield _labelled(
        "catalogue_paused", "1 if it did not answer and is not asked now", "catalogue", catalogues
    )


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}{name}", what, value=value)


def _time(name: str, what: str, at: datetime | None) -> Metric:
    return _gauge(name, f"{what}, in seconds since 1970; 0 if never", _seconds(at))


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0


def _labelled(name: str, what: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}{name}", what, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family
