"""Keep what has no neutral field in ``Apdu.extensions``, and put it back where it was.

An entry is {"at": path, "value": JSON, "why": what was expected there, if it was not understood}. A path
joins names of components and alternatives, and indices in a list (from 0), by "/". In the JSON an ILL-String
is {"text"}, other octets are {"ascii"} or {"b64"}, a CHOICE is {"choice", "value"}; a list of extensions
holds {"identifier", "critical", "ber"}, the item's octets in base64.

What to keep is found by comparison: the tree that was read, minus the tree that the neutral APDU makes. So
nothing can get lost because this module does not mention it.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from mailproc.errors import LocalFault
from mailproc.protocols.field_codec import Tree
from mailproc.protocols.iso10161.fields.strings import ILL_STRING, NAME, WORDS, tidy

Path = tuple[str, ...]

DEFAULTS: dict[str, Any] = {
    "transaction-type": 1, "place-on-hold": 3, "retry-flag": False, "forward-flag": False,
    "expiry-flag": 3, "reciprocal-agreement": False, "will-pay-fee": False, "payment-provided": False,
    "permission-to-forward": False, "permission-to-chain": False, "permission-to-partition": False,
    "permission-to-change-send-to-list": False, "preference": 2, "renewable": True,
}  # fmt: skip
"""The DEFAULT components: their default values are not kept, because they are always written."""

_ALWAYS_SET = ("protocol-version-num", "recipient-info")
"""Components that each of our APDUs sets itself."""

_LISTS_OF_EXTENSIONS = "-extensions"


def kept(tree: Tree, said: Tree, unread: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """Return entries for all that is in ``tree`` and not in ``said``, in the order of their paths."""
    entries = []
    for path, value in sorted(_left(tree, said, ()), key=itemgetter(0)):
        at = "/".join(path)
        entry = {
            "at": at,
            "value": _extensions(value) if at.endswith(_LISTS_OF_EXTENSIONS) else to_plain(value),
        }
        entries.append(entry | _why(at, unread))
    return tuple(entries)


def _why(at: str, unread: Mapping[str, str]) -> dict[str, str]:
    """Return what was expected at a path, or inside it if nothing else there was understood."""
    inside = (why for path, why in unread.items() if path == at or path.startswith(f"{at}/"))
    expected = next(inside, None)
    return {"why": expected} if expected is not None else {}


def put_back(tree: Tree, entries: tuple[dict[str, Any], ...]) -> None:
    """Put every entry back at its path, unless the APDU has another value there.

    Raise LocalFault that names an invalid entry.
    """
    for entry in entries:
        at, value = entry.get("at"), entry.get("value")
        if not isinstance(at, str) or not at:
            raise LocalFault(f"extensions: {entry!r} names no place")
        try:
            component = _from_extensions(value) if at.endswith(_LISTS_OF_EXTENSIONS) else from_plain(value)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise LocalFault(f"extensions: what stands at {at!r} is no component") from None
        _put(tree, tuple(at.split("/")), component)


def _left(was: Tree, said: Tree, at: Path) -> Iterator[tuple[Path, Any]]:
    for name, value in was.items():
        if name not in said:
            if not _says_nothing(name, value):
                yield (*at, name), value
        elif (other := said[name]) is not value and other != value:  # most are equal, which is quick to find
            yield from _left_inside(value, other, (*at, name))


def _left_inside(was: Any, said: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(was, int) or _is_external(was):  # unlike texts and dates, these have one spelling
        if was != said:
            yield at, was
    elif isinstance(was, dict):
        yield from _left(was, said, at)
    elif isinstance(was, list):
        if len(was) != len(said):
            yield at, was
        else:
            for place, (value, other) in enumerate(zip(was, said, strict=True)):
                yield from _left_inside(value, other, (*at, str(place)))
    elif isinstance(was, tuple) and was[0] not in ILL_STRING:
        if was[0] != said[0]:
            if not _says_nothing(at[-1], was):
                yield at, was
        else:
            yield from _left_inside(was[1], said[1], (*at, was[0]))


def _says_nothing(name: str, value: Any) -> bool:
    if name in _ALWAYS_SET or (name in DEFAULTS and bool(value == DEFAULTS[name])):
        return True
    if isinstance(value, dict):
        return all(_says_nothing(inner, item) for inner, item in value.items())
    if isinstance(value, tuple) and value[0] in ILL_STRING:
        return not tidy(value[1].decode("latin-1"))
    if isinstance(value, tuple):  # a person's or an institution's empty name
        return isinstance(value[1], tuple) and _says_nothing(value[0], value[1])
    return isinstance(value, list) and not value


def _put(node: Any, path: Path, value: Any) -> None:
    """Follow ``path`` and put the value there; stop where the APDU's own value leads elsewhere."""
    name, rest = path[0], path[1:]
    if isinstance(node, tuple):
        if node[0] == name and rest:
            _put(node[1], rest, value)
    elif isinstance(node, list):
        if rest and name.isdecimal() and int(name) < len(node):
            _put(node[int(name)], rest, value)
    elif isinstance(node, dict):
        if rest:
            _put(node.setdefault(name, {}), rest, value)
        elif _may_replace(node.get(name), value):
            node[name] = value


def _may_replace(said: Any, kept_value: Any) -> bool:
    """Return whether a kept value may replace what the APDU says.

    It may for a list of which only a part was understood, the other alternative with the same text, and an
    EXTERNAL of which only a part is mapped.
    """
    if isinstance(said, list) and isinstance(kept_value, list):
        return len(said) < len(kept_value)
    if isinstance(said, tuple) and isinstance(kept_value, tuple):
        return _words(said[1]) == _words(kept_value[1]) is not None
    return said is None or _is_external(said)


def _is_external(value: Any) -> bool:
    """Return whether this is an EXTERNAL: the only SEQUENCE with a CHOICE "encoding"; compared as a whole."""
    return isinstance(value, dict) and isinstance(value.get("encoding"), tuple)


def _words(value: Any) -> str | None:
    is_text = isinstance(value, tuple) and value[0] in ILL_STRING
    return WORDS.read(value) if is_text else None


def to_plain(value: Any) -> Any:
    """Return a component as JSON."""
    if isinstance(value, dict):
        return {name: to_plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    if isinstance(value, tuple):
        alternative, inner = value
        if alternative in ILL_STRING:
            return {"text": NAME.read(value)}
        return {"choice": alternative, "value": to_plain(inner)}
    if isinstance(value, bytes):
        plain = value.isascii() and value.decode("ascii").isprintable()
        return {"ascii": value.decode("ascii")} if plain else {"b64": b64encode(value).decode("ascii")}
    return value


def from_plain(value: Any) -> Any:
    """Return the component of JSON. Raise ValueError, TypeError or KeyError if it is none."""
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"text": text, **more} if not more:
            return NAME.write(text)
        case {"ascii": text, **more} if not more:
            return text.encode("ascii")
        case {"b64": text, **more} if not more:
            return b64decode(text, validate=True)
        case {"choice": alternative, "value": inner, **more} if not more:
            return (alternative, from_plain(inner))
    return {name: from_plain(item) for name, item in value.items()}


def _extensions(items: list[Tree]) -> list[dict[str, Any]]:
    return [
        {
            "identifier": item["identifier"],
            "critical": item.get("critical", False),
            "ber": b64encode(item["item"]).decode("ascii"),
        }
        for item in items
    ]


def _from_extensions(items: Any) -> list[Tree]:
    return [
        {
            "identifier": item["identifier"],
            "critical": item.get("critical", False),
            "item": b64decode(item["ber"], validate=True),
        }
        for item in items
    ]
