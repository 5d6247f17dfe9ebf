"""What the names in a letter mean: symbols compare by the alias table and without regard to case.

ISO 10161-1, Transaction-Id: its qualifiers are opaque and compare as they stand; the initial
requester may be left out, and then it is whoever speaks as the borrower.
"""

from collections.abc import Iterator
from dataclasses import replace

from mailproc.flow.context import Context
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Ref, Role, TransactionId


def is_ours(symbol: str | None, context: Context) -> bool:
    """Is that the symbol of this library, or an alias of it?"""
    library = context.config.library
    return bool(symbol) and str(symbol).casefold() in {
        one.casefold() for one in (library.symbol, *library.aliases)
    }


def canonical(symbol: str, context: Context) -> str:
    """One spelling for all of a library's names; of an unknown library its symbol in capitals."""
    if is_ours(symbol, context):
        return context.config.library.symbol
    partner = context.partners.get(symbol)
    return partner.symbol if partner else symbol.upper()


def asked_key(apdu: Apdu, partner: str, context: Context) -> TransactionId:
    """The key of a transaction in which ``partner`` borrows from us."""
    if apdu.transaction is not None:
        said = apdu.transaction.initial_requester
        return replace(apdu.transaction, initial_requester=canonical(said, context) if said else partner)
    ref = apdu.ref or Ref()
    return TransactionId(partner, ref.number.upper(), ref.customer_code)


def keys(apdu: Apdu, role: Role, partner: str, context: Context) -> Iterator[TransactionId]:
    """The keys under which a transaction named so may be kept, our part in it being ``role``.

    More than one, for aliases come and go in the configuration while transactions live.
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
    """Our part in the transaction, if the letter's two symbols tell; None where both are ours, or none."""
    borrowing, lending = is_ours(apdu.requester, context), is_ours(apdu.responder, context)
    if borrowing == lending:
        return None
    return Role.REQUESTER if borrowing else Role.RESPONDER
