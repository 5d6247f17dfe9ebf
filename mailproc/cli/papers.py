"""Verbs about templates."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli import output
from mailproc.cli.opening import configured, opened
from mailproc.errors import LocalFault
from mailproc.flow import site_texts
from mailproc.office import drafts, rehearsal
from mailproc.sentence import sentence

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("templates")
def templates(
    ctx: typer.Context,
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page templates/README.md.")] = False,
    diff: Annotated[
        str, typer.Option(metavar="TEMPLATE", help="What your text changes in the shipped one.")
    ] = "",
) -> None:
    """The templates, where each comes from, and whether it is in order."""
    premises = configured(ctx)
    known = premises.templates
    if markdown:
        typer.echo(known.readme(), nl=False)
        return
    if diff:
        changed = premises.registry.mask(known.diff(diff).encode()).decode()
        if as_json:
            output.as_json({"template": diff, "diff": changed})
            return
        output.text(changed.rstrip("\n") or f"{diff} is as it was shipped.")
        return
    listed = rehearsal.listed(premises)
    broken = [one for one in listed if one.problems]
    if as_json:
        output.as_json([asdict(one) | {"problem": one.problem} for one in listed])
    else:
        rows = [(one.path, one.source, one.state, one.purpose) for one in listed]
        output.table(("Template", "From", "State", "What it is for"), rows, "There are no templates.")
        for one in broken:
            output.line()
            output.line(f"{one.path} is broken:")
            for problem in one.problems:
                output.line(f"  {problem}")
    if broken:
        raise typer.Exit(1)


@verbs.command("preview")
def preview(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A template's path, such as en/patron/arrived.txt.")],
    file: Annotated[Path | None, typer.Option(help="A draft instead of the file in use.")] = None,
    request: Annotated[str, typer.Option(metavar="NR", help="With a real request's words.")] = "",
    as_json: Json = False,
) -> None:
    """A finished letter, without sending it. Names file, line and field of what is wrong."""
    try:
        text = file.read_text(encoding="utf-8") if file else None
    except (OSError, UnicodeDecodeError) as error:
        raise LocalFault(sentence("file-unreadable", file=str(file), error=str(error))) from None
    with opened(ctx) as house:
        if request:
            with house.store.read() as connection:
                one = drafts.of_request(connection, house.premises, name, request, text, str(file or ""))
            shown: Sequence[drafts.Shown] = (one,)
        else:
            shown = drafts.of_samples(house.premises, name, text, str(file or ""))
        _tell(name, shown, as_json=as_json)
        if text is None:
            site_texts.passed(house.store, house.premises, name)


def _tell(name: str, shown: Sequence[drafts.Shown], *, as_json: bool) -> None:
    if as_json:
        output.as_json({"template": name, "text": shown[0].text, "examples": shown})
        return
    for one in shown:
        if len(shown) > 1:
            output.line(f"=== {one.when} ===")
            output.line()
        output.text(one.text)
