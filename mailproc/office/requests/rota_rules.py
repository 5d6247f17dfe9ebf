"""Make a rota by rule ([[rota]] of config.toml): whom to ask, in which order, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.config_rotas import RotaRule
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import closed_days
from mailproc.ill.apdu import Item, Money
from mailproc.ill.apdu_json import value_from_json
from mailproc.ill.date_arithmetic import later
from mailproc.ill.holding import Available, LookUp
from mailproc.ill.rota_order import COST, COUNTRY, LOAD, SPEED, PossibleLender, is_dear, ordered
from mailproc.office.queries import holdings
from mailproc.sentence import Sentence, sentence
from mailproc.store import rotas
from mailproc.store.rows import StoredRequest

BY_RULE = "rota-by-rule"
"""The word of a rota that a rule has made: it is no warning."""


@dataclass(frozen=True)
class RotaOccasion:
    """What a rule looks at. ``looked``: what catalogues say of the item; ``tried``: who is in the rota."""

    service: str
    item: Item
    category: str = ""
    max_cost: Money | None = None
    looked: Sequence[LookUp] = ()
    tried: Sequence[str] = ()


@dataclass(frozen=True)
class ProposedLender:
    """``symbol`` of the partner; ``why``: what speaks for and against it."""

    symbol: str
    name: str
    why: tuple[Sentence, ...]


@dataclass(frozen=True)
class ProposedRota:
    """``rule``: its name. Without ``lenders`` there is none."""

    rule: str = ""
    lenders: tuple[ProposedLender, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(one.symbol for one in self.lenders)

    @property
    def told(self) -> Sentence:
        """Return it as a line of the history."""
        lines = tuple(sentence("rota-lender", partner=one.symbol, why=one.why) for one in self.lenders)
        return sentence(BY_RULE, rule=self.rule, lenders=lines)


def occasion_of(
    request: StoredRequest, category: str, looked: Sequence[LookUp] = (), tried: Sequence[str] = ()
) -> RotaOccasion:
    """Return the occasion of a request that is stored."""
    max_cost: Money | None = None
    if request.max_cost:
        max_cost = value_from_json(Money, request.max_cost, "max_cost")
    item: Item = value_from_json(Item, request.item or {}, "item")
    return RotaOccasion(request.service.name, item, category, max_cost, looked, tried)


def proposed(connection: Connection, context: Context, occasion: RotaOccasion) -> ProposedRota:
    """Return what ``propose`` does; without lenders if no rule fits, or it has nobody to ask."""
    try:
        return propose(connection, context, occasion)
    except LocalFault:
        return ProposedRota()


def propose(connection: Connection, context: Context, occasion: RotaOccasion) -> ProposedRota:
    """Return whom the first rule that fits would ask; nobody twice, and nobody that does not lend.

    Raise LocalFault if no rule fits, or it has nobody to ask.
    """
    rule = next((one for one in context.config.rota if _fits(one, occasion)), None)
    if rule is None:
        raise LocalFault(sentence("partners-missing"))
    highest = float(occasion.max_cost.amount) if occasion.max_cost is not None else None
    known = list(_known(connection, context, rule, occasion))
    chosen = ordered(known, rule.order, highest)[: rule.most or None]
    if not chosen:
        raise LocalFault(sentence("rota-of-nobody", rule=rule.name))
    return ProposedRota(rule.name, tuple(_proposed(context, rule, one, highest) for one in chosen))


def _fits(rule: RotaRule, occasion: RotaOccasion) -> bool:
    return (
        (not rule.services or occasion.service in rule.services)
        and (not rule.items or _kind(occasion.item) in rule.items)
        and (not rule.categories or occasion.category.casefold() in map(str.casefold, rule.categories))
    )


def _kind(item: Item) -> str:
    """Return what is wanted: a part of a serial or a book, a serial, or a book."""
    if item.article_title or item.pagination:
        return "article"
    return "serial" if item.issn and not item.isbn else "book"


def _known(
    connection: Connection, context: Context, rule: RotaRule, occasion: RotaOccasion
) -> Iterator[PossibleLender]:
    """Give each library that may be asked with what is known of it."""
    held = _holders(context, occasion.looked) if rule.holders != "no" else {}
    only = rule.holders == "only" and any(one.use == "union" and not one.fault for one in occasion.looked)
    listed = {symbol.casefold(): place for place, symbol in enumerate(rule.partners)}
    named = [*(rule.partners or _of_countries(context, rule)), *held]
    seen = {symbol.casefold() for symbol in occasion.tried}
    for symbol in named:
        partner = _lender(context, symbol)
        if (
            partner is None
            or partner.symbol.casefold() in seen
            or not _suits(rule, partner, occasion.service)
        ):
            continue
        seen.add(partner.symbol.casefold())
        has = held.get(partner.symbol)
        if has is None and only:
            continue
        source, available = has or ("", True)
        place = listed.get(symbol.casefold(), listed.get(partner.symbol.casefold()))
        yield _possible(connection, context, rule, partner, occasion.service, place, source, available)


def _possible(
    connection: Connection, context: Context, rule: RotaRule, partner: Partner, service: str,
    place: int | None, source: str, available: bool,
) -> PossibleLender:  # fmt: skip
    lending, today = partner.lending, context.today()
    country = lending.country.upper()
    counted = lending.load or LOAD in rule.order
    closed = closed_days.read(lending.closed)
    return PossibleLender(
        partner.symbol,
        place,
        source,
        available,
        _cost(partner, service),
        _days_to_us(context, lending.days),
        rotas.count_unanswered(connection, partner.symbol) if counted else 0,
        lending.load,
        today in closed,
        closed.opens(today) if today in closed else None,
        _countries(rule).index(country) if rule.countries else 0,
    )


def _of_countries(context: Context, rule: RotaRule) -> tuple[str, ...]:
    """Return every partner of the rule's countries."""
    partners = context.config.partner if rule.countries else ()
    return tuple(one.symbol for one in partners if one.lending.country.upper() in _countries(rule))


def _suits(rule: RotaRule, partner: Partner, service: str) -> bool:
    """Return whether a library of this country, at this cost, may be asked by the rule."""
    if rule.countries and partner.lending.country.upper() not in _countries(rule):
        return False
    return not (rule.cost_up_to and is_dear(_cost(partner, service), rule.cost_up_to))


def _countries(rule: RotaRule) -> tuple[str, ...]:
    return tuple(one.upper() for one in rule.countries)


def _cost(partner: Partner, service: str) -> float | None:
    return partner.lending.loan_cost if service == "LOAN" else partner.lending.copy_cost


def _days_to_us(context: Context, days: float) -> float:
    """Return the days until it can be in our hands: on a closed day nobody unpacks it."""
    arrives = later(context.today(), ceil(days))
    if not days or arrives not in context.closed_days:
        return days
    return ((context.closed_days.opens(arrives) or arrives) - context.today()).days


def _holders(context: Context, looked: Sequence[LookUp]) -> dict[str, tuple[str, bool]]:
    """Return which partners have the item, as which catalogue says, and whether a copy is there."""
    found: dict[str, tuple[str, bool]] = {}
    for one in looked:
        for copy in one.answer.holdings:
            if partner := holdings.partner_of(copy, context):
                source, available = found.get(partner, (one.catalogue, False))
                found[partner] = (source, available or copy.available is not Available.NO)
    return found


def _lender(context: Context, symbol: str) -> Partner | None:
    try:
        partner = context.partners.lender(symbol)
    except LocalFault:
        return None
    return partner if partner.status == "active" else None


def _proposed(context: Context, rule: RotaRule, one: PossibleLender, highest: float | None) -> ProposedLender:
    partner = context.partners.lender(one.symbol)
    return ProposedLender(partner.symbol, partner.name or partner.symbol, tuple(_why(rule, one, highest)))


def _why_cost(rule: RotaRule, one: PossibleLender, highest: float | None) -> Iterator[Sentence]:
    if one.cost is not None and is_dear(one.cost, highest):
        yield sentence("rota-dear", cost=f"{one.cost:g}")
    elif COST in rule.order:
        known = one.cost is not None
        yield sentence("rota-cost", cost=f"{one.cost:g}") if known else sentence("rota-cost-unknown")


def _why(rule: RotaRule, one: PossibleLender, highest: float | None) -> Iterator[Sentence]:
    if one.holder:
        code = "rota-holds" if one.available else "rota-lent-out"
        yield sentence(code, catalogue=one.holder)
    if one.listed is not None:
        yield sentence("rota-listed", place=one.listed + 1)
    if COUNTRY in rule.order and rule.countries:
        yield sentence("rota-country", country=_countries(rule)[one.country])
    yield from _why_cost(rule, one, highest)
    if one.days and SPEED in rule.order:
        yield sentence("rota-speed", days=f"{one.days:g}")
    if one.is_full:
        yield sentence("rota-full", open=one.open, most=one.load)
    elif LOAD in rule.order:
        yield sentence("rota-load", open=one.open)
    if one.opens_on is not None:
        yield sentence("rota-closed", day=one.opens_on)
    elif one.closed:
        yield sentence("rota-closed-long")
