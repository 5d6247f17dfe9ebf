"""The verb of the desk: who may use it."""

from enum import Enum
from typing import Annotated, Any

import typer

from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.password import typed
from mailproc.cli.session import opened
from mailproc.errors import LocalFault
from mailproc.office.staff import people
from mailproc.sentence import sentence
from mailproc.store.staff import StaffMember

verbs = typer.Typer()
COLUMNS = ("login", "name", "role", "since", "out")


class StaffTask(Enum):
    LIST = "list"
    ADD = "add"
    PASSWD = "passwd"  # noqa: S105  # a word of the command line
    ROLE = "role"
    OUT = "out"


DONE = {
    StaffTask.ADD: "done_add",
    StaffTask.PASSWD: "done_passwd",
    StaffTask.ROLE: "done_role",
    StaffTask.OUT: "done_out",
}
"""The label that says what was done."""


@verbs.command("staff")
def staff(
    ctx: typer.Context,
    what: Annotated[StaffTask, typer.Argument(help="What to do.")] = StaffTask.LIST,
    login: Annotated[str, typer.Argument(metavar="[LOGIN]", help="Whom it is about.")] = "",
    name: Annotated[str, typer.Option(help="With add: the person's name.")] = "",
    role: Annotated[
        str, typer.Option(help="With add, role: look, work (acts on requests), keep (texts, partners too).")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """List who may use the desk; add a person, change a password or a role, show one out at once."""
    _check_way(what, login, name, role)
    with opened(ctx) as app:
        match what:
            case StaffTask.LIST:
                _tell(people.listed(app.store), app, as_json=as_json)
                return
            case StaffTask.ADD:
                wanted = people.role_of(role or "work")
                done = people.add(app.store, app.context, login, name or login, wanted, typed())
            case StaffTask.PASSWD:
                done = people.change_password(app.store, login, typed())
            case StaffTask.ROLE:
                done = people.change_role(app.store, login, people.role_of(role))
            case StaffTask.OUT:
                done = people.show_out(app.store, app.context, login)
        _tell([done], app, as_json=as_json)
        if not as_json:
            output.line(app.context.language.label("staff", DONE[what], login=done.login))


def _check_way(what: StaffTask, login: str, name: str, role: str) -> None:
    """Raise LocalFault for what does not go together."""
    has_role = what is StaffTask.ROLE or (what is StaffTask.ADD and bool(role))
    fits = bool(login) == (what is not StaffTask.LIST) and bool(role) == has_role
    if fits and (what is StaffTask.ADD or not name):
        return
    ways = (
        "staff list, staff add LOGIN --name NAME, staff passwd LOGIN, staff role LOGIN --role ROLE,"
        " staff out LOGIN"
    )
    raise LocalFault(sentence("staff-what", ways=ways))


def _tell(found: list[StaffMember], app: App, *, as_json: bool) -> None:
    if as_json:
        output.as_json([_plain(one) for one in found])
        return
    labels, shown = app.context.language.texts.labels, app.context.shown
    words = labels["staff"]
    rows = [
        (one.login, one.name, words[one.role], shown(one.added_at), shown(one.out_at) if one.out_at else "")
        for one in found
    ]
    output.table([words[name] for name in COLUMNS], rows, words["empty"])


def _plain(one: StaffMember) -> dict[str, Any]:
    """Return a person without the hash of the password."""
    return {
        "login": one.login,
        "name": one.name,
        "role": one.role,
        "added_at": one.added_at,
        "out_at": one.out_at,
    }
