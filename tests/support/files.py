"""Files as they come with letters, and letters that carry them."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(9)
TIFF = b"II*\0\x08\0\0\0" + bytes(8)
EXE = b"MZ\x90\0" + bytes(60) + b"%PDF-1.4\nThis program cannot be run in DOS mode"
ZIP = b"PK\x03\x04" + bytes(26) + b"article.txt"


@dataclass(frozen=True)
class File:
    """A part of a letter, as its sender calls it."""

    name: str
    content: bytes
    media_type: str = "application/pdf"
    disposition: str = "attachment"
    more: str = ""


def part(file: File) -> bytes:
    head = (
        f"Content-Type: {file.media_type}\r\nContent-Transfer-Encoding: base64\r\n{file.more}"
        f'Content-Disposition: {file.disposition}; filename="{file.name}"\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(file.content).replace(b"\n", b"\r\n")


def letter(head: str, text: str, files: Sequence[File]) -> bytes:
    """A letter of ``head`` (its fields but Content-Type), a plain text and files."""
    parts = [f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode(), *map(part, files)]
    body = b"".join(b"--cut\r\n" + one + b"\r\n" for one in parts) + b"--cut--\r\n"
    fields = head.replace("\n", "\r\n") + 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="cut"'
    return fields.encode() + b"\r\n\r\n" + body
