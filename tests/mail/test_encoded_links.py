"""A reader's link in a letter that came back is found however it is encoded."""

import quopri
from base64 import b64encode, encodebytes
from urllib.parse import quote, unquote

import pytest

from mailproc.log import mask_shown
from mailproc.mail import encoded_links
from mailproc.mail.parse import parse

SECRET = "aB3-_" * 8 + "xyz"
LINK = f"https://ill.library.example/my/in/{SECRET}"
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


@pytest.mark.parametrize("columns", range(0, 76, 5))
def test_quoted_printable_breaks_anywhere(columns):
    body = quopri.encodestring(b"x" * columns + b" " + LINK.encode() + b" and more").decode()
    said = mask_shown(encoded_links.masked(HEAD.format("quoted-printable") + body))
    assert SECRET not in said.replace("=\n", "") and "and more" in said.replace("=\n", "")
    assert said.count("\n") == (HEAD.format("") + body).count("\n")


REWRITTEN = [
    f"https://eur01.safelinks.example/?url={quote(LINK, safe='')}&data=05",
    f"https://eur01.safelinks.example/?url={quote(quote(LINK, safe=''), safe='')}&data=05",
    f"https://urldefense.example/v2/url?u={LINK.replace('_', '-5F').replace('/', '_')}&d=x",
    f'<a href="{LINK.replace("/", "&#47;")}">in</a>',
    f'<a href="{LINK.replace("/", "&#x2f;").replace("-", "&#45;")}">in</a>',
    LINK.replace("aB3-_aB3", "aB3-_<wbr>aB3", 1),
    "> " + LINK.replace("/in/", "\n> /in/"),
    "> " + LINK.replace("/my/", "/my/\n> "),
    LINK.replace("/", "=2F").replace("-", "=2D").replace("_", "=5F"),
]


@pytest.mark.parametrize("said", REWRITTEN)
def test_systems_for_mail_write_links_their_own_way(said):
    shown = mask_shown(f"I cannot open it: {said} Bob")
    assert "aB3" not in shown and "aB3" not in unquote(shown) and shown.endswith(" Bob")
    assert mask_shown(shown) == shown and shown.count("\n") == said.count("\n")


def test_files_stay_readable():
    said = encoded_links.masked_file(f"See {LINK} today".encode("utf-16")).decode("utf-16")
    assert SECRET not in said and said.startswith("See http") and said.endswith(" today")
    body = encodebytes(LINK.encode())
    said = encoded_links.masked_file(b"From: x\n\n" + body + b"--end").decode()
    assert body.decode()[40:60] not in said and said.startswith("From: x") and said.endswith("--end")


def test_a_link_that_is_the_name_of_a_file():
    head = f'Content-Type: application/pdf; name="{LINK}"\nContent-Disposition: attachment\n\n%PDF-1.4'
    (part,) = parse(head.encode()).parts
    assert part.filename == "XXXXXXX"


@pytest.mark.parametrize(
    "octets",
    [LINK.encode("utf-16"), b"From: x\n\n" + encodebytes(LINK.encode()), LINK.replace("/", "%2F").encode()],
)
def test_base64_of_what_is_encoded_itself(octets):
    body = encodebytes(octets).decode()
    for written in (body, "> " + body.replace("\n", "\n> ")):
        said = encoded_links.masked(HEAD.format("base64") + written + "\n--end")
        assert not [line for line in body.split() if len(line) > 4 and line in said]
        assert said.endswith("--end")


def test_what_holds_no_link_stays_as_it_is():
    for body in (b64encode(b"nothing" * 40).decode(), "=2F=3D words\nand more", "a\nb", ""):
        assert encoded_links.masked(body) == body
