"""The verb that says whether everything is all right, and what other verbs say of a service that is not."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.flow.context import Context
from mailproc.office.queries import service_state
from mailproc.office.queries.service_state import ServiceCondition, ServiceState

if TYPE_CHECKING:
    from mailproc.app.build import App
    from mailproc.office.queries.hub_state import HubStatus
    from mailproc.office.queries.paused_catalogues import PausedCatalogue
    from mailproc.office.queries.status import MailboxStatus, RelayStatus, StandbyStatus, Status

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("status")
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Say whether the service is alive and what it needs is in order; exit 1 if anything is wrong."""
    from mailproc.office.queries import status as query  # here: other verbs use the rest of this file

    with opened(ctx, make=False) as app:  # it is asked often, and perhaps not by the service's user
        with app.store.read() as connection:
            found = query.status(app.store, connection, app.context)
        output.as_json(found) if as_json else _tell(found, app.context)
    if found.wrong:
        raise typer.Exit(1)


def state_of_service(app: "App") -> ServiceState:
    """How the service is, for a verb that shows something else."""
    with app.store.read() as connection:
        return service_state.service_state(app.store, connection, app.context)


def dead(found: ServiceState, context: Context) -> str:
    """What is said where the service is not alive; '' where it is."""
    if found.said is None:
        return ""
    return context.language.label("service", "nothing_moves", why=context.language.word(found.said))


def _tell(found: "Status", context: Context) -> None:
    language = context.language
    words = language.texts.labels["service"]
    rows = [
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
    output.table((words["part"], words["state"]), rows, "")
    for texts, mark in ((found.wrong, words["wrong"]), (found.notes, words["note"])):
        for one in texts:
            output.line(output.one_line(f"{mark} {language.word(one)}"))
    if not found.wrong:
        output.line(words["all_right"])


def _service(found: ServiceState, context: Context) -> str:
    language = context.language
    if found.state is ServiceCondition.RUNNING and found.started_at is not None:
        told = {"when": context.shown(found.started_at), "process": found.process, "host": found.host}
        return language.label("service", "running", version=found.version, **told)
    return language.texts.labels["service_state"][found.state]


def _standby(one: "StandbyStatus", context: Context) -> str:
    told = {"when": context.shown(one.since), "process": one.process, "host": one.host}
    return context.language.label("service", "waits" if one.ready else "not_ready", **told)


def _mailbox(one: "MailboxStatus", context: Context) -> str:
    language = context.language
    if one.failing_since is not None:
        told = {"when": context.shown(one.failing_since), "why": language.words_of(one.error)}
        return language.label("service", "failing", **told)
    if one.looked_at is None:
        return language.texts.labels["service"]["not_read"]
    return language.label("service", "read", when=context.shown(one.looked_at))


def _hub(one: "HubStatus | None", context: Context) -> list[tuple[str, str]]:
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


def _relay(one: "RelayStatus", context: Context) -> str:
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


def _catalogue(one: "PausedCatalogue", context: Context) -> str:
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
