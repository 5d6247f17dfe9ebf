"""What our relay's Authentication-Results prove, and that nobody else can write them."""

import authres
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mailproc.proof.authentication_results import Dmarc, dmarc
from mailproc.proof.header import Irregular
from mailproc.proof.tokens import tokens

AUTHOR, RELAY = "ill@lender.example", "mx.library.example"
HEAD, SAYS = "Authentication-Results: mx.library.example", "dmarc=pass header.from=lender.example"
PASS = f"{HEAD}; {SAYS}"
FAIL = PASS.replace("pass", "fail")
DATE = "; Sun, 29 Nov 2026 09:00:00 +0000"
RECEIVED = "Received: from out.lender.example ([192.0.2.1]) by mx.library.example with ESMTPS id 1" + DATE
OURS = ("ill@library.example",)
REST = "From: ill@lender.example\nTo: ILL <ill@library.example>\nSubject: x\n\nbody\n"


def letter(*fields: str) -> bytes:
    return "".join(field + "\n" for field in fields).encode() + REST.encode()


def said(*fields: str) -> Dmarc:
    return dmarc(letter(*fields), AUTHOR, RELAY, RELAY, OURS)


HOLDS = {
    "plain": (PASS, RECEIVED),
    "version": (PASS.replace("example;", "example 1;"), RECEIVED),
    "in other letters": (PASS.upper().replace("DMARC=PASS", "DMARC=Pass"), RECEIVED),
    "comments": (PASS.replace("pass", "pass (p=none; dmarc=fail (sp=reject))"), RECEIVED),
    "other methods": (
        PASS.replace("; ", '; spf=fail smtp.mailfrom="a;b"@x; dkim=pass header.b=ab=; '),
        RECEIVED,
    ),
    "action": (PASS.replace("pass ", "pass action=none "), RECEIVED),
    "method version": (PASS.replace("dmarc=", "dmarc/1="), RECEIVED),
    "folded": (PASS.replace("; ", ";\n\t").replace(" header", "\n header"), RECEIVED),
    "blanks": (PASS.replace("dmarc=pass", "dmarc = pass"), RECEIVED),
    "several that agree": (PASS, PASS, RECEIVED),
    "a field without DMARC beside": (HEAD + "; spf=fail", PASS, RECEIVED),
    "none beside": (HEAD + "; none", PASS, RECEIVED),
    "a further hop inside": (
        "Received: from mx.library.example by hub.library.example; date",
        PASS,
        RECEIVED,
    ),
    "a comment of a hop": (
        "Received: from mx (by mx.evil.example) by hub.library.example; date",
        PASS,
        RECEIVED,
    ),
    "another relay's below": (PASS, RECEIVED, "Authentication-Results: mx.evil.example; dmarc=fail"),
    "another relay's above": (FAIL.replace("mx.library", "mx.other"), PASS, RECEIVED),
    "relay's own below": (PASS, RECEIVED, FAIL, RECEIVED),
    "Received in other letters": (PASS, RECEIVED.replace("by mx.", "BY MX.")),
    "nothing is known of the client": (PASS, "Received: by mx.library.example; date"),
}


@pytest.mark.parametrize("fields", HOLDS.values(), ids=HOLDS.keys())
def test_what_our_relay_says_holds(fields: tuple[str, ...]) -> None:
    assert said(*fields) == Dmarc(held=True, reason="")


REFUSED = {
    "no field": ((RECEIVED,), "says nothing of DMARC"),
    "below our relay's Received": (
        (RECEIVED, PASS),
        "stands below the Received of mx.library.example, where",
    ),
    "below, and unreadable": ((RECEIVED, PASS + " ("), "says nothing of DMARC"),
    "another Received": (
        (PASS, RECEIVED.replace("by mx.", "by in.")),
        "received_by must be the host behind by",
    ),
    "none": ((HEAD + "; none", RECEIVED), "says nothing"),
    "fail": ((FAIL, RECEIVED), "does not say that DMARC passed"),
    "temperror": ((PASS.replace("pass", "temperror"), RECEIVED), "does not say"),
    "bestguesspass": ((PASS.replace("pass", "bestguesspass"), RECEIVED), "does not say"),
    "they disagree": ((PASS, FAIL, RECEIVED), "does not say"),
    "they disagree in one field": (
        (PASS + "; dmarc=fail header.from=lender.example", RECEIVED),
        "does not say",
    ),
    "another domain": ((PASS.replace("from=lender", "from=evil"), RECEIVED), "another domain"),
    "a parent": ((PASS.replace("from=lender.", "from="), RECEIVED), "another domain"),
    "a subdomain": ((PASS.replace("from=lender", "from=x.lender"), RECEIVED), "another domain"),
    "one of two": ((PASS, PASS.replace("from=lender", "from=evil"), RECEIVED), "another domain"),
    "no domain": ((PASS.replace(" header.from=lender.example", ""), RECEIVED), "another domain"),
    "an address": ((PASS.replace("from=", "from=ill@"), RECEIVED), "another domain"),
    "quoted": ((PASS.replace("from=lender.example", 'from="lender.example"'), RECEIVED), "another domain"),
    "two domains": ((PASS + " header.from=evil.example", RECEIVED), "two authors"),
    "in a comment": ((HEAD + f"; spf=pass (; {SAYS})", RECEIVED), "says nothing"),
    "in a quoted string": (
        (PASS.replace("dmarc=pass", 'spf=pass reason="; dmarc=pass'), RECEIVED),
        "cannot be read",
    ),
    "in a closed quoted string": ((HEAD + f'; spf=pass reason="; {SAYS}"', RECEIVED), "says nothing"),
    "another server": ((PASS.replace("mx.library", "mx.evil"), RECEIVED), "says nothing"),
    "a server that begins so": (
        (PASS.replace("example;", "example.evil.example;"), RECEIVED),
        "says nothing",
    ),
    "another version": ((PASS.replace("example;", "example 2;"), RECEIVED), "another version"),
    "two servers": ((PASS.replace("example;", "example mx.evil.example;"), RECEIVED), "another version"),
    "no semicolon": ((PASS.replace(";", ""), RECEIVED), "another version"),
    "an open comment": ((PASS + " (", RECEIVED), "cannot be read"),
    "a comment too much": ((PASS + " )", RECEIVED), "cannot be read"),
    "a comment closed before it is opened": ((PASS + " ) (", RECEIVED), "no beginning"),
    "a field too long": ((PASS + " " * 17_000, RECEIVED), "too long"),
    "not names and values": ((PASS + " p", RECEIVED), "names and values"),
    "a value left out": ((PASS.replace("=pass", "="), RECEIVED), "names and values"),
    "ARC's": ((PASS.replace("Auth", "ARC-Auth"), RECEIVED), "says nothing"),
    "a blank before the colon": ((PASS.replace("Results:", "Results :"), RECEIVED), "no header field"),
}


@pytest.mark.parametrize(("fields", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_proves_nothing(fields: tuple[str, ...], why: str) -> None:
    found = said(*fields)
    assert not found.held
    assert why in str(found.reason)


FORGED = {
    "below our Received": (RECEIVED, PASS),
    "below, with a Received of ours forged below": (RECEIVED, PASS, RECEIVED),
    "no Received": (PASS,),
    "another's Received": (PASS, RECEIVED.replace("by mx.library", "by mx.evil")),
    "a greeting that is by": (RECEIVED.replace("from out.lender.example", "from by"), PASS, RECEIVED),
    "a greeting that names a host": (RECEIVED.replace("from out", "from by mx.evil.example"), PASS, RECEIVED),
    "a greeting that opens a comment": (RECEIVED.replace("from out", "from (("), PASS, RECEIVED),
    "a greeting that opens a quote": (RECEIVED.replace("from out", 'from "'), PASS, RECEIVED),
    "a greeting that ends the words": (RECEIVED.replace("from out", "from ; x"), PASS, RECEIVED),
    "a greeting that escapes": (RECEIVED.replace("from out", "from \\"), PASS, RECEIVED),
    "our name in a comment": (
        PASS,
        RECEIVED.replace("by mx.library.example", "by x (by mx.library.example)"),
    ),
    "our name in the greeting": (PASS, "Received: from mx.library.example by mx.evil.example; date"),
    "our name as the recipient": (PASS, "Received: from x by mx.evil.example for by; mx.library.example"),
    "our name that begins so": (
        PASS,
        RECEIVED.replace("by mx.library.example", "by mx.library.example.evil.example"),
    ),
    "Received by nobody": (PASS, "Received: from x by; date"),
    "in another field": ("X-Was: 1", "X-" + PASS, "X-" + RECEIVED),
}


@pytest.mark.parametrize("fields", FORGED.values(), ids=FORGED.keys())
def test_what_others_wrote_is_not_read(fields: tuple[str, ...]) -> None:
    assert not said(*fields).held


def test_the_relay_may_sign_its_results_with_another_name() -> None:
    raw = letter(PASS.replace("mx.library.example", "library.example"), RECEIVED)
    assert dmarc(raw, AUTHOR, "Library.example", "MX.library.example", OURS).held
    assert not dmarc(raw, AUTHOR, "mx.library.example", "mx.library.example", OURS).held


@pytest.mark.parametrize("author", ["", "ill", "ill@", "ill@other.example", "ill@lender.exämple"])
def test_another_author_is_not_proven(author: str) -> None:
    assert not dmarc(letter(PASS, RECEIVED), author, RELAY, RELAY, OURS).held


# --- against authres, and any bytes -----------------------------------------------------------------

PIECES = [
    "mx.library.example",
    ";",
    " dmarc",
    "=",
    "pass",
    "fail",
    " header",
    ".",
    "from",
    "lender.example",
    " ",
    "(",
    ")",
    '"',
    "\\",
    " spf=pass",
    " header.from=",
    "; dmarc=pass",
    " reason=x",
    "1",
    "/1",
    "none",
    " policy.dmarc=none",
    "\n ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("; dmarc=pass header.from=lender.example")
def test_authres_reads_what_we_believe(tail: str) -> None:
    """Never do we read a pass where the other reader has none."""
    assume("\n \n" not in tail + "\n")
    field = HEAD + tail
    if not said(field, RECEIVED).held:
        return
    read = authres.AuthenticationResultsHeader.parse(" ".join(field.split()))
    assert read.authserv_id == "mx.library.example"
    results = [one for one in read.results if one.method == "dmarc"]
    assert results
    assert all(one.result == "pass" for one in results)


@given(st.lists(st.sampled_from([PASS, FAIL, RECEIVED, "X: y", "Received: from x by y; z"]), max_size=6))
def test_only_what_stands_above_our_topmost_received_counts(fields: list[str]) -> None:
    above = fields[: fields.index(RECEIVED)] if RECEIVED in fields else []
    assert said(*fields).held == (PASS in above and FAIL not in above)


@given(st.binary(max_size=200))
def test_any_bytes_are_words_or_irregular(value: bytes) -> None:
    try:
        words = tokens(value)
    except Irregular:
        return
    assert all(word in value.lower() for word in words)


@given(st.binary(max_size=200))
def test_any_letter_is_read(raw: bytes) -> None:
    assert not dmarc(raw, AUTHOR, RELAY, RELAY, OURS).held
