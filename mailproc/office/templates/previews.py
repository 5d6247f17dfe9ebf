"""Preview a letter as a template would write it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.prepare.notice_context import context_of
from mailproc.notices.render import lines_of
from mailproc.notices.slips import values_of
from mailproc.office.queries.find import transaction_of
from mailproc.office.slips.content import filled
from mailproc.office.slips.kinds import kind_of
from mailproc.office.templates import machine_previews, template_dry_run
from mailproc.templating.contract import Contract, examples
from mailproc.templating.problem import BrokenTemplate, TemplateProblem


@dataclass(frozen=True)
class Preview:
    """A finished letter; ``when`` says what it is an example of, '' for a real request's."""

    when: str
    text: str


def of_samples(context: Context, path: str, draft: str | None, name: str) -> tuple[Preview, ...]:
    """Return the template (or draft) filled with the examples of its contract.

    Each situation that it may be about, then each example that reaches a branch which none before it reached.
    Raise LocalFault if it is broken, or if a machine would not read what was meant.
    """
    shown = tuple(_examples(context, path, draft, name))
    template_dry_run.check_draft(context, path, draft, name)
    return shown


def _examples(context: Context, path: str, draft: str | None, name: str) -> Iterator[Preview]:
    templates = context.templates
    branches, seen = templates.branches(path, draft, name), set[str]()
    for each in examples(templates.contract(path)):
        taken = branches.taken(each.context)
        if not each.is_variant or taken - seen:
            yield Preview(each.when, _rendered(context, path, draft, name, each.context))
        seen |= taken


def of_request(
    connection: Connection, context: Context, path: str, number: str, draft: str | None, name: str
) -> Preview:
    """Return the letter as this request would get it now: a notice, or a message to a partner's system.

    Raise LocalFault if the message (or another of its type) would be held, or if no message of this request
    uses the template.
    """
    transaction = transaction_of(connection, number)
    if (kind := kind_of(path)) is not None:
        slip = filled(connection, context, kind, transaction)
        return Preview("", _rendered(context, path, draft, name, values_of(slip.content)))
    content = context_of(connection, context, path, transaction)
    if content is None:
        shown = machine_previews.written(connection, context, transaction, path, draft, name)
        template_dry_run.check_draft(context, path, draft, name)
        return Preview("", shown)
    return Preview("", _rendered(context, path, draft, name, lines_of(content)))


def _rendered(context: Context, path: str, draft: str | None, name: str, content: dict[str, Any]) -> str:
    templates = context.templates
    if draft is None:
        text = templates.render(path, content)
    else:
        text = templates.render_text(path, draft, content, name)
    return _shown(text, templates.contract(path), name or path)


def _shown(text: str, contract: Contract, name: str) -> str:
    """Return a letter as it is, a slip as it is printed."""
    try:
        return contract.form(text) if contract.form is not None else text
    except ValueError as error:
        raise BrokenTemplate([TemplateProblem(name, 0, "", str(error))]) from error
