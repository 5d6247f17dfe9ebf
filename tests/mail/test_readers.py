"""Whoever is named as the sender is the one author whom every other reader of the letter sees.

The readers are Python's two parsers, Dovecot's ENVELOPE and Email::Address::XS. Where one of them
checked a letter before us, it cannot have proven somebody else to be whom we believe.
"""

import os
import random
from collections.abc import Callable

import pytest

from mailproc.mail.parse import parse
from tests.mail import readers
from tests.mail.authors import ATTACKS, NOBODY, WELL_FORMED, E, P
from tests.mail.test_sender import letter
from tests.servers.dovecot import Dovecot

NAMED = 3_000 if os.environ.get("REQUIRE_ALL") == "1" else 400

PIECES = (
    *(P, E, f"<{P}>", f"<{E}>", "<", ">", "@", "partner", "good.example", "Library", "J. R.", "."),
    *('"Smith, John"', '"a \\" b"', '"', '"<"', '"ill desk"@good.example', f'"{E}"', '"\\\\"', '""'),
    *("(", ")", "(c)", "(a (b) \\) c)", f"({E})", '(")', "(\\", "\\", "\\(", '\\"'),
    *(",", ";", ":", "g:", "<@bad.example:", f"g: {P};", "[", "]", "[192.0.2.1]"),
    *("=?utf-8?q?B=C3=BC?=", "=?utf-8?b?QsO8?=", "=?utf-8?q?evil=40bad.example?=", "=?", "?=", "=?x?q?y?="),
    *(
        " ",
        "  ",
        "\t",
        "\r\n ",
        "\r\n\t",
        "\r",
        "\n",
        "\n ",
        "\0",
        "\x0b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u00a0",
    ),
    *("Bücherei", "büro", "図書館.example", "\u202e", "\u200b", "\u3000", "'", "-", "_", "!", "%", "x" * 200),
)
SAMPLES = tuple(one for one in (*WELL_FORMED, *WELL_FORMED, *ATTACKS, *NOBODY) if isinstance(one, str))
EXTRA = (
    "Subject : x",
    "X: y\r\n ",
    f"Sender: {E}",
    f"from: {E}",
    f"Reply-To: {E}",
    f"Resent-From: {E}",
    "broken",
)


def changed(value: str, dice: random.Random) -> str:
    """The value with a few pieces put in, taken out, doubled or put elsewhere."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at, to = sorted((dice.randrange(len(value) + 1), dice.randrange(len(value) + 1)))
        to = min(to, at + dice.choice((1, 2, 30)))
        value = dice.choice(
            (
                value[:at] + dice.choice(PIECES) + value[at:],
                value[:at] + dice.choice(PIECES) + value[to:],
                value[:at] + value[to:],
                value[:to] + value[at:],
            )
        )
    return value


def drawn(dice: random.Random) -> bytes:
    kind = dice.randrange(4)
    if kind == 0:
        value = " " + dice.choice(("", " ")).join(dice.choices(PIECES, k=dice.randrange(1, 9)))
    elif kind == 1:
        value = f" {dice.choice(PIECES)} {dice.choice(PIECES)} <{changed(P, dice)}> {dice.choice(PIECES)}"
    else:
        value = changed(dice.choice(SAMPLES), dice)
    return letter(value, *([dice.choice(EXTRA)] if dice.randrange(20) == 0 else []))


@pytest.fixture(scope="module")
def letters() -> list[bytes]:
    """Letters whose sender is named: the well-formed shapes, and what chance makes of everything."""
    found = {letter(value): None for value, sender in WELL_FORMED.items() if "@" in sender}
    dice = random.Random(5322)  # noqa: S311  # the same letters each time
    while len(found) < NAMED:
        raw = drawn(dice)
        if "@" in parse(raw).sender:
            found[raw] = None
    return list(found)


def check(letters: list[bytes], seen: list[readers.Authors]) -> None:
    assert len(seen) == len(letters)
    senders = [readers.written(parse(raw).sender) for raw in letters]
    others = [
        (raw, sender, authors)
        for raw, sender, authors in zip(letters, senders, seen, strict=True)
        if authors != [sender]
    ]
    assert others == []


def test_the_old_parser_of_python(letters: list[bytes]) -> None:
    check(letters, [readers.python_old(raw) for raw in letters])


def test_a_caller_of_it_who_does_not_unfold_sees_nobody_else(letters: list[bytes]) -> None:
    """Of a folded string it makes words without a domain, or with one like "good.example>"."""
    for raw in letters:
        sender = readers.written(parse(raw).sender)
        assert sender is not None
        unreal = ("", sender[1] + ">")
        assert {one for one in readers.python_folded(raw) if one and one[1] not in unreal} <= {sender}, raw


def test_the_new_parser_of_python(letters: list[bytes]) -> None:
    """It ends with an AttributeError at a period right before "<", as in "Smith J.<ill@library.example>"."""
    known = [raw for raw in letters if b".<" not in raw]
    check(known, [readers.python_new(raw) for raw in known])


def test_the_envelope_of_dovecot(letters: list[bytes], dovecot: Dovecot, user: str) -> None:
    check(letters, readers.dovecot(dovecot, user, letters))


def test_email_address_xs(letters: list[bytes], missing: Callable[[str], None]) -> None:
    seen = readers.perl(letters)
    if seen is None:
        missing("libemail-address-xs-perl")
    assert seen is not None
    check(letters, seen)
