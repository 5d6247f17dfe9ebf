"""What staff ask about templates: a letter as it would be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from mailproc.flow.notice_context import context_of
from mailproc.flow.premises import Premises
from mailproc.notices.render import lines_of
from mailproc.office import machine_draft, rehearsal
from mailproc.office.find import transaction_of
from mailproc.templating.contract import examples


@dataclass(frozen=True)
class Shown:
    """A finished letter; ``when`` says what it is an example of, '' of a real request's."""

    when: str
    text: str


def of_samples(premises: Premises, path: str, draft: str | None, name: str) -> tuple[Shown, ...]:
    """The template (or the draft) filled with the examples of its contract: each situation that it may be
    about, and after these each example that takes a branch of the text which none before it took.

    LocalFault where it is broken, or where a machine would not read in it what was meant.
    """
    shown = tuple(_examples(premises, path, draft, name))
    rehearsal.check_draft(premises, path, draft, name)
    return shown


def _examples(premises: Premises, path: str, draft: str | None, name: str) -> Iterator[Shown]:
    templates = premises.templates
    branches, seen = templates.branches(path, draft, name), set[str]()
    for each in examples(templates.contract(path)):
        taken = branches.taken(each.context)
        if not each.is_variant or taken - seen:
            yield Shown(each.when, _rendered(premises, path, draft, name, each.context))
        seen |= taken


def of_request(
    connection: Connection, premises: Premises, path: str, number: str, draft: str | None, name: str
) -> Shown:
    """The letter as this request would get it now: a notice, or a message to a partner's machine.

    LocalFault where the message (or another one of its kind) would be held, or where no message of this
    request uses the template.
    """
    transaction = transaction_of(connection, number)
    context = context_of(connection, premises, path, transaction)
    if context is None:
        shown = machine_draft.written(connection, premises, transaction, path, draft, name)
        rehearsal.check_draft(premises, path, draft, name)
        return Shown("", shown)
    return Shown("", _rendered(premises, path, draft, name, lines_of(context)))


def _rendered(premises: Premises, path: str, draft: str | None, name: str, context: dict[str, Any]) -> str:
    if draft is None:
        return premises.templates.render(path, context)
    return premises.templates.render_text(path, draft, context, name)
