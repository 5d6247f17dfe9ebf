"""What staff ask about templates: a letter as it would be."""

from typing import Any

from sqlalchemy import Connection

from mailproc.flow.notice_context import context_of
from mailproc.flow.premises import Premises
from mailproc.notices.render import lines_of
from mailproc.office import machine_draft, rehearsal
from mailproc.office.find import transaction_of
from mailproc.templating.contract import samples


def of_samples(premises: Premises, path: str, draft: str | None, name: str) -> str:
    """The template (or the draft) filled with the samples of its contract.

    LocalFault where it is broken, or where a machine would not read in it what was meant.
    """
    contract = premises.templates.contract(path)
    shown = _rendered(premises, path, draft, name, samples(contract)[0])
    rehearsal.check_draft(premises, path, draft, name)
    return shown


def of_request(
    connection: Connection, premises: Premises, path: str, number: str, draft: str | None, name: str
) -> str:
    """The letter as this request would get it now: a notice, or a message to a partner's machine.

    LocalFault where the message (or another one of its kind) would be held, or where no message of this
    request uses the template.
    """
    transaction = transaction_of(connection, number)
    context = context_of(connection, premises, path, transaction)
    if context is None:
        shown = machine_draft.written(connection, premises, transaction, path, draft, name)
        rehearsal.check_draft(premises, path, draft, name)
        return shown
    return _rendered(premises, path, draft, name, lines_of(context))


def _rendered(premises: Premises, path: str, draft: str | None, name: str, context: dict[str, Any]) -> str:
    if draft is None:
        return premises.templates.render(path, context)
    return premises.templates.render_text(path, draft, context, name)
