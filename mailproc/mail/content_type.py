"""Say of what type a file is, by its first octets: a name or a letter may claim anything.

Own code, because the answer decides what is sent on: one strict row for each type, and nothing is opened,
unpacked or searched for. (puremagic weighs several answers and looks into archives; filetype has not been
released since 2022.)
"""

import re
from dataclasses import dataclass

LOOKED_AT = 4096
"""Octets from the beginning of a file that are looked at."""


@dataclass(frozen=True)
class FileType:
    """A type of file. ``name`` is its short name, as in config.toml; ``ending`` that of its files' names."""

    name: str
    media_type: str
    ending: str

    @property
    def is_text(self) -> bool:
        """Whether its content is characters."""
        return self.media_type.startswith(("text/", "message/")) or self.media_type.endswith("xml")

    @property
    def may_be_sent(self) -> bool:
        """Whether a library may put it on its list of documents: no program, and nothing that is a text."""
        return not self.is_text and self.name not in ("exe", "executable")


EMPTY = FileType("empty", "application/x-empty", "")
TEXT = FileType("text", "text/plain", "txt")
UNKNOWN = FileType("unknown", "application/octet-stream", "bin")
LETTER = FileType("letter", "message/rfc822", "eml")
_ZIP = FileType("zip", "application/zip", "zip")

_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCX = FileType("docx", f"{_OFFICE}.wordprocessingml.document", "docx")
_XLSX = FileType("xlsx", f"{_OFFICE}.spreadsheetml.sheet", "xlsx")
_BEGINNINGS: tuple[tuple[bytes, FileType], ...] = (
    (rb"%PDF-", FileType("pdf", "application/pdf", "pdf")),
    (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", FileType("tiff", "image/tiff", "tif")),
    (rb"\xff\xd8\xff", FileType("jpeg", "image/jpeg", "jpg")),
    (rb"\x89PNG\r\n\x1a\n", FileType("png", "image/png", "png")),
    (rb"GIF8[79]a", FileType("gif", "image/gif", "gif")),
    (rb"RIFF.{4}WEBP", FileType("webp", "image/webp", "webp")),
    (rb"AT&TFORM.{4}DJV", FileType("djvu", "image/vnd.djvu", "djvu")),
    (rb"%!PS", FileType("postscript", "application/postscript", "ps")),
    (rb"\{\\rtf", FileType("rtf", "application/rtf", "rtf")),
    (rb"PK\x03\x04.{26}mimetypeapplication/epub\+zip", FileType("epub", "application/epub+zip", "epub")),
    (
        rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument\.text",
        FileType("odt", "application/vnd.oasis.opendocument.text", "odt"),
    ),
    (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", _ZIP),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType("ole", "application/x-ole-storage", "doc")),
    (rb"7z\xbc\xaf\x27\x1c", FileType("7z", "application/x-7z-compressed", "7z")),
    (rb"Rar!\x1a\x07", FileType("rar", "application/vnd.rar", "rar")),
    (rb"\x1f\x8b\x08", FileType("gzip", "application/gzip", "gz")),
    (rb"BZh[1-9]", FileType("bzip2", "application/x-bzip2", "bz2")),
    (rb"\xfd7zXZ\0", FileType("xz", "application/x-xz", "xz")),
    (rb"MZ", FileType("exe", "application/vnd.microsoft.portable-executable", "exe")),
    (
        rb"\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe",
        FileType("executable", "application/x-executable", "bin"),
    ),
    (rb"#!", FileType("script", "text/x-script", "sh")),
    (rb"\s{0,200}<(?i:!doctype html|html|head|body)[\s>]", FileType("html", "text/html", "html")),
    (rb"\s{0,200}<(?i:svg)[\s>]", FileType("svg", "image/svg+xml", "svg")),
    (rb"\s{0,200}<\?xml\s", FileType("xml", "application/xml", "xml")),
)
_ROWS = tuple((re.compile(beginning, re.DOTALL), of_type) for beginning, of_type in _BEGINNINGS)
_FIELD = re.compile(rb"(?:From |[!-9;-~]{1,80}:[ \t])")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")

_PAGE = re.compile(rb"<(?:script|html)", re.IGNORECASE)
_PAGE_WITHIN = 1_024
"""Octets of a file in which a browser that guesses looks for a page."""

TYPES = tuple(dict.fromkeys((*(of_type for _, of_type in _BEGINNINGS), _DOCX, _XLSX)))
"""Every type that is recognised by how it begins."""


def media_type_of(name: str) -> str:
    """Return the media type of a short name; that of unknown content for any other."""
    return next((one.media_type for one in (*TYPES, TEXT, LETTER) if one.name == name), UNKNOWN.media_type)


def of_content(content: bytes, claimed: str = "") -> FileType:
    """Return the type of a file. ``claimed`` (a media type) counts only between a text and a letter."""
    head = content[:LOOKED_AT]
    if not head:
        return EMPTY
    for beginning, of_type in _ROWS:
        if beginning.match(head):
            return _archived(head) if of_type is _ZIP else of_type
    if _NO_TEXT.search(head):
        return UNKNOWN
    return LETTER if claimed == LETTER.media_type and _FIELD.match(head) else TEXT


def _archived(head: bytes) -> FileType:
    """Return what an archive holds, by the names of its first files, which stand in it as they are."""
    if not head.startswith((b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/"), 30):
        return _ZIP
    return _DOCX if b"word/" in head else _XLSX if b"xl/" in head else _ZIP


def is_page_too(content: bytes) -> bool:
    """Return whether a browser that guesses may take the file for a web page, whatever else it is."""
    return _PAGE.search(content, 0, _PAGE_WITHIN) is not None
