"""What must hold for the catalogues that are asked: [[catalogue]]."""

import re
from collections.abc import Iterator
from string import Formatter
from urllib.parse import urlsplit

from mailproc.config import Catalogue, Config
from mailproc.config_load import rules_transport
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.problem import ConfigProblem, Loc

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SERVER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*:[0-9]{1,5}/[A-Za-z0-9._-]+")
_INDEX = re.compile(r"[A-Za-z0-9._-]*")
_SUBFIELDS = re.compile(r"[a-z0-9]*")
_DETAILS = ("symbol", "branch", "location", "shelfmark", "barcode", "note", "until", "not_available")


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Everything wrong in the sections about catalogues."""
    if wrong := rules_transport.not_a_time(config.schedule.catalogues):
        yield ConfigProblem(("schedule", "catalogues"), wrong, config.schedule.catalogues)
    taken = FirstUse()
    for position, one in enumerate(config.catalogue):
        yield from _catalogue(one, ("catalogue", position), taken)


def _catalogue(one: Catalogue, loc: Loc, taken: FirstUse) -> Iterator[ConfigProblem]:
    if not _NAME.fullmatch(one.name):
        yield ConfigProblem((*loc, "name"), "must be a short name of letters, digits, - . _", one.name)
    if first := taken.before(one.name.casefold(), (*loc, "name")):
        yield ConfigProblem((*loc, "name"), "two catalogues have this name; choose another", one.name, first)
    if one.protocol == "z39.50":
        yield from _z3950(one, loc)
    elif not _is_url(one.url):
        yield ConfigProblem((*loc, "url"), "must be a URL that begins with https:// or http://")
    if one.daia.url and not _is_url(one.daia.url):
        yield ConfigProblem((*loc, "daia", "url"), "must be a URL that begins with https:// or http://")
    yield from _names(one, loc)
    yield from _ids(one, loc)
    yield from _fields(one, loc)


def _z3950(one: Catalogue, loc: Loc) -> Iterator[ConfigProblem]:
    if not _SERVER.fullmatch(one.url):
        text = "must be the server, its port and its data base, as z3950.library.example:210/Default"
        yield ConfigProblem((*loc, "url"), text)
    if not one.program or one.program.startswith("-"):
        yield ConfigProblem((*loc, "program"), "must be the name or the path of the program", one.program)


def _names(one: Catalogue, loc: Loc) -> Iterator[ConfigProblem]:
    """Whatever stands here becomes part of a query."""
    indexes = one.indexes
    for key in type(indexes).model_fields:
        if not _INDEX.fullmatch(getattr(indexes, key)):
            text = "must be the name of an index, as bath.isbn, or a number"
            yield ConfigProblem((*loc, "indexes", key), text, getattr(indexes, key))
    if not re.fullmatch(r"=|==|[a-z.]+", one.relation):
        yield ConfigProblem((*loc, "relation"), "must be a relation of CQL, as all, adj or =", one.relation)


def _ids(one: Catalogue, loc: Loc) -> Iterator[ConfigProblem]:
    for key, text, known in (
        (("id",), one.id, {"isbn", "issn"}), (("daia", "id"), one.daia.id, {"number"})
    ):  # fmt: skip
        if not _is_template(text, known):
            named = " or ".join(f"{{{name}}}" for name in sorted(known))
            yield ConfigProblem((*loc, *key), f"must hold {named}, and no other place in braces", text)


def _is_template(text: str, known: set[str]) -> bool:
    try:
        named = [(name, spec, bang) for _, name, spec, bang in Formatter().parse(text) if name is not None]
    except ValueError:
        return False
    return bool(named) and all(name in known and not spec and not bang for name, spec, bang in named)


def _fields(one: Catalogue, loc: Loc) -> Iterator[ConfigProblem]:
    for position, field in enumerate(one.holding):
        here = (*loc, "holding", position)
        if not re.fullmatch(r"[0-9A-Za-z]{3}", field.field):
            yield ConfigProblem((*here, "field"), "must be a field of MARC, as 852", field.field)
        for key in _DETAILS:
            if not _SUBFIELDS.fullmatch(getattr(field, key)):
                text = "must be the codes of subfields one after the other, as hi"
                yield ConfigProblem((*here, key), text, getattr(field, key))


def _is_url(url: str) -> bool:
    """A URL without user and password, which would stand in this file and in logs."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    readable = url.isascii() and url.isprintable() and " " not in url and not parts.fragment
    return readable and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
