"""The page of one request: how it stands, what may be done and what follows, and all that happened."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.status import status
from mailproc.ill.terms import Role, Service
from mailproc.notices.language import Language
from mailproc.office.acts import overtaken
from mailproc.office.desk import act_forms, earlier_order, next_steps, taking_back, told_forms
from mailproc.office.desk.act_forms import ActForm
from mailproc.office.desk.earlier_order import EarlierOrder
from mailproc.office.desk.next_steps import NextStep
from mailproc.office.desk.taking_back import JustDone
from mailproc.office.queries import request_details
from mailproc.office.queries.find import transaction_of
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.requests import amend
from mailproc.office.wording import history_words, request_words
from mailproc.office.wording.history_words import WordedChange
from mailproc.store.rows import Transaction


@dataclass(frozen=True)
class RequestPage:
    """``name``: number, title, author, reader. ``code``: of its state. ``to_do``, ``particulars``: labels and
    values. ``steps``: how to go on. ``ahead``: what happens if nobody acts. ``letters``: of ours, with where
    each is. ``acts``: what we may do; ``told``: what the partner may have told us. ``history``: the newest
    first. ``just_done``: what was done last, while its letters wait. ``seen``: the mark of all this, '' for
    one that nobody was asked for. ``of_reader``: a reader of ours asked for it. ``to_review``: it was
    submitted, and nobody was asked; ``has_rota``: we asked for it; ``correctable``: it may be corrected
    now. ``due``: until when a loan is lent, as 2026-01-31, '' where nobody knows; None where none is out."""

    number: str
    name: str
    headline: str
    code: str
    to_do: tuple[tuple[str, str], ...]
    steps: tuple[NextStep, ...]
    ahead: tuple[str, ...]
    particulars: tuple[tuple[str, str], ...]
    letters: tuple[tuple[str, str], ...]
    acts: tuple[ActForm, ...]
    told: tuple[ActForm, ...]
    history: tuple[WordedChange, ...]
    just_done: JustDone | None
    seen: str
    of_reader: bool
    to_review: bool
    has_rota: bool
    correctable: bool
    due: str | None

    def form(self, key: str) -> ActForm | None:
        """Return the form with this key; None if it is not offered (any more)."""
        return next((one for one in (*self.acts, *self.told) if one.key == key), None)


def page(connection: Connection, number: str, context: Context) -> RequestPage:
    """Return the page. Raise LocalFault if there is no such request, or several."""
    if (earlier := earlier_order.named(connection, number)) is not None:
        return _of_earlier(connection, earlier, context)
    found = request_details.shown(connection, number, context, context.language)
    acts, told, just_done, seen = _acts(connection, found, context)
    borrowed = bool(found.line.attempt) and found.line.role == Role.REQUESTER
    return RequestPage(
        number=found.line.number,
        name=request_words.named(found, context.language),
        headline=request_words.headline(found, context),
        code=found.line.state,
        to_do=tuple(request_words.needs(found, context.language)),
        steps=(
            *next_steps.steps(found, (*acts, *told), context.language),
            *earlier_order.links(connection, found.line.number, context),
        ),
        ahead=tuple(request_words.if_nobody_acts(found, context)),
        particulars=tuple(_particulars(found, context)),
        letters=tuple(_letters(found, context.language)),
        acts=acts,
        told=told,
        history=tuple(reversed(history_words.rows(found.history, found.line.role, context))),
        just_done=just_done,
        seen=seen,
        to_review=not found.line.attempt and found.review is not None,
        has_rota=borrowed,
        correctable=borrowed and amend.correctable(connection, found.line.number).now,
        due=_due(connection, found),
        of_reader=found.patron is not None and found.line.role == Role.REQUESTER,
    )


def _of_earlier(connection: Connection, order: EarlierOrder, context: Context) -> RequestPage:
    """Return the page of an order after which another library was asked: its acts, the request's history."""
    whole, row, language = page(connection, order.request, context), order.row, context.language
    found = request_details.shown(connection, order.request, context, language)
    acts = act_forms.offered(connection, order.number, status(row.state, promise=row.promise), context)
    told = () if row.closed_at else told_forms.told_by(row, context)
    return replace(
        whole,
        number=order.number,
        headline=earlier_order.words(order, context),
        code=row.state.name,
        steps=(
            *next_steps.of_earlier(found, order.number, (*acts, *told), language),
            earlier_order.link_back(order, language),
        ),
        acts=acts,
        told=told,
        just_done=taking_back.of_transaction(connection, row, order.number, context),
        seen=overtaken.mark(connection, row.id),
        has_rota=False,
        correctable=False,
        due=_due_of(row) if not row.closed_at else None,
    )


def _due(connection: Connection, found: RequestDetails) -> str | None:
    row = transaction_of(connection, found.line.number) if found.line.attempt else None
    return _due_of(row) if row is not None and not found.closed_at else None


def _due_of(row: Transaction) -> str | None:
    if not row.state.lent_out or row.service is not Service.LOAN:
        return None
    return row.due_on.isoformat() if row.due_on else ""


def _particulars(found: RequestDetails, context: Context) -> Iterator[tuple[str, str]]:
    """Yield what is known beside what has a place of its own on the page."""
    words = context.language.texts.labels["show"]
    elsewhere = (words["if_nobody_acts"], words["letters"])
    return (pair for pair in request_words.particulars(found, context) if pair[0] not in elsewhere)


def _letters(found: RequestDetails, language: Language) -> Iterator[tuple[str, str]]:
    for one in found.letters:
        state = request_words.delivery(one.state, answered=one.answered)
        yield one.id, language.letter_word(one.id, state)


def _acts(
    connection: Connection, found: RequestDetails, context: Context
) -> tuple[tuple[ActForm, ...], tuple[ActForm, ...], JustDone | None, str]:
    """Return no acts for a request that nobody was asked for: it is reviewed first."""
    if not found.line.attempt:
        return (), (), None, ""
    number, now = found.line.number, found.line.status
    acts = act_forms.offered(connection, number, now, context)
    row = transaction_of(connection, number)
    told = () if found.closed_at else told_forms.told_by(row, context)
    just_done = taking_back.of_transaction(connection, row, number, context)
    return acts, told, just_done, overtaken.mark(connection, row.id)
