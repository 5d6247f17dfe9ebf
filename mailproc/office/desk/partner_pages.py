"""The pages of partners: all of them with how they do, and one with what config.toml says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.desk.letter_pages import NO_PROOF_ASKED
from mailproc.office.partners import directory, shown_config
from mailproc.office.partners.directory import Learned
from mailproc.office.queries import partner_health
from mailproc.office.queries.partner_health import PartnerFigures, PartnerHealth

MOST = 500
"""Partners in the list."""
COLUMNS = ("symbol", "name", "roles", "status", "heard", "wrote", "waiting", "back", "unproven")


@dataclass(frozen=True)
class PartnerRow:
    """A row; ``cells`` in the order of ``COLUMNS``, the symbol first."""

    symbol: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class LearnedRow:
    """An address that a letter named (A3); ``waits``: nobody has said yet whether it is right."""

    id: str
    partner: str
    said: str
    waits: bool


@dataclass(frozen=True)
class PartnerListPage:
    """``rows``: those that need a look first. ``left_out``: a sentence where not all are shown."""

    columns: tuple[str, ...]
    rows: tuple[PartnerRow, ...]
    learned: tuple[LearnedRow, ...]
    empty: str
    left_out: str


@dataclass(frozen=True)
class PartnerPage:
    """``health``: labels and values; ``config``: keys of config.toml with their values, '' for a secret."""

    symbol: str
    name: str
    paused: bool
    status: str
    health: tuple[tuple[str, str], ...]
    config: tuple[tuple[str, str], ...]
    learned: tuple[LearnedRow, ...]


def list_page(connection: Connection, context: Context) -> PartnerListPage:
    """Return the page of all partners."""
    known = directory.listed(connection, context)
    found = partner_health.health(connection, context.clock())
    nothing = PartnerHealth()
    known.sort(key=lambda one: found.get(one["symbol"], nothing).is_well)
    labels = context.language.texts.labels
    words = {**labels["partners"], **labels["desk_partners"]}
    told = context.language.label("desk", "part", shown=MOST, count=len(known))
    return PartnerListPage(
        columns=tuple(words[name] for name in COLUMNS),
        rows=tuple(_row(one, found.get(one["symbol"], nothing), context) for one in known[:MOST]),
        learned=tuple(_learned(directory.taught(connection), context)),
        empty=labels["partners"]["empty"],
        left_out=told if len(known) > MOST else "",
    )


def page(connection: Connection, symbol: str, context: Context) -> PartnerPage:
    """Return the page of one partner. Raise LocalFault if there is none."""
    partner = context.partners.known(symbol)
    line = next(one for one in directory.listed(connection, context) if one["symbol"] == partner.symbol)
    found = partner_health.health(connection, context.clock()).get(partner.symbol, PartnerHealth())
    figures = partner_health.figures(connection, context, partner.symbol)
    taught = [one for one in directory.taught(connection) if one.partner == partner.symbol]
    return PartnerPage(
        symbol=partner.symbol,
        name=partner.name,
        paused=line["status"] == "paused",
        status=context.language.texts.labels["partners"][line["status"]],
        health=tuple(_health(line, found, figures, context)),
        config=tuple(shown_config.lines(partner)),
        learned=tuple(_learned(taught, context)),
    )


def _row(line: dict[str, str], found: PartnerHealth, context: Context) -> PartnerRow:
    words = context.language.texts.labels["partners"]
    return PartnerRow(
        line["symbol"],
        (
            line["symbol"],
            line["name"],
            _roles(line, context),
            words[line["status"]],
            context.shown(found.heard_at) if found.heard_at else "",
            context.shown(found.wrote_at) if found.wrote_at else "",
            _count(found.waiting),
            _count(found.back),
            _count(found.unproven),
        ),
    )


def _health(
    line: dict[str, str], found: PartnerHealth, figures: PartnerFigures | None, context: Context
) -> Iterator[tuple[str, str]]:
    language = context.language
    words = {**language.texts.labels["partners"], **language.texts.labels["desk_partners"]}
    yield words["heard"], context.shown(found.heard_at) if found.heard_at else words["not_lately"]
    yield words["wrote"], context.shown(found.wrote_at) if found.wrote_at else words["not_lately"]
    yield words["waiting"], str(found.waiting)
    yield words["back"], str(found.back)
    yield words["unproven"], str(found.unproven)
    yield words["roles"], _roles(line, context)
    yield words["address"], line["address"]
    asked_of_none = language.texts.labels["desk_unplaced"]["proof_none"]
    yield words["proof"], asked_of_none if line["proof"] == NO_PROOF_ASKED else line["proof"]
    if figures is not None:
        yield words["asked"], str(figures.asked)
        if figures.days is not None:
            yield (
                words["answers_in"],
                language.label(
                    "desk_partners", "days", count=language.number(round(Decimal(figures.days), 1))
                ),
            )
        if figures.filled is not None:
            yield words["filled"], f"{language.number(round(Decimal(figures.filled) * 100))} %"


def _roles(line: dict[str, str], context: Context) -> str:
    words = context.language.texts.labels["partners"]
    return ", ".join(words[role] for role in line["roles"].split(", ") if role)


def _learned(taught: Sequence[Learned], context: Context) -> Iterator[LearnedRow]:
    language = context.language
    for one in taught[:MOST]:
        told = {"partner": one.partner, "address": one.address}
        if one.number:
            said = language.label("partners", "passed_on", **told, number=one.number, library=one.symbol)
        else:
            said = language.label("partners", "answers", **told)
        yield LearnedRow(one.id, one.partner, said, one.confirmed_at is None)


def _count(number: int) -> str:
    return str(number) if number else ""
