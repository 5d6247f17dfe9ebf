"""Files in a letter are named safely and called what they are, whatever the letter says of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.invisible import UNSEEN
from mailproc.mail import content_type
from mailproc.mail.attachments import LONGEST_NAME, attachments, numbered, safe_name
from mailproc.mail.content_type import EMPTY, TYPES, UNKNOWN, of_content
from mailproc.mail.parse import parse
from tests.support import files
from tests.support.files import EXE, JPEG, PDF, PNG, TIFF, ZIP, File

HEAD = "From: a@b.example\nSubject: x\n"


def in_letter(*given: File) -> tuple[tuple[str, str, bool, int], ...]:
    found = attachments(parse(files.letter(HEAD, "Here it is.", given)))
    return tuple((one.name, one.type.name, one.differs, one.size) for one in found)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "pdf"), (PNG, "png"), (JPEG, "jpeg"), (TIFF, "tiff"), (b"MM\0*" + bytes(8), "tiff"),
        (EXE, "exe"), (b"\x7fELF\x02", "executable"), (b"#!/bin/sh\n", "script"), (ZIP, "zip"),
        (b"PK\x05\x06" + bytes(18), "zip"), (b"PK\x03\x04" + bytes(26) + b"word/document.xml", "docx"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(99) + b"xl/workbook.xml", "xlsx"),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text", "odt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"<!DOCTYPE html><p>", "html"), (b"<svg >", "svg"),
        (b" \n<?xml version='1'?>", "xml"), (b"\x1f\x8b\x08", "gzip"), (b"Gr\xfc\xdfe\n", "text"),
        (b"", "empty"), (b"\0\1\2", "unknown"), (b" %PDF-1.4", "text"), (b"RIFF1234WEBP", "webp"),
    ],
)  # fmt: skip
def test_a_file_is_what_it_begins_with(content: bytes, name: str) -> None:
    assert of_content(content, "application/pdf").name == name


def test_a_letter_in_a_letter_is_one_file_and_a_text_that_claims_to_be_one_is_text() -> None:
    assert of_content(b"From: a@b.example\r\n\r\nx", "message/rfc822").name == "letter"
    assert of_content(b"From: a@b.example\r\n\r\nx", "text/plain").name == "text"
    assert of_content(b"no field here", "message/rfc822").name == "text"


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_octets_have_a_type(content: bytes, claimed: str) -> None:
    known = {one.name for one in (*TYPES, EMPTY, UNKNOWN, content_type.TEXT, content_type.LETTER)}
    assert of_content(content, claimed).name in known


def test_what_the_letter_claims_is_compared_with_the_content() -> None:
    assert in_letter(File("a.pdf", PDF), File("b.pdf", EXE), File("c", PNG, "application/octet-stream")) == (
        ("a.pdf", "pdf", False, len(PDF)),
        ("b.pdf", "exe", True, len(EXE)),
        ("c.png", "png", False, len(PNG)),
    )


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "etc_passwd.pdf"), ("..\\..\\boot.ini", "boot.ini"), ("/", "document-3.pdf"),
        ("", "document-3.pdf"), ("....", "document-3.pdf"), ("a\x00b\nc\x1b[2J.pdf", "a b c [2J.pdf"),
        ("gnp\u202efdp.exe", "gnp fdp.exe"), ("-rf .pdf", "rf.pdf"), ("C:\\x:y?.pdf", "C__x_y_.pdf"),
        ("Aufsatz für Müller.pdf", "Aufsatz für Müller.pdf"), ("$(reboot).pdf", "(reboot).pdf"),
    ],
)  # fmt: skip
def test_a_name_is_no_path_and_steers_nothing(given: str, safe: str) -> None:
    assert safe_name(given, 3, of_content(PDF)) == safe


@given(st.text(max_size=400), st.integers(1, 500))
def test_any_name_is_safe(name: str, number: int) -> None:
    safe = safe_name(name, number, of_content(PDF))
    assert 0 < len(safe) <= LONGEST_NAME
    assert len(numbered(safe, 999).encode()) <= 255
    assert not UNSEEN.search(safe)
    assert safe[0] not in ".-"
    assert not {"/", "\\", "\0"} & set(safe)


def test_a_name_of_ten_thousand_signs_is_cut_and_keeps_an_ending() -> None:
    ((name, *_),) = in_letter(File("x" * 10_000 + ".pdf", PDF))
    assert (len(name) <= LONGEST_NAME, name[-4:]) == (True, ".pdf")


def test_the_texts_of_a_letter_are_no_files_and_a_text_that_is_attached_is_one() -> None:
    assert in_letter() == ()
    plain = parse(b"From: a@b.example\nContent-Type: text/html\n\n<p>Hello")
    assert attachments(plain) == ()
    assert in_letter(File("order.txt", b"99-0001\n", "text/plain")) == (("order.txt", "text", False, 8),)


def test_a_picture_that_the_text_shows_is_marked() -> None:
    html = File("body.html", b"<p><img src='cid:logo@x'></p>", "text/html", "inline")
    logo = File("logo.png", PNG, "image/png", "inline", "Content-ID: <logo@x>\r\n")
    scan = File("scan.png", PNG, "image/png", "inline", "Content-ID: <scan@x>\r\n")
    found = attachments(parse(files.letter(HEAD, "", [html, logo, scan])))
    assert {one.name: one.shown for one in found} == {"body.html": False, "logo.png": True, "scan.png": False}


def test_two_hundred_files_and_letters_within_letters_are_listed() -> None:
    assert len(in_letter(*(File("a.pdf", PDF) for _ in range(200)))) == 200
    inner = files.letter(HEAD, "inner", [File("a.pdf", PDF)])
    for level in range(20):
        head = f'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="{level}"\r\n\r\n--{level}\r\n'
        of_letter = head.encode() + b"Content-Type: message/rfc822\r\n\r\n"
        inner = of_letter + inner + f"\r\n--{level}--\r\n".encode()
    ((one),) = attachments(parse(inner))
    assert (one.type.name, one.name) == ("letter", "document-1.eml")


@pytest.mark.parametrize(
    "broken", [b"!!!!", b"JVBERi0xLjQ", b"JVBERi0xLjQKJcOk=garbage===", b"", b"====", b"\xff\xfe"]
)
def test_broken_base64_is_a_file_all_the_same(broken: bytes) -> None:
    head = b'"a.pdf"\r\n\r\n'
    raw = files.letter(HEAD, "x", [File("a.pdf", b"")]).replace(head, head + broken)
    ((one),) = attachments(parse(raw))
    assert one.name == "a.pdf"
    assert one.type.name in ("pdf", "empty", "unknown", "text")
