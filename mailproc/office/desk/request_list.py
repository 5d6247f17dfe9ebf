"""The page of the list of requests: filters, and what was typed into Find."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.terms import Role, State
from mailproc.office.queries import found_in, listing
from mailproc.office.queries.request_filter import Filter
from mailproc.office.wording import request_words
from mailproc.office.wording.plain_text import cut

MOST = 100
"""Requests on a page; more are found by narrower filters."""
LONGEST = 80
COLUMNS = ("number", "title", "service", "reader", "partner", "status", "needed_by", "due", "needs")

STATES = tuple(one for one in State if one not in (State.SHELVED_CANCEL, State.UNKNOWN))
"""What can be chosen: the other two are never stored."""

DUE: Mapping[str, int] = {"overdue": -1, "soon": 7}
"""Days from today until which the loans of a list are due."""

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ListedLine:
    """A row; ``cells`` in the order of the columns, the number first."""

    number: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class RequestListPage:
    """``filters``: by their names, the codes that may be chosen with their words. ``chosen``: those that are;
    ``left_out``: a sentence where not all are shown."""

    columns: tuple[str, ...]
    rows: tuple[ListedLine, ...]
    filters: Mapping[str, tuple[str, Choices]]
    chosen: Mapping[str, str]
    find: str
    left_out: str
    empty: str


def known(chosen: Mapping[str, str], context: Context) -> Mapping[str, str]:
    """Return the filters that are chosen, by name. A value that no filter offers chooses nothing."""
    offered = _filters(context)
    given = {name: chosen.get(name, "") for name in offered}
    return {name: code for name, code in given.items() if code in dict(offered[name][1])}


def wanted(known: Mapping[str, str], find: str, context: Context) -> Filter:
    """Return what the list is asked for. ``known``: as the function of this name returns it."""
    days = DUE.get(known.get("due", ""))
    return Filter(
        role=known.get("role", ""),
        state=known.get("state", ""),
        partner=known.get("partner", ""),
        service=known.get("service", ""),
        attention=bool(known.get("attention")),
        due=context.today() + timedelta(days=days) if days is not None else None,
        find=find,
        limit=MOST,
    )


def page(connection: Connection, chosen: Mapping[str, str], find: str, context: Context) -> RequestListPage:
    """Return the requests that fit."""
    filters, found = _filters(context), known(chosen, context)
    lines = listing.listed(connection, wanted(found, find, context), context.today())
    words = context.language.texts.labels["requests"]
    where = context.language.texts.labels["found_in"]
    rows = [(line, _cells(line, context)) for line in lines]
    if find:
        rows = [(line, (*cells, _found_in(connection, line, find, where))) for line, cells in rows]
    return RequestListPage(
        columns=(*(words[name] for name in COLUMNS), *((where["heading"],) if find else ())),
        rows=tuple(ListedLine(line.number, cells) for line, cells in rows),
        filters=filters,
        chosen=found,
        find=find,
        left_out=context.language.label("desk", "narrower", count=MOST) if len(lines) == MOST else "",
        empty=words["empty"],
    )


def hits(connection: Connection, find: str, context: Context) -> tuple[str, ...]:
    """Return the numbers of the first two requests that fit: whether there is one, or more."""
    asked = Filter(find=find, limit=2)
    return tuple(line.number for line in listing.listed(connection, asked, context.today()))


def _found_in(connection: Connection, line: listing.RequestLine, find: str, words: Mapping[str, str]) -> str:
    return ", ".join(words[name] for name in found_in.fields(connection, line, find))


def _filters(context: Context) -> dict[str, tuple[str, Choices]]:
    language = context.language
    words, desk = language.texts.labels["requests"], language.texts.labels["desk"]
    partners = sorted({one.symbol for one in context.config.partner})
    return {
        "role": (desk["side"], ((Role.REQUESTER, desk["borrow"]), (Role.RESPONDER, desk["lend"]))),
        "state": (words["status"], tuple((one.name, language.term_word(one)) for one in STATES)),
        "partner": (words["partner"], tuple((one, one) for one in partners)),
        "service": (words["service"], tuple((one, language.service_word(one)) for one in ("LOAN", "COPY"))),
        "due": (words["due"], (("overdue", desk["due_overdue"]), ("soon", desk["due_soon"]))),
        "attention": (words["needs"], (("1", desk["only_needing"]),)),
    }


def _cells(line: listing.RequestLine, context: Context) -> tuple[str, ...]:
    language, today = context.language, context.today()
    return (
        line.number,
        cut(line.title, LONGEST),
        language.service_word(line.service),
        cut(line.reader, 40),
        f"{line.partner} {line.their_number}".rstrip(),
        request_words.stands(line, context),
        language.day_word(line.need_before, today) if line.need_before else "",
        language.day_word(line.due, today) if line.due else "",
        request_words.to_be_done(line, language),
    )
