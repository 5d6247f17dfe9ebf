"""How the service and what it needs are, in words: a line for each part."""

from datetime import datetime

from mailproc.flow.context import Context
from mailproc.office.queries.hub_state import HubStatus
from mailproc.office.queries.paused_catalogues import PausedCatalogue
from mailproc.office.queries.service_state import ServiceCondition, ServiceState
from mailproc.office.queries.status import MailboxStatus, RelayStatus, StandbyStatus, Status


def rows(found: Status, context: Context) -> list[tuple[str, str]]:
    """Return the parts, each with how it is."""
    language = context.language
    words = language.texts.labels["service"]
    return [
        (words["service"], _service(found.service, context)),
        *((words["standby"], _standby(one, context)) for one in found.standbys),
        *((f"{words['mailbox']} {one.name}", _mailbox(one, context)) for one in found.mailboxes),
        *_hub(found.hub, context),
        (words["relay"], _relay(found.relay, context)),
        *(
            (language.texts.labels["queue"][one.queue], _waiting(one.waiting, one.oldest_at, context))
            for one in found.queues
        ),
        *((f"{words['catalogue']} {one.name}", _catalogue(one, context)) for one in found.catalogues),
        *_to_review(found.to_review, context),
        (words["disk"], _disk(found.disk.free, found.disk.folder, context)),
        (words["backup"], _backup(found.backup.made_at, found.backup.file, context)),
    ]


def _service(found: ServiceState, context: Context) -> str:
    language = context.language
    if found.state is ServiceCondition.RUNNING and found.started_at is not None:
        told = {"when": context.shown(found.started_at), "process": found.process, "host": found.host}
        return language.label("service", "running", version=found.version, **told)
    return language.texts.labels["service_state"][found.state]


def _standby(one: StandbyStatus, context: Context) -> str:
    told = {"when": context.shown(one.since), "process": one.process, "host": one.host}
    return context.language.label("service", "waits" if one.ready else "not_ready", **told)


def _mailbox(one: MailboxStatus, context: Context) -> str:
    language = context.language
    if one.failing_since is not None:
        told = {"when": context.shown(one.failing_since), "why": language.words_of(one.error)}
        return language.label("service", "failing", **told)
    if one.looked_at is None:
        return language.texts.labels["service"]["not_read"]
    return language.label("service", "read", when=context.shown(one.looked_at))


def _hub(one: HubStatus | None, context: Context) -> list[tuple[str, str]]:
    """Return its row; none where no hub is in config.toml."""
    if one is None:
        return []
    language, words = context.language, context.language.texts.labels["service"]
    if one.failing_since is not None:
        told = {"when": context.shown(one.failing_since), "why": language.words_of(one.error)}
        return [(words["hub"], language.label("service", "silent", **told))]
    if one.asked_on is None:
        return [(words["hub"], words["not_asked_yet"])]
    day = language.day_word(one.asked_on, context.today())
    return [(words["hub"], language.label("service", "told", day=day))]


def _relay(one: RelayStatus, context: Context) -> str:
    language, words = context.language, context.language.texts.labels["service"]
    if one.mode == "folder":
        return words["folder"]
    if one.refusal and one.refused_at is not None:
        told = {"when": context.shown(one.refused_at), "why": language.words_of(one.refusal)}
        return language.label("service", "refused", **told)
    if one.sent_at is None:
        return words["nothing_sent"]
    return language.label("service", "sent", when=context.shown(one.sent_at))


def _waiting(count: int, oldest: datetime | None, context: Context) -> str:
    if oldest is None:
        return context.language.number(count)
    told = {"count": context.language.number(count), "when": context.shown(oldest)}
    return context.language.label("service", "oldest", **told)


def _catalogue(one: PausedCatalogue, context: Context) -> str:
    told = {"when": context.shown(one.until), "why": context.language.words_of(one.why)}
    return context.language.label("service", "not_asked", **told)


def _to_review(count: int, context: Context) -> list[tuple[str, str]]:
    """Return its row; none where no form or desk submits anything."""
    if not count and not context.config.form:
        return []
    return [(context.language.texts.labels["service"]["to_review"], context.language.number(count))]


def _backup(made_at: datetime | None, file: str, context: Context) -> str:
    if made_at is None:
        return context.language.texts.labels["service"]["no_backup"]
    return context.language.label("service", "backed_up", when=context.shown(made_at), file=file)


def _disk(free: int, folder: str, context: Context) -> str:
    return context.language.label(
        "service", "free", free=context.language.number(free // 1_000_000), folder=folder
    )
