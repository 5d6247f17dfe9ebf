"""What must hold of [[rota]], and of what is known of partners when a rota is made."""

from collections import Counter
from collections.abc import Iterator

from mailproc.config import Config, Partner, RotaRule
from mailproc.config_load.problem import ConfigProblem
from mailproc.ill import closed_days
from mailproc.ill.terms import Role

CLOSED = "must be a day such as 2026-12-24, days such as 2026-12-24/2027-01-02, or one of mon … sun"


def warnings(config: Config) -> Iterator[str]:
    """Yield what of partners nobody has entered, though a rule orders by it."""
    lenders = [one for one in config.partner if Role.RESPONDER in one.roles and one.status == "active"]
    for rule in config.rota:
        asked = {symbol.casefold() for symbol in rule.partners}
        free = [one.symbol for one in lenders if one.symbol.casefold() in asked and not _has_cost(rule, one)]
        if "cost" in rule.order and free:
            yield f"rota {rule.name}: the cost of {', '.join(free)} is not known ([partner.lending]): last"


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
    names = Counter(rule.name for rule in config.rota)
    for at, rule in enumerate(config.rota):
        if not rule.name.strip() or names[rule.name] > 1:
            yield ConfigProblem(("rota", at, "name"), "must be a name that no other rule has", rule.name)
        for symbol in rule.partners:
            if symbol.casefold() not in lenders:
                yield ConfigProblem(("rota", at, "partners"), "must be partners that lend to us", symbol)
    for at, partner in enumerate(config.partner):
        try:
            closed_days.read(partner.lending.closed)
        except ValueError as error:
            yield ConfigProblem(("partner", at, "lending", "closed"), CLOSED, str(error))
