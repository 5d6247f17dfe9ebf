"""What must be signed, what a signature may say, and what a change does to it."""

import pytest

from tests.proof.signer import DOMAIN, LETTER, SIGNED, Key, rsa_key, signed
from tests.proof.verifier import NOW, Keys, held

# --- what was changed -----------------------------------------------------------------------------

CHANGES = {
    "From": (b"From: Lender", b"From: Other"),
    "Subject": (b"available", b"shipped"),
    "Message-ID": (b"<1@", b"<2@"),
    "Date": (b"29 Nov 2026 09", b"28 Nov 2026 09"),
    "Content-Type": (b"us-ascii", b"utf-7"),
    "body": (b"second", b"third"),
    "a line added": (b"end\r\n", b"end\r\nmore\r\n"),
    "a signed field gone": (b"MIME-Version: 1.0\r\n", b""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_after_signing_breaks_it(change: tuple[bytes, bytes], key: Key, keys: Keys) -> None:
    letter = signed(LETTER, key)
    assert change[0] in letter
    found = held(letter.replace(*change), keys)
    assert not found.held
    assert found.domain == ""
    assert "changed" in str(found.reason)


def test_the_key_of_another_selector_proves_nothing(key: Key, keys: Keys) -> None:
    """A signature may be a number too large for a key that was drawn with a smaller modulus."""
    keys.records["mai1._domainkey." + DOMAIN] = rsa_key().record
    letter = signed(LETTER, key)
    assert b"s=mail" in letter
    found = held(letter.replace(b"s=mail", b"s=mai1"), keys)
    assert not found.held
    assert found.domain == ""
    assert "changed" in str(found.reason) or str(found.reason).endswith("the size of its key")


ADDED = {
    "From": b"From: <someone@evil.example>",
    "Subject": b"Subject: shipped",
    "Message-ID": b"Message-ID: <9@evil.example>",
    "Date": b"Date: Sun, 1 Jan 2023 00:00:00 +0000",
    "MIME-Version": b"MIME-Version: 1.0",
    "Content-Type": b"Content-Type: text/html",
    "Content-Transfer-Encoding": b"Content-Transfer-Encoding: base64",
}


@pytest.mark.parametrize("where", ["top", "bottom"])
@pytest.mark.parametrize(("name", "field"), ADDED.items())
def test_a_second_field_of_a_signed_name_is_refused(
    name: str, field: bytes, where: str, key: Key, keys: Keys
) -> None:
    """DKIM signs the lowest of a name, we read the topmost."""
    letter = signed(LETTER, key)
    if where == "top":
        letter = field + b"\r\n" + letter
    else:
        letter = letter.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n\r\n", 1)
    assert str(held(letter, keys).reason).endswith(f"the letter has more than one {name}")


def test_a_field_that_changes_the_reading_may_not_be_added(key: Key, keys: Keys) -> None:
    letter = b"Content-Disposition: attachment\r\n" + signed(LETTER, key)
    assert str(held(letter, keys).reason).endswith("it does not sign Content-Disposition")
    bare = LETTER.replace(b"Content-Transfer-Encoding: 7bit\r\n", b"")
    letter = signed(bare, key, h="from:to:subject:message-id:date:mime-version:content-type")
    assert held(letter, keys).held
    assert not held(b"Content-Transfer-Encoding: base64\r\n" + letter, keys).held


@pytest.mark.parametrize("name", SIGNED.split(":"))
def test_each_field_that_is_read_must_be_signed(name: str, key: Key, keys: Keys) -> None:
    names = ":".join(one for one in SIGNED.split(":") if one != name)
    found = held(signed(LETTER, key, h=names), keys)
    assert f"it does not sign {name}" in str(found.reason).lower()
    assert not keys.asked


@pytest.mark.parametrize("name", ["Subject", "Message-ID"])
def test_a_field_that_is_missing_must_be_signed_as_missing(name: str, key: Key, keys: Keys) -> None:
    """Else a stranger could put one in."""
    letter = b"".join(line for line in LETTER.splitlines(True) if not line.startswith(name.encode()))
    letter = letter.replace(b"\tnot  available \r\n", b"") if name == "Subject" else letter
    without = ":".join(one for one in SIGNED.split(":") if one != name.lower())
    assert held(signed(letter, key), keys).held
    assert str(held(signed(letter, key, h=without), keys).reason).endswith(f"it does not sign {name}")
    added = name.encode() + b": put in\r\n" + signed(letter, key)
    assert not held(added, keys).held


# --- what is refused though it is signed -----------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, str | None], str]] = {
    "length": ({"l": "5"}, "a part of the body only"),
    "length zero": ({"l": "0"}, "a part of the body only"),
    "sha1": ({"a": "rsa-sha1"}, "algorithm"),
    "no algorithm": ({"a": None}, "algorithm"),
    "version": ({"v": "2"}, "version"),
    "no version": ({"v": None}, "version"),
    "expired": ({"t": str(NOW - 99), "x": str(NOW)}, "expired"),
    "expires before it is signed": ({"t": str(NOW + 60), "x": str(NOW + 30)}, "expired"),
    "from the future": ({"t": str(NOW + 3600)}, "future"),
    "no time": ({"t": "yesterday"}, "no number of seconds"),
    "a time of many digits": ({"x": "9" * 5000}, "no number of seconds"),
    "digits of other scripts": ({"x": "²"}, "no number of seconds"),
    "identity elsewhere": ({"i": "@evil.example"}, "identity"),
    "identity that only ends so": ({"i": "@notlender.example"}, "identity"),
    "identity without an at": ({"i": "lender.example"}, "identity"),
    "a key elsewhere": ({"q": "http"}, "not in DNS"),
    "an unknown form": ({"c": "relaxed/nofws"}, "canonical form"),
    "three forms": ({"c": "relaxed/simple/simple"}, "canonical form"),
    "no names": ({"h": None}, "does not sign From"),
    "too many names": ({"h": SIGNED + ":a" * 200}, "more than 200"),
    "selector": ({"s": "a..b"}, "DNS name"),
    "selector of another zone": ({"s": "mail.evil.example\0"}, "DNS name"),
    "a selector too long": ({"s": ".".join(["x" * 60] * 5)}, "DNS name"),
    "no selector": ({"s": None}, "DNS name"),
    "no body hash": ({"bh": None}, "base64"),
    "a body hash cut short": ({"bh": "AAAA"}, "body was changed"),
    "a body hash of other signs": ({"bh": "!" * 44}, "base64"),
}


@pytest.mark.parametrize(("tags", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_signatures_that_are_refused(tags: dict[str, str | None], why: str, key: Key, keys: Keys) -> None:
    letter = signed(LETTER, key, **tags)
    found = held(letter, keys)
    assert not found.held
    assert why in str(found.reason) or "control characters" in str(found.reason)
    assert not keys.asked, "DNS is asked last"


def test_a_tag_that_stands_twice_is_refused(key: Key, keys: Keys) -> None:
    letter = signed(LETTER, key, zz="1; d=lender.example")
    assert not held(letter, keys).held
