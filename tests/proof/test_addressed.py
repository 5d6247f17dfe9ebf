"""A letter that a partner wrote to somebody else proves nothing, whoever brings it, by whatever proof."""

import pytest

from mailproc.proof.addressee import MOST_SIGNATURES
from mailproc.proof.authentication_results import dmarc
from mailproc.proof.dkim import verify
from tests.proof.signer import AUTHOR, LETTER, SIGNED, Key, signed
from tests.proof.verifier import AT, OURS, Keys

TO = b"To: ill@library.example\r\n"
MX = "mx.library.example"
SAYS = f"Authentication-Results: {MX}; dmarc=pass header.from=lender.example".encode()
RECEIVED = f"\r\nReceived: from out.lender.example by {MX}; Sun, 29 Nov 2026 09:00:00 +0000\r\n".encode()

FOR_US = {
    "plain": TO,
    "with a name": b'To: "Library, ILL" <ill@library.example>\r\n',
    "in capitals": b"To: ILL@Library.Example\r\n",
    "with a detail": b"To: ill+orders@library.example\r\n",
    "one of several": b"To: a@other.example,\r\n ill@library.example\r\n",
    "a group": b"To: libraries: ill@library.example, a@other.example;\r\n",
    "Cc": b"To: a@other.example\r\nCc: ill@library.example\r\n",
    "Cc alone": b"Cc: ill@library.example\r\n",
}
FOR_OTHERS = {
    "somebody": b"To: mallory@other.example\r\n",
    "a name like our address": b'To: "ill@library.example" <mallory@other.example>\r\n',
    "a comment": b"To: mallory@other.example (ill@library.example)\r\n",
    "a longer domain": b"To: ill@library.example.other.example\r\n",
    "a domain that ends so": b"To: ill@notlibrary.example\r\n",
    "another mailbox": b"To: will@library.example\r\n",
    "a detail like ours": b"To: mallory+ill@other.example\r\n",
    "nobody": b"",
    "undisclosed": b"To: undisclosed-recipients:;\r\n",
    "Bcc": b"To: mallory@other.example\r\nBcc: ill@library.example\r\n",
    "Resent": b"To: mallory@other.example\r\nResent-To: ill@library.example\r\n",
    "empty": b"To: \r\n",
}


def with_to(field: bytes) -> bytes:
    return LETTER.replace(TO, field)


def dkim(letter: bytes, keys: Keys) -> str:
    return str(verify(letter, AUTHOR, keys, AT, OURS).reason)


def by_relay(letter: bytes, says: bytes = SAYS) -> str:
    return str(dmarc(says + RECEIVED + letter, AUTHOR, MX, MX, OURS).reason)


@pytest.mark.parametrize("field", FOR_US.values(), ids=FOR_US.keys())
def test_a_letter_to_us_is_proven(field: bytes, key: Key, keys: Keys) -> None:
    letter = signed(with_to(field), key, h=SIGNED + ":cc")
    assert dkim(letter, keys) == ""
    assert by_relay(letter) == ""
    assert by_relay(with_to(field)) == ""


@pytest.mark.parametrize("field", FOR_OTHERS.values(), ids=FOR_OTHERS.keys())
def test_a_letter_to_somebody_else_is_not(field: bytes, key: Key, keys: Keys) -> None:
    letter = signed(with_to(field), key, h=SIGNED + ":cc")
    assert "written to somebody else" in dkim(letter, keys)
    assert "written to somebody else" in by_relay(letter)
    assert "written to somebody else" in by_relay(with_to(field))


@pytest.mark.parametrize("names", [SIGNED, SIGNED + ":cc"])
@pytest.mark.parametrize("added", [TO, b"Cc: ill@library.example\r\n"])
def test_nobody_adds_our_address_to_a_signed_letter(added: bytes, names: str, key: Key, keys: Keys) -> None:
    for field in (b"To: mallory@other.example\r\n", b""):
        letter = added + signed(with_to(field), key, h=names)
        assert dkim(letter, keys)
        if added != TO or field:
            assert "written to somebody else" in by_relay(letter) or ":cc" in names


def test_to_must_be_signed(key: Key, keys: Keys) -> None:
    """Some mail systems leave To unsigned: whoever has such a letter may write another To."""
    letter = signed(LETTER, key, h=SIGNED.replace("to:", ""))
    assert "it does not sign To" in dkim(letter, keys)
    assert "it does not sign To" in by_relay(letter)


@pytest.mark.parametrize(
    ("spf", "direct"),
    [
        (b"spf=pass smtp.mailfrom=ill@lender.example", True),
        (b"spf=pass smtp.mailfrom=lender.example", True),
        (b"spf=pass (ok) smtp.mailfrom=bounce.lender.example", True),
        (b"spf=fail smtp.mailfrom=lender.example", False),
        (b"spf=pass smtp.mailfrom=notlender.example", False),
        (b"spf=pass smtp.mailfrom=mallory@other.example", False),
        (b"spf=pass smtp.helo=lender.example", False),
        (b"spf=pass smtp.mailfrom=other.example smtp.mailfrom=lender.example", False),
        (b"spf=pass smtp.mailfrom=lender.example=x@evil.example", False),
        (b"spf=pass smtp.mailfrom=lender.example==x@evil.example", False),
        (b"spf=pass smtp.mailfrom=a.lender.example=x@evil.example", False),
        (b"spf=pass smtp.mailfrom=x@lender.example(c)@evil.example", False),
        (b'spf=pass smtp.mailfrom="x@lender.example"@evil.example', False),
        (b"spf=pass = smtp.mailfrom lender.example = x", False),
        (b"spf=pass smtp.mailfrom=x@lender.example smtp.helo=out.lender.example", True),
        (b"spf=pass", False),
    ],
)
def test_what_the_author_s_own_server_brought_needs_no_signed_to(spf: bytes, direct: bool, key: Key) -> None:
    letter = signed(LETTER, key, h=SIGNED.replace("to:", ""))
    says = SAYS.replace(b"; dmarc", b"; " + spf + b"; dmarc")
    assert (by_relay(letter, says) == "") is direct
    elsewhere = signed(with_to(b"To: mallory@other.example\r\n"), key)
    assert "written to somebody else" in by_relay(elsewhere, says)


def test_a_signature_of_the_sender_s_own_does_not_help(key: Key) -> None:
    """Any of the signatures may be the one by which DMARC passed; who signed is not told."""
    letter = signed(LETTER, key, h=SIGNED.replace("to:", ""))
    for domain in ("lender.example", "mail.lender.example"):
        assert "it does not sign To" in by_relay(signed(letter, key, d=domain))
    assert "it does not sign To" in by_relay(signed(letter, key, d="other.test"))
    unrelated = signed(signed(LETTER, key), key, d="list.test", h="from")
    assert by_relay(unrelated) == "", "a mailing list's own signature is nobody's word for the author"
    many = b"DKIM-Signature: d=lender.example; h=from:to\r\n" * 51
    assert "it does not sign To" in by_relay(many + LETTER)


def test_a_signature_too_long_to_be_read_hides_nothing(key: Key) -> None:
    """Blanks may be put into b= of a true signature; other verifiers take them out."""
    letter = signed(LETTER.replace(TO, b"To: mallory@other.example\r\n"), key)
    added = b"Cc: ill@library.example\r\n"
    assert "it does not sign Cc" in by_relay(added + letter)
    padded = letter.replace(b"; b=", b"; b=" + b"\r\n ".join([b" " * 900 + b"x"] * 10) + b"\r\n ", 1)
    assert "it does not sign Cc" in by_relay(added + padded)


def test_an_address_of_ours_may_hold_a_plus(key: Key, keys: Keys) -> None:
    letter = signed(with_to(b"To: library+ill@us.example\r\n"), key)
    assert verify(letter, AUTHOR, keys, AT, ("library+ill@us.example",)).held


def test_a_list_too_long_to_be_read_is_called_so(key: Key, keys: Keys) -> None:
    many = b",\r\n ".join(b"ill@library%d.example" % number for number in range(900))
    assert dkim(signed(with_to(b"To: " + many + b"\r\n"), key), keys).endswith("too long to be read")


@pytest.mark.parametrize(("more", "is_believed"), [(0, True), (1, False)])
def test_so_many_signatures_are_looked_at_and_with_one_more_none(
    more: int, is_believed: bool, key: Key
) -> None:
    """It may be the one that held, and leave To out."""
    field = signed(LETTER, key).removesuffix(LETTER)
    assert (by_relay(field * (MOST_SIGNATURES + more) + LETTER) == "") is is_believed
