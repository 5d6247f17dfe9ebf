"""Envelope addresses of single letters: read back, bounded, and never the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.mail import verp

US = "ill@library.example"


def test_what_is_written_is_read_back_in_any_case() -> None:
    written = verp.address(US, 12)
    assert verp.read(written) == verp.read(written.lower()) == verp.read(written.upper()) == (12, US)
    assert verp.address(US, 12) != written


def test_the_longest_local_part_still_fits() -> None:
    longest = "i" * verp.MOST_OF_LOCAL_PART + "@library.example"
    assert len(verp.address(longest, 999_999_999).partition("@")[0]) == 64


@pytest.mark.parametrize(
    "address",
    [
        US,
        "ill+o12@library.example",
        "ill+o12.0123456789abcdef012@library.example",
        "ill+o1234567890.0123456789abcdef0123@library.example",
        "ill+o12.0123456789abcdef0123@",
        "ill+o12.0123456789abcdef0123@a@b.example",
        "+o12.0123456789abcdef0123@library.example",
        "",
    ],
)
def test_what_is_no_such_address(address: str) -> None:
    assert verp.read(address) is None


@given(st.text(alphabet="il+@.o12", max_size=40))
def test_any_address_has_its_detail_taken_off(address: str) -> None:
    for one in verp.without_detail(address):
        assert one.rpartition("@")[2] == address.rpartition("@")[2]
        assert len(one) < len(address)
