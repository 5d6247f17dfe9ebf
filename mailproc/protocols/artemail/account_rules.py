"""Check [partner.artemail]: its accounts, and the words that go on the wire."""

import re
from collections.abc import Iterator, Sequence

from mailproc.config import Account, Config, Partner
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.ill.terms import Role

NAME = "artemail"


def problems(config: Config) -> Iterator[ConfigProblem]:
    for position, partner in enumerate(config.partner):
        if partner.codec == NAME:
            loc = ("partner", position, "artemail")
            yield from _accounts(partner, loc)
            yield from _wire_words(partner, loc)


def warnings(config: Config) -> Iterator[str]:
    """Yield what is allowed but probably not meant."""
    for partner in config.partner:
        if partner.codec == NAME:
            yield from (f"partner {partner.symbol}: {text}" for text in _of_partner(config, partner))


def _of_partner(config: Config, partner: Partner) -> Iterator[str]:
    accounts = partner.artemail.accounts_in_use
    if config.deliver.verp and config.deliver.mode == "smtp" and Role.RESPONDER in partner.roles:
        yield (
            "deliver.verp changes the envelope's sender of our orders; ask whether they know us by it"
            " (a supplier by ARTEmail often does, a mailproc does not), and leave verp off if they do"
        )
    yield from _services_without_account([one for one in accounts if one.direction == "out"])
    if Role.RESPONDER not in partner.roles and any(account.direction == "out" for account in accounts):
        yield 'an account with direction "out" is of no use: roles do not hold RESPONDER'
    if Role.REQUESTER not in partner.roles and any(account.direction == "in" for account in accounts):
        yield 'an account with direction "in" is of no use: roles do not hold REQUESTER'


def _services_without_account(ours: Sequence[Account]) -> Iterator[str]:
    """Warn of orders that no account of ours takes unless they name one."""
    if any(one.default or not one.services for one in ours):
        return
    taken = {service for one in ours for service in one.services}
    for service in ("LOAN", "COPY"):
        if ours and service not in taken:
            yield f"no account takes an order of a {service}, and none is the default: it is refused"


def _accounts(partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    accounts, in_use = partner.artemail.account, partner.artemail.accounts_in_use
    given = FirstUse()
    ours: list[tuple[int, Account]] = []
    for position, account in enumerate(accounts):
        at = (*loc, "account", position)
        if not re.fullmatch(r"\d{2}-\d{4}", account.customer_code, re.ASCII):
            yield ConfigProblem((*at, "customer_code"), "must be NN-NNNN, as 99-0001", account.customer_code)
        code = (account.direction, account.customer_code)
        if first := given.before(code, (*at, "customer_code")):
            text = "stands twice for this direction"
            yield ConfigProblem((*at, "customer_code"), text, account.customer_code, first)
        elif account.direction == "out":
            ours.append((position, account))
        if re.search(r"[^!-~]", account.password.get_secret_value()):
            yield ConfigProblem((*at, "password"), "must be ASCII letters, digits and signs, without blanks")
    yield from _ambiguous(ours, loc)
    for position, account in enumerate(accounts):
        if account.direction == "in" and (account.name or account.services or account.default):
            text = 'name, services and default are for our own accounts (direction = "out")'
            yield ConfigProblem((*loc, "account", position), text)
    for role, direction, whose in (
        (Role.RESPONDER, "out", "ours with them"),
        (Role.REQUESTER, "in", "theirs with us"),
    ):
        if role in partner.roles and not any(account.direction == direction for account in in_use):
            need = f'[[partner.artemail.account]] with direction = "{direction}" ({whose})'
            yield ConfigProblem((*loc, "account"), f"an ARTEmail {role} needs a {need}")


def _ambiguous(accounts: list[tuple[int, Account]], loc: Loc) -> Iterator[ConfigProblem]:
    """Check that no order could go by two accounts."""
    uses = FirstUse()
    codes = {one.customer_code.casefold() for _, one in accounts}
    has_default = any(one.default for _, one in accounts)
    for position, account in accounts:
        at = (*loc, "account", position)
        name = account.name.casefold()
        for service in dict.fromkeys(account.services):
            if first := uses.before(("service", service), (*at, "services")):
                yield ConfigProblem((*at, "services"), "two accounts claim this service", service, first)
        is_a_code = name in codes - {account.customer_code.casefold()}
        first = uses.before(("name", name), (*at, "name")) if name else ()
        if first or is_a_code or account.name != account.name.strip():
            text = "must be a name that no other account has, as name or as customer code"
            yield ConfigProblem((*at, "name"), text, account.name, first)
        if account.default and (first := uses.before("default", (*at, "default"))):
            yield ConfigProblem((*at, "default"), "two accounts are the default", True, first)
        if not account.services and not has_default and (first := uses.before("rest", (*at, "services"))):
            text = "two accounts without services: give them services, or make one the default"
            yield ConfigProblem((*at, "services"), text, first=first)


def _wire_words(partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    """Check the words that go on the wire, which is ASCII and separates words by blanks."""
    settings = partner.artemail
    words: dict[Loc, str] = {("service",): settings.service, ("guard_word",): settings.guard_word}
    words |= {("delivery", way): word for way, word in settings.delivery.model_dump().items()}
    words |= {("keywords", act): word for act, word in settings.keywords.items()}
    for key, word in words.items():
        may_be_empty = key[0] in ("service", "delivery")  # then the account's default holds
        if not re.fullmatch(r"[!-~]+( [!-~]+)*", word) and not (may_be_empty and word == ""):
            yield ConfigProblem((*loc, *key), "must be ASCII words, parted by single blanks", word)
    if not re.fullmatch(r"[A-Za-z0-9/-]*", settings.prefix):
        yield ConfigProblem((*loc, "prefix"), "must be letters, digits, - and / only", settings.prefix)
    if settings.guard_word.upper().startswith(("TX", "NNNN", ":")):
        yield ConfigProblem(
            (*loc, "guard_word"), "must not itself start with TX, NNNN or a colon", settings.guard_word
        )
