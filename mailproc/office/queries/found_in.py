"""Say in which of its fields a request has the words that were typed into Find."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from mailproc.office.queries.listing import RequestLine
from mailproc.store import find, requests

_SHOWN = ("number", "title", "author", "reader", "their_number")


def fields(connection: Connection, line: RequestLine, typed: str) -> tuple[str, ...]:
    """Return the names of the fields that have one of the words, each once; () where none has.

    What stands in the line is looked at first: only for a word that is not there the rest is read.
    """
    words = find.words_typed(typed) or []
    found, left = _in([(name, getattr(line, name)) for name in _SHOWN], words)
    if left and (request := requests.by_number(connection, line.number)) is not None:
        more, _ = _in(find.named_texts(connection, request.id), left)
        found += more
    return tuple(dict.fromkeys(found))


def _in(said: Iterable[tuple[str, str]], words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the fields with one of ``words``, and the words that no field has."""
    found, left = list[str](), set(words)
    for name, text in said:
        folded = find.fold(text)
        if hits := {word for word in words if word in folded}:
            found.append(name)
            left -= hits
    return found, [word for word in words if word in left]
