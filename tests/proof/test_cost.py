"""Eight times the letter, eight times the time, for a signature that gets as far as it can."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mailproc.proof.authentication_results import dmarc
from mailproc.proof.dkim import verify
from tests.proof.signer import AUTHOR, LETTER, SIGNED, Key, signed

OURS = ("ill@library.example",)
AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
TIMES = 8
HEAD = LETTER.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
Pump = Callable[[int], bytes]
"""A letter, or a part of one, of about so many octets."""


def pieces(*repeated: bytes) -> list[object]:
    return [pytest.param(lambda n, one=one: one * (n // len(one)), id=repr(one)) for one in repeated]


def worse_than_linear(small: int, work: Callable[[int], Callable[[], object]]) -> bool:
    """Between ``small`` octets and eight times as many, each of three times: a busy machine is no proof."""
    return all(_is_steep(small, work) for _ in range(3))


def _is_steep(small: int, work: Callable[[int], Callable[[], object]]) -> bool:
    little, much = (_seconds(work(size)) for size in (small, TIMES * small))
    return much > 3 * TIMES * max(little, 0.001)


def _seconds(work: Callable[[], object]) -> float:
    """The better of two, in seconds of the processor for this thread."""
    times = []
    for _ in range(2):
        begun = time.thread_time()
        work()
        times.append(time.thread_time() - begun)
    return min(times)


BODIES = pieces(
    b" ", b"\t", b" " * 98 + b"\r\n", b"a ", b"a  ", b" \t", b"a " * 50 + b" " * 100,
    b"\r", b"\n", b"\r\n", b" \r\n", b"\r\r\n",
)  # fmt: skip


@pytest.mark.costly
@pytest.mark.parametrize("form", ["relaxed", "simple"])
@pytest.mark.parametrize("body", BODIES)
def test_a_body_costs_its_length(body: Pump, form: str, key: Key) -> None:
    field = signed(LETTER, key, c=f"relaxed/{form}").partition(b"From:")[0]

    def work(size: int) -> Callable[[], object]:
        raw = field + HEAD + body(size)
        return lambda: verify(raw, AUTHOR, lambda _: key.record, AT, OURS)

    assert not worse_than_linear(100_000, work)


FIELDS: dict[str, Pump] = {
    "a folded field": lambda n: b"X: a" + b"\r\n b" * (n // 4) + b"\r\n",
    "a signed field, folded": lambda n: b"X-Signed:" + b"\r\n b" * (n // 4) + b"\r\n",
    "a signed field of blanks": lambda n: b"X-Signed:" + b" " * n + b"b\r\n",
    "signed fields": lambda n: b"X-Signed: y\r\n" * (n // 260),
    "folds of blanks alone": lambda n: b"X: a\r\n" + b" " * n,
    "colons": lambda n: b":" * n,
    "no end": lambda n: b"X" * (20 * n),
    "no end of folds": lambda n: b"X: a" + b"\r\n b" * (5 * n),
}


@pytest.mark.costly
@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS.keys())
def test_a_header_costs_its_length(field: Pump, key: Key) -> None:
    def work(size: int) -> Callable[[], object]:
        letter = signed(field(size) + LETTER, key, h=SIGNED + ":x-signed" * 190)
        return lambda: verify(letter, AUTHOR, lambda _: key.record, AT, OURS)

    assert not worse_than_linear(30_000, work)


TAGS: dict[str, Pump] = {
    "blanks before b=": lambda n: b"; b" + b" " * n + b"x",
    "blanks behind b=": lambda n: b"; b=" + b" " * n + b"!",
    "folds before b=": lambda n: b"; b" + b"\r\n " * (n // 3) + b"x",
    "folds behind b=": lambda n: b"; b=" + b"\r\n " * (n // 3) + b"!",
    "letters and folds behind b=": lambda n: b"; b=" + b"a\r\n b " * (n // 6) + b"!",
    "b and blanks in another tag": lambda n: b"; zz= b" + b" " * (n // 2) + b"\r\n" + b" " * (n // 2) + b"x",
    "b and folds in another tag": lambda n: b"; zz= b" + b"\r\n " * (n // 3) + b"x",
    "many b in another tag": lambda n: b"; zz=" + b" b \r\n b" * (n // 7),
    "hundreds of tags": lambda n: b"".join(b"; t%d=%d" % (number, number) for number in range(n // 10)),
    "equals": lambda n: b"; b=" + b"=" * n,
    "names": lambda n: b"; h=" + b"a:" * (n // 2),
}


@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS.keys())
def test_odd_signatures_cost_their_length(tag: Pump, key: Key) -> None:
    """dkimpy's pattern for b= takes the square of folds, so a field that has them never gets there."""
    honest = signed(LETTER, key).partition(b"From:")[0]

    def work(size: int) -> Callable[[], object]:
        odd = honest.replace(b"; b=", tag(size) + b"; b=", 1)
        instead = honest.partition(b"; b=")[0] + tag(size) + b"\r\n"
        letter = (odd + instead) * 3 + LETTER
        return lambda: verify(letter, AUTHOR, lambda _: key.record, AT, OURS)

    assert not worse_than_linear(950, work)


@pytest.mark.parametrize("form", ["relaxed", "simple"])
@pytest.mark.parametrize("blank", [b" ", b"\t", b"\r\n\t"])
def test_blanks_within_a_signature_cost_their_length(blank: bytes, form: str, key: Key) -> None:
    """These are allowed, and get as far as dkimpy."""
    field, _, signature = signed(LETTER, key, c=f"{form}/simple").partition(b"From:")[0].partition(b"; b=")

    def work(size: int) -> Callable[[], object]:
        folded = signature.strip()
        if blank.strip(b" \t"):
            every = max(1, 8_000 // size)
            folded = blank.join(folded[at : at + every] for at in range(0, len(folded), every))
        else:
            folded = blank * size + folded
        letter = field + b"; b=" + folded + b"\r\n" + LETTER
        assert verify(letter, AUTHOR, lambda _: key.record, AT, OURS).held
        return lambda: verify(letter, AUTHOR, lambda _: key.record, AT, OURS)

    assert not worse_than_linear(900, work)


SAID: dict[str, Pump] = {
    "comments": lambda n: b"(" * n,
    "closed comments": lambda n: b"(" * (n // 2) + b")" * (n // 2),
    "pairs": lambda n: b"()" * (n // 2),
    "quotes": lambda n: b'"' * (n | 1),
    "an open quote": lambda n: b'"' + b"a" * n,
    "escapes": lambda n: b'"' + b"\\" * (n | 1),
    "semicolons": lambda n: b";" * n,
    "statements": lambda n: b"; dmarc=pass" * (n // 12),
    "names and values": lambda n: b"; dmarc=pass" + b" a=b" * (n // 4),
    "blanks": lambda n: b" " * n,
    "words": lambda n: b" a" * (n // 2),
}


@pytest.mark.costly
@pytest.mark.parametrize("name", [b"Authentication-Results: mx.example", b"Received: by mx.example"])
@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_what_relays_say_costs_its_length(said: Pump, name: bytes) -> None:
    def work(size: int) -> Callable[[], object]:
        letter = (name + said(size) + b"\r\n") * 5 + b"Received: by mx.example\r\n" + LETTER
        return lambda: dmarc(letter, AUTHOR, "mx.example", "mx.example", OURS)

    assert not worse_than_linear(2_000, work)
