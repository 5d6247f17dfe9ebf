"""Find where the signature of a letter begins: what is in it is no news, and a number there is no request.

"-- " alone in a line is the mark of RFC 3676, 4.3. Most people have none: their closing words ("Kind
regards") then tell, if only a few short lines follow.
"""

from collections.abc import Sequence

MOST_BELOW, LONGEST_SIGNATURE = 15, 45
"""Lines that may follow the closing words, without and with the blank ones."""
LONGEST_BELOW = 120
"""Characters of a line in a signature; a longer one is a sentence, and the closing words were none."""
LONGEST_NAME = 40

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
        if _is_mark(line):
            end = index
        elif _is_closing(line) and _is_short(below):
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
    short = 2 < len(block) <= MOST_BELOW and all(len(line) <= LONGEST_BELOW for line in block)
    if not short or not any(map(_is_contact, block)):
        return len(lines)
    is_name = len(block[0]) <= LONGEST_NAME and not any(sign.isdigit() for sign in block[0])
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
    is_name = len(line) <= LONGEST_NAME and not any(sign.isdigit() for sign in line)
    return at + 1 if is_name and not _is_mark(line) else 0


def _is_mark(line: str) -> bool:
    said = line.strip()
    if said in ("--", "\u2014", "\u2013\u2013") or (len(said) >= 10 and not said.strip("_")):
        return True
    folded = said[:60].casefold()
    return folded.startswith((*_FROM_A_TELEPHONE, _ARMOUR)) and len(said) < LONGEST_BELOW


def _is_closing(line: str) -> bool:
    if len(line) > 60:
        return False
    return line.strip(" ,.!\t").casefold() in _CLOSING


def _is_short(below: Sequence[str]) -> bool:
    """Return whether what follows can be a signature: some short lines, and no more of the letter."""
    if len(below) > LONGEST_SIGNATURE:
        return False
    said = [line for line in below if line.strip()]
    return len(said) <= MOST_BELOW and all(len(line) <= LONGEST_BELOW for line in said)
