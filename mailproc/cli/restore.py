"""The verb for a store that is put back from a copy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli import output
from mailproc.cli.session import configured, opened, who
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.notices.language import Language
from mailproc.office.upkeep import restored_store
from mailproc.office.upkeep.restored_store import MayHaveBeenTold, MayHaveLeft, RestoredStore
from mailproc.sentence import Part, sentence

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("restore")
def restore(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="A backup. The present store is kept beside it.")
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="The whole machine was put back: hold this store.")
    ] = False,
    go: Annotated[bool, typer.Option("--go", help="Send again, and let timers fire again.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also if PostgreSQL cannot dump the present store: it is lost.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put the store back from a backup; list what may have left since; --go goes on."""
    _refuse([name for name, one in (("FILE", file), ("--here", here), ("--go", go)) if one], anyway)
    put_back = None
    if file is not None:
        from mailproc.app.put_back import from_file  # here: the other ways need no copies

        put_back = from_file(configured(ctx), file, anyway=anyway)
    with opened(ctx) as app:
        if here:
            restored_store.hold_here(app.store)
        if go:
            restored_store.go_on(app.store, app.context, who(app))
        found = restored_store.look(app.store)
        faults = put_back.faults if put_back is not None else ()
        if as_json:
            output.as_json(output.plain(found) | {"faults": output.plain(faults)})
            return _end(faults)
        if put_back is not None and put_back.kept:
            output.line(app.context.language.label("restore", "aside", file=put_back.kept))
        if put_back is not None and not put_back.is_named:
            output.line(app.context.language.label("restore", "unnamed", file=str(file)))
        _tell(found, app.context)
        for fault in faults:
            output.line(output.one_line(app.context.language.word(fault)))
    return _end(faults)


def _refuse(given: Sequence[str], anyway: bool) -> None:
    if len(given) > 1:
        raise LocalFault(sentence("option-beside", option=given[0], other=given[1]))
    if anyway and "FILE" not in given:
        raise LocalFault(sentence("option-without", option="--anyway", other="FILE"))


def _end(faults: Sequence[Part]) -> None:
    if faults:
        raise typer.Exit(1)


def _tell(found: RestoredStore, context: Context) -> None:
    language, shown = context.language, context.shown
    words = language.texts.labels["restore"]
    if found.found_at is None:
        output.line(language.word(sentence("restore-never")))
        return
    made = shown(found.newest_at) if found.newest_at else words["empty"]
    output.line(language.label("restore", "found", at=shown(found.found_at), newest=made))
    output.line(language.label("restore", "numbers", value=found.numbers))
    if found.gone_on_at is None:
        output.line(words["held"])
        for name, listed in (("people", found.people), ("tokens", found.tokens)):
            if listed:
                output.line(language.label("restore", name, names=", ".join(listed)))
    else:
        output.line(language.label("restore", "gone", at=shown(found.gone_on_at), actor=found.actor))
    columns = ("letter", "to", "subject", "requests", "answers")
    unwritten = language.label("restore", "unwritten", count=found.unwritten) if found.unwritten else ""
    output.table(
        [words[name] for name in columns], _lines(found.letters, language), unwritten or words["none"]
    )
    if found.letters and unwritten:
        output.line(unwritten)
    if found.letters:
        output.line(words["each"])
    if found.entered:
        columns = ("entered", "to", "subject", "requests", "answers")
        output.table([words[name] for name in columns], _lines(found.entered, language), "")
        output.line(words["each-entered"])
    _tell_calls(found.calls, words["calls"], words["each-of-calls"], words)
    _tell_calls(found.entered_calls, words["entered-calls"], words["each-of-entered-calls"], words)
    unknown = [
        (one.id, shown(one.at), language.word(one.other), output.cut(one.about(language), 50))
        for one in found.unknown
    ]
    if unknown:
        output.table([words[name] for name in ("unknown", "when", "who", "subject")], unknown, "")
    if found.left_out:
        output.line(language.label("restore", "more", count=found.left_out))


def _tell_calls(
    calls: Sequence[MayHaveBeenTold], heading: str, possible: str, words: Mapping[str, str]
) -> None:
    lines = [(one.id, one.hook, one.event, one.request) for one in calls]
    if lines:
        output.table([heading, *(words[name] for name in ("hook", "event", "requests"))], lines, "")
        output.line(possible)


def _lines(letters: Sequence[MayHaveLeft], language: Language) -> list[tuple[str, ...]]:
    return [
        (
            one.id,
            language.word(one.to),
            output.cut(one.subject, 50),
            ", ".join(one.numbers),
            "; ".join(f"{each.letter}: {language.event_word(each.event)}" for each in one.answers),
        )
        for one in letters
    ]
