"""What a reader may order: not while blocked or expired, only so many, only the services of the category.

``[patrons]`` and ``[[patrons.rule]]`` of config.toml say it. A reader of whom nothing is known may order.
"""

from datetime import timedelta

from sqlalchemy import Connection

from mailproc.config_patrons import PatronRule
from mailproc.flow.context import Context
from mailproc.ils.patron_standing import PatronStanding
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store import patron_imports, patron_lists, patrons
from mailproc.store.patron_imports import GONE
from mailproc.store.rows import StoredPatron

RULES = ("reader-barred", "reader-open", "reader-new", "reader-service")
"""Of the checks of an entry (``entry_checks``): what staff override of them stands in the history."""


def barred(
    connection: Connection, patron_id: str, context: Context, live: PatronStanding | None = None
) -> Sentence | None:
    """Return why the reader may order nothing now, and should not get what has come.

    ``live``: what the library system says now, which counts more than what is stored; None: nothing.
    """
    if live is not None:
        why = _why_live(live, context)
    else:
        reader = patrons.load(connection, patron_id)
        why = _why(reader, context) if reader is not None else None
    return sentence("reader-barred", patron=patron_id, why=why) if why is not None else None


def _why_live(live: PatronStanding, context: Context) -> Sentence | None:
    """Return why, in our words: the system's own message may name the reader, and this is kept in notes."""
    found = None
    if not live.known:
        found = sentence("reader-not-there")
    elif live.blocks:
        found = sentence("reader-blocks", blocks=block_words(live))
    elif live.expires_on is not None and live.expires_on < context.today():
        found = sentence("reader-expired", day=live.expires_on)
    if found is None:
        return None
    return sentence("reader-live", why=found)


def block_words(live: PatronStanding) -> tuple[Word, ...]:
    """Return the blocks by their names in a language; one of the system's own words stays as it is."""
    return tuple(Word("labels.patron_blocks", one) for one in live.blocks)


def _why(reader: StoredPatron, context: Context) -> Sentence | None:
    if reader.blocks:
        return sentence("reader-blocks", blocks="; ".join(reader.blocks))
    if reader.expires_on is not None and reader.expires_on < context.today():
        return sentence("reader-expired", day=reader.expires_on)
    return sentence("reader-gone") if reader.source == GONE else None


def unknown(connection: Connection, patron_id: str, live: PatronStanding | None = None) -> Sentence | None:
    """Return word of a number that nobody has, where the library system gives the readers."""
    if live is not None:
        return None  # it is known, or the request is barred
    if patrons.load(connection, patron_id) is not None or not patron_imports.is_any(connection):
        return None
    return sentence("reader-unknown", patron=patron_id)


def refused_service(
    connection: Connection, patron_id: str, said: str, service: str, context: Context
) -> Sentence | None:
    rule = _rule(connection, patron_id, said, context)
    if rule is None or service in rule.services:
        return None
    services = tuple(Word("services", one) for one in rule.services)
    return sentence("reader-service", category=rule.category or "*", services=services)


def many_open(connection: Connection, patron_id: str, said: str, context: Context) -> Sentence | None:
    rule = _rule(connection, patron_id, said, context)
    if rule is None or not rule.open:
        return None
    count = len(patron_lists.open_requests(connection, patron_id))
    if count < rule.open:
        return None
    return sentence("reader-open", patron=patron_id, count=count, most=rule.open)


def many_new(connection: Connection, patron_id: str, said: str, context: Context) -> Sentence | None:
    rule = _rule(connection, patron_id, said, context)
    if rule is None or not rule.new:
        return None
    since = context.clock() - timedelta(days=rule.days)
    count = patron_lists.count_since(connection, patron_id, since)
    if count < rule.new:
        return None
    return sentence("reader-new", patron=patron_id, count=count, days=rule.days, most=rule.new)


def category(connection: Connection, patron_id: str | None, said: str = "") -> str:
    """Return the reader's category: what the request says of it, else what the store knows."""
    known = patrons.load(connection, patron_id)
    return said or (known.status if known is not None else "")


def _rule(connection: Connection, patron_id: str, said: str, context: Context) -> PatronRule | None:
    """Return the rule of the reader's category, else the one of all. ``said``: as the request says."""
    rules = context.config.patrons.rule
    if not rules:
        return None
    wanted = category(connection, patron_id, said).casefold()
    of_all = next((one for one in rules if not one.category), None)
    return next((one for one in rules if one.category and one.category.casefold() == wanted), of_all)
