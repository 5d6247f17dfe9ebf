"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045, 2183, 2231)."""

import re
from urllib.parse import unquote_to_bytes

from mailproc import reader_links
from mailproc.mail import charset, headers
from mailproc.mail.defects import Defects

MOST = 2000  # characters of a field that are read
MOST_OF_NAME = 200

_PARAMETER = re.compile(
    r""";\s*([!#$%&'*+.^_`|~A-Za-z0-9-]{1,60})\s*=\s*("(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^;]*)""", re.DOTALL
)
_SECTION = re.compile(r"([^*]+)\*(?:(\d{1,2})(\*?))?")
_FOLDERS = re.compile(r"[/\\]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")

Parameters = dict[str, str]


def media_type(value: bytes, default: str) -> tuple[str, Parameters]:
    """Return the type in lower case and its parameters; invalid values are text/plain (RFC 2045, 5.2)."""
    if not value:
        return default, {}
    line = charset.plain(value[:MOST])
    name = "".join(line.partition(";")[0].lower().split())
    return name if TYPE.fullmatch(name) else "text/plain", parse(line)


def parse(line: str) -> Parameters:
    """Return parameters by lower-case name, in order; the first of two equal names counts."""
    plain: Parameters = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, given in _PARAMETER.findall(line):
        key, value = name.lower(), _unquoted(given.strip())
        section = _SECTION.fullmatch(key)
        if section is None:
            plain.setdefault(key, headers.one_line(value))
        else:
            extended = section[2] is None or bool(section[3])
            sections.setdefault(section[1], {}).setdefault(int(section[2] or 0), (extended, value))
    for key, parts in sections.items():
        plain[key] = headers.one_line(_joined(parts))
    return plain


def filename(disposition: Parameters, content_type: Parameters) -> str:
    """Return the name of a file without any folder, '' if none is given. The secret of a link has gone before
    its path does, by which it is known."""
    given = disposition.get("filename") or content_type.get("name") or ""
    decoded = reader_links.masked(headers.text(given.encode()))
    return _FOLDERS.split(decoded)[-1].strip(". ")[:MOST_OF_NAME]


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value.strip('"')


def _joined(parts: dict[int, tuple[bool, str]]) -> str:
    """Join RFC 2231 sections in order; the first extended one names the charset."""
    label, content = "utf-8", b""
    for number, (extended, value) in sorted(parts.items()):
        piece = value
        if extended and number == 0 and value.count("'") >= 2:
            label, _, piece = value.split("'", 2)
        content += unquote_to_bytes(piece) if extended else piece.encode()
    return charset.decode(content, label, Defects())[0]
