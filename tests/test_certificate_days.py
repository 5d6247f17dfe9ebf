"""Until when a certificate holds, by another's certificates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc import certificate_days
from tests.servers.certificate import self_signed


@pytest.mark.parametrize("days", [-100, 1, 400, 10_000, 40_000])
def test_the_day_is_read(tmp_path: Path, days: int) -> None:
    """Before 2050 the time has two digits of the year, after it four."""
    made = Path(self_signed(tmp_path, timedelta(days=days)).certificate).read_bytes()
    ends = certificate_days.ends_at(made)
    assert ends is not None
    assert abs(ends - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=5)


def test_of_a_chain_the_first_to_end_counts(tmp_path: Path) -> None:
    made = []
    for days in (400, 3, 90):
        made.append(Path(self_signed(tmp_path, timedelta(days=days)).certificate).read_bytes())
    assert certificate_days.ends_at(b"a note\n".join(made)) == certificate_days.ends_at(made[1])


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_none_has_no_day(pem: bytes) -> None:
    assert certificate_days.ends_at(pem) is None


@given(st.data())
def test_a_damaged_one_is_read_or_has_no_day(data: st.DataObject) -> None:
    import ssl

    whole = ssl.PEM_cert_to_DER_cert(_MADE.decode())
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[at] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(1, len(whole)))])
    found = certificate_days.ends_at(ssl.DER_cert_to_PEM_cert(cut).encode())
    assert found is None or found.tzinfo is UTC


def _made() -> bytes:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return Path(self_signed(Path(folder)).certificate).read_bytes()


_MADE = _made()
