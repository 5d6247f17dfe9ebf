"""By which of our customer codes with a partner an order goes. Chosen once, when it is first asked.

The order that names an account goes by it; else its service decides; else the account for the
rest. What is said about the order later (cancel, renew) goes by the same, for the partner knows it
under no other.
"""

from mailproc.config import Account, Partner
from mailproc.errors import LocalFault
from mailproc.protocols import registry
from mailproc.sentence import sentence


def ours(partner: Partner) -> tuple[Account, ...]:
    """Our accounts with ``partner`` for new orders; none where its protocol has none."""
    return tuple(one for one in registry.accounts(partner) if one.direction == "out")


def is_known(partner: Partner, code: str) -> bool:
    """Is ``code`` ours with ``partner``, if only for what was ordered by it before?"""
    every = registry.every_account(partner)
    return any(one.direction == "out" and one.customer_code == code for one in every)


def named(partner: Partner, name: str) -> Account | None:
    """Our account of that name or customer code; names compare without case."""
    wanted = name.casefold()
    return next((one for one in ours(partner) if wanted in (one.name.casefold(), one.customer_code)), None)


def the_rest(partner: Partner) -> Account | None:
    """The account for what no other takes: the default, else the only one without services."""
    accounts = ours(partner)
    default = next((one for one in accounts if one.default), None)
    return default or next((one for one in accounts if not one.services), None)


def choose(partner: Partner, service: str, name: str = "") -> Account | None:
    """The account for an order of ``service`` ("LOAN", "COPY"); None where the partner has no accounts.

    ``name``: what the request names. A partner that has no such account is asked as if none were
    named: the next library of a rota has accounts of its own. LocalFault where none takes the service.
    """
    accounts = ours(partner)
    if not accounts:
        return None
    chosen = named(partner, name) if name else None
    chosen = chosen or next((one for one in accounts if service in one.services), None)
    chosen = chosen or the_rest(partner)
    if chosen is None:
        known = ", ".join(shown(one) for one in accounts)
        raise LocalFault(sentence("no-account", partner=partner.symbol, service=service, known=known))
    return chosen


def shown(account: Account) -> str:
    """The account for people: "99-0001 (chemistry) LOAN"."""
    called = f" ({account.name})" if account.name else ""
    takes = " ".join(account.services)
    return f"{account.customer_code}{called} {takes}".rstrip()
