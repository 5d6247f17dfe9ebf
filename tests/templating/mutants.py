"""Every small way in which a hand can spoil a text: one damage for each copy."""

import re
from collections.abc import Iterator

STRAY = ("Best wishes", "NNNN", "TX99 CANCEL", ":DELIVER ABOVE ITEM TO:", "99-0009", "")
_PRINTED = re.compile(r"{{.*?}}")
_TAG = re.compile(r"{%.*?%}")
_NAME = re.compile(r"(?<=[\s(.])[a-z_]{3,}(?=[\s).|])")
_FILTERS = ("lower", "title", 'truncate(3, true, "")', 'truncate(30, true, "")', "indent(2, true)")
_LOOPS = ("[1:]", "[:1]", "[:-1]", " | sort", " | unique")


def mutants(text: str) -> Iterator[tuple[str, str]]:
    """(what was done, the damaged text); none is the text itself, none comes twice."""
    seen = {text}
    for way in (_fields, _typos, _tags, _halves, _lines, _strays, _letters):
        for name, damaged in way(text):
            if damaged not in seen:
                seen.add(damaged)
                yield name, damaged


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """A field out, in twice, as it stands, in another form."""
    for found in _PRINTED.finditer(text):
        inner = found[0][2:-2].strip()
        yield f"{inner} out", _put(text, found, "")
        yield f"{inner} twice", _put(text, found, found[0] * 2)
        yield f"{inner} as it stands", _put(text, found, inner)
        for each in _FILTERS:
            yield f"{inner} | {each}", _put(text, found, f"{{{{ {inner} | {each} }}}}")


def _typos(text: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"{[{%].*?[%}]}", text):
        for name in _NAME.finditer(found[0]):
            turned = name[0][:-2] + name[0][-1] + name[0][-2]
            yield f"typo in {name[0]} of {found[0]}", _put(text, found, _put(found[0], name, turned))


def _tags(text: str) -> Iterator[tuple[str, str]]:
    """A tag missing, a branch never or always taken or turned round, a loop that leaves some out."""
    for found in _TAG.finditer(text):
        inner = found[0][2:-2].strip()
        yield f"{inner} out", _put(text, found, "")
        if inner.startswith("if "):
            for other in ("if false", "if true", f"if not {inner[3:]}"):
                yield f"{other} for {inner}", _put(text, found, f"{{% {other} %}}")
        if inner.startswith("for "):
            for each in _LOOPS:
                yield f"{inner}{each}", _put(text, found, f"{{% {inner}{each} %}}")


def _halves(text: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"{{|}}|{%|%}", text):
        yield f"half of {found[0]} at {found.start()}", _put(text, found, found[0][0])


def _lines(text: str) -> Iterator[tuple[str, str]]:
    lines = text.split("\n")
    for at, line in enumerate(lines):
        before, after = lines[:at], lines[at + 1 :]
        yield f"line {at} out", "\n".join([*before, *after])
        yield f"line {at} twice", "\n".join([*before, line, line, *after])
        yield f"line {at} glued", "\n".join([*before, line + "".join(after[:1]), *after[1:]])
        yield f"line {at} and the next turned", "\n".join([*before, *after[:1], line, *after[1:]])
        yield f"line {at} indented", "\n".join([*before, f"   {line}", *after])
        yield f"line {at} quoted", "\n".join([*before, f"> {line}", *after])
        yield f"line {at} begins with é", "\n".join([*before, f"é{line}", *after])


def _strays(text: str) -> Iterator[tuple[str, str]]:
    lines = text.split("\n")
    for at, line in enumerate(lines):
        for stray in STRAY:
            yield f"stray {stray!r} before line {at}", "\n".join([*lines[:at], stray, *lines[at:]])
            yield (
                f"stray {stray!r} in line {at}",
                "\n".join([*lines[:at], f"{line} {stray}", *lines[at + 1 :]]),
            )


def _letters(text: str) -> Iterator[tuple[str, str]]:
    for at, character in enumerate(text):
        yield f"{character!r} at {at} out", text[:at] + text[at + 1 :]


def _put(text: str, found: re.Match[str], other: str) -> str:
    return text[: found.start()] + other + text[found.end() :]
