"""Check configuration, templates and store, and on request the connections (``mailproc check``)."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from mailproc import config_load
from mailproc.app import (
    archive_place,
    broker_check,
    build,
    document_place,
    file_permissions,
    hook_check,
    hub_poll,
    oauth,
    places,
    port_check,
    preflight,
    sender_authentication,
    web_extra,
)
from mailproc.config import Catalogue, Config, Mailbox
from mailproc.config_load.value_checks import FALLBACK_LANGUAGE, LANGUAGE_TAG
from mailproc.errors import MailprocError, Misconfigured
from mailproc.flow.context import Context
from mailproc.flow.matching import accounts
from mailproc.notices.catalogue import NOTICES
from mailproc.notices.language_files import FOLDER
from mailproc.office.partners import reach
from mailproc.office.queries import certificates, service_state
from mailproc.office.staff import people
from mailproc.office.templates import new_release, template_dry_run
from mailproc.store import connections, outside_files, service_record, store_identity
from mailproc.store.engine import Store
from mailproc.store.service_record import ServiceRecord
from mailproc.templating.environment import TemplateLine
from mailproc.transport import access_tokens, catalogue_client, imap_in
from mailproc.transport.smtp_out import Relay


@dataclass
class CheckReport:
    fine: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def tried(self, what: str, attempt: Callable[[], str]) -> None:
        """Run ``attempt``; its answer, or what it raised, with ``what`` before it."""
        try:
            self.fine.append(f"{what}: {attempt()}")
        except (MailprocError, OSError) as error:
            self.wrong.append(f"{what}: {error}")


def look(path: Path, *, connect: bool) -> CheckReport:
    """As ``check``, of the configuration at ``path``. A store that is not there is not made, an older one not
    migrated: what `run` will do is a warning. Raises Misconfigured, TryLater."""
    context = build.configured(path)
    if waiting := build.waiting_for_run(context.config):
        found = check(context, None, connect=connect)
        found.warnings[:0] = [waiting, *_counters_left_behind(context.config)]
        return found
    with closing(build.store_of(context.config, make=False, migrate=False)) as store:
        return check(context, store, connect=connect)


def _counters_left_behind(config: Config) -> Iterator[str]:
    """Of a store that `run` migrates: such a one without its counters file counts as put back from a copy."""
    file = build.counters_file(config, build.now).path
    if not file.exists() and build.had_counters(config):
        yield (
            f"the counters file {file} is missing: the store will be taken for one that was put back from a"
            " copy, and nothing is sent. Bring the file from the old folder first"
        )


def check(context: Context, store: Store | None, *, connect: bool) -> CheckReport:
    """Everything that can be told without changing anything."""
    config = context.config
    found = CheckReport(
        fine=[f"configuration: {config.file}", f"store: {connections.shown(config.store.url)}"]
    )
    found.warnings += [*config_load.warnings(config), *context.registry.warnings]
    found.warnings += [
        *file_permissions.warnings(config),
        *preflight.warnings(config),
        *hook_check.warnings(config),
        *oauth.missing(context),
        *(str(one.said(context)) for one in certificates.ending(context)),
    ]
    if store is not None:
        found.tried("store examined", lambda: _examined(store))
        found.tried("counters file", lambda: _counters_file(context, store))
        found.warnings += _beside_the_store(context, store)
        found.wrong += archive_place.missing(store)
        _service(context, store, found)
        if config.web.enabled and config.web.auth == "local" and people.is_nobody(store):
            found.warnings.append("nobody may use the desk yet: mailproc staff add LOGIN")
        _places(context, store, found)
        try:
            document_place.refuse_another(config, context, store)
        except Misconfigured as error:
            found.wrong.append(str(error))
    listed = template_dry_run.listed(context)
    found.fine.append(f"templates: {sum(one.state == 'ok' for one in listed)} of {len(listed)} in order")
    found.wrong += [f"template {one.path}: {problem}" for one in listed for problem in one.problems]
    found.warnings += [*_without_templates(context), *_without_words(context, listed)]
    found.warnings += _changed_texts(context, store)
    found.fine += [*_accounts(config), *reach.shown(context)]
    found.fine += [*sender_authentication.shown(config), *broker_check.shown(config)]
    found.wrong += broker_check.missing_fonts(config)
    if connect:
        _connect(context, found)
        running = _running_here(context, store) if store is not None else None
        for what, attempt in port_check.attempts(config, running):
            found.tried(what, attempt)
    return found


def _running_here(context: Context, store: Store) -> ServiceRecord | None:
    """Return the record of the service if it is alive on this machine."""
    with store.read() as connection:
        alive = service_state.service_state(store, connection, context).alive
        record = service_record.recorded(connection)
    return record if alive and record is not None and record.host == os.uname().nodename else None


def _service(context: Context, store: Store, found: CheckReport) -> None:
    """A service that does not run, or whose store is held, is no mistake of the configuration: notes."""
    with store.read() as connection:
        service = service_state.service_state(store, connection, context)
        held = service_state.said_if_held(connection)
    if service.said is not None and service.said != held:
        found.warnings.append(str(service.said))
    elif service.said is None:
        found.fine.append(f"service: {service.state}")
    if held is not None:
        found.warnings.append(f"nothing is sent: {held}")


def _places(context: Context, store: Store, found: CheckReport) -> None:
    """Say whether this machine reaches what the service of the store uses, on PostgreSQL."""
    if store.path is not None:
        return
    wrong = places.others(context, store)
    found.wrong += wrong
    found.warnings += _clocks(context, store)
    if not wrong:
        shown = ", ".join(str(one.of) for one in places.places(context))
        found.fine.append(f"shared with other machines: {shown}")


def _clocks(context: Context, store: Store) -> Iterator[str]:
    """Days and pauses are counted by the machine at work, whichever that is."""
    with store.read() as connection:
        theirs = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    if (apart := abs(theirs - context.clock())) > service_state.AHEAD:
        yield f"the clock of this machine and that of the database differ by {apart}: set them (NTP)"


def _counters_file(context: Context, store: Store) -> str:
    """Where it is. Raise Misconfigured if it is another store's, or broken."""
    file = build.counters_file(context.config, context.clock)
    with store.read() as connection:
        file.store_id = store_identity.known_id(connection)
    return str(file.path) if file.read() is not None else f"the first write makes {file.path}"


def _beside_the_store(context: Context, store: Store) -> Iterator[str]:
    """A counters file that is put back together with the store tells nobody that this was done."""
    file = build.counters_file(context.config, context.clock).path
    if store.path is not None and file.exists() and file.resolve().parent == store.path.resolve().parent:
        better = context.config.file.parent / outside_files.FOLDER
        yield (
            f"{file} lies in the folder of the store: if that is put back from a copy of the disk, nobody"
            f" finds out, and orders leave twice. Stop the service, and move the file to {better}, a folder"
            " of its user"
        )


def _examined(store: Store) -> str:
    store.examine()
    return "whole" if store.path is not None else "by PostgreSQL's own tools"


def _changed_texts(context: Context, store: Store | None) -> Iterator[str]:
    """Until a service of this version has run, which says the same at its start."""
    if store is not None:
        with store.read() as connection:
            if not new_release.is_first_start(connection):
                return
    yield from new_release.changed_texts(context)


def _without_templates(context: Context) -> Iterator[str]:
    """Languages of the library's own in which some letters would go out in English."""
    names = [notice.path.partition("/")[2] for notice in NOTICES]
    for tag, file in context.languages.own().items():
        missing = [name for name in names if _is_english(context.templates.source(f"{tag}/{name}").path)]
        if tag != FALLBACK_LANGUAGE and missing:
            site = context.config.file.parent / context.config.templates.site
            yield (
                f"language {tag} ({file}): {', '.join(missing)} would go out in English; "
                f"put your own below {site / tag}"
            )


def _without_words(context: Context, listed: Sequence[TemplateLine]) -> Iterator[str]:
    """Languages of the library's own templates that have no file: days and reasons would be English."""
    tags = dict.fromkeys(one.path.partition("/")[0] for one in listed if one.source == "site" and one.purpose)
    for tag in filter(LANGUAGE_TAG.fullmatch, tags):
        if tag != FALLBACK_LANGUAGE and context.languages.of(tag).tag == FALLBACK_LANGUAGE:
            file = context.config.file.parent / context.config.templates.site / FOLDER / f"{tag}.toml"
            yield f"language {tag}: its letters have days, reasons and services in English; write {file}"


def _is_english(path: str) -> bool:
    return path.startswith(f"{FALLBACK_LANGUAGE}/")


def _accounts(config: Config) -> Iterator[str]:
    """Where an order may go by one of several accounts: which takes what."""
    for partner in config.partner:
        ours = accounts.ours(partner)
        if len(ours) > 1:
            rest = accounts.account_for_others(partner)
            listed = (f"{accounts.shown(one)}{' (the rest)' if one is rest else ''}" for one in ours)
            yield f"accounts with {partner.symbol}: {', '.join(listed)}"


def _connect(context: Context, found: CheckReport) -> None:
    config = context.config
    for domain in sender_authentication.signing(config):
        found.tried(f"DNS of {domain}", lambda domain=domain: sender_authentication.asked(context, domain))  # type: ignore[misc]  # bound now
    for mailbox in config.mailbox:
        found.tried(f"mailbox {mailbox.name}", lambda mailbox=mailbox: _mailbox(mailbox, context))  # type: ignore[misc]  # bound now
    for catalogue in config.catalogue:
        found.tried(f"catalogue {catalogue.name}", lambda catalogue=catalogue: _catalogue(catalogue))  # type: ignore[misc]  # bound now
    if (lookup := context.patron_lookup) is not None:
        found.tried("library system", lookup.check)
    _hooks(config, found)
    if config.web.enabled and config.web.auth == "oidc":
        found.tried("login provider", lambda: _provider(context))
    if config.hub.url:
        found.tried("hub", lambda: hub_poll.listed(config))
    if config.deliver.mode == "smtp":
        tokens = access_tokens.of_relay(config, context.clock, insists=True)
        relay = Relay(config.deliver, context.clock, tokens)
        try:
            found.tried("relay", relay.check)
        finally:
            relay.close()


def _catalogue(catalogue: Catalogue) -> str:
    return f"it answers ({catalogue_client.check(catalogue)})"


def _provider(context: Context) -> str:
    """Nobody is sent there, so it needs to know no address of ours."""
    return web_extra.oidc_provider()(context.config.web.oidc, "", context.clock).check()


def _hooks(config: Config, found: CheckReport) -> None:
    from mailproc.transport import hook_http  # here: most libraries have no hook

    if config.ncip.url and config.patrons.lookup.protocol != "ncip":  # that is tried as the library system
        from mailproc.transport.patron_lookup import NcipLookup  # likewise

        found.tried("ncip", NcipLookup(config).check)
    for hook in config.hook:
        if hook.url:
            found.tried(f"hook {hook.name}", lambda hook=hook: hook_http.answers(hook))  # type: ignore[misc]  # bound now


def _mailbox(mailbox: Mailbox, context: Context) -> str:
    tokens = access_tokens.of_mailbox(mailbox, context.config, context.clock, insists=True)
    return imap_in.check(mailbox, tokens)
