"""What is wrong with a statement that is no TOML, and how it is written right: the commonest mistakes.

Each cure is tried alone; the first after which the statement is TOML names the mistake. No value is shown
that may hold a secret. Every cure is linear in the length of its statement.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mailproc.config_load import value_cures
from mailproc.config_load.place import Place
from mailproc.config_load.problem import Loc
from mailproc.config_load.statements import Statement
from mailproc.invisible import UNSEEN

MOST_CURED = 2000
"""Characters of a statement that is looked at closely."""
MOST_PARTS = 8
"""Parts of a dotted key that are told."""
MOST_SHOWN = 100
"""Characters of a line that is shown as it should be."""

_CURLY = dict.fromkeys(map(ord, "“”„‟«»″＂"), '"') | dict.fromkeys(map(ord, "‘’‚‛′`´"), "'")
_BLANKS = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_COMMENT = re.compile(r"[ \t]*+(?:;|//|--|/\*|%|!|rem\b|<!--).*", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r"""[ \t]*+["']?([A-Za-z_][\w.\-]*+)["']?""")
_ASSIGNED = re.compile(
    r"""([ \t]*+["']?[A-Za-z_][\w.\-]*+["']?)[ \t]*+(?::=|=>|==|:|=|->)?+[ \t]*+(.*)""", re.DOTALL
)
_BLANK_KEY = re.compile(r"[ \t]*+([A-Za-z_]\w*+(?:[ \t\-]++\w++)++)[ \t]*+=(.*)", re.DOTALL)
_HEADER = re.compile(
    r"[ \t]*+([\[({<]*+)[ \t]*+([A-Za-z_][\w\-]*+(?:[ \t]*+\.[ \t]*+[\w\-]++)*+)"
    r"[ \t]*+[\])}>]*+[ \t]*+:?+[ \t]*+(.*)"
)
EXAMPLE = 'a line is [table], [[table]], key = "text", key = 7, key = true or key = ["a", "b"]'


@dataclass(frozen=True)
class Cure:
    """``text``: the statement as it is right, '' where not known. ``key``: its key, or a table's names."""

    words: str
    text: str
    key: tuple[str, ...] = ()
    is_table: bool = False


def cure(statement: Statement, place: Callable[[Loc], Place], repeats: Callable[[Loc], bool | None]) -> Cure:
    """``place``: what is known of a key of the open table. ``repeats``: is the table written [[name]]?"""
    text = statement.text
    if len(text) > MOST_CURED:
        return _incurable(text, place)
    for words, mended in _cleaned(text):
        if mended != text and is_toml(mended):
            return _cured(words, mended, place)
    if statement.is_header or _is_a_table(text, repeats):
        return _header(text, repeats)
    for words, mended in _tried(text, place(_key_of(text))):
        if mended != text and is_toml(mended):
            return _cured(words, mended, place)
    return _incurable(text, place)


def _incurable(text: str, place: Callable[[Loc], Place]) -> Cure:
    key = _key_of(text)
    return Cure(_unknown(text, key, place(key)), "", key, is_table=text.lstrip(" \t").startswith("["))


def _cured(words: str, mended: str, place: Callable[[Loc], Place]) -> Cure:
    if mended.lstrip(" \t").startswith("["):
        key = tuple(re.findall(r"[\w\-]+", mended)[:MOST_PARTS])
        return Cure(f"{words}: write {mended.strip()}", mended, key, is_table=True)
    key = _key_of(mended)
    return Cure(_told(words, mended, place(key)), mended, key)


def _is_a_table(text: str, repeats: Callable[[Loc], bool | None]) -> bool:
    """Other brackets, or as in other formats "library:", of a table that there is."""
    found = _HEADER.fullmatch(text)
    if found is None or repeats(tuple(found[2].split(".", MOST_PARTS)[:MOST_PARTS])) is None:
        return False
    return text.lstrip(" \t")[:1] in "{(<" or text.rstrip(" \t").endswith(":")


def _key_of(text: str) -> tuple[str, ...]:
    found = _KEY.match(text)
    return tuple(found[1].split(".", MOST_PARTS)[:MOST_PARTS]) if found else ()


def is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _cleaned(text: str) -> Iterator[tuple[str, str]]:
    """The text without signs that an editor or a web page puts in."""
    yield 'quotes are the straight ones, "', text.translate(_CURLY)
    yield "holds a blank that is not the common one", _BLANKS.sub(" ", text)
    yield "holds a character that nobody sees", UNSEEN.sub(lambda one: one[0] * (one[0] in "\t\n"), text)


def _tried(text: str, here: Place) -> Sequence[tuple[str, str]]:
    """Each mistake with the text as it would be without it."""
    straight = text.translate(_CURLY)
    tried: list[tuple[str, str]] = []
    if _COMMENT.fullmatch(text):
        tried.append(('a comment begins with "#"', "# " + text.replace("\n", " ")))
    if blanks := _BLANK_KEY.fullmatch(text):
        name = re.sub(r"[ \t\-]+", "_", blanks[1])
        tried.append((f"a key has no blanks: {name}", f"{name} ={blanks[2]}"))
    if assigned := _ASSIGNED.fullmatch(straight):
        key, value = assigned[1], assigned[2]
        tried.append(('"=" stands between a key and its value', f"{key} = {value}"))
        tried += [(words, f"{key} = {right}") for words, right in value_cures.tried(value, here.kind)]
    return tried


def _told(words: str, mended: str, here: Place) -> str:
    """With the right form, where that can hold no secret."""
    if here.kind == "secret":
        return f"{words}: write {_secret(mended.partition('=')[0].strip())}"
    bare, further, _ = mended.strip(" \t").partition("\n")
    bare = value_cures.without_comment(bare)[0]  # a comment may hold anything
    if not bare:
        return words
    if not here.may_show or len(bare) > MOST_SHOWN:
        return f"{words}; {EXAMPLE}"
    return f"{words}: write {bare}{', and the rest below it' if further else ''}"


def _secret(name: str) -> str:
    return f'{name} = {{ env = "NAME" }} or {name} = {{ file = "/run/secrets/name" }}'


def _unknown(text: str, key: tuple[str, ...], here: Place) -> str:
    """What tomllib finds, for want of better words; never more of the text than one character."""
    if here.kind == "secret" and key:
        return f"a secret is not written into this file: write {_secret(key[-1])}"
    if here.kind in ("number", "truth"):
        what = "a number" if here.kind == "number" else "true or false"
        return f"must be {what}, as {key[-1]} = {value_cures.example(here.kind)}"
    if key and not text.partition("=")[2].strip(" \t"):
        return f"has no value: write {key[-1]} = {value_cures.example(here.kind)}, or take the line away"
    try:
        tomllib.loads(text)
    except RecursionError:
        return "holds too many lists in lists"
    except tomllib.TOMLDecodeError as error:
        reason = re.sub(r"\(at .*\)$", "", str(error), flags=re.DOTALL).strip()
        return f"is not valid TOML ({reason}); {EXAMPLE}"
    except ValueError:
        return "holds a number of too many digits"
    return f"is not valid TOML; {EXAMPLE}"


def _header(text: str, repeats: Callable[[Loc], bool | None]) -> Cure:
    straight = text.translate(_CURLY)
    found = _HEADER.fullmatch(straight) or _HEADER.fullmatch(straight.replace('"', "").replace("'", ""))
    if found is None:
        return Cure("is no table: a line such as [library] or [[partner]] opens one", "", is_table=True)
    names = re.sub(r"[ \t]", "", found[2])
    key = tuple(names.split(".", MOST_PARTS)[:MOST_PARTS])
    wanted = repeats(key)
    head = f"[[{names}]]" if wanted or (wanted is None and len(found[1]) > 1) else f"[{names}]"
    rest = found[3].lstrip("])}>: \t")
    if not rest or rest.startswith("#"):
        words = f"a table is opened by its name in brackets, alone on a line: write {head}"
        return Cure(words, head, key, is_table=True)
    words = f"a table is opened on a line of its own: write {head}, and what follows in the next line"
    return Cure(words, f"{head}\n{rest}" if is_toml(rest) else head, key, is_table=True)
