"""Find where the signature of a letter begins: what is in it is no news, and a number there is no request.

"-- " alone in a line is the mark of RFC 3676, 4.3. Most people have none: their closing words ("Kind
regards") then tell, if only a few short lines follow and none of them is a sentence. A letter may open with
thanks, and a form has lines to write on: where it is not certain, nothing is cut.
"""

import re
from collections.abc import Sequence

MOST_BELOW, LONGEST_SIGNATURE = 15, 45
"""Lines that may follow the closing words, without and with the blank ones."""
LONGEST_BELOW = 120
"""Characters of a line in a signature; a longer one is a sentence, and the closing words were none."""
LONGEST_NAME = 40
LONGEST_DEVICE = 80
"""Characters of a line that names the telephone it was sent from."""
LEAST_OF_FOOTER = 40
"""Signs of a rule that a mailing list or a gateway puts above its words; a shorter one may be a form's."""

_CLOSINGS = (
    "kind regards", "best regards", "warm regards", "with kind regards", "regards", "best wishes",
    "with best wishes", "best", "many thanks", "thanks", "thank you", "thanks and regards", "yours sincerely",
    "yours faithfully", "sincerely", "cheers", "all the best", "kindest regards",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße",
    "freundliche grüsse", "viele grüße", "viele grüsse", "beste grüße", "beste grüsse", "schöne grüße",
    "herzliche grüße", "mit besten grüßen", "mit bestem gruß", "liebe grüße", "mfg", "vielen dank", "danke",
    "mit herzlichen grüßen", "mit kollegialen grüßen", "kollegiale grüße", "gruß", "grüße",
    "cordialement", "bien cordialement", "bien à vous", "sincères salutations", "meilleures salutations",
    "cordiali saluti", "distinti saluti", "un cordiale saluto", "saluti",
    "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groeten", "groeten",
    "saludos", "un saludo", "saludos cordiales", "atentamente",
)  # fmt: skip
_CLOSING = frozenset(_CLOSINGS)
_THANKS = frozenset(
    ("best", "cheers", "many thanks", "thanks", "thank you", "vielen dank", "danke", "mfg", "gruß", "grüße")
)
"""Closings that also open a letter: below them only names are a signature."""
_POSTSCRIPT = re.compile(r"(?:p\.? ?p?\.? ?s|n\.?b)\.?[ :.-]", re.IGNORECASE)
_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_FROM_A_TELEPHONE = (
    "sent from my ", "sent from outlook", "get outlook for ", "von meinem ", "gesendet von ",
    "holen sie sich outlook", "envoyé de mon ", "inviato da ", "verzonden vanaf ", "enviado desde ",
    "diese nachricht wurde von meinem",
)  # fmt: skip
_CONTACTS = frozenset(
    {"t", "tel", "telefon", "phone", "telephone", "fon", "f", "fax", "e", "e-mail", "email", "mail", "m"}
    | {"mobile", "mobil", "web", "www", "tél", "téléphone", "courriel", "teléfono", "telefono", "telefoon"}
)
_ARMOUR = "-----begin pgp signature"


def ends_with_signature(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines above the signature, and the signature."""
    for index, line in enumerate(lines):
        below = lines[index + 1 : index + 2 + LONGEST_SIGNATURE]
        end = -1
        if _is_mark(line) or (_may_be_mark(line) and _is_signature(below)):
            end = index
        elif is_closing(line) and _is_below_closing(line, below):
            end = index + 1 + _name(below)
        if end >= 0:
            return list(lines[:end]), list(lines[end:])
    end = _address_block(lines)
    return list(lines[:end]), list(lines[end:])


def _address_block(lines: Sequence[str]) -> int:
    """Return where the writer's address begins that nothing announces: below a name, at the end."""
    last = max((at for at, line in enumerate(lines) if line.strip()), default=-1)
    first = last
    while first > 0 and lines[first - 1].strip():
        first -= 1
    block = [line.strip() for line in lines[first : last + 1]]
    if len(block) <= 2 or not _is_signature(block) or not any(map(_is_contact, block)):
        return len(lines)
    is_name = len(block[0]) <= LONGEST_NAME and not _has_digit(block[0])
    return first + 1 if is_name else len(lines)


def _is_contact(line: str) -> bool:
    """Return whether the line tells a telephone number or an address as a signature does: after a label."""
    label, colon, rest = line.casefold().partition(":")
    words = label.split()
    return bool(colon and words) and words[-1].strip(".|") in _CONTACTS and bool(rest.strip())


def _name(below: Sequence[str]) -> int:
    """Return how many lines below the closing words are the writer's name, which belongs to the letter."""
    at = next((at for at, line in enumerate(below) if line.strip()), len(below))
    if at == len(below) or at > 2:
        return 0
    line = below[at].strip()
    is_name = len(line) <= LONGEST_NAME and not _has_digit(line)
    return at + 1 if is_name and not (_is_mark(line) or _may_be_mark(line)) else 0


def _is_mark(line: str) -> bool:
    said = line.strip()
    is_rule = len(said) >= LEAST_OF_FOOTER and not said.strip("_")
    return said == "--" or is_rule or said[: len(_ARMOUR)].casefold() == _ARMOUR


def _may_be_mark(line: str) -> bool:
    """Return whether the line is a mark if a signature follows."""
    said = line.strip()
    if said in ("\u2014", "\u2013\u2013") or (len(said) >= 10 and not said.strip("_")):
        return True
    names_device = len(said) <= LONGEST_DEVICE and "," not in said
    return names_device and said.casefold().startswith(_FROM_A_TELEPHONE)


def is_closing(line: str) -> bool:
    """Return whether the line is nothing but closing words, as "Kind regards"."""
    return len(line) <= 60 and _closing_words(line) in _CLOSING


def _closing_words(line: str) -> str:
    return line.strip(" ,.!\t").casefold()


def _is_below_closing(closing: str, below: Sequence[str]) -> bool:
    """Return whether what stands below the closing words can be a signature; below thanks, only names."""
    names_only = _closing_words(closing) in _THANKS
    return _is_signature(below) and not (names_only and any(map(_has_digit, below)))


def _has_digit(line: str) -> bool:
    return any(sign.isdigit() for sign in line)


def _is_signature(below: Sequence[str]) -> bool:
    """Return whether the lines can be a signature: some short ones, and nothing that is said."""
    said = [line for line in below if line.strip()]
    few = len(below) <= LONGEST_SIGNATURE and len(said) <= MOST_BELOW
    return few and all(len(line) <= LONGEST_BELOW and not _is_said(line) for line in said)


def _is_said(line: str) -> bool:
    """Return whether the line says something, as no name and no address does: a sentence or a postscript.

    XX
    """
    said = line.strip()
    words = [word for word in said.split() if word[0].isalpha()]
    if _POSTSCRIPT.match(said) or (len(words) > 2 and said.endswith(_SENTENCE_ENDS)) or said.endswith("?"):
        return True
    if _is_contact(line):
        return False
    long = [word for word in words if len(word.strip(",.;:!()")) > 3 and not set(word) & set("@./")]
    small = sum(word[0].islower() for word in long)
    return len(words) > 1 and 2 * small > len(long)
