"""Against another's eyes: libyaz reads what we write, and we read what it writes.

Two small C programs are built with the compiler and the library of this machine. ``accept`` says of
each APDU whether libyaz takes it and what it makes of it; ``build`` writes all twenty from libyaz's
own structures. libyaz writes lengths as indefinite wherever a constructed element has more than 127
octets, so whatever comes back has been through the walk of ``elements`` too.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161.ber import elements, schema
from mailproc.protocols.iso10161.ber.schema import Tree
from tests.servers import libyaz

from .trees import FULL, MINIMAL, apdus, decode

SOURCES = Path(__file__).parent / "yaz"
EXAMPLES = 25 if os.environ.get("REQUIRE_ALL") == "1" else 5

Judge = Callable[[list[bytes]], list[str]]


@pytest.fixture(scope="session")
def program(
    missing: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Builds one of the C programs; its path."""
    folder = tmp_path_factory.mktemp("yaz")
    return lambda name: libyaz.build(SOURCES / f"{name}.c", folder, missing)


@pytest.fixture(scope="session")
def judge(program: Callable[[str], Path]) -> Judge:
    """Of each APDU: "yes" and libyaz's own octets for it, or "no" and why."""
    accept = program("accept")

    def ask(written: list[bytes]) -> list[str]:
        given_in = b"".join(len(octets).to_bytes(4, "big") + octets for octets in written)
        ended = subprocess.run([accept], input=given_in, capture_output=True, check=True, timeout=60)
        lines = ended.stdout.decode().splitlines()
        assert len(lines) == len(written)
        return lines

    return ask


@pytest.fixture(scope="session")
def built(program: Callable[[str], Path]) -> list[tuple[ApduType, str, bytes]]:
    """All twenty as libyaz builds them, minimal and full."""
    ended = subprocess.run([program("build")], capture_output=True, text=True, check=True, timeout=60)
    rows = [line.split() for line in ended.stdout.splitlines()]
    return [(ApduType(int(kind)), extent, bytes.fromhex(octets)) for kind, extent, octets in rows]


def taken(line: str) -> bytes:
    word, _, rest = line.partition(" ")
    assert word == "yes", line
    return bytes.fromhex(rest)


@pytest.mark.costly
@pytest.mark.parametrize("fullness", [MINIMAL, FULL, None], ids=["minimal", "full", "mixed"])
@pytest.mark.parametrize("kind", ApduType, ids=lambda kind: kind.name)
def test_libyaz_takes_what_we_write_and_keeps_the_value(
    judge: Judge, kind: ApduType, fullness: float | None
) -> None:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.lists(apdus(kind, fullness), min_size=1, max_size=10))
    def check(trees: list[Tree]) -> None:
        lines = judge([schema.encode(kind, tree) for tree in trees])
        assert [decode(taken(line)) for line in lines] == [(kind, tree) for tree in trees]

    check()


def test_libyaz_builds_each_of_the_twenty_twice(built: list[tuple[ApduType, str, bytes]]) -> None:
    assert [(kind, extent) for kind, extent, _ in built] == [
        (kind, extent) for extent in ("minimal", "full") for kind in ApduType
    ]


def test_what_libyaz_builds_is_read_and_written_back_to_the_octet(
    built: list[tuple[ApduType, str, bytes]], judge: Judge
) -> None:
    """Nothing is lost: our octets for its APDU are its APDU again, but that our TRUE is FF and its is 01."""
    ours = []
    for kind, _, octets in built:
        read, tree = decode(octets)
        assert read == kind
        ours.append(schema.encode(kind, tree))
    again = [taken(line) for line in judge(ours)]
    for (_, _, theirs), once_more in zip(built, again, strict=True):
        assert len(theirs) == len(once_more)
        assert {pair for pair in zip(theirs, once_more, strict=True) if pair[0] != pair[1]} <= {(0x01, 0xFF)}


def test_each_string_of_libyaz_lands_where_its_name_says(built: list[tuple[ApduType, str, bytes]]) -> None:
    met = set()
    for _, extent, octets in built:
        for name, text in strings(decode(octets)[1]):
            assert text.decode() == name
            met.add(name)
        if extent == "full":
            assert "unknown" not in keys(decode(octets)[1])
    assert len(met) > 50


def test_libyaz_writes_lengths_as_indefinite(built: list[tuple[ApduType, str, bytes]]) -> None:
    """What makes the tests above worth something for the walk of ``elements``."""
    assert all(octets[1] == 0x80 for _, _, octets in built if len(octets) > 140)


def test_libyaz_refuses_an_apdu_without_its_defaults(judge: Judge) -> None:
    """Why every DEFAULT is written: renewable, left out, makes the message unreadable."""
    due = {"date-due": {"date-due-field": b"20260901", "renewable": True}}
    octets = schema.encode(ApduType.RENEW_ANSWER, head() | {"answer": True} | due)
    content = octets[4:].replace(b"\xbf\x29\x0d", b"\xbf\x29\x0a").replace(b"\x81\x01\xff", b"")
    without = elements.element(b"\x6e", elements.element(b"\x30", content))
    assert len(without) == len(octets) - 3
    assert decode(without) == decode(octets)
    assert [line.split()[0] for line in judge([octets, without])] == ["yes", "no"]


def head() -> Tree:
    text = ("generalString", b"1")
    return {
        "protocol-version-num": 1,
        "transaction-id": {"transaction-group-qualifier": text, "transaction-qualifier": text},
        "service-date-time": {"date-time-of-this-service": {"date": b"20260805"}},
    }


def strings(value: Any, name: str = "") -> Iterator[tuple[str, bytes]]:
    """Each ILL-String with the name of the component or alternative that holds it."""
    match value:
        case ("generalString" | "edifactString", bytes(text)):
            yield name, text
        case (str(alternative), inner):
            # physical-delivery and the like are no names of the string itself
            yield from strings(inner, alternative)
        case dict():
            for key, inner in value.items():
                yield from strings(inner, key)
        case list():
            for inner in value:
                yield from strings(inner, name)


def keys(value: Any) -> set[str]:
    match value:
        case (str(_), inner):
            return keys(inner)
        case dict():
            return set(value).union(*(keys(inner) for inner in value.values()))
        case list():
            return set().union(*(keys(inner) for inner in value))
    return set()
