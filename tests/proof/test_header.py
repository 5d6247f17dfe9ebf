"""The strict header against the one that letters are read by: what is split is split alike, or refused."""

from hypothesis import given
from hypothesis import strategies as st

from mailproc.mail import headers
from mailproc.mail.defects import Defects
from mailproc.proof.header import Header, Irregular, split

PIECES = [
    b"From",
    b"Subject: x",
    b"X",
    b":",
    b" ",
    b"\t",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\n\n",
    b"a",
    b"From x\n",
    b">From x\n",
    b"\0",
    b"\xe4",
    b"\x0b",
    b": y\r\n",
]


def strict(raw: bytes) -> Header | None:
    try:
        return split(raw)
    except Irregular:
        return None


def lf(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_what_is_verified_is_what_is_read(raw: bytes) -> None:
    """Else a field could be signed for the verifier and be body for the reader, or the other way round."""
    found = strict(raw)
    if found is None:
        return
    read, body = headers.split(raw, Defects())
    assert lf(found.body) == lf(body)
    keys = {field.key for field in found.fields}
    assert {name: [lf(value + b"\n").rstrip(b"\n") for value in values] for name, values in read.items()} == {
        key.decode(): [lf(field.value).rstrip(b"\n") for field in found.named(key)] for key in keys
    }


@given(st.binary(max_size=300))
def test_any_bytes_are_split_or_refused(raw: bytes) -> None:
    found = strict(raw)
    assert found is None or b"".join(one.name + b":" + one.value for one in found.fields) + b"\r\n" in (
        raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    )


def test_an_ordinary_letter_is_split() -> None:
    found = split(b"A: 1\r\n\t2\r\na:\r\n\r\nbody\n\r\n")
    assert [(one.name, one.value) for one in found.fields] == [(b"A", b" 1\r\n\t2\r\n"), (b"a", b"\r\n")]
    assert found.body == b"body\r\n\r\n"
