"""Verbs about letters: take in, list, look at, and place what could not be placed."""

from typing import Annotated, Any

import typer

from mailproc.cli import output
from mailproc.cli.opening import opened, who
from mailproc.cli.reading import letters as read_letters
from mailproc.flow.premises import Premises
from mailproc.mail.parse import parse, readable
from mailproc.notices import words
from mailproc.office import mailroom
from mailproc.office.mailroom import LetterLine
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
    """Take letters in as if by a door whose proof holds. Prints their ids."""
    with opened(ctx) as house:
        now = house.premises.clock()
        mailroom.known_mailbox(house.config, mailbox)
        new = [NewLetter("inject", raw, now, mail_from, rcpt_to) for _, raw in read_letters(files)]
        kept = mailroom.take_in(house.store, new)
    if as_json:
        output.as_json([{"id": f"I{one.inbox_id}", "new": one.new} for one in kept])
        return
    for one in kept:
        output.line(f"I{one.inbox_id}" if one.new else f"already here as I{one.inbox_id}")


@verbs.command("letters")
def letters(
    ctx: typer.Context, limit: Annotated[int, typer.Option(min=1)] = 50, as_json: Json = False
) -> None:
    """Letters in and out, the newest first."""
    with opened(ctx) as house:
        with house.store.read() as connection:
            lines = mailroom.recent(connection, limit)
        _list(lines, house.premises, as_json, "There are no letters yet.")


@verbs.command("shelved")
def shelved(ctx: typer.Context, as_json: Json = False) -> None:
    """What could not be placed: whole letters (I…) and single messages (E…)."""
    with opened(ctx) as house:
        with house.store.read() as connection:
            lines = mailroom.shelved(connection)
        _list(lines, house.premises, as_json, "Nothing lies on the shelf.")


@verbs.command("outbox")
def outbox(ctx: typer.Context, as_json: Json = False) -> None:
    """What waits, what failed, and why."""
    with opened(ctx) as house:
        with house.store.read() as connection:
            lines = mailroom.outbox(connection)
        filed = house.config.deliver.mode == "folder"
        empty = "Nothing waits." if filed else "Nothing waits: every letter has left."
        _list(lines, house.premises, as_json, empty)
        if filed and not as_json:
            folder = house.config.deliver.folder
            output.line(f"deliver.mode is folder: letters are written into {folder} and NOT SENT.")


@verbs.command("letter")
def letter(
    ctx: typer.Context,
    letter_id: Id,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes as they are, secrets masked.")] = False,
    as_json: Json = False,
) -> None:
    """One letter: what it says and what became of it. Passwords are masked."""
    with opened(ctx) as house:
        with house.store.read() as connection:
            row = mailroom.row_of(connection, letter_id)
            became = mailroom.events_of(connection, row["id"]) if row["kind"] == "I" else []
        masked = house.premises.registry.mask(bytes(row["raw"]))
        if raw:
            output.octets(masked)
        elif as_json:
            output.as_json(_letter_json(row, became, masked))
        else:
            _show(row, became, masked, house.premises)


@verbs.command("release")
def release(
    ctx: typer.Context,
    letter_id: Id,
    partner: Annotated[str, typer.Option(help="Whose letter it is, where nobody knows.")] = "",
) -> None:
    """A shelved letter or message goes round once more; you vouch for its sender."""
    with opened(ctx) as house:
        output.line(mailroom.release(house.store, house.premises, letter_id, partner))


@verbs.command("report")
def report(ctx: typer.Context, letter_id: Id) -> None:
    """Tell the sender of a shelved message that we know nothing of the request it speaks of."""
    with opened(ctx) as house:
        output.line(mailroom.report(house.store, house.premises, letter_id, who()))


@verbs.command("attach")
def attach(ctx: typer.Context, letter_id: Id, number: Annotated[str, typer.Argument(metavar="NR")]) -> None:
    """Put a shelved letter, or one message of it, to a request."""
    with opened(ctx) as house:
        output.line(mailroom.attach(house.store, house.premises, letter_id, number))


@verbs.command("redeliver")
def redeliver(
    ctx: typer.Context,
    letter_id: Id,
    arrived: Annotated[bool, typer.Option("--arrived", help="It did arrive: do not send again.")] = False,
) -> None:
    """Send the same letter again (after a failure, a bounce, a doubt, a hold)."""
    with opened(ctx) as house:
        output.line(mailroom.redeliver(house.store, letter_id, arrived=arrived))


@verbs.command("hold")
def hold(ctx: typer.Context, letter_id: Id) -> None:
    """Keep a letter of ours from leaving, until it is redelivered."""
    with opened(ctx) as house:
        output.line(mailroom.hold(house.store, letter_id))


def _list(lines: list[LetterLine], premises: Premises, as_json: bool, empty: str) -> None:
    if as_json:
        output.as_json(lines)
        return
    rows = [
        (
            "not yet one" if line.id.startswith("intent") else line.id,
            output.moment(line.at, premises.zone),
            line.other,
            line.subject[:50],
            words.delivery_word(line.state),
            line.note[:160],
        )
        for line in lines
    ]
    output.table(("Letter", "When", "Who", "Subject", "State", "Why"), rows, empty)


def _letter_json(row: dict[str, Any], became: list[dict[str, Any]], masked: bytes) -> dict[str, Any]:
    letter_ = parse(masked)
    hidden = ("raw", "secret_ref", "kind", "digest")
    columns = {name: value for name, value in row.items() if name not in hidden}
    return columns | {
        "id": f"{row['kind']}{row['id']}",
        "from": letter_.sender,
        "to": list(letter_.to),
        "text": readable(letter_),
        "messages": became,
    }


def _show(row: dict[str, Any], became: list[dict[str, Any]], masked: bytes, premises: Premises) -> None:
    letter_ = parse(masked)
    at = row["received_at"] if row["kind"] == "I" else row["prepared_at"]
    output.line(
        f"{row['kind']}{row['id']}   {output.moment(at, premises.zone)}   {words.delivery_word(row['state'])}"
    )
    output.line(f"From:    {letter_.sender or row.get('mail_from', '')}")
    output.line(f"To:      {', '.join(letter_.to)}")
    output.line(f"Subject: {letter_.subject}")
    for name in ("last_error", "note", "reply", "file"):
        if row.get(name):
            output.line(f"         {row[name]}")
    for one in became:
        why = f" ({one['why']})" if one["why"] else ""
        state = words.delivery_word(one["state"])
        output.line(f"  {one['id']} {one['number']} {words.event_word(one['type'])}: {state}{why}")
    output.line()
    output.line(readable(letter_))
