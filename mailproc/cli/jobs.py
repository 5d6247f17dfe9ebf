"""The verb that shows scheduled jobs and what falls due."""

from typing import Annotated

import typer

from mailproc.app import schedule
from mailproc.cli import output, status, truncated
from mailproc.cli.session import opened
from mailproc.notices.language import Language
from mailproc.notices.vocabulary import Words
from mailproc.office.queries import pending_timers, service_state, upcoming
from mailproc.office.queries.counted import Counted
from mailproc.office.wording import job_words
from mailproc.store import service_record

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("jobs")
def jobs(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Of what is due next.")] = 10,
    as_json: Json = False,
) -> None:
    """Show scheduled jobs, and what falls due if nobody acts."""
    from mailproc.app import channels  # here: the sockets cost a tenth of a second

    with opened(ctx) as app, app.store.read() as connection:
        service = service_state.service_state(app.store, connection, app.context)
        record = service_record.recorded(connection) if service.alive else None
        plan = schedule.planned(app.config, channels.polls(app), app.clock(), record)
        timers = pending_timers.waiting(connection)
        ahead = upcoming.coming(connection, app.context, limit)
    count = Counted(sum(one.count for one in timers))
    if as_json:
        value = {"service": service, "jobs": plan, "timers": timers, "next": ahead}
        output.as_json(value | truncated.left_out(len(ahead), count))
        return
    language, shown = app.context.language, app.context.shown
    words = language.texts.labels["jobs"]
    if told := status.dead(service, app.context):
        output.line(told)
        output.line(language.texts.labels["service"]["no_job_runs"])
    rows = [(*_planned(one, language), shown(one.next_at) if one.next_at else "") for one in plan]
    output.table(_named(words, "job", "when", "next"), rows, words["none"])
    kinds = [(language.event_word(one.kind), str(one.count), shown(one.next_at)) for one in timers]
    output.table(_named(words, "if_nobody_acts", "requests", "first"), kinds, words["no_timer"])
    if ahead:
        ones = [
            (
                shown(one.at),
                one.number,
                one.partner,
                job_words.kind(one, language),
                job_words.then(one, language),
            )
            for one in ahead
        ]
        output.table(_named(words, "when", "request", "partner", "what", "then"), ones, "")
        truncated.tell(len(ahead), count, language)


def _named(words: Words, *names: str) -> list[str]:
    return [words[name] for name in names]


def _planned(one: schedule.Planned, language: Language) -> tuple[str, str]:
    """What the job does and when; the five fields of cron stay as they are."""
    word, _, often = one.when.strip().partition(" ")
    every = word.lower() == "every"
    when = language.label("jobs", "every", value=often.strip()) if every else one.when
    return job_words.job(one.job, language), when
