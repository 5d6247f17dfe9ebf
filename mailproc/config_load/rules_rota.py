"""What must hold of [[rota]], and of what is known of partners when a rota is made."""

from collections import Counter
from collections.abc import Iterator

from mailproc.config import Config, Partner, RotaRule
from mailproc.config_load.problem import ConfigProblem
from mailproc.ill import closed_days
from mailproc.ill.terms import Role

COUNTRY = "must be two letters such as GB or DE (ISO 3166)"
CLOSED = "must be a day such as 2026-12-24, days such as 2026-12-24/2027-01-02, or one of mon … sun"


def warnings(config: Config) -> Iterator[str]:
    """Yield what of partners nobody has entered, though a rule orders by it."""
    lenders = [one for one in config.partner if Role.RESPONDER in one.roles and one.status == "active"]
    for rule in config.rota:
        free = [one.symbol for one in lenders if _asks(rule, one) and not _has_cost(rule, one)]
        if free and ("cost" in rule.order or rule.cost_up_to):
            then = "last" if "cost" in rule.order else "asked all the same"
            yield f"rota {rule.name}: the cost of {', '.join(free)} is not known ([partner.lending]): {then}"
        elsewhere = [one.symbol for one in lenders if _names(rule, one) and not _is_there(rule, one)]
        if elsewhere:
            yield f"rota {rule.name}: {', '.join(elsewhere)} is in none of its countries, and is not asked"


def _names(rule: RotaRule, partner: Partner) -> bool:
    return partner.symbol.casefold() in {symbol.casefold() for symbol in rule.partners}


def _is_there(rule: RotaRule, partner: Partner) -> bool:
    countries = {country.casefold() for country in rule.countries}
    return not countries or partner.lending.country.casefold() in countries


def _asks(rule: RotaRule, partner: Partner) -> bool:
    """Return whether the rule asks this partner, whatever catalogues say."""
    return _is_there(rule, partner) and (_names(rule, partner) if rule.partners else bool(rule.countries))


def _has_cost(rule: RotaRule, partner: Partner) -> bool:
    costs = {"LOAN": partner.lending.loan_cost, "COPY": partner.lending.copy_cost}
    return all(costs[service] is not None for service in rule.services or costs)


def problems(config: Config) -> Iterator[ConfigProblem]:
    lenders = {
        symbol.casefold()
        for partner in config.partner
        if Role.RESPONDER in partner.roles
        for symbol in (partner.symbol, *partner.aliases)
    }
    yield from _closed(config)
    names = Counter(rule.name for rule in config.rota)
    for at, rule in enumerate(config.rota):
        if not rule.name.strip() or names[rule.name] > 1:
            yield ConfigProblem(("rota", at, "name"), "must be a name that no other rule has", rule.name)
        for symbol in rule.partners:
            if symbol.casefold() not in lenders:
                yield ConfigProblem(("rota", at, "partners"), "must be partners that lend to us", symbol)
        yield from _countries(rule, at)
    for at, partner in enumerate(config.partner):
        if partner.lending.country and not _is_country(partner.lending.country):
            yield ConfigProblem(("partner", at, "lending", "country"), COUNTRY, partner.lending.country)


def _countries(rule: RotaRule, at: int) -> Iterator[ConfigProblem]:
    for country in rule.countries:
        if not _is_country(country):
            yield ConfigProblem(("rota", at, "countries"), COUNTRY, country)
    if "country" in rule.order and not rule.countries:
        yield ConfigProblem(("rota", at, "order"), "country needs the countries of the rule", "country")


def _is_country(word: str) -> bool:
    return len(word) == 2 and word.isascii() and word.isalpha()


def _closed(config: Config) -> Iterator[ConfigProblem]:
    """Yield words of closed days, ours and the partners', that are none."""
    partners = ((("partner", at, "lending"), one.lending.closed) for at, one in enumerate(config.partner))
    for where, words in ((("library",), config.library.closed), *partners):
        for at, word in enumerate(words):
            try:
                closed_days.read([word])
            except ValueError:
                yield ConfigProblem((*where, "closed", at), CLOSED, word)
