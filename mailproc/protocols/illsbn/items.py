"""The item: Item-Id, with numbers that stand in several elements."""

import re
from typing import Any

from mailproc.ill.apdu import Item
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent, field, record
from mailproc.protocols.illsbn.text import WORDS, attribute_of, text_of, tidy

_TYPES = {"M": "MONOGRAPH", "S": "SERIAL", "A": "OTHER"}
_LETTERS = {word: letter for letter, word in _TYPES.items()}


def _read_type(component: object) -> str | None:
    letter = attribute_of(component, "Ityp")
    if letter and letter not in _TYPES:
        raise UnreadableComponent(f"a type of item: {', '.join(_TYPES)}")
    return _TYPES.get(letter)


TYPE = Pair(_read_type, lambda word: {"@Ityp": _LETTERS.get(word, "A")})

_ITEM = record(
    Item,
    (
        field("type", "Item-type", TYPE),
        field("call_number", "Location-note", WORDS),
        field("author", "Author", WORDS),
        field("title", "Title", WORDS),
        field("subtitle", "Sub-title", WORDS),
        field("place", "Place-of-publication", WORDS),
        field("publisher", "Publisher", WORDS),
        field("series", "Series-title-number", WORDS),
        field("component_date", "Year-issue", WORDS),
        field("edition", "Edition", WORDS),
        field("publication_date", "Publication-date", WORDS),
        field("article_author", "Author-of-article", WORDS),
        field("article_title", "Title-of-article", WORDS),
        field("pagination", "Pagination", WORDS),
        field("verification", "Verification-reference-source", WORDS),
    ),
)

_ISBN, _ISSN = "I", "J"
_STANDARD = {"M": "ISMN", "B": "BNI", "P": "ACNP", "L": "PLATE"}
"""Kinds of Standard-number that have a name; others go by their letter."""
_KINDS = {name: letter for letter, name in _STANDARD.items()} | {
    letter: letter for letter in "ACDERS" if letter not in _STANDARD
}
_BETWEEN = "; "
_RECORD = "SBN:"
"""Marks the number of a record of the union catalogue among the system numbers."""
_VOLUME = re.compile(r"(?:([^()]{1,200}) )?\(([^()]{1,200})\)")
_PARTED = re.compile("[ -]")
_PLAIN_NUMBER = re.compile(r"[0-9][0-9 -]{6,15}[0-9Xx]")


def _read(component: object) -> Item | None:
    tree = component if isinstance(component, dict) else {}
    item: Item | None = _ITEM.read(tree)
    more = _numbers(tree) | _volume(tree)
    if not more:
        return item
    said = {name: getattr(item, name) for name in _FIELDS} if item else {}
    return Item(**said | more)


_FIELDS = tuple(Item.__dataclass_fields__)


def _volume(tree: Tree) -> dict[str, Any]:
    """Return volume and issue, which are two elements here: "12 (3)"."""
    volume, issue = text_of(tree.get("Volume-issue", "")), text_of(tree.get("Issue", ""))
    said = f"{volume} ({issue})" if volume and issue else volume or (f"({issue})" if issue else "")
    return {"volume_issue": said} if said else {}


def _numbers(tree: Tree) -> dict[str, Any]:
    """Return the numbers: several of one field are joined; of ISBN and ISSN the first counts."""
    said: dict[str, Any] = {}
    others = []
    for one in tree.get("Standard-number", ()):
        letter, code = attribute_of(one, "Standard-type"), text_of(one) or attribute_of(one, "Standard-code")
        name = {_ISBN: "isbn", _ISSN: "issn"}.get(letter)
        if code and name:
            said.setdefault(name, code)
        elif code and letter in _KINDS.values():
            others.append(f"{_STANDARD.get(letter, letter)}:{code}")
    others.append(text_of(tree.get("Additional-no-letters", "")))
    record_no = text_of(tree.get("National-bibliografic-number", ""))
    systems = [f"{_RECORD}{record_no}" if record_no else "", text_of(tree.get("System-no", ""))]
    for name, numbers in (("additional_numbers", others), ("system_no", systems)):
        if joined := _BETWEEN.join(filter(None, numbers)):
            said[name] = joined
    return said


def _write(item: Item) -> Tree:
    tree: Tree = _ITEM.write(item) or {}
    _write_volume(item, tree)
    standard = [_standard(_ISBN, item.isbn), _standard(_ISSN, item.issn)]
    additional = []
    for part in _parts(item.additional_numbers):
        name, _, code = part.partition(":")
        if code.strip() and name in _KINDS:
            standard.append(_standard(_KINDS[name], code))
        else:
            additional.append(part)
    records = [part for part in _parts(item.system_no) if part.startswith(_RECORD)][:1]
    systems = [part for part in _parts(item.system_no) if part not in records]
    for name, value in (
        ("Standard-number", [one for one in standard if one]),
        ("Additional-no-letters", _BETWEEN.join(additional)),
        ("National-bibliografic-number", "".join(records).removeprefix(_RECORD).strip()),
        ("System-no", _BETWEEN.join(systems)),
    ):
        if value:
            tree[name] = value
    return tree


def _write_volume(item: Item, tree: Tree) -> None:
    said = tidy(item.volume_issue or "")
    parted = _VOLUME.fullmatch(said)
    volume, issue = parted.groups() if parted else (said, "")
    for name, value in (("Volume-issue", volume), ("Issue", issue)):
        if kept := tidy(value or ""):
            tree[name] = kept


def _parts(text: str | None) -> list[str]:
    return [part for one in tidy(text or "").split(_BETWEEN) if (part := one.strip())]


def _standard(letter: str, code: str | None) -> Tree | None:
    """Write the number as attribute and as text: receivers read one or the other."""
    plain = tidy(code or "")
    if letter in (_ISBN, _ISSN) and _PLAIN_NUMBER.fullmatch(plain):
        plain = _PARTED.sub("", plain)
    return {"@Standard-type": letter, "@Standard-code": plain, "": plain} if plain else None


ITEM = Pair(_read, _write)
