"""Convert any text to printable ASCII without losing a base letter: "Łódź" becomes "Lodz".

Decomposing (Unicode NFKD) removes accents; the tables below hold letters without a decomposition, the
Cyrillic and Greek alphabets, and typographic punctuation. Every other script (Arabic, Chinese …) is romanised
letter by letter, crudely, and counted, so that staff see it; a sign without any Latin form becomes a "?".
"""

import re
import unicodedata
from dataclasses import dataclass

from anyascii import anyascii

_LATIN = {
    "Ł": "L", "ł": "l", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th",
    "ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ħ": "H", "ħ": "h", "ı": "i",
    "Ŧ": "T", "ŧ": "t", "Ŋ": "N", "ŋ": "n", "ĸ": "k", "Ɖ": "D", "ɖ": "d", "Ɓ": "B", "ɓ": "b", "Ɗ": "D",
    "ɗ": "d", "Ɛ": "E", "ɛ": "e", "Ɔ": "O", "ɔ": "o", "Ə": "E", "ə": "e", "Ƙ": "K", "ƙ": "k", "Ɣ": "G",
    "ɣ": "g", "Ʒ": "Z", "ʒ": "z", "Ǝ": "E", "ǝ": "e", "ʻ": "'", "ʼ": "'", "ʹ": "'", "ʿ": "'", "ʾ": "'",
}  # fmt: skip
_CYRILLIC = (
    "аa бb вv гg дd еe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ' ыy ь' "
    "эe юiu яia іi їi єie ґg ёe ђdj јj љlj њnj ћc џdz ўu "
)
_GREEK = "αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs τt υy φf χch ψps ωo ςs "
_SIGNS = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"', "«": '"',
    "»": '"', "‹": "'", "›": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "•": "*", "·": "-", "×": "x", "÷": "/", "€": "EUR", "£": "GBP", "¥": "JPY", "©": "(c)", "®": "(R)",
    "°": " deg", "¿": "", "¡": "", "§": "s.", "¶": "", "†": "+", "±": "+/-", "\xad": "", "\u200b": "",
    "\u2044": "/", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip


def _alphabet(pairs: str) -> dict[str, str]:
    """Read "жzh …": each letter followed by its Latin form; both cases."""
    small = {pair[0]: pair[1:] for pair in pairs.split()}
    return small | {letter.upper(): latin.capitalize() for letter, latin in small.items()}


_TABLE = str.maketrans(_LATIN | _alphabet(_CYRILLIC) | _alphabet(_GREEK) | _SIGNS)
_LEFT = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True)
class Ascii:
    """The result of the conversion.

    ``text`` is one line, without leading, trailing or double blanks; ``lost`` signs became '?'; ``romanised``
    ones have a crude Latin form.
    """

    text: str
    lost: int = 0
    romanised: int = 0


def to_ascii(text: str) -> Ascii:
    """Return ``text`` in printable ASCII. Control characters and line breaks count as blanks."""
    if text.isascii() and text.isprintable():
        return Ascii(" ".join(text.split()))
    text = "".join(" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_TABLE))
    plain = "".join(each for each in plain.translate(_TABLE) if not unicodedata.combining(each))
    plain = unicodedata.normalize("NFC", plain)  # Korean syllables are romanised whole
    left = _LEFT.findall(plain)
    found = " ".join(_LEFT.sub(lambda each: _romanised(each[0]), plain).split())
    lost = sum(_romanised(each) == "?" for each in left)
    return Ascii(found, lost, len(left) - lost)


def _romanised(sign: str) -> str:
    """Return the crude Latin form, '' for a silent letter, '?' if there is none."""
    latin = anyascii(sign)
    silent = unicodedata.category(sign)[0] in "LM"
    return latin if latin or silent else "?"


def is_readable(title: Ascii) -> bool:
    """Return whether more of the title's letters survived than were lost, so that the work can be found."""
    kept = sum(each.isalnum() for each in title.text)
    return kept > title.lost
