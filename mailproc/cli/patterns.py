"""The verb that shows how a letter would be read, pattern by pattern. It touches no store."""

from enum import Enum
from itertools import islice
from typing import Annotated, Any

import typer

from mailproc.cli import output
from mailproc.cli.letter_files import letters
from mailproc.cli.session import configured
from mailproc.errors import LocalFault
from mailproc.office.templates import codec_trial
from mailproc.sentence import sentence

verbs = typer.Typer()


class What(Enum):
    TEST = "test"


@verbs.command("patterns")
def show(
    ctx: typer.Context,
    what: Annotated[What, typer.Argument(help="test: read a letter and say what took each line.")],  # noqa: ARG001  # there is one thing to do
    file: Annotated[str, typer.Argument(help="The original letter (RFC 5322), or -.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of a table.")] = False,
) -> None:
    """Show how a reply of the British Library is read, line by line, and by which pattern."""
    context = configured(ctx)
    found = list(islice(letters([file]), 2))
    if len(found) != 1:
        raise LocalFault(sentence("one-letter", file=file))
    if found[0].problem:
        raise LocalFault(found[0].problem)
    said = codec_trial.explained(context, found[0].name, found[0].raw)
    if as_json:
        output.as_json(said)
        return
    output.line(output.one_line(f"{said['file']}: {said['means']}"))
    rows = [_row(line) for line in said["lines"]]
    output.table(("LINE", "TEXT", "KIND", "MESSAGE", "PATTERN"), rows, "The letter has no line.")


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    where = f"{line['row']} ({line['from']})" if "row" in line else ""
    number = "subject" if line["line"] == 0 else str(line["line"])
    return (number, line["text"], line["kind"], _message(line), where)


def _message(line: dict[str, Any]) -> str:
    apdu = line.get("apdu")
    if apdu is None:
        return str(line.get("means", ""))
    about = (apdu.get("ref") or {}).get("number") or (apdu.get("ref") or {}).get("file_ref", "")
    words = [apdu["type"], apdu.get("results", ""), apdu.get("reply_code", ""), line.get("means", "")]
    return f"{about}: " + ", ".join(word for word in words if word)
