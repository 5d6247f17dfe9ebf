"""Words of a configuration file that may be a secret, written where or how it should not be.

No error shows them. They stand behind a secret's key, and in the lines below it until another key or table
begins: a quote that is not closed, or a value on a line of its own, makes a key of a secret.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from mailproc.config import Config, Section
from mailproc.config_load import schema
from mailproc.invisible import UNSEEN

SHORTEST = 4
"""Characters of a word that is hidden; a shorter one would hide half of every sentence."""
LONGEST = 40
"""Characters of a word that are looked for; an error may show a part of it, and then this beginning."""
MOST = 200
"""Words that are hidden: whoever has more has written no secret."""
MASK = "…"
_KEY = re.compile(r"""[ \t]*+["']?([A-Za-z_]\w*+)["']?(?:[ \t]*+[=:]|[ \t])""")
_SPOKEN_KEY = re.compile(
    r"""[ \t]*+["']?[^=#"']{0,60}?(?:pass\w*+|pwd?\b|\w*secret|\w*token\b|\w*hash\b|\bkey\b|\bauth\b)["']?""",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"""[^=]*+=[ \t]*+\{[ \t]*+(?:env|file)[ \t]*+=[ \t]*+(?:"[^"]*+"|'[^']*+')[ \t]*+\}[ \t]*+(?:#.*)?"""
)
_METHOD = re.compile(r"""[ \t]*+auth[ \t]*+=[ \t]*+"(?:password|oauth2|local|proxy|oidc)"[ \t]*+(?:#.*)?""")
_COMMENTED = re.compile(r"""([^=#]*+=[ \t]*+"[^"]*+"[ \t]*+)#.*""")
_WORD = re.compile(r"""[^\s"'“”„‘’{}\[\](),=\\]{4,}""")
_OWN = frozenset({"file", "NAME", "secret", "password", "client_secret", "refresh_token", "true", "false"})
_METHODS = frozenset(
    {"password", "oauth2", "oauth", "xoauth2", "login", "plain", "basic", "local", "proxy", "oidc", "ldap"}
)
"""Of logging in: what is meant for ``auth``, however it is written."""


def mask_of(text: str) -> Callable[[str], str]:
    """Return a function that puts a mask into a sentence for each word of ``text`` that may be a secret."""

    @cache
    def hidden() -> list[str]:
        return sorted(words(text), key=len, reverse=True)

    def mask(said: str) -> str:
        for word in hidden():
            if word.lower() in said.lower():  # an error may show the word with more behind it
                said = re.sub(rf"{re.escape(word)}[\w.\-]*+", MASK, said, flags=re.IGNORECASE)
        return said

    return mask


def words(text: str) -> frozenset[str]:
    """Return the words of ``text`` that no error shows."""
    found: set[str] = set()
    for line in _lines(text):
        spoken = {word.strip(".;:")[:LONGEST] for word in _WORD.findall(line)}
        found |= {
            word for word in spoken - _OWN - _KNOWN if len(word) >= SHORTEST and word.lower() not in _METHODS
        }
        if len(found) > MOST:
            break
    return frozenset(found)


def _lines(text: str) -> Iterator[str]:
    """Yield what stands behind a secret's key that is written wrongly, and the lines that may belong to it.

    A word that stands alone on a line may be a secret, too.
    """
    below = False
    for written in text.split("\n"):
        line = _without_comment(UNSEEN.sub(" ", written))
        spoken = _SPOKEN_KEY.match(line)
        if spoken and not spoken[0].lstrip(" \t").startswith("#"):
            below = _NAMED.fullmatch(line) is None and _METHOD.fullmatch(line) is None
            if below:
                yield line[spoken.end() :]
        elif line.lstrip(" \t").startswith(("[", "#")) or _known_key(line):
            below = False
        elif below or _is_one_word(line):
            yield line


def _without_comment(line: str) -> str:
    """Return the line without what follows a whole text; no error shows a comment."""
    found = _COMMENTED.match(line)
    return found[1] if found else line


def _is_one_word(line: str) -> bool:
    return "=" not in line and len(line.partition("#")[0].split()) == 1


def _known_key(line: str) -> bool:
    found = _KEY.match(line)
    return found is not None and found[1] in _KNOWN


def _keys(section: type[Section]) -> Iterator[str]:
    for key, field in section.model_fields.items():
        yield key
        inner = schema.section_in(field.annotation)
        if inner is not None:
            yield from _keys(inner)


_KNOWN = frozenset(_keys(Config))
