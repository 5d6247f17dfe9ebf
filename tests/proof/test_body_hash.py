"""The canonical body against dkimpy's, and against the RFC told line by line."""

from dkim.canonicalization import Relaxed, Simple
from hypothesis import given
from hypothesis import strategies as st

from mailproc.proof.body_hash import canonical
from tests.proof.signer import body_of

PIECES = [
    b" ",
    b"  ",
    b"\t",
    b"\r\n",
    b"\r",
    b"\n",
    b"a",
    b"bc",
    b"\x0b",
    b"\0",
    b"\xa0",
    b"\r\n\r\n",
    b" \r\n",
]
BODIES = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)


@given(BODIES)
def test_it_is_dkimpys(body: bytes) -> None:
    """A body is made whole first: one without a last CRLF never left a relay, and dkimpy keeps the
    blanks at its end."""
    sent = body if body.endswith(b"\r\n") else body + b"\r\n"
    assert canonical(body, relaxed=True) == Relaxed.canonicalize_body(sent)
    assert canonical(body, relaxed=False) == Simple.canonicalize_body(sent)


@given(BODIES)
def test_it_is_that_of_the_rfc(body: bytes) -> None:
    assert canonical(body, relaxed=True) == body_of(body, "relaxed")
    assert canonical(body, relaxed=False) == body_of(body, "simple")


@given(BODIES)
def test_it_is_canonical_then(body: bytes) -> None:
    for relaxed in (True, False):
        once = canonical(body, relaxed)
        assert canonical(once, relaxed) == once or (relaxed and not once)
