"""Compare the names in a message: symbols match by the alias table, and case is ignored.

ISO 10161-1, Transaction-Id: the qualifiers are opaque and compare exactly; the initial requester may be
omitted, and is then whoever writes as the borrower.
"""

from collections.abc import Iterator
from dataclasses import replace

from mailproc.flow.context import Context
from mailproc.flow.partners import is_library
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Ref, Role, TransactionId


def is_ours(symbol: str | None, context: Context) -> bool:
    """Return whether ``symbol`` is this library's symbol or one of its aliases."""
    return is_library(symbol, context.config.library)


def canonical(symbol: str, context: Context) -> str:
    """Return one spelling for all names of a library; for an unknown library its symbol in capitals."""
    if is_ours(symbol, context):
        return context.config.library.symbol
    partner = context.partners.get(symbol)
    return partner.symbol if partner else symbol.upper()


def asked_key(apdu: Apdu, partner: str, context: Context) -> TransactionId:
    """Return the key of a transaction in which ``partner`` borrows from us."""
    if apdu.transaction is not None:
        said = apdu.transaction.initial_requester
        return replace(apdu.transaction, initial_requester=canonical(said, context) if said else partner)
    ref = apdu.ref or Ref()
    return TransactionId(partner, ref.number.upper(), ref.customer_code)


def keys(apdu: Apdu, role: Role, partner: str, context: Context) -> Iterator[TransactionId]:
    """Yield the keys under which a transaction with this name may be stored, if our role in it is ``role``.

    There may be several, because aliases in the configuration change while transactions are open.
    """
    if role is Role.RESPONDER:
        key = asked_key(apdu, partner, context)
        yield key
        if apdu.transaction is not None and apdu.transaction.initial_requester:
            yield replace(key, initial_requester=apdu.transaction.initial_requester.upper())
    elif apdu.transaction is not None:
        said, library = apdu.transaction.initial_requester, context.config.library
        if not said or is_ours(said, context):
            for name in (library.symbol, *library.aliases):
                yield replace(apdu.transaction, initial_requester=name)


def role_told(apdu: Apdu, context: Context) -> Role | None:
    """Return our role in the transaction by the symbols in the letter; None if both are ours, or neither."""
    borrowing, lending = is_ours(apdu.requester, context), is_ours(apdu.responder, context)
    if borrowing == lending:
        return None
    return Role.REQUESTER if borrowing else Role.RESPONDER
