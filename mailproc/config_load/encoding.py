"""The octets of a TOML file as text: UTF-8, or what is wrong with them."""

import codecs

from mailproc.config_load.problem import ConfigProblem

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_HOW = "save the file as UTF-8"


def decoded(octets: bytes) -> tuple[str, list[ConfigProblem]]:
    """The text with line ends as "\\n", whatever wrote them. What is no UTF-8 is read as it was meant."""
    text, problems = _decoded(octets)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), problems


def _decoded(octets: bytes) -> tuple[str, list[ConfigProblem]]:
    if (charset := _UTF16.get(octets[:2])) or (charset := _unmarked(octets)):
        return octets.decode(charset, "replace"), [
            ConfigProblem((), f"this is UTF-16, not UTF-8 text: {_HOW}", line=1)
        ]
    try:
        return octets.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        found = octets[error.start]
    text = octets.decode("cp1252", "replace")
    meant = bytes([found]).decode("cp1252", "replace")
    words = f'this is not UTF-8 text (octet {found:02X}, in Windows-1252 "{meant}"): {_HOW}'
    return text, [ConfigProblem((), words, line=line)]


def _unmarked(octets: bytes) -> str:
    """UTF-16 without its mark: every other octet of plain text is NUL."""
    start = octets[:64]
    if len(start) < 4 or start.count(0) * 3 < len(start):
        return ""
    return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
