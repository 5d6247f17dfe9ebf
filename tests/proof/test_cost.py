"""Twice the letter, twice the time: a stranger's letter, with a signature that gets as far as it can."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mailproc.proof.authentication_results import dmarc
from mailproc.proof.dkim import verify
from tests.proof.signer import AUTHOR, LETTER, SIGNED, Key, signed

AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
SMALL, TIMES = 100_000, 8  # octets
HEAD = LETTER.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

BODIES: dict[str, bytes] = {
    "blanks": b" ",
    "tabs": b"\t",
    "blanks and an end": b" " * 998 + b"\r\n",
    "every other a blank": b"a ",
    "pairs of blanks": b"a  ",
    "blank and tab": b" \t",
    "words and runs of blanks": b"a " * 500 + b" " * 1_000,
    "CR": b"\r",
    "LF": b"\n",
    "CRLF": b"\r\n",
    "blank lines": b" \r\n",
    "CR CRLF": b"\r\r\n",
}
FIELDS: dict[str, bytes] = {
    "a folded field": b"X: a" + b"\r\n b" * 60_000 + b"\r\n",
    "a signed field, folded": b"X-Signed:" + b"\r\n b" * 60_000 + b"\r\n",
    "a signed field of blanks": b"X-Signed:" + b" " * 250_000 + b"b\r\n",
    "fields": b"X: y\r\n" * 990,
    "folds of blanks alone": b"X: a\r\n" + b" " * 250_000,
    "colons": b":" * 250_000,
    "no end": b"X" * 3_000_000,
    "no end of folds": b"X: a" + b"\r\n b" * 700_000,
}
RUN = 8_000
SIGNATURES: dict[str, bytes] = {
    "blanks before b=": b"; b" + b" " * RUN + b"x",
    "blanks behind b=": b"; b=" + b" " * RUN + b"!",
    "folds before b=": b"; b" + b"\r\n " * (RUN // 3) + b"x",
    "folds behind b=": b"; b=" + b"\r\n " * (RUN // 3) + b"!",
    "letters and folds behind b=": b"; b=" + b"a\r\n b " * (RUN // 6) + b"!",
    "many b": b" b " * (RUN // 3),
    "b and blanks in another tag": b"; zz= b" + b" " * (RUN // 2) + b"\r\n" + b" " * (RUN // 2 - 500) + b"x",
    "many b in another tag": b"; zz=" + b" b \r\n b" * (RUN // 9),
    "hundreds of tags": b"".join(b"; t%d=%d" % (n, n) for n in range(700)),
    "equals": b"; b=" + b"=" * RUN,
    "names": b"; h=" + b"a:" * (RUN // 2),
    "a megabyte": b"; zz=" + b"x" * 200_000,
}


def seconds(work: Callable[[], object]) -> float:
    """The better of two, in seconds of processor."""
    times = []
    for _ in range(2):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


@pytest.mark.parametrize("form", ["relaxed", "simple"])
@pytest.mark.parametrize("piece", BODIES.values(), ids=BODIES.keys())
def test_a_body_costs_its_length(piece: bytes, form: str, key: Key) -> None:
    field = signed(LETTER, key, c=f"relaxed/{form}").partition(b"From:")[0]

    def work(size: int) -> Callable[[], object]:
        raw = field + HEAD + piece * (size // len(piece))
        return lambda: verify(raw, AUTHOR, lambda _: key.record, AT)

    little = seconds(work(SMALL))
    assert seconds(work(TIMES * SMALL)) < 3 * TIMES * (little + 0.002)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS.keys())
def test_a_header_costs_little(field: bytes, key: Key) -> None:
    """Its length is bounded, so seconds need no second size: many times what it takes is allowed."""
    letter = signed(field + LETTER, key, h=SIGNED + ":x-signed")
    assert seconds(lambda: verify(letter, AUTHOR, lambda _: key.record, AT)) < 1


@pytest.mark.parametrize("tag", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_five_odd_signatures_cost_little(tag: bytes, key: Key) -> None:
    """dkimpy's pattern for b= takes the square of folds, so a field that has them never gets there."""
    honest = signed(LETTER, key).partition(b"From:")[0]
    odd = honest.replace(b"; b=", tag + b"; b=", 1)
    replaced = honest.partition(b"; b=")[0] + tag + b"\r\n"
    letter = (odd + replaced) * 3 + LETTER
    assert seconds(lambda: verify(letter, AUTHOR, lambda _: key.record, AT)) < 0.5


@pytest.mark.parametrize("blanks", [b" ", b"\t", b"\r\n\t"])
def test_blanks_within_a_signature_cost_little(blanks: bytes, key: Key) -> None:
    """These are allowed, and get as far as dkimpy."""
    field, _, signature = signed(LETTER, key).partition(b"From:")[0].partition(b"; b=")
    if blanks.strip(b" \t"):
        signature = blanks.join(bytes([octet]) for octet in signature.strip()) + b"\r\n"
    letter = field + b"; b=" + blanks * (1 if b"\n" in blanks else 6_000) + signature + LETTER
    begun = time.process_time()
    assert verify(letter, AUTHOR, lambda _: key.record, AT).held
    assert time.process_time() - begun < 0.5


RESULTS: dict[str, bytes] = {
    "comments": b"(" * 50_000,
    "closed comments": b"(" * 25_000 + b")" * 25_000,
    "pairs": b"()" * 25_000,
    "quotes": b'"' * 50_001,
    "an open quote": b'"' + b"a" * 50_000,
    "escapes": b'"' + b"\\" * 50_001,
    "semicolons": b";" * 50_000,
    "statements": b"; dmarc=pass" * 5_000,
    "blanks": b" " * 50_000,
    "names": b" a" * 25_000,
}


@pytest.mark.parametrize("tail", RESULTS.values(), ids=RESULTS.keys())
def test_what_relays_say_costs_little(tail: bytes) -> None:
    for field in (b"Authentication-Results: mx.example; " + tail, b"Received: by " + tail):
        for one in (field, field[:16_000]):  # a longer one is not read
            letter = one + b"\r\nReceived: by mx.example\r\n" + LETTER
            begun = time.process_time()
            assert not dmarc(letter, AUTHOR, "mx.example", "mx.example").held
            assert time.process_time() - begun < 0.5
