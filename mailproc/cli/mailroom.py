"""Verbs that do something with letters: take in, and place what could not be placed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import typer

from mailproc.app.build import App
from mailproc.cli import output, several_numbers
from mailproc.cli.letter_files import LetterFile, letters
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault, TryLater
from mailproc.mail.channel import INJECT
from mailproc.office.mailroom import attaching, dismissal, hook_handling, incoming, redelivery, taking_off
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.handled import Handled
from mailproc.sentence import Part, sentence
from mailproc.store.inbox import NewLetter

verbs = typer.Typer()

Id = Annotated[str, typer.Argument(metavar="ID", help="I12 came in, O12 is ours, E40 is one message.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("inject")
def inject(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(help="Letters (RFC 5322), mbox, Maildir, or -.")],
    mailbox: Annotated[str, typer.Option(help="As if from this mailbox: its name is checked, no more.")] = "",
    mail_from: Annotated[str, typer.Option(help="The envelope's sender.")] = "",
    rcpt_to: Annotated[str, typer.Option(help="The envelope's recipient.")] = "",
    as_json: Json = False,
) -> None:
    """Take letters from files, with their sender proven. Prints their numbers."""
    problems: list[str] = []
    with opened(ctx) as app:
        now = app.context.clock()
        incoming.known_mailbox(app.config, mailbox)
        word = app.context.language.word
        readable = _readable(letters(files), problems, word)
        new = (NewLetter(INJECT, raw, now, mail_from, rcpt_to) for raw in readable)
        taken = []
        for one in incoming.take_all(app.store, new):
            if as_json:
                taken.append({"id": f"I{one.inbox_id}", "new": one.new})
            else:
                known = "" if one.new else "already here as "  # in every language: programs read it
                output.line(f"{known}I{one.inbox_id}")
    if as_json:
        output.as_json(taken)
    if problems:
        raise typer.Exit(1)


def _readable(
    found: Iterator[LetterFile], problems: list[str], word: Callable[[Part], str]
) -> Iterator[bytes]:
    """What cannot be read is said at once, and remembered; the rest is taken."""
    for one in found:
        if one.problem:
            problems.append(word(one.problem))
            output.complain(problems[-1])
        else:
            yield one.raw


@verbs.command("release")
def release(
    ctx: typer.Context,
    letter_id: Id,
    partner: Annotated[str, typer.Option(help="Whose letter it is, where nobody knows.")] = "",
    as_json: Json = False,
) -> None:
    """Process a shelved letter or message again; you vouch for its sender."""
    with opened(ctx) as app:
        _tell(
            incoming.release(app.store, app.context, letter_id, partner, _by(app)),
            app,
            as_json=as_json,
        )


@verbs.command("report")
def report(ctx: typer.Context, letter_id: Id, as_json: Json = False) -> None:
    """Report to the sender of a shelved message that we do not know its request."""
    with opened(ctx) as app:
        _tell(
            incoming.report(app.store, app.context, letter_id, _by(app)),
            app,
            as_json=as_json,
        )


@verbs.command("attach")
def attach(
    ctx: typer.Context,
    letter_id: Id,
    number: Annotated[str, typer.Argument(metavar="[NR]")] = "",
    off: Annotated[bool, typer.Option("--off", help="Take it off its request again.")] = False,
    as_json: Json = False,
) -> None:
    """Attach a shelved letter, or one message of it, to a request; to O12: our letter bounced."""
    if off == bool(number):
        raise LocalFault(sentence("attach-or-off"))
    with opened(ctx) as app:
        if off:
            done = taking_off.take_off(app.store, app.context, letter_id, _by(app))
        else:
            done = attaching.attach(app.store, app.context, letter_id, number, _by(app))
        _tell(done, app, as_json=as_json)


@verbs.command("dismiss")
def dismiss(
    ctx: typer.Context,
    letter_ids: Annotated[
        list[str],
        typer.Argument(metavar="ID…", help="I12 or E40, as `shelved` says; O12 or H12 that did not arrive."),
    ],
    note: Annotated[str, typer.Option(help="Why; kept with it.")] = "",
    as_json: Json = False,
) -> None:
    """Dismiss shelved letters or messages, or ours that did not arrive: kept, but listed no more."""
    with opened(ctx) as app:
        done = dismissal.dismiss(app.store, app.context, letter_ids, note, _by(app))
        language = app.context.language
    if as_json:
        output.as_json(done)
        return
    for one in done.ids:
        output.line(language.word(sentence("put-away", letter=one)))


@verbs.command("redeliver")
def redeliver(
    ctx: typer.Context,
    letter_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[O12]…", help="Letters of ours; H12 is a call of a hook."),
    ] = None,
    arrived: Annotated[bool, typer.Option("--arrived", help="It did arrive: do not send again.")] = False,
    every: Annotated[
        bool,
        typer.Option("--all", help="All that failed or wait; none in doubt, bounced or held."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Send the same letter again (after a failure, a bounce, a doubt, a hold)."""
    ids = tuple(dict.fromkeys(letter_ids or ()))
    if every == bool(ids) or (every and arrived):
        raise LocalFault(sentence("redeliver-which"))
    with opened(ctx) as app:
        if len(ids) > 1:
            _each_again(app, ids, arrived=arrived, dry_run=dry_run, as_json=as_json)
            return
        if not every:
            _tell(_again(app, ids[0], arrived=arrived, dry_run=dry_run), app, as_json=as_json)
            return
        letters = redelivery.redeliver_all(app.store, dry_run=dry_run)
        letters += hook_handling.redeliver_all(app.store, app.context, dry_run=dry_run)
        if as_json:
            output.as_json(letters)
            return
        for one in letters:
            _tell(one, app, as_json=False)
        if not letters:
            output.line(app.context.language.label("letters", "none_to_redeliver"))


def _each_again(app: App, ids: Sequence[str], *, arrived: bool, dry_run: bool, as_json: bool) -> None:
    """What one of them refuses stops none of the others."""
    answers: list[Handled | dict[str, Any]] = []
    refused: list[str] = []
    for one in ids:
        try:
            done = _again(app, one, arrived=arrived, dry_run=dry_run)
        except (LocalFault, TryLater) as fault:
            refused.append(one)
            answers.append({"id": one, **several_numbers.why_refused(fault)})
            if not as_json:
                several_numbers.complain(one, fault, app.context.language)
            continue
        answers.append(done)
        if not as_json:
            _tell(done, app, as_json=False)
    if as_json:
        output.as_json(answers)
    else:
        several_numbers.sum_up(ids, refused, app.context.language)
    if refused:
        raise typer.Exit(1)


def _again(app: App, letter_id: str, *, arrived: bool, dry_run: bool) -> Handled:
    call_id = hook_handling.number_of(letter_id)
    if call_id is None:
        return redelivery.redeliver(app.store, letter_id, arrived=arrived, dry_run=dry_run, by=_by(app))
    return hook_handling.redeliver(app.store, app.context, call_id, arrived=arrived, dry_run=dry_run)


@verbs.command("hold")
def hold(ctx: typer.Context, letter_id: Id, as_json: Json = False) -> None:
    """Hold a letter of ours until it is redelivered."""
    with opened(ctx) as app:
        _tell(incoming.hold(app.store, letter_id, _by(app)), app, as_json=as_json)


def _by(app: App) -> DoneBy:
    return DoneBy(who(app), app.context.clock())


def _tell(done: Handled, app: App, *, as_json: bool) -> None:
    if as_json:
        output.as_json(done)
        return
    language = app.context.language
    output.line(language.word(done.text))
    for word in done.follows:
        output.line(f"  {output.one_line(language.word(word))}")
