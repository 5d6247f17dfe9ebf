"""Verbs of the service: run, check, verify, states, and the show to try it all."""

import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from mailproc import config_load, log
from mailproc.app import build, file_permissions
from mailproc.app.build import App
from mailproc.app.signals import Asked
from mailproc.cli import output
from mailproc.cli.colour import Meaning
from mailproc.cli.session import config_path, configured, opened
from mailproc.flow.advance.verify import Verified, verify_all, verify_changed
from mailproc.ill import chart, machine
from mailproc.ill.terms import Role, Service
from mailproc.notices.language import Language
from mailproc.office.queries import archive_check, document_check
from mailproc.office.queries.archive_check import CheckedArchives
from mailproc.office.queries.document_check import CheckedDocuments
from mailproc.office.templates import new_release

if TYPE_CHECKING:
    from mailproc.app.self_check import CheckReport

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("run")
def run(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do everything that is due, and end.")] = False,
    json_lines: Annotated[bool, typer.Option("--log-json", help="The log as JSON lines.")] = False,
    level: Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING.")] = "INFO",
) -> None:
    """Run the service. SIGTERM and Ctrl-C end it gracefully."""
    from mailproc.app import (  # here: the sockets cost a tenth of a second that only this needs
        daemon,
        full_disk,
        one_run,
    )

    _log_at(level, json_lines)
    path = config_path(ctx)
    if once:
        with closing((app := build.build(path)).store):
            _say_warnings(app)
            one_run.run_once(app)
        return
    asked = _asked_by_signals()

    def work(app: App) -> int:
        _say_warnings(app)
        return daemon.Daemon(app, asked).run(_ready)

    raise typer.Exit(full_disk.until_there_is_room(path, asked, work))


def _say_warnings(app: App) -> None:
    from mailproc.app import hook_check, preflight  # here: other verbs need no sockets
    from mailproc.office.queries import certificates

    told = (
        config_load.warnings(app.config),
        app.context.registry.warnings,
        file_permissions.warnings(app.config),
        preflight.warnings(app.config),
        hook_check.warnings(app.config),
        (str(one.said(app.context)) for one in certificates.ending(app.context)),
        _changed_texts(app),
    )
    for warning in chain(*told):
        _say(f"note: {warning}", logging.WARNING)


def _changed_texts(app: App) -> Iterator[str]:
    with app.store.read() as connection:
        first = new_release.is_first_start(connection)
    if first:
        yield from new_release.changed_texts(app.context)


def _say(words: str, level: int = logging.INFO) -> None:
    """A line on stdout, which with --log-json is JSON as those of the log are."""
    output.line(log.json_line(level, words) or words)


def _log_at(level: str, json_lines: bool) -> None:
    try:
        log.set_up(level.upper(), json_lines)
    except ValueError:
        raise typer.BadParameter(
            f"--log-level: {level!r} is no level; write DEBUG, INFO or WARNING"
        ) from None


def _asked_by_signals() -> Asked:
    """From here on SIGTERM and Ctrl-C end the service in order, and SIGHUP does not end it."""
    asked = Asked()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.stop()

    def hang_up(_number: int, _frame: FrameType | None) -> None:
        asked.hang_up()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, hang_up)
    return asked


def _ready(addresses: Sequence[tuple[str, int]]) -> None:
    for host, port in addresses:
        _say(f"listening on {host}:{port}")
    _say("ready")
    sys.stdout.flush()


@verbs.command("check")
def check(
    ctx: typer.Context,
    connect: Annotated[
        bool,
        typer.Option(
            "--connect", help="Try our ports, and log in to mailboxes, relay and library system too."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check configuration, templates and store; report what is wrong or unsafe. Changes nothing."""
    from mailproc.app import self_check  # as above

    log.set_up("WARNING")
    found = self_check.look(config_path(ctx), connect=connect)
    if as_json:
        output.as_json(found)
    else:
        for mark, texts, meaning in _parts(found):
            for text in texts:
                output.line(f"{mark} {output.one_line(text)}", meaning)
    if found.wrong:
        raise typer.Exit(1)


def _parts(found: "CheckReport") -> tuple[tuple[str, list[str], Meaning], ...]:
    return ("ok   ", found.fine, ""), ("note ", found.warnings, "look"), ("WRONG", found.wrong, "wrong")


@verbs.command("verify")
def verify(
    ctx: typer.Context,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only what changed since nothing differed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Recompute every transaction from its events and compare; exit 1 where one differs."""
    with opened(ctx) as app:
        app.store.examine()
        found = verify_changed(app.store) if changed else verify_all(app.store)
        files = CheckedDocuments() if changed else document_check.check(app.store, app.context)
        archives = CheckedArchives() if changed else archive_check.check(app.store)
    if as_json:
        output.as_json(
            output.plain(found) | {"documents": output.plain(files), "archives": output.plain(archives)}
        )
    else:
        _tell_verified(found, app.context.language)
        _tell_files(files, app.context.language)
        _tell_archives(archives, app.context.language)
    if found.differences or files.wrong or archives.wrong:
        raise typer.Exit(1)


def _tell_verified(found: Verified, language: Language) -> None:
    checked = language.counted("checked", found.checked, plain=True)
    differing = language.counted("differing", len(found.differences), plain=True)
    output.line(language.label("verify", "result", checked=checked, differing=differing))
    for one in found.differences:
        number = one.number or f"#{one.transaction_id}"
        told = {"number": number, "kept": one.kept, "computed": one.computed}
        output.line(output.one_line(language.label("verify", "difference", **told)))


def _tell_files(files: CheckedDocuments, language: Language) -> None:
    """What is said of documents; nothing where none was ever kept."""
    if not (files.checked or files.deleted):
        return
    counts = {name: str(getattr(files, name)) for name in ("checked", "deleted")}
    output.line(language.label("verify", "documents", **counts, wrong=str(len(files.wrong))))
    for one in files.wrong:
        told = {"file": one.name, "digest": one.digest}
        output.line(output.one_line(language.label("verify", one.state, **told)))


def _tell_archives(archives: CheckedArchives, language: Language) -> None:
    """What is said of archives; nothing where no letter is in one."""
    if not (archives.checked or archives.wrong):
        return
    counts = {"checked": str(archives.checked), "wrong": str(archives.count_wrong)}
    output.line(language.label("verify", "archived", **counts))
    for one in archives.wrong:
        output.line(output.one_line(language.word(one.told())))


@verbs.command("states")
def states(
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page docs/states.md.")] = False,
) -> None:
    """Show the state tables and their diagrams."""
    if as_json:
        output.as_json(machine.tables_json())
    elif markdown:
        typer.echo(chart.markdown(), nl=False)
    else:
        for role in Role:
            for service in (Service.LOAN, Service.COPY):
                typer.echo(chart.text(role, service))


@verbs.command("demo")
def demo(
    keep: Annotated[Path | None, typer.Option(help="A folder to keep everything in.")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Go on running after the end, until Ctrl-C.")] = False,
) -> None:
    """Run the whole service in a temporary folder until every request has reached its end."""
    from mailproc.practice import demo as show  # the extra "demo" may be missing: only this verb needs it

    raise typer.Exit(show.run(keep, stay=stay))


@verbs.command("practice")
def practice(
    ctx: typer.Context,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a configuration for practice, and end.")
    ] = None,
) -> None:
    """Run simulated partners for your own configuration: a British Library, libraries, a customer."""
    from mailproc.practice import try_out  # as above

    if write:
        output.text(try_out.write(write))
        return
    raise typer.Exit(try_out.run(configured(ctx).config))
