"""The verb for the rota of a request: whom we asked, who is next, whom a rule would ask."""

from collections.abc import Sequence
from typing import Annotated

import typer

from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.queries import rota as rotas
from mailproc.office.queries.rota import Rota
from mailproc.office.wording import rota_words
from mailproc.sentence import sentence

verbs = typer.Typer()

Number = Annotated[str, typer.Argument(metavar="NR", help="B12, or one attempt, B12-2.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]
Propose = Annotated[
    bool, typer.Option("--propose", help="Show whom a rule would ask besides, and why; changes nothing.")
]


@verbs.command("rota")
def rota(
    ctx: typer.Context,
    number: Number,
    add: Annotated[
        list[str] | None, typer.Option(metavar="SYMBOL", help="Put at the end; may repeat.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="SYMBOL", help="Take out, not asked yet; may repeat.")
    ] = None,
    up: Annotated[str, typer.Option(metavar="SYMBOL", help="Let it be asked one place earlier.")] = "",
    reason: Annotated[str, typer.Option(help="Why; for the history.")] = "",
    propose: Propose = False,
    as_json: Json = False,
) -> None:
    """Show the rota: partners that were asked, their answers, and who is next."""
    with opened(ctx) as app:
        if propose and (add or drop or up):
            raise LocalFault(sentence("propose-alone"))
        if up and (add or drop):
            raise LocalFault(sentence("up-alone"))
        if propose:
            _propose(app, number, as_json=as_json)
            return
        if add or drop or up:
            _change(app, number, add or (), drop or (), up, reason)
        with app.store.read() as connection:
            found = rotas.rota(connection, app.context, number)
        if as_json:
            output.as_json(found)
        else:
            _tell_rota(found, app.context)


def _change(app: App, number: str, add: Sequence[str], drop: Sequence[str], up: str, reason: str) -> None:
    from mailproc.office.requests import rota_change  # here: who reads takes no step

    if up:
        rota_change.move_up(app.store, app.context, number, up, who(app))
        return
    rota_change.change(app.store, app.context, number, add, drop, who(app), reason=reason)


def _propose(app: App, number: str, *, as_json: bool) -> None:
    from mailproc.office.requests import rota_change  # here: who reads takes no step

    found = rota_change.propose(app.store, app.context, number)
    language, words = app.context.language, app.context.language.texts.labels["rota"]
    if as_json:
        lenders = [
            {"partner": one.symbol, "name": one.name, "why": [str(reason) for reason in one.why]}
            for one in found.lenders
        ]
        output.as_json({"number": number.upper(), "rule": found.rule, "lenders": lenders})
        return
    rows = [
        (str(at), one.name, "; ".join(map(language.word, one.why)))
        for at, one in enumerate(found.lenders, start=1)
    ]
    output.table(("", words["library"], words["why"]), rows, words["empty"])
    named = " ".join(f"--add {symbol}" for symbol in found.symbols)
    output.line(language.label("rota", "takes", command=f"mailproc rota {number} {named}", rule=found.rule))


def _tell_rota(found: Rota, context: Context) -> None:
    label, words = context.language.label, context.language.texts.labels["rota"]
    output.line(output.one_line(f"{found.number} · {found.title}"))
    rows = [(str(one.position), one.name, *rota_words.became(one, context)) for one in found.places]
    columns = ("", *(words[name] for name in ("library", "became", "asked", "answer")))
    output.table(columns, rows, words["empty"])
    if found.open or not found.places:
        return
    waits = [one for one in found.places if one.became == "next"]
    ask = f"mailproc next {found.number}"
    first = label("rota", "asks", command=ask, library=waits[0].name) if waits else words["nobody"]
    output.line(f"{first}; {label('rota', 'add', command=f'mailproc rota {found.number} --add SYMBOL')}")
