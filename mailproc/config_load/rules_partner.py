"""What must hold for [[partner]]: names, manner, ARTEmail accounts. Its proofs stand in rules_proof."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator

from mailproc.config import Account, Config, Partner
from mailproc.config_load.problem import Loc, Problem
from mailproc.config_load.words import ADDRESS, LANGUAGE, is_address, is_domain, is_language
from mailproc.ill.terms import ApduType, Role

CODECS = ("artemail", "iso10161")


def problems(config: Config) -> Iterator[Problem]:
    names = Counter(name.casefold() for partner in config.partner for name in _names(partner))
    for position, partner in enumerate(config.partner):
        loc = ("partner", position)
        yield from _who(partner, loc, names)
        yield from _protocol(partner, loc)
        if partner.codec == "artemail":
            yield from _accounts(partner, (*loc, "artemail"))
            yield from _wire_words(partner, (*loc, "artemail"))


def _names(partner: Partner) -> tuple[str, ...]:
    return (partner.symbol, *partner.aliases)


def _who(partner: Partner, loc: Loc, names: Counter[str]) -> Iterator[Problem]:
    for key, name in (("symbol", partner.symbol), *(("aliases", alias) for alias in partner.aliases)):
        if not name or not name.isprintable() or name != name.strip():
            yield Problem((*loc, key), "must be a name such as UK-BL", name)
        elif names[name.casefold()] > 1:
            text = "two partners, or a partner twice, have this name (upper and lower case are the same)"
            yield Problem((*loc, key), text, name)
    if not is_address(partner.address):
        yield Problem((*loc, "address"), ADDRESS, partner.address)
    if not is_language(partner.language):
        yield Problem((*loc, "language"), LANGUAGE, partner.language)
    for position, sender in enumerate(partner.accepts_from):
        if not is_address(sender) and not is_domain(sender):
            text = f'{ADDRESS}, or a whole domain written "@lender.example"'
            yield Problem((*loc, "accepts_from", position), text, sender)
    if not partner.roles:
        yield Problem(
            (*loc, "roles"), "must hold RESPONDER (lends to us), REQUESTER (borrows from us), or both"
        )


def _protocol(partner: Partner, loc: Loc) -> Iterator[Problem]:
    if partner.codec not in CODECS:
        yield Problem((*loc, "codec"), f"must be one of: {', '.join(CODECS)}", partner.codec)
    known = [apdu.name.lower() for apdu in ApduType]
    for key in partner.manner:
        if key not in known:
            near = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"one of: {', '.join(known)}"
            yield Problem((*loc, "manner", key), f"no such message; {hint}")


def _accounts(partner: Partner, loc: Loc) -> Iterator[Problem]:
    accounts = partner.artemail.account
    given = Counter((account.direction, account.customer_code) for account in accounts)
    for position, account in enumerate(accounts):
        at = (*loc, "account", position)
        if not re.fullmatch(r"\d{2}-\d{4}", account.customer_code, re.ASCII):
            yield Problem((*at, "customer_code"), "must be NN-NNNN, as 99-0001", account.customer_code)
        elif given[account.direction, account.customer_code] > 1:
            yield Problem((*at, "customer_code"), "stands twice for this direction", account.customer_code)
        if re.search(r"[^!-~]", account.password.get_secret_value()):
            yield Problem((*at, "password"), "must be ASCII letters, digits and signs, without blanks")
    yield from _choice([(at, one) for at, one in enumerate(accounts) if one.direction == "out"], loc)
    for position, account in enumerate(accounts):
        if account.direction == "in" and (account.name or account.services or account.default):
            text = 'name, services and default are for our own accounts (direction = "out")'
            yield Problem((*loc, "account", position), text)
    for role, direction, whose in (
        (Role.RESPONDER, "out", "ours with them"),
        (Role.REQUESTER, "in", "theirs with us"),
    ):
        if role in partner.roles and not any(account.direction == direction for account in accounts):
            need = f'[[partner.artemail.account]] with direction = "{direction}" ({whose})'
            yield Problem((*loc, "account"), f"an ARTEmail {role} needs a {need}")


def _choice(accounts: list[tuple[int, Account]], loc: Loc) -> Iterator[Problem]:
    """Every order goes by one account: none may be claimed twice."""
    services = Counter(service for _, one in accounts for service in set(one.services))
    names = Counter(name.casefold() for _, one in accounts for name in {one.name, one.customer_code} - {""})
    defaults = sum(one.default for _, one in accounts)
    rest = sum(not one.services for _, one in accounts)
    for position, account in accounts:
        at = (*loc, "account", position)
        for service in account.services:
            if services[service] > 1:
                yield Problem((*at, "services"), "two accounts claim this service", service)
        if account.name and (names[account.name.casefold()] > 1 or account.name != account.name.strip()):
            text = "must be a name that no other account has, as name or as customer code"
            yield Problem((*at, "name"), text, account.name)
        if account.default and defaults > 1:
            yield Problem((*at, "default"), "two accounts are the default")
        if not account.services and not defaults and rest > 1:
            text = "two accounts without services: give them services, or make one the default"
            yield Problem((*at, "services"), text)


def _wire_words(partner: Partner, loc: Loc) -> Iterator[Problem]:
    """Words that end up on the wire, which is ASCII and parts its words by blanks."""
    settings = partner.artemail
    words: dict[Loc, str] = {("service",): settings.service, ("guard_word",): settings.guard_word}
    words |= {("delivery", way): word for way, word in settings.delivery.model_dump().items()}
    words |= {("keywords", act): word for act, word in settings.keywords.items()}
    for key, word in words.items():
        may_be_empty = key[0] in ("service", "delivery")  # then the account's default holds
        if not re.fullmatch(r"[!-~]+( [!-~]+)*", word) and not (may_be_empty and word == ""):
            yield Problem((*loc, *key), "must be ASCII words, parted by single blanks", word)
    if not re.fullmatch(r"[A-Za-z0-9/-]*", settings.prefix):
        yield Problem((*loc, "prefix"), "must be letters, digits, - and / only", settings.prefix)
    if settings.guard_word.upper().startswith(("TX", "NNNN", ":")):
        yield Problem(
            (*loc, "guard_word"), "must not itself start with TX, NNNN or a colon", settings.guard_word
        )
