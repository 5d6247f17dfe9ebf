"""The verb that says whether everything is all right, and what other verbs say of a service that is not."""

from typing import TYPE_CHECKING, Annotated

import typer

from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.flow.context import Context
from mailproc.office.queries import service_state
from mailproc.office.queries.service_state import ServiceState

if TYPE_CHECKING:
    from mailproc.app.build import App
    from mailproc.office.queries.status import Status

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("status")
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Say whether the service is alive and what it needs is in order; exit 1 if anything is wrong."""
    from mailproc.office.queries import status as query  # here: other verbs use the rest of this file

    with opened(ctx, make=False) as app:  # it is asked often, and perhaps not by the service's user
        with app.store.read() as connection:
            found = query.status(app.store, connection, app.context)
        output.as_json(found) if as_json else _tell(found, app.context)
    if found.wrong:
        raise typer.Exit(1)


def state_of_service(app: "App") -> ServiceState:
    """How the service is, for a verb that shows something else."""
    with app.store.read() as connection:
        return service_state.service_state(app.store, connection, app.context)


def dead(found: ServiceState, context: Context) -> str:
    """What is said where the service is not alive; '' where it is."""
    if found.said is None:
        return ""
    return context.language.label("service", "nothing_moves", why=context.language.word(found.said))


def _tell(found: "Status", context: Context) -> None:
    from mailproc.office.wording import status_words  # as above

    language = context.language
    words = language.texts.labels["service"]
    output.table((words["part"], words["state"]), status_words.rows(found, context), "")
    for texts, mark in ((found.wrong, words["wrong"]), (found.notes, words["note"])):
        for one in texts:
            output.line(output.one_line(f"{mark} {language.word(one)}"))
    if not found.wrong:
        output.line(words["all_right"])
