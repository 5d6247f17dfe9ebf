"""Preview a letter as a template would write it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.queries.find import transaction_of
from mailproc.office.templates import finished_letter, template_dry_run
from mailproc.office.templates.drafts import Draft
from mailproc.templating.contract import examples


@dataclass(frozen=True)
class Preview:
    """A finished letter; ``when`` says what it is an example of, '' for a real request's."""

    when: str
    text: str


def of_samples(context: Context, draft: Draft) -> tuple[Preview, ...]:
    """Return the template (or draft) filled with the examples of its contract.

    Each situation that it may be about, then each example that reaches a branch which none before it reached.
    Raise LocalFault if it is broken, or if a machine would not read what was meant.
    """
    shown = tuple(_examples(context, draft))
    template_dry_run.check_draft(context, draft)
    return shown


def _examples(context: Context, draft: Draft) -> Iterator[Preview]:
    templates = context.templates
    branches, seen = templates.branches(draft.path, draft.text, draft.name), set[str]()
    for each in examples(templates.contract(draft.path)):
        taken = branches.taken(each.context)
        if not each.is_variant or taken - seen:
            yield Preview(each.when, finished_letter.printed(context, draft, each.context))
        seen |= taken


def of_request(connection: Connection, context: Context, draft: Draft, number: str) -> Preview:
    """Return the letter as this request would get it now: a notice, or a message to a partner's system.

    Raise LocalFault if the message (or another of its type) would be held, or if no message of this request
    uses the template.
    """
    letter = finished_letter.of_request(connection, context, draft, transaction_of(connection, number))
    template_dry_run.check_draft(context, draft)
    return Preview("", letter.whole)
