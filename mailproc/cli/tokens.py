"""The verb of other systems: by which tokens they may ask."""

from enum import Enum
from typing import Annotated, Any

import typer

from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.errors import LocalFault
from mailproc.office.staff import people, tokens
from mailproc.sentence import sentence
from mailproc.store.api_tokens import ApiToken

verbs = typer.Typer()
COLUMNS = ("name", "role", "since", "out")


class TokenTask(Enum):
    LIST = "list"
    ADD = "add"
    OUT = "out"


@verbs.command("tokens")
def tokens_(
    ctx: typer.Context,
    what: Annotated[TokenTask, typer.Argument(help="What to do.")] = TokenTask.LIST,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The system that it is for.")] = "",
    role: Annotated[str, typer.Option(help="With add: look, or work (places requests, acts on them).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """List the tokens by which other systems ask; make one (it is shown once), or end one at once."""
    if bool(name) != (what is not TokenTask.LIST) or (role and what is not TokenTask.ADD):
        raise LocalFault(sentence("staff-what", ways="tokens list, tokens add NAME, tokens out NAME"))
    with opened(ctx) as app:
        match what:
            case TokenTask.LIST:
                _tell(tokens.listed(app.store), app, as_json=as_json)
            case TokenTask.ADD:
                made, secret = tokens.add(app.store, app.context, name, people.role_of(role or "work"))
                _show(made, secret, app, as_json=as_json)
            case TokenTask.OUT:
                _tell([tokens.show_out(app.store, app.context, name)], app, as_json=as_json)


def _show(made: ApiToken, secret: str, app: App, *, as_json: bool) -> None:
    """The token alone to standard output, so that it may be piped to where it is kept."""
    if as_json:
        output.as_json(_plain(made) | {"token": secret})
        return
    output.complain(app.context.language.word(sentence("token-once", name=made.name, role=made.role)))
    output.line(secret)


def _tell(found: list[ApiToken], app: App, *, as_json: bool) -> None:
    if as_json:
        output.as_json([_plain(one) for one in found])
        return
    labels, shown = app.context.language.texts.labels, app.context.shown
    words = labels["staff"]
    rows = [
        (one.name, words[one.role], shown(one.added_at), shown(one.out_at) if one.out_at else "")
        for one in found
    ]
    output.table([words[name] for name in COLUMNS], rows, labels["tokens"]["empty"])


def _plain(one: ApiToken) -> dict[str, Any]:
    """Return a token without its digest."""
    return {"name": one.name, "role": one.role, "added_at": one.added_at, "out_at": one.out_at}
