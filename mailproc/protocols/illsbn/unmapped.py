"""Keep what has no neutral field in ``Apdu.extensions``, and put it back where it was.

An entry is {"at": path, "value": component, "why": what was expected there, if it was not understood}. A
path joins names of elements, "@attributes" and indices in a list by "/". The component is JSON: a text is
{"text"}, an element {"child": …}. What to keep is found by comparison: the tree that was read, minus the tree
that the neutral APDU makes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mailproc.errors import LocalFault
from mailproc.protocols.field_codec import Tree

Path = tuple[str, ...]

_SPELLED = frozenset(
    {
        "@ILL-SERVICE-TYPE", "@shippedServiceType", "@conditions", "@SupplyTyp", "@Ityp", "@Mtyp",
        "@DelivTyp", "@AddrTyp", "@state",
    }
)  # fmt: skip
"""Codes, of which two may mean the same: the one that came is kept. Texts, days and amounts are not."""
_STATE_OF_MESSAGE = "@id"
"""What each message says of itself, always the same."""
_NAME = re.compile(r"@?[A-Za-z_][A-Za-z0-9_.-]{0,80}(?:\[[0-9]{1,5}\])?|[0-9]{1,5}|")


def kept(tree: Tree, said: Tree, unread: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """Return entries for all that is in ``tree`` and not in ``said``, in the order of their paths."""
    entries = []
    for path, value in sorted(_left(tree, said, ()), key=lambda one: one[0]):
        at = "/".join(path)
        expected = next((why for place, why in unread.items() if f"{at}/".startswith(f"{place}/")), None)
        expected = expected or next(
            (why for place, why in unread.items() if place.startswith(f"{at}/")), None
        )
        entries.append({"at": at, "value": _plain(value)} | ({"why": expected} if expected else {}))
    return tuple(entries)


def put_back(tree: Tree, entries: tuple[dict[str, Any], ...]) -> None:
    """Put every entry back at its path, unless the APDU has a text of its own there.

    Raise LocalFault that names an invalid entry.
    """
    for entry in entries:
        at, value = entry.get("at"), entry.get("value")
        if not isinstance(at, str) or not at or not all(map(_NAME.fullmatch, at.split("/"))):
            raise LocalFault(f"extensions: {entry!r} names no place")
        try:
            component = _from_plain(value)
        except (ValueError, TypeError):
            raise LocalFault(f"extensions: what stands at {at!r} is no element") from None
        _put(tree, tuple(at.split("/")), component)


def _left(was: Any, said: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(was, list):
        yield from _left_in_list(was, said, at)
        return
    if isinstance(was, str):
        was = {"": was}
    said = said if isinstance(said, dict) else {"": said}
    for name, value in was.items():
        if name == _STATE_OF_MESSAGE:
            continue
        if name not in said:
            if _says_something(value):
                yield (*at, name), value
        elif isinstance(value, dict | list):
            yield from _left(value, said[name], (*at, name))
        elif name in _SPELLED and value != said[name]:
            yield (*at, name), value


def _left_in_list(was: list[Any], said: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    if not isinstance(said, list) or (len(was) != len(said) and at[-1:] != ("Note",)):
        if any(map(_says_something, was)):
            yield at, was
        return
    for place, (value, other) in enumerate(zip(was, said, strict=False)):
        yield from _left(value, other, (*at, str(place)))


def _says_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_says_something, value.values())) or not value.keys() <= {""}
    return any(map(_says_something, value)) if isinstance(value, list) else bool(value)


def _put(node: Any, path: Path, value: Any) -> None:
    """Follow ``path`` and put the value there; stop where the APDU's own value leads elsewhere."""
    name, rest = path[0], path[1:]
    if isinstance(node, list):
        if rest and name.isdecimal() and int(name) < len(node):
            if isinstance(node[int(name)], str):
                node[int(name)] = {"": node[int(name)]}
            _put(node[int(name)], rest, value)
    elif isinstance(node, dict):
        if not rest:
            if name not in node or name in _SPELLED or _is_longer(value, node[name]):
                node[name] = value
            return
        inner = node.setdefault(name, {})
        if isinstance(inner, str):
            inner = node[name] = {"": inner} if inner else {}
        _put(inner, rest, value)


def _is_longer(value: Any, said: Any) -> bool:
    return isinstance(value, list) and isinstance(said, list) and len(value) > len(said)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return {"text": value}


def _from_plain(value: Any) -> Any:
    """Return the component of JSON. Raise ValueError or TypeError if it is none."""
    if isinstance(value, list):
        return [_from_plain(inner) for inner in value]
    if not isinstance(value, dict):
        raise TypeError
    if value.keys() == {"text"} and isinstance(value["text"], str):
        return value["text"]
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
        raise ValueError
    return {name: _from_plain(inner) for name, inner in value.items()}
