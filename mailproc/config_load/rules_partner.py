"""What must hold for [[partner]]: names and manner. Its proofs stand in rules_proof.

What its protocol wants, its protocol says (``protocols.registry.problems``).
"""

import difflib
from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import ADDRESS, LANGUAGE, is_address, is_domain, is_language
from mailproc.ill.terms import ApduType


def problems(config: Config) -> Iterator[ConfigProblem]:
    names = FirstUse()
    for position, partner in enumerate(config.partner):
        loc = ("partner", position)
        yield from _who(partner, loc, names)
        yield from _manner(partner, loc)


def _who(partner: Partner, loc: Loc, names: FirstUse) -> Iterator[ConfigProblem]:
    for key, name in (("symbol", partner.symbol), *(("aliases", alias) for alias in partner.aliases)):
        if not name or not name.isprintable() or name != name.strip():
            yield ConfigProblem((*loc, key), "must be a name such as UK-BL", name)
        elif first := names.before(name.casefold(), (*loc, key)):
            text = "two partners, or a partner twice, have this name (upper and lower case are the same)"
            yield ConfigProblem((*loc, key), text, name, first)
    if not is_address(partner.address):
        yield ConfigProblem((*loc, "address"), ADDRESS, partner.address)
    if not is_language(partner.language):
        yield ConfigProblem((*loc, "language"), LANGUAGE, partner.language)
    for position, sender in enumerate(partner.accepts_from):
        if not is_address(sender) and not is_domain(sender):
            text = f'{ADDRESS}, or a whole domain written "@lender.example"'
            yield ConfigProblem((*loc, "accepts_from", position), text, sender)
    if not partner.roles:
        yield ConfigProblem(
            (*loc, "roles"), "must hold RESPONDER (lends to us), REQUESTER (borrows from us), or both"
        )


def _manner(partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    known = [apdu.name.lower() for apdu in ApduType]
    for key in partner.manner:
        if key not in known:
            near = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"one of: {', '.join(known)}"
            yield ConfigProblem((*loc, "manner", key), f"no such message; {hint}")
