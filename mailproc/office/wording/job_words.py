"""Scheduled jobs, and what falls due if nobody acts, in words."""

from mailproc.ill.attention import Reason
from mailproc.ill.event_names import of_timer
from mailproc.notices.language import Language
from mailproc.office.queries.upcoming import Coming

JOBS = {
    "mailbox": "job_mailbox",
    "sweep": "job_sweep",
    "digest": "job_digest",
    "documents": "job_documents",
    "examine": "job_examine",
    "backup": "job_backup",
    "archive": "job_archive",
    "purge": "job_purge",
    "catalogues": "job_catalogues",
    "hub": "job_hub",
}
"""The words of a job, by the first word of its name."""


def job(name: str, language: Language) -> str:
    """Return what the job does."""
    kind, _, rest = name.partition(" ")
    return language.label("jobs", JOBS[kind], value=rest) if kind in JOBS else name


def kind(one: Coming, language: Language) -> str:
    """Return what falls due."""
    return language.event_word(of_timer(one.kind, with_us=one.reason == Reason.SEND_BACK))


def then(one: Coming, language: Language) -> str:
    """Return what is done then."""
    if one.then == "staff":
        return language.label("then", "staff", value=language.attention_word(one.reason))
    words = language.texts.labels["then"]
    return words.get(one.then or "nothing", words["again"])
