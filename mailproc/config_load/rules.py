"""What must hold between the keys, beyond their names and types: library, store, templates, and the rest."""

import difflib
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from mailproc.config import Config
from mailproc.config_load import (
    rules_catalogue,
    rules_forms,
    rules_hooks,
    rules_hub,
    rules_lookup,
    rules_ncip,
    rules_partner,
    rules_ports,
    rules_proof,
    rules_rota,
    rules_tcp,
    rules_transport,
    rules_web,
)
from mailproc.config_load.problem import ConfigProblem
from mailproc.config_load.value_checks import ADDRESS, LANGUAGE, is_address, is_language
from mailproc.mail.content_type import TYPES


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Everything wrong in a configuration whose keys and types are right."""
    yield from _library(config)
    yield from _store(config)
    yield from rules_transport.problems(config)
    yield from rules_tcp.problems(config)
    yield from rules_partner.problems(config)
    yield from rules_proof.problems(config)
    yield from rules_hooks.problems(config)
    yield from rules_forms.problems(config)
    yield from rules_hub.problems(config)
    yield from rules_ncip.problems(config)
    yield from rules_catalogue.problems(config)
    yield from rules_web.problems(config)
    yield from rules_ports.problems(config)
    if wrong := rules_transport.not_a_time(config.schedule.sweep):
        yield ConfigProblem(("schedule", "sweep"), wrong, config.schedule.sweep)
    if config.schedule.digest and (wrong := rules_transport.not_a_time(config.schedule.digest)):
        yield ConfigProblem(("schedule", "digest"), f'{wrong}; or "" for never', config.schedule.digest)
    yield from rules_rota.problems(config)
    yield from _documents(config)
    yield from _backup(config)
    yield from rules_lookup.problems(config)
    yield from _privacy(config)
    policy = config.policy
    if policy.reader_days_before and policy.reader_days_before >= policy.loan_days:
        wrong = f"must be less than policy.loan_days ({policy.loan_days}): a reader would have no day"
        yield ConfigProblem(("policy", "reader_days_before"), wrong, policy.reader_days_before)


def _backup(config: Config) -> Iterator[ConfigProblem]:
    when = config.schedule.backup
    if when and (wrong := rules_transport.not_a_time(when)):
        yield ConfigProblem(("schedule", "backup"), f'{wrong}; or "" for never', when)
    if when and not config.backup.folder:
        yield ConfigProblem(
            ("backup", "folder"), "must name a folder: schedule.backup makes backups in it", ""
        )


def _documents(config: Config) -> Iterator[ConfigProblem]:
    if wrong := rules_transport.not_a_time(config.schedule.documents):
        yield ConfigProblem(("schedule", "documents"), wrong, config.schedule.documents)
    known = [one.name for one in TYPES if one.may_be_sent]
    for name in config.documents.types:
        if name not in known:
            yield ConfigProblem(("documents", "types"), f"must be of: {', '.join(known)}", name)


def _privacy(config: Config) -> Iterator[ConfigProblem]:
    for key, when in (("archive", config.schedule.archive), ("purge", config.schedule.purge)):
        if wrong := rules_transport.not_a_time(when):
            yield ConfigProblem(("schedule", key), wrong, when)
    anonymise, purge = config.privacy.anonymise_after, config.privacy.purge_after
    archive = config.policy.archive_after
    if anonymise and archive and archive <= anonymise.most_days:
        wrong = f"must be less than policy.archive_after ({archive}): no letter is deleted in an archive"
        yield ConfigProblem(("privacy", "anonymise_after"), wrong, anonymise.days or str(anonymise))
    if purge and purge.may_be_less_than(anonymise):
        wrong = f"must not be less than privacy.anonymise_after ({anonymise})"
        yield ConfigProblem(("privacy", "purge_after"), wrong, purge.days or str(purge))


def _library(config: Config) -> Iterator[ConfigProblem]:
    library = config.library
    for key, symbol in (("symbol", library.symbol), *(("aliases", alias) for alias in library.aliases)):
        if not symbol or not symbol.isprintable() or symbol != symbol.strip():
            yield ConfigProblem(("library", key), "must be a name such as UK-EXAMPLE", symbol)
    if not is_address(library.email):
        yield ConfigProblem(("library", "email"), ADDRESS, library.email)
    if library.staff and not is_address(library.staff):
        yield ConfigProblem(("library", "staff"), f'{ADDRESS}, or "" for library.email', library.staff)
    if not is_language(library.language):
        yield ConfigProblem(("library", "language"), LANGUAGE, library.language)
    if wrong := _time_zone(library.time_zone):
        yield ConfigProblem(("library", "time_zone"), wrong, library.time_zone)


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        near = difflib.get_close_matches(name, available_timezones(), n=1)
        return (
            f"no such time zone; {f'did you mean {near[0]}?' if near else 'write one such as Europe/London'}"
        )
    return ""


def _store(config: Config) -> Iterator[ConfigProblem]:
    """A password in the URL is refused: the value is then shown by nobody."""
    loc = ("store", "url")
    allowed = 'write "sqlite:///var/mailproc.db" or "postgresql+psycopg://user@host/name"'
    try:
        url = make_url(config.store.url)
    except (ArgumentError, ValueError):
        yield ConfigProblem(loc, allowed)
        return
    if url.password is not None or any("pass" in key.lower() for key in url.query):
        yield ConfigProblem(
            loc, "a password is not written into this file; PGPASSFILE or PGPASSWORD gives it"
        )
    elif url.drivername not in ("sqlite", "postgresql+psycopg") or not url.database:
        yield ConfigProblem(loc, allowed, url.render_as_string())
