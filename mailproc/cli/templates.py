"""Verbs about templates."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from mailproc import named_files
from mailproc.cli import output
from mailproc.cli.session import configured, opened
from mailproc.errors import LocalFault
from mailproc.flow.prepare import site_texts
from mailproc.office.templates import previews, template_dry_run
from mailproc.office.templates.drafts import Draft
from mailproc.sentence import sentence
from mailproc.templating.earlier_release import RELEASE
from mailproc.templating.environment import TemplateLine

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
    """List the templates, where each comes from, and whether it is valid."""
    context = configured(ctx)
    known = context.templates
    if markdown:
        typer.echo(known.readme(), nl=False)
        return
    if diff:
        changed = context.registry.mask(known.diff(diff).encode()).decode()
        since = known.diff_since_earlier(diff)
        if as_json:
            output.as_json({"template": diff, "diff": changed, "since": RELEASE, "shipped_diff": since})
            return
        output.text(changed.rstrip("\n") or f"{diff} is as it was shipped.")
        if since:
            _tell_since(diff, since, is_theirs=known.is_of_earlier(diff))
        return
    listed = template_dry_run.listed(context)
    broken = [one for one in listed if one.problems]
    if as_json:
        output.as_json([_as_json(one) for one in listed])
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


def _as_json(one: TemplateLine) -> dict[str, Any]:
    """Its faults in English: programs compare them."""
    problems = tuple(asdict(replace(each, text=str(each.text))) for each in one.problems)
    whole = asdict(replace(one, problems=())) | {"problems": problems}
    return whole | {"problem": problems[0] if problems else None}


def _tell_since(path: str, since: str, *, is_theirs: bool) -> None:
    output.line()
    output.line(f"The shipped text of {path} has changed since {RELEASE}:")
    if is_theirs:
        output.line(f"yours is the one of {RELEASE}, unchanged: delete your file, and the new one is used.")
    output.line()
    output.text(since.rstrip("\n"))


@verbs.command("preview")
def preview(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A template's path, such as en/patron/arrived.txt.")],
    file: Annotated[Path | None, typer.Option(help="A draft instead of the file in use.")] = None,
    request: Annotated[str, typer.Option(metavar="NR", help="With a real request's words.")] = "",
    as_json: Json = False,
) -> None:
    """Show a finished letter without sending it. Names file, line and field of each fault."""
    try:
        text = _draft(file) if file else None
    except OSError as error:
        raise LocalFault(sentence("file-unreadable", file=str(file), error=error.strerror or "")) from None
    except UnicodeDecodeError:
        raise LocalFault(sentence("not-utf8", file=str(file))) from None
    with opened(ctx) as app:
        draft = Draft(name, text, str(file or ""))
        if request:
            with app.store.read() as connection:
                one = previews.of_request(connection, app.context, draft, request)
            shown: Sequence[previews.Preview] = (one,)
        else:
            shown = previews.of_samples(app.context, draft)
        _tell(name, shown, as_json=as_json)
        if text is None:
            site_texts.remember_passed(app.store, app.context, name)


def _draft(file: Path) -> str:
    """Return a template's text, its line ends as ``\\n``."""
    with TextIOWrapper(named_files.opened(file), encoding="utf-8") as text:
        return text.read()


def _tell(name: str, shown: Sequence[previews.Preview], *, as_json: bool) -> None:
    if as_json:
        output.as_json({"template": name, "text": shown[0].text, "examples": shown})
        return
    for one in shown:
        if len(shown) > 1:
            output.line(f"=== {one.when} ===")
            output.line()
        output.text(one.text)
