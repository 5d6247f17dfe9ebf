"""Verbs that touch no store: what letters mean, and how messages are written."""

from typing import Annotated, Any

import typer

from mailproc.cli import output
from mailproc.cli.input_files import json_value
from mailproc.cli.letter_files import letters
from mailproc.cli.session import configured
from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.office.templates import codec_trial
from mailproc.sentence import sentence

verbs = typer.Typer()


@verbs.command("decode")
def decode(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(help="Letters (RFC 5322), mbox, Maildir, or -.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON value: a list instead of one line each.")
    ] = False,
) -> None:
    """Decode letters, one JSON line each; exit 1 if no protocol recognises one."""
    context = configured(ctx)
    together: list[dict[str, Any]] = []
    strangers = 0
    for found in letters(files):
        if found.problem:
            output.complain(str(found.problem))
            strangers += 1
            continue
        meant = codec_trial.decoded(context, found.name, found.raw)
        strangers += meant["codec"] is None
        if as_json:
            together.append(meant)
        else:
            output.json_line(meant)
    if as_json:
        output.as_json(together)
    if strangers:
        raise typer.Exit(1)


@verbs.command("encode")
def encode(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="One APDU or a list of them as JSON, or -.")],
    codec: Annotated[str, typer.Option(help="The protocol's name, as a partner's codec in config.toml.")],
    to: Annotated[str, typer.Option(help="The partner's symbol.")] = "",
) -> None:
    """Encode APDUs as a letter (RFC 5322 bytes on stdout, the password masked)."""
    value = json_value(file)
    apdus = [_apdu(one) for one in (value if isinstance(value, list) else [value])]
    output.octets(codec_trial.encoded(configured(ctx), apdus, codec, to))


def _apdu(value: Any) -> Apdu:
    if not isinstance(value, dict):
        raise LocalFault(sentence("apdu-no-object"))
    return apdu_json.from_json(value)
