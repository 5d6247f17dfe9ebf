"""Choose the customer code under which an order goes to a partner that has several of ours.

An account named by the order comes first, then the account for its service, then the account for all others.
The choice is made once: later messages about the order (cancel, renew) use the same code, because the partner
knows the order under no other.
"""

from mailproc.config import Account, Partner
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu
from mailproc.protocols import registry
from mailproc.sentence import sentence, stored
from mailproc.store.rows import Transaction


def ours(partner: Partner) -> tuple[Account, ...]:
    """Return our accounts with ``partner`` for new orders; empty if its protocol has none."""
    return tuple(one for one in registry.accounts(partner) if one.direction == "out")


def is_known(partner: Partner, code: str) -> bool:
    """Return whether ``code`` is one of ours with ``partner``, be it for earlier orders only."""
    every = registry.every_account(partner)
    return any(one.direction == "out" and one.customer_code == code for one in every)


def is_theirs(partner: Partner, code: str) -> bool:
    """Return whether ``partner`` orders from us under ``code``, and we under another one."""
    every = (one for one in registry.every_account(partner) if one.customer_code == code)
    return bool(code) and {one.direction for one in every} == {"in"}


def named(partner: Partner, name: str) -> Account | None:
    """Return our account with this name (case is ignored) or customer code."""
    wanted = name.casefold()
    return next((one for one in ours(partner) if wanted in (one.name.casefold(), one.customer_code)), None)


def account_for_others(partner: Partner) -> Account | None:
    """Return the account for all other services: the default, else the only one without services."""
    accounts = ours(partner)
    default = next((one for one in accounts if one.default), None)
    return default or next((one for one in accounts if not one.services), None)


def choose(partner: Partner, service: str, name: str = "") -> Account | None:
    """Return the account for an order of ``service`` ("LOAN", "COPY"); None if the partner has no accounts.

    ``name``: the account that the request names. It is ignored if this partner has no account of that name,
    since the next library of a rota has accounts of its own. Raise LocalFault if no account takes the
    service.
    """
    accounts = ours(partner)
    if not accounts:
        return None
    chosen = named(partner, name) if name else None
    chosen = chosen or next((one for one in accounts if service in one.services), None)
    chosen = chosen or account_for_others(partner)
    if chosen is None:
        known = ", ".join(shown(one) for one in accounts)
        raise LocalFault(sentence("no-account", partner=partner.symbol, service=service, known=known))
    return chosen


def shown(account: Account) -> str:
    """Return the account as text for people: "99-0001 (chemistry) LOAN"."""
    called = f" ({account.name})" if account.name else ""
    takes = " ".join(account.services)
    return f"{account.customer_code}{called} {takes}".rstrip()


def of_another(partner: Partner, apdu: Apdu, transaction: Transaction) -> str:
    """Return why a message is not about this order although the number matches: it names another account.

    Another system may use the same numbers under that account, or it is our own report on an order of theirs.
    """
    ordered_by = (transaction.options or {}).get("account", "")
    code = apdu.ref.customer_code if apdu.ref else ""
    if is_theirs(partner, code):
        return stored(sentence("account-theirs", partner=partner.symbol, code=code))
    if not ordered_by or code == ordered_by or not is_known(partner, code):
        return ""
    number = apdu.ref.number if apdu.ref else ""
    return stored(sentence("account-differs", number=number, account=ordered_by, code=code))
