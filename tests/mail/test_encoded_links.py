"""A reader's link in a letter that came back is found however it is encoded."""

import quopri
from base64 import b64encode, encodebytes

import pytest

from mailproc.log import mask_shown
from mailproc.mail import encoded_links

LINK = "https://ill.library.example/my/in/" + "aB3-_" * 8 + "xyz"
HEAD = "Content-Type: text/plain\nContent-Transfer-Encoding: {}\n\n"


@pytest.mark.parametrize("before", ["", "x", "xy", "A line, so that it begins elsewhere.\n"])
def test_base64(before):
    body = encodebytes((before + LINK + "\nand more\n").encode()).decode()
    said = encoded_links.masked(HEAD.format("base64") + body + "\n--end")
    assert not [line for line in body.split() if line in said]
    assert said.count("\n") == (HEAD.format("base64") + body + "\n--end").count("\n")
    assert said.startswith("Content-Type") and said.endswith("--end")


@pytest.mark.parametrize("signs", ["", "/-", "/_"])
def test_quoted_printable(signs):
    body = quopri.encodestring(LINK.encode()).decode()
    for sign in signs:
        body = body.replace(sign, f"={ord(sign):02X}")
    said = mask_shown(encoded_links.masked(HEAD.format("quoted-printable") + body))
    assert "aB3" not in said and "xyz" not in said


def test_what_holds_no_link_stays_as_it_is():
    for body in (b64encode(b"nothing" * 40).decode(), "=2F=3D words\nand more", "a\nb", ""):
        assert encoded_links.masked(body) == body
