"""Recognise the lines by which mail programs announce and mark a quoted letter.

English, German, French, Italian, Dutch and Spanish; Outlook, Outlook on the web, Apple Mail, Gmail,
Thunderbird, Notes and what writes like them. Words are compared, so that every test takes linear time.
"""

import re
from collections.abc import Sequence

MOST_WRAPPED = 3
"""Lines over which "On … wrote:" may be broken."""
LONGEST_ANNOUNCEMENT = 400
MOST_HEADER_LINES = 8
"""Lines below "From:" among which the other fields of a quoted header are looked for."""

_ON = frozenset({"on", "am", "le", "il", "op", "el", "at", "den", "in"})
_WROTE = frozenset(
    {"wrote", "writes", "schrieb", "schreibt", "écrit", "scritto", "schreef", "escribió", "escribio", "skrev"}
)
_FROM = frozenset({"from", "von", "de", "da", "van", "expéditeur", "mittente", "afzender", "remitente"})
_QUOTING = frozenset({"quoting", "zitat", "citando", "citation", "citaat"})
_WHEN = frozenset({"sent", "date", "gesendet", "datum", "envoyé", "inviato", "data", "verzonden", "enviado"})
_FIELDS = _WHEN | frozenset(
    {"to", "cc", "subject", "reply-to", "importance"}
    | {"an", "kopie", "betreff", "antwort an", "gesendet am", "priorität"}
    | {"à", "a", "objet", "copie à", "oggetto", "per conoscenza"}
    | {"aan", "onderwerp", "enviado el", "fecha", "para", "asunto"}
)
_ORIGINAL = frozenset(
    {"original message", "forwarded message", "begin forwarded message", "original-nachricht"}
    | {"ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht"}
    | {"message d'origine", "message d\u2019origine", "message transféré", "messaggio originale"}
    | {"messaggio inoltrato", "oorspronkelijk bericht", "doorgestuurd bericht", "mensaje original"}
    | {"mensaje reenviado", "ursprungligt meddelande"}
)
_RULES = "-_=*# \t"
_CLOCK = re.compile(r"[0-9][:h][0-5][0-9](?![0-9])")


def is_quoted(line: str) -> bool:
    """Return whether the line carries a mark of quotation; a row of a table ("| A | lent |") has none."""
    if line.startswith("|"):
        return "|" not in line.lstrip("|> \t")
    return line.startswith(">") and not _is_arrows(line)


def unquoted(line: str) -> str:
    """Return the line without its marks."""
    return line.lstrip("> |\t") if is_quoted(line) else line


def announces(lines: Sequence[str], index: int) -> int:
    """Return how many lines from ``index`` announce that a quotation follows; 0 if this line does not."""
    line = lines[index].strip()
    if not line or len(line) > LONGEST_ANNOUNCEMENT:
        return 0
    if _is_rule(line):
        return 1 if _is_header(lines, _next_said(lines, index)) else 0
    if _is_original(line) or _is_arrows(line) or _is_header(lines, index):
        return 1
    return _wrote(lines, index)


def _is_arrows(line: str) -> bool:
    """Return whether it is GroupWise's ">>> A Library <ill@…> 02.11.2026 09:14 >>>"."""
    said = line.rstrip()
    return len(said) > 6 and said.startswith(">>> ") and said.endswith((" >>>", " <<<"))


def _is_rule(line: str) -> bool:
    """Return whether it is a line of underscores or hyphens, as Outlook draws it."""
    return len(line) >= 5 and not line.strip("_- ")


def _is_original(line: str) -> bool:
    words = line.strip(_RULES + ":").casefold()
    return words in _ORIGINAL and (line[0] in "-_=*" or words.startswith("begin"))


def _is_header(lines: Sequence[str], index: int) -> bool:
    """Return whether the header of a quoted letter begins here: From, the date and another field.

    From comes first, or the date.
    """
    if index >= len(lines) or _label(lines[index]) not in _FROM | _WHEN:
        return False
    named = {_label(line) for line in lines[index : index + 1 + MOST_HEADER_LINES]}
    return bool(named & _FROM and named & _WHEN) and len((named - _FROM) & _FIELDS) >= 2


def _label(line: str) -> str:
    """Return what stands before the first colon, without the marks of bold type; '' if it is no label."""
    name, colon, _ = line[:60].partition(":")
    return name.strip(" *\t_").casefold() if colon else ""


def _next_said(lines: Sequence[str], index: int) -> int:
    return next((at for at in range(index + 1, min(index + 4, len(lines))) if lines[at].strip()), len(lines))


def _wrote(lines: Sequence[str], index: int) -> int:
    """Return over how many lines "On … wrote:" stands; 0 if it does not."""
    joined = ""
    for count, line in enumerate(lines[index : index + MOST_WRAPPED], start=1):
        joined = f"{joined} {line.strip()}".strip()
        if not line.strip() or len(joined) > LONGEST_ANNOUNCEMENT:
            return 0
        if _says_wrote(lines, joined, index + count):
            return count
        if _first_word(joined) not in _ON:
            return 0  # only such a line is broken: a sentence above "A wrote:" is the writer's
    return 0


def _says_wrote(lines: Sequence[str], joined: str, following: int) -> bool:
    if not joined.endswith(":"):
        return False
    words = {word.strip("*,;:()<>\"'").casefold() for word in joined.split()}
    if words.isdisjoint(_WROTE) and _first_word(joined) not in _QUOTING:
        return False
    by_program = "@" in joined or _CLOCK.search(joined) is not None  # a person rarely tells the minute
    below = _next_said(lines, following - 1)
    return by_program or (below < len(lines) and is_quoted(lines[below]))


def _first_word(line: str) -> str:
    return line.split(" ", 1)[0].strip("*").casefold()
