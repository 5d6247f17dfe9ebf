"""A letter as a request would get it by a text: made as the service makes it, and sent to nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.prepare.notice_context import addressed_by
from mailproc.notices.render import letter_of, lines_of
from mailproc.notices.slips import values_of
from mailproc.notices.whole_letter import whole
from mailproc.office.slips.content import filled
from mailproc.office.slips.kinds import kind_of
from mailproc.office.templates import machine_previews
from mailproc.office.templates.drafts import Draft, rendered
from mailproc.store.rows import Transaction
from mailproc.templating.problem import BrokenTemplate, TemplateProblem, of_error


@dataclass(frozen=True)
class FinishedLetter:
    """``to``: an address, '' where there is none, or of a slip. ``subject``: '' of a slip."""

    to: str
    subject: str
    text: str

    @property
    def whole(self) -> str:
        """Return it as the command line shows it."""
        return f"Subject: {self.subject}\n\n{self.text}" if self.subject else self.text


def of_request(
    connection: Connection, context: Context, draft: Draft, transaction: Transaction
) -> FinishedLetter:
    """Return the letter as this transaction would get it now.

    Raise LocalFault if it would be held or another text would go out, and if nothing here uses the text.
    """
    kind = kind_of(draft.path)
    if kind is not None:
        slip = filled(connection, context, kind, transaction)
        return FinishedLetter("", "", printed(context, draft, values_of(slip.content)))
    who = addressed_by(connection, context, draft.path, transaction)
    if who is None:
        said = machine_previews.written(connection, context, transaction, draft)
        return FinishedLetter(transaction.address, said.subject, said.text)
    values = lines_of(who.content)
    name = draft.name or draft.path
    notice = whole(letter_of(rendered(context, draft, values), name), who.content, values, name)
    return FinishedLetter(who.address, notice.subject, notice.text)


def printed(context: Context, draft: Draft, values: Mapping[str, Any]) -> str:
    """Return a letter as it was rendered, a slip as it is printed. Raise BrokenTemplate."""
    text, form = rendered(context, draft, values), context.templates.contract(draft.path).form
    try:
        return form(text) if form is not None else text
    except ValueError as error:
        raise BrokenTemplate([TemplateProblem(draft.name or draft.path, 0, "", of_error(error))]) from error
