"""Check what a file says of a reader, field by field, and bring it into the form of the store."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from mailproc.config_patrons import Patrons
from mailproc.invisible import UNSEEN
from mailproc.mail.addresses import is_sendable
from mailproc.office.patrons.said_readers import RefusedReader, SaidReader
from mailproc.sentence import Sentence, sentence
from mailproc.store.patron_imports import FiledReader

LONGEST, LONGEST_ID = 500, 100
"""Characters of a text, and of a reader's id."""
MOST = 50
"""Barcodes, blocks or lines of an address of one reader."""
NO_BLOCK = frozenset({"", "0", "no", "n", "false", "nein", "-"})
_ISO = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:Z|[T ][\d:.Z+-]{0,40}|[+-]\d\d:\d\d)?")
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?: \d\d:\d\d(?::\d\d)?)?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_BETWEEN = re.compile(r"[,;\s]++")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z]{2,8}){0,3}")
_SHIPPED = {
    "eng": "en", "english": "en", "englisch": "en",
    "ger": "de", "deu": "de", "german": "de", "deutsch": "de",
}  # fmt: skip
"""The languages that are shipped, by ISO 639-2 and by the names that library systems write."""


class _Refused(Exception):
    def __init__(self, why: Sentence) -> None:
        self.why = why


def checked(said: SaidReader, rules: Patrons) -> FiledReader | RefusedReader:
    """Return the reader, or which columns of it are wrong and why."""
    patron_id = _id(said.texts.get("id", ()))
    if why := _wrong_id(patron_id):
        return RefusedReader(said.line, said.columns.get("id", "id"), why)
    values: dict[str, Any] = {}
    wrong: list[RefusedReader] = []
    for name, texts in said.texts.items():
        if name != "id":
            try:
                values[_STORED.get(name, name)] = _FIELDS[name](texts, rules)
            except _Refused as refused:
                column = said.columns.get(name, name)
                wrong.append(RefusedReader(said.line, column, refused.why, patron_id))
    if wrong:
        return replace(wrong[0], more=tuple(wrong[1:]))
    return FiledReader(patron_id, values)


def id_of(texts: Sequence[str]) -> str:
    """Return the id of a row that cannot be read as a whole; '' where it has none that may be one."""
    patron_id = _id(texts)
    return "" if _wrong_id(patron_id) else patron_id


def _id(texts: Sequence[str]) -> str:
    return " ".join(_clean(" ".join(texts)).split())


def _wrong_id(patron_id: str) -> Sentence | None:
    if not patron_id or patron_id.lower().startswith("no primary id"):  # as Alma writes that there is none
        return sentence("patrons-no-id")
    if len(patron_id) > LONGEST_ID or not patron_id.isprintable():
        return sentence("patrons-bad-id", most=LONGEST_ID)
    return None


def _clean(text: str) -> str:
    return UNSEEN.sub(" ", text)


def _words(texts: Sequence[str], _rules: Patrons) -> str:
    said = " ".join(_clean(" ".join(texts)).split())
    if len(said) > LONGEST:
        raise _Refused(sentence("patrons-too-long", most=LONGEST))
    return said


def _list(texts: Sequence[str], rules: Patrons) -> list[str]:
    said = [words for text in texts if (words := _words([text], rules))]
    if len(said) > MOST:
        raise _Refused(sentence("patrons-too-many", most=MOST))
    return said


def _lines(texts: Sequence[str], rules: Patrons) -> list[str]:
    """An address: a line of a cell is a line of it."""
    return _list([line for text in texts for line in text.splitlines()], rules)


def _barcodes(texts: Sequence[str], rules: Patrons) -> list[str]:
    said = [one for text in texts for one in _BETWEEN.split(text[: LONGEST * MOST])]
    return list(dict.fromkeys(_list(said, rules)))


def _blocks(texts: Sequence[str], rules: Patrons) -> list[str]:
    return [one for one in _list(texts, rules) if one.lower() not in NO_BLOCK]


def _email(texts: Sequence[str], rules: Patrons) -> str:
    said = _words(texts, rules)
    if said and not is_sendable(said):
        raise _Refused(sentence("patrons-email"))
    return said


def _language(texts: Sequence[str], rules: Patrons) -> str:
    """The tag of a language (RFC 5646), less its country."""
    said = _words(texts, rules).lower()
    if not said:
        return ""
    if said in _SHIPPED:
        return _SHIPPED[said]
    found = _TAG.fullmatch(said)
    if found is None:
        raise _Refused(sentence("patrons-language"))
    return _SHIPPED.get(found[1], found[1])


def _day(texts: Sequence[str], rules: Patrons) -> str:
    """The day as 2027-01-31, '' if there is none."""
    said = _words(texts, rules)
    if not said:
        return ""
    order = _order(said, rules)
    try:
        if order is not None:
            return date(*order).isoformat()
    except ValueError:  # no such day
        pass
    raise _Refused(sentence("patrons-day"))


def _order(said: str, rules: Patrons) -> tuple[int, int, int] | None:
    """Return year, month and day."""
    if iso := _ISO.fullmatch(said):
        return int(iso[1]), int(iso[2]), int(iso[3])
    if dots := _DOTS.fullmatch(said):
        return int(dots[3]), int(dots[2]), int(dots[1])
    slashes = _SLASHES.fullmatch(said)
    if slashes is None:
        return None
    if not rules.dates:
        raise _Refused(sentence("patrons-slashes"))
    month, day = (1, 2) if rules.dates == "mm/dd/yyyy" else (2, 1)
    return int(slashes[3]), int(slashes[month]), int(slashes[day])


_FIELDS: Mapping[str, Callable[[Sequence[str], Patrons], Any]] = {
    "barcodes": _barcodes,
    "name": _words,
    "email": _email,
    "address": _lines,
    "category": _words,
    "pickup": _words,
    "expires": _day,
    "blocks": _blocks,
    "language": _language,
}
_STORED = {"category": "status", "expires": "expires_on"}
"""Columns of the store that have another name."""
