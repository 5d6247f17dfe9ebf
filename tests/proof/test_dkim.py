"""Which letters DKIM proves, rule by rule: what is refused is signed truly but for its one fault."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.errors import TryLater
from mailproc.proof.dkim import MOST_TRIED, Dkim, verify
from mailproc.proof.header import MOST_FIELDS
from tests.proof.signer import AUTHOR, DOMAIN, LETTER, SELECTOR, SIGNED, Key, rsa_key, signed
from tests.proof.verifier import AT, NAME, NOW, OURS, Keys, held

# --- what holds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"])
def test_either_canonical_form_of_header_and_body_holds(form: str, key: Key, keys: Keys) -> None:
    assert held(signed(LETTER, key, c=form), keys) == Dkim(held=True, domain=DOMAIN, reason="")


@pytest.mark.parametrize(("form", "whole"), [("relaxed", "relaxed/simple"), (None, "simple/simple")])
def test_a_form_left_out_is_simple(form: str | None, whole: str, key: Key, keys: Keys) -> None:
    assert held(signed(LETTER, key, c=form), keys).held
    assert held(signed(LETTER, key, c=whole), keys).held


def test_an_ed25519_signature_holds(ed25519: Key) -> None:
    assert held(signed(LETTER, ed25519), Keys({NAME: ed25519.record})).held


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_rsa_keys_from_1024_bits_hold(bits: int) -> None:
    key = rsa_key(bits)
    assert held(signed(LETTER, key), Keys({NAME: key.record})).held


FINE = {
    "the domain in other letters": {"d": "Lender.EXAMPLE"},
    "an identity in the domain": {"i": "@lender.example"},
    "an identity in a subdomain": {"i": "bot@ill.lender.example"},
    "names signed that are not there": {"h": SIGNED + ":reply-to:cc:from:subject"},
    "names in other letters, with blanks": {"h": SIGNED.upper().replace(":", " : ")},
    "signed just now by a clock that is ahead": {"t": str(NOW + 60)},
    "expires in a second": {"t": str(NOW - 60), "x": str(NOW + 1)},
    "a query method that is named": {"q": "dns/txt"},
    "a tag that nobody knows": {"zz": "anything"},
}


@pytest.mark.parametrize("tags", FINE.values(), ids=FINE.keys())
def test_what_a_signature_may_say_besides(tags: dict[str, str], key: Key, keys: Keys) -> None:
    assert str(held(signed(LETTER, key, **tags), keys).reason) == ""


def test_bare_line_feeds_are_taken_for_line_ends(key: Key, keys: Keys) -> None:
    """A relay or a folder on disk may have turned CRLF into LF."""
    assert held(signed(LETTER, key).replace(b"\r\n", b"\n"), keys).held


def test_trace_fields_on_top_harm_nothing(key: Key, keys: Keys) -> None:
    trace = b"Received: from a by b; Sun, 29 Nov 2026 09:01:00 +0000\r\nX-Spam: no\r\n"
    assert held(trace + signed(LETTER, key), keys).held


def test_a_letter_without_mime_headers_needs_none_signed(key: Key, keys: Keys) -> None:
    plain = LETTER.replace(b"MIME-Version: 1.0\r\n", b"")
    plain = plain.replace(b"Content-Type: text/plain; charset=us-ascii\r\n", b"")
    plain = plain.replace(b"Content-Transfer-Encoding: 7bit\r\n", b"")
    assert held(signed(plain, key, h="from:to:subject:message-id:date"), keys).held


# --- whose signature ------------------------------------------------------------------------------

OTHERS = ["evil.example", "example", "sub.lender.example", "notlender.example", "lender.example.evil.example"]


@pytest.mark.parametrize("domain", OTHERS)
def test_only_the_very_domain_of_the_author_proves(domain: str, key: Key) -> None:
    keys = Keys({f"{SELECTOR}._domainkey.{domain}": key.record})
    found = held(signed(LETTER, key, d=domain), keys)
    assert str(found.reason) == "none of the letter's DKIM signatures is by lender.example"
    assert keys.asked == []


@pytest.mark.parametrize("author", ["", "ill", "ill@", "ill@lender.exämple", "ill@other.example"])
def test_an_author_elsewhere_is_not_proven(author: str, key: Key, keys: Keys) -> None:
    assert not held(signed(LETTER, key), keys, author).held
    assert keys.asked == []


def test_hundreds_of_signatures_by_others_hide_none_and_cost_no_question(key: Key, keys: Keys) -> None:
    alien = b"".join(signed(b"", key, d=f"d{n}.example").rstrip() + b"\r\n" for n in range(300))
    assert held(alien + signed(LETTER, key), keys).held
    assert keys.asked == [NAME]


def test_of_the_authors_domain_five_are_tried(key: Key, keys: Keys) -> None:
    spoiled = [signed(LETTER, key, s=f"s{n}").partition(b"\r\n")[0] + b"\r\n" for n in range(9)]
    for number in range(9):
        keys.records[f"s{number}._domainkey.{DOMAIN}"] = rsa_key(1024).record if not number else None
    with pytest.raises(TryLater):
        held(b"".join(spoiled) + signed(LETTER, key), keys)
    assert keys.asked == [f"s{number}._domainkey.{DOMAIN}" for number in range(MOST_TRIED)]
    assert held(b"".join(spoiled[: MOST_TRIED - 1]) + signed(LETTER, key), keys).held


# --- DNS ------------------------------------------------------------------------------------------


def test_no_answer_means_later(key: Key) -> None:
    with pytest.raises(TryLater):
        held(signed(LETTER, key), Keys({NAME: None}))


def test_no_answer_about_one_signature_hides_no_other(key: Key, keys: Keys) -> None:
    keys.records["gone._domainkey." + DOMAIN] = None
    above = signed(LETTER, key, s="gone").partition(b"\r\n")[0] + b"\r\n"
    assert held(above + signed(LETTER, key), keys).held


def test_a_signature_that_cannot_hold_is_not_looked_up(key: Key) -> None:
    """So a silent DNS delays nothing that is unproven anyhow."""
    letter = signed(LETTER, key).replace(b"second", b"third")
    assert not held(letter, Keys({NAME: None})).held


# --- letters that are none -------------------------------------------------------------------------

IRREGULAR = {
    "a line that is no field": lambda raw: b"no field\r\n" + raw,
    "a blank before the colon": lambda raw: b"Subject : other\r\n" + raw,
    "mbox": lambda raw: b"From ill@lender.example Sun Nov 29 09:00:00 2026\r\n" + raw,
    "a continuation on top": lambda raw: b" x\r\n" + raw,
    "a blank line that is folded": lambda raw: raw.replace(b"Subject:", b"Subject:\r\n \t\r\n x", 1),
    "a bare CR": lambda raw: raw.replace(b"Order 12", b"Order\r12", 1),
    "CR before CRLF": lambda raw: raw.replace(b"Order 12:", b"Order 12:\r", 1),
    "a NUL": lambda raw: raw.replace(b"Order 12", b"Order\0 12", 1),
    "a form feed": lambda raw: raw.replace(b"Order 12", b"Order\x0c12", 1),
    "no blank line": lambda raw: raw.partition(b"\r\n\r\n")[0] + b"\r\n",
    "nothing": lambda raw: raw[:0],
    "a name with other signs": lambda raw: "Ünter: x\r\n".encode() + raw,
    "too many fields": lambda raw: b"X: y\r\n" * MOST_FIELDS + raw,
    "too long a header": lambda raw: b"X: " + b"y" * 300_000 + b"\r\n" + raw,
}


@pytest.mark.parametrize("spoil", IRREGULAR.values(), ids=IRREGULAR.keys())
def test_a_header_that_is_not_plain_proves_nothing(
    spoil: Callable[[bytes], bytes], key: Key, keys: Keys
) -> None:
    found = held(spoil(signed(LETTER, key)), keys)
    assert str(found.reason).startswith("the letter cannot be verified: ")
    assert keys.asked == []


@pytest.mark.parametrize("reason", ["no blank line", "too long a header"])
def test_a_header_without_an_end_is_called_that(reason: str, key: Key, keys: Keys) -> None:
    found = held(IRREGULAR[reason](signed(LETTER, key)), keys)
    assert str(found.reason).endswith("its header is too long, or no blank line ends it")


def test_an_unsigned_letter_asks_nothing(keys: Keys) -> None:
    assert str(held(LETTER, keys).reason) == "the letter has no DKIM signature"
    assert keys.asked == []


def test_a_signature_that_is_too_long_is_nobodys(key: Key, keys: Keys) -> None:
    letter = signed(LETTER, key, zz="x" * 9_000)
    assert not held(letter, keys).held


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Keep()
    logging.getLogger().addHandler(handler)
    yield records
    logging.getLogger().removeHandler(handler)


def test_what_a_stranger_writes_reaches_no_log(key: Key, logged: list[logging.LogRecord]) -> None:
    for record in (b"p=AAAA", key.record, rsa_key(1024).record, b""):
        held(signed(LETTER, key).replace(b"second", b"third"), lambda _, record=record: record)
        held(signed(LETTER, key), lambda _, record=record: record)
    assert logged == []


def test_the_time_of_a_signature_is_that_of_the_letter(key: Key, keys: Keys) -> None:
    """A letter that waited for DNS is verified as of the day it came."""
    letter = signed(LETTER, key, t=str(NOW), x=str(NOW + 60))
    assert verify(letter, AUTHOR, keys, AT + timedelta(seconds=59), OURS).held
    assert not verify(letter, AUTHOR, keys, AT + timedelta(seconds=60), OURS).held
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    old = signed(LETTER, key, t=str(int(long_ago.timestamp())), x=str(int(long_ago.timestamp()) + 60))
    assert verify(old, AUTHOR, keys, long_ago, OURS).held


@given(
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"a=", b"b=", b";", b"=", b" ", b"\r\n ", b"d=lender.example;"])),
)
def test_any_letter_and_any_signature_are_judged(raw: bytes, tags: list[bytes]) -> None:
    assert not held(raw, Keys({})).held
    assert not held(b"DKIM-Signature: d=lender.example;" + b"".join(tags) + b"\r\n" + LETTER, Keys({})).held
