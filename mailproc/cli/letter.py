"""The verb that shows one letter."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mailproc import private
from mailproc.cli import attachments, output
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.mail import received
from mailproc.mail.parse import readable
from mailproc.notices.citation import cited
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.office.mailroom import saved_files
from mailproc.office.queries import letters
from mailproc.office.queries.letters import MessageRead
from mailproc.sentence import note, sentence

verbs = typer.Typer()

Id = Annotated[str, typer.Argument(metavar="ID", help="I12 came in, O12 is ours, E40 is one message.")]
TOLD = ("last_error", "note", "proof_note")
"""Columns that keep codes and values."""

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("letter")
def letter(
    ctx: typer.Context,
    letter_id: Id,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes as they are, secrets masked.")] = False,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Save its attachments into this folder.")
    ] = None,
    to_reader: Annotated[
        str, typer.Option(metavar="FILE", help="Send this file of it on to the reader of its request.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --to-reader: what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Show one letter: its content and its effect. Passwords are masked."""
    if to_reader:
        others = {"--raw": raw, "--save": save is not None}
        for option in (name for name, given in others.items() if given):
            raise LocalFault(sentence("option-beside", option=option, other="--to-reader"))
        _pass_on(ctx, letter_id, to_reader, dry_run=dry_run, as_json=as_json)
        return
    if dry_run:
        raise LocalFault(sentence("option-without", option="--dry-run", other="--to-reader"))
    with opened(ctx) as app:
        with app.store.read() as connection:
            row = letters.row_of(connection, letter_id)
            language = ENGLISH if as_json else app.context.language
            means = app.context.registry.means
            became = letters.events_of(connection, row["id"], language, means) if row["kind"] == "I" else []
        masked = app.context.registry.mask(bytes(row["raw"]))
        if raw:
            output.octets(masked)
            return
        files = saved_files.files_in(row, app.context)
        if save is not None:
            attachments.saved(saved_files.save(files, save), app.context, as_json=as_json)
            if private.may_be_written_by_others(save):
                output.complain(app.context.language.label("attachments", "open_folder", folder=str(save)))
        elif as_json:
            output.as_json(_letter_json(row, became, masked) | {"attachments": attachments.listed(files)})
        else:
            _show(row, became, masked, app.context)
            attachments.show(files, app.context.language)


def _pass_on(ctx: typer.Context, letter_id: str, name: str, *, dry_run: bool, as_json: bool) -> None:
    from mailproc.office.mailroom import passed_on  # here: who reads a letter takes no step

    with opened(ctx) as app:
        done = passed_on.send(app.store, app.context, letter_id, name, who(app), dry_run=dry_run)
        if as_json:
            output.as_json({"letter": letter_id, "file": name, "dry_run": dry_run, "follows": done.words})
            return
        language = app.context.language
        if dry_run:
            output.line(language.word(sentence("nothing-changed")))
        for word in done.words:
            output.line(output.one_line(language.word(word)))


def _letter_json(row: dict[str, Any], became: list[MessageRead], masked: bytes) -> dict[str, Any]:
    letter_ = received.letter(masked, row.get("door", ""))
    hidden = ("raw", "secret_ref", "kind", "digest")
    columns = {name: value for name, value in row.items() if name not in hidden}
    columns |= {name: note(columns[name]) for name in TOLD if columns.get(name)}
    return columns | {
        "id": f"{row['kind']}{row['id']}",
        "from": letter_.sender,
        "defects": list(letter_.defects),
        "to": list(letter_.to),
        "text": readable(letter_),
        "messages": became,
    }


def _show(row: dict[str, Any], became: list[MessageRead], masked: bytes, context: Context) -> None:
    letter_, language = received.letter(masked, row.get("door", "")), context.language
    at = row["received_at"] if row["kind"] == "I" else row["prepared_at"]
    name = f"{row['kind']}{row['id']}"
    output.line(f"{name}   {context.shown(at)}   {language.letter_word(name, row['state'])}")
    _head(language, "from", letter_.sender or row.get("mail_from", ""))
    if not letter_.sender:
        for defect in letter_.defects:
            output.line(f"         {output.one_line(defect)}")
    _head(language, "to", ", ".join(letter_.to))
    _head(language, "subject", letter_.subject)
    if row.get("proof"):
        _head(language, "proof", row["proof"])
    if row.get("proof_note"):
        _head(language, "proof_failed", language.words_stored(row["proof_note"]))
    told = [language.words_stored(row[name]) for name in ("last_error", "note") if row.get(name)]
    for text in (*told, row.get("reply"), row.get("file")):
        if text:
            output.line(f"         {output.one_line(text)}")
    for one in became:
        why = f" ({language.words_of(one.why)})" if one.why else ""
        state = language.delivery_word(one.state)
        said = f"{one.id} {one.number} {language.event_word(one.spoken)}: {state}{why}"
        output.line(f"  {output.one_line(said)}")
        for label, value in cited(one.item, language):
            output.line(f"     {label:<14}{output.one_line(value)}")
        for line in one.says:
            output.line(f"     {output.one_line(line)}")
    output.line()
    output.text(readable(letter_))


def _head(language: Language, name: str, value: str) -> None:
    label = f"{language.label('letter', name)}:"
    output.line(f"{label:<8} {output.one_line(value)}")
