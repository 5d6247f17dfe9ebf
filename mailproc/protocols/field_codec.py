"""A component of the wire and its neutral value, both directions in one pair.

``read`` takes a component of a tree and returns the neutral value, or None if the component is empty; it
raises ``UnreadableComponent`` if it is not understood. ``write`` takes the neutral value (never None) and
returns the component, or None if nothing is to be written; it raises LocalFault.

A record is the pair of a SEQUENCE and a dataclass, made of ``ApduField``s; the APDUs themselves are records
too.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from mailproc.errors import LocalFault
from mailproc.sentence import sentence

Tree = dict[str, Any]

_NUMBER = re.compile("-?[0-9]{1,19}")


class UnreadableComponent(Exception):
    """A component that is not understood. The text says what was expected."""


class Pair(NamedTuple):
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


class ApduField(NamedTuple):
    """A neutral field and its path: names of components, from the outside in."""

    name: str
    at: tuple[str, ...]
    pair: Pair


def field(name: str, at: str, pair: Pair) -> ApduField:
    """Return the field. ``at`` is a path joined by "/", as in ``Apdu.extensions``."""
    return ApduField(name, tuple(at.split("/")), pair)


def found(tree: Tree, at: tuple[str, ...]) -> Any:
    """Return the component at a path through SEQUENCEs, or None."""
    node: Any = tree
    for name in at:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
        if node is None:
            return None
    return node


def put(tree: Tree, at: tuple[str, ...], value: Any) -> None:
    for name in at[:-1]:
        tree = tree.setdefault(name, {})
    tree[at[-1]] = value


def read_fields(fields: tuple[ApduField, ...], tree: Tree, unread: dict[str, str]) -> dict[str, Any]:
    """Return the neutral values in ``tree``; ``unread`` collects what was expected at unreadable paths."""
    values = {}
    for name, at, pair in fields:
        component = tree.get(at[0]) if len(at) == 1 else found(tree, at)
        if component is None:
            continue
        try:
            value = pair.read(component)
        except UnreadableComponent as problem:
            unread["/".join(at)] = str(problem)
            continue
        if value is not None:
            values[name] = value
    return values


def write_fields(fields: tuple[ApduField, ...], value: Any) -> Tree:
    """Return the tree of ``value``. Raise LocalFault that names the field."""
    tree: Tree = {}
    for name, at, pair in fields:
        item = getattr(value, name)
        if item is None or item == ():
            continue
        try:
            component = pair.write(item)
        except LocalFault as problem:
            raise LocalFault(sentence("of-field", field=name, why=problem.said), problem.possible) from None
        if component is not None:
            put(tree, at, component)
    return tree


def record(cls: Any, fields: tuple[ApduField, ...]) -> Pair:
    """Return the pair of a SEQUENCE and the dataclass ``cls``; an empty SEQUENCE reads as None."""
    needed = {
        item.name
        for item in dataclasses.fields(cls)
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    }

    def read(tree: Any) -> Any:
        unread: dict[str, str] = {}
        values = read_fields(fields, tree, unread)
        if not needed <= values.keys():
            raise UnreadableComponent(
                "; ".join(unread.values()) or f"no {', '.join(sorted(needed - values.keys()))}"
            )
        return cls(**values) if values else None

    def write(value: Any) -> Any:
        return write_fields(fields, value) or None

    return Pair(read, write)


def listed(pair: Pair) -> Pair:
    """Return the pair of a SEQUENCE OF and a tuple; elements that are not understood are omitted."""

    def read(items: Any) -> Any:
        values = []
        for item in items:
            with suppress(UnreadableComponent):
                values.append(pair.read(item))
        return tuple(value for value in values if value is not None) or None

    def write(values: Any) -> Any:
        return [item for value in values if (item := pair.write(value)) is not None] or None

    return Pair(read, write)


def chosen(alternative: str, pair: Pair) -> Pair:
    """Return the pair of one alternative of a CHOICE; another alternative reads as None."""

    def read(value: Any) -> Any:
        return pair.read(value[1]) if value[0] == alternative else None

    def write(value: Any) -> Any:
        inner = pair.write(value)
        return None if inner is None else (alternative, inner)

    return Pair(read, write)


def is_number(text: str) -> bool:
    """Return whether the text is a number as on the wire."""
    return _NUMBER.fullmatch(text) is not None


def named(words: Mapping[int, str]) -> Pair:
    """Return the pair of an ENUMERATED and its names; an unknown number is read as text."""
    numbers = {word: number for number, word in words.items()}

    def write(word: str) -> int:
        if word in numbers:
            return numbers[word]
        if is_number(word):
            return int(word)
        raise LocalFault(f"{word!r} has no number here", tuple(numbers))

    return Pair(lambda number: words.get(number) or str(number), write)
