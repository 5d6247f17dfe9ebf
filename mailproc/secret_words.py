"""Secrets found in text however somebody wrote them: in another case, or over the end of a line."""

import re
from collections.abc import Iterable

MASK = "XXXXXXX"
"""Stands for a secret wherever text is kept or shown; letters only, so that a masked order file still reads
as one."""

SHORTEST = 5
"""Characters. A shorter secret would be found in half the words of a letter."""

_TAG = r"<br\b[^<>\r\n]{0,80}>"
_BLANK = r"[ \t\xa0]|\xc2\xa0|&nbsp;|&#160;"
"""The second is UTF-8's no-break space where octets are looked through, a sign for each."""
_END = rf"\r?\n|\r(?!\n)|{_TAG}"  # no two ways to read one text, or looking takes for ever
_BREAK = rf"(?:{_BLANK}){{0,80}}(?:{_END})(?:{_END}|{_BLANK}|&gt;|[>|]){{0,160}}"
_TAGS = re.compile(_TAG)
_BREAKS = re.compile(f"({_BREAK})", re.IGNORECASE)
_BLANKS = (
    "\r", "\n", " ", "\t", ">", "|", "\xa0", "\xe2", "&nbsp;", "&#160;", "&gt;", "<br/", "<br",
)  # fmt: skip
"""In this order: all that a break is made of, in small letters (so is the first octet of UTF-8's blank)."""


class SecretWords:
    """``words`` of ``SHORTEST`` characters and more are found in any case, with line ends, quoting and HTML's
    breaks between their letters; ``exact`` ones as they stand."""

    def __init__(self, words: Iterable[str] = (), exact: Iterable[str] = ()) -> None:
        long = sorted({word for word in words if len(word) >= SHORTEST}, key=len, reverse=True)
        self._exact = sorted({word for word in exact if word}, key=len, reverse=True)
        self._folded = [_without_blanks(word.casefold()) for word in long]
        spread = [f"(?:{_BREAK})?".join(map(re.escape, word)) for word in long]
        either = [f"(?i:{word})" for word in spread] + [re.escape(word) for word in self._exact]
        self._pattern = re.compile("|".join(either))

    def masked(self, text: str, mask: str) -> str:
        """The text with each secret replaced. Line ends stay, so a line keeps its number."""
        if not self._may_hold(text):
            return text
        return self._pattern.sub(lambda found: _over(found[0], mask), text)

    def _may_hold(self, text: str) -> bool:
        """Quick, as nearly every text holds none: nothing that ``masked`` finds is missed here."""
        if any(word in text for word in self._exact):
            return True
        if not self._folded:
            return False
        folded = text.casefold()
        bare = _without_blanks(folded)
        if any(word in bare for word in self._folded):
            return True
        untagged = _without_blanks(_TAGS.sub("", folded)) if "<br" in folded else bare
        return any(word in untagged for word in self._folded)


def _without_blanks(text: str) -> str:
    for blank in _BLANKS:
        text = text.replace(blank, "")
    return text


def _over(found: str, mask: str) -> str:
    pieces = _BREAKS.split(found)
    return "".join(piece if index % 2 else mask for index, piece in enumerate(pieces))
