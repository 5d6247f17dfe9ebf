"""The verb of hooks: what the library system was told, and whether it hears us."""

from enum import Enum
from typing import Annotated
from uuid import uuid4

import typer

from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.errors import LocalFault
from mailproc.flow.hook_receivers import NCIP
from mailproc.office.mailroom import hook_handling
from mailproc.office.queries import hooks as lists
from mailproc.sentence import changed, note, sentence

verbs = typer.Typer()

COLUMNS = ("name", "to", "events", "waiting", "failed", "last", "said")
_NEEDS = {"try": "NAME", "show": "H12"}


class HookTask(Enum):
    LIST = "list"
    TRY = "try"
    SHOW = "show"


@verbs.command("hooks")
def hooks(
    ctx: typer.Context,
    what: Annotated[HookTask, typer.Argument(help="What to do.")] = HookTask.LIST,
    value: Annotated[str, typer.Argument(metavar="[NAME|H12]", help="A hook, or a call of one.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """List the hooks, with what each was told last; try one with a sample; show a call."""
    if bool(value) != (what.value in _NEEDS):
        raise LocalFault(sentence("hook-what", ways="hooks, hooks try NAME, hooks show H12"))
    with opened(ctx, secrets_needed=what is HookTask.TRY) as app:
        match what:
            case HookTask.LIST:
                _list(app, as_json=as_json)
            case HookTask.TRY:
                _try(app, value, as_json=as_json)
            case HookTask.SHOW:
                _show(app, value, as_json=as_json)


def _list(app: App, *, as_json: bool) -> None:
    with app.store.read() as connection:
        found = lists.listed(connection, app.context)
    if as_json:
        output.as_json(found)
        return
    language, shown = app.context.language, app.context.shown
    words = language.texts.labels["hooks"]
    rows = [
        (
            one.name,
            output.cut(one.to, 40),
            output.cut(", ".join(one.events), 40),
            str(one.waiting),
            str(one.failed),
            shown(one.at) if one.at else "",
            output.cut(language.words_of(one.said), 80),
        )
        for one in found
    ]
    output.table([words[name] for name in COLUMNS], rows, words["empty"])


def _try(app: App, name: str, *, as_json: bool) -> None:
    """Nothing is written down, and the receiver reads that it is a sample."""
    from mailproc.app.hook_deliverers import receivers  # here: the network, which a list does not need
    from mailproc.log import mask

    call = lists.sample_call(app.context, name, uuid4().hex)
    outcome = receivers(app)[name](call)
    said = changed(outcome.said, mask)
    if as_json:
        output.as_json({"hook": name, "event": call.event, "result": outcome.result, "said": said})
    else:
        code = "hook-asked" if call.kind == NCIP else "hook-tried"
        told = sentence(code, hook=name, event=call.event, said=said)
        output.line(output.one_line(app.context.language.word(told)))
    if not lists.is_taken(outcome):
        raise typer.Exit(1)


def _show(app: App, call_id: str, *, as_json: bool) -> None:
    number = hook_handling.number_of(call_id)
    with app.store.read() as connection:
        if number is None:
            raise LocalFault(sentence("hook-no-call", call=call_id), ("mailproc outbox", "mailproc hooks"))
        call = hook_handling.found(connection, number)
    why = note(call.last_error)
    if as_json:
        output.as_json({**vars(call), "id": call.name, "last_error": why})
        return
    language = app.context.language
    where = language.letter_word(call.name, call.state)
    output.line(output.one_line(f"{call.name} · {call.hook} · {call.event} · {where}"))
    if words := language.words_of(why) or call.reply:
        output.line(output.one_line(words))
    output.as_json(call.payload)
