"""Values that are no TOML, and what was probably meant: words without quotes, ``True``, 60,5 and the like."""

import re
from collections.abc import Iterator

from mailproc.config_load.schema import Kind

_TRUE, _FALSE = {"true", "yes", "on", "y", "enabled"}, {"false", "no", "off", "n", "disabled"}
_NOTHING = {"none", "null", "nil", "undefined", "~"}
_EXAMPLES = {
    "number": "7", "truth": "true", "list": '["a", "b"]', "table": '{ a = "b" }', "secret": '{ env = "NAME" }'
}  # fmt: skip
_COMMENTED = re.compile(r"((?:\"[^\"\n]*\"|'[^'\n]*'|[^\"'#\n]|[\"'](?=[^\"'\n]*$))*+)(#[^\n]*)?+")
_NUMBER = re.compile(r"([+-]?\d[\d_]*+(?:\.\d++)?+)(.*)", re.DOTALL)
_COMMA = re.compile(r"([+-]?\d++),(\d++)")
_THOUSANDS = re.compile(r"\d{1,3}(?:([., '])\d{3})(?:\1\d{3})*+")
_LITERAL = re.compile(r"[+-]?\d[\d_]*+(?:\.\d++)?+|true|false")
_ENTRY = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'|[^\s,;\[\](){}\"'#]++|[\"']")
_ENV = re.compile(r"(?:env\b[ \t]*+[(:=]?+|\$\{?+|%)[ \t]*+[\"']?+([A-Za-z_]\w*+)[\"')}%]*+")
_PAIR = re.compile(
    r"\{?+[ \t]*+[\"']?+(env|file)[\"']?+[ \t]*+[:=]?+[ \t]*+[\"']?+([^\"'{}\n]++)[\"']?+[ \t,]*+\}?+"
)
_NEXT = re.compile(r"[ \t]*+[,;]?+[ \t]*+([A-Za-z_]\w*+[ \t]*+=.*)", re.DOTALL)
_ONE = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'|[^\s\"',;#]++")
_QUOTES = "\"'"
MOST_DIGITS = 100


def example(kind: Kind) -> str:
    return _EXAMPLES.get(kind, '"text"')


def tried(value: str, kind: Kind) -> Iterator[tuple[str, str]]:
    """Each mistake that the value may be, with the value as it would be without it. Straight quotes only."""
    bare, comment = without_comment(value.strip(" \t"))
    if not bare:
        return
    for words, right in (*_any(bare, kind), *_OF_KIND.get(kind, _text)(bare)):
        yield words, f"{right}  {comment}".rstrip(" ")


def without_comment(value: str) -> tuple[str, str]:
    """The value, and its comment; a value of several lines is left as it is."""
    found = _COMMENTED.match(value)
    if "\n" in value or found is None or found.end() < len(value):
        return value, ""
    return found[1].rstrip(" \t"), found[2] or ""


def _any(bare: str, kind: Kind) -> Iterator[tuple[str, str]]:
    """What is wrong whatever the key takes."""
    yield "nothing stands behind a value", bare.rstrip(",; \t")
    if (one := _ONE.match(bare)) and (after := _NEXT.fullmatch(bare, one.end())):
        yield "one key stands on one line", f"{one[0]}\n{after[1]}"
    if kind != "secret" and bare[0] == '"' and "\\" in bare and "'" not in bare:
        yield (
            "a backslash has a meaning within \" \", not within ' '",
            f"'{bare[1:].removesuffix(_QUOTES[0])}'",
        )
    word = bare.lower()
    if word in _NOTHING and kind in ("text", "unknown"):
        yield 'there is no null; "" is none', '""'
    if word in _TRUE | _FALSE and kind in ("truth", "unknown"):
        yield "it is true or false, in small letters and without quotes", str(word in _TRUE).lower()


def _text(bare: str) -> Iterator[tuple[str, str]]:
    one = _ONE.match(bare) if bare[0] in _QUOTES and bare[-1] not in _QUOTES else None
    if one and (rest := bare[one.end() :].strip()) and rest[0] not in _QUOTES:
        yield 'nothing stands behind a value; a comment begins with "#"', f"{one[0]}  # {rest}"
    if len(bare) > 1 and bare[0] == bare[-1] == '"' and "'" not in bare:
        yield "quotes within quotes: it is put in ' '", f"'{bare[1:-1]}'"
    if bare[0] in _QUOTES or bare[-1] in _QUOTES:
        yield "its quote is not closed", _quoted(bare.strip(_QUOTES))
    elif bare[0] not in "[{":
        yield "text stands in quotes", _quoted(bare)


def _truth(_bare: str) -> Iterator[tuple[str, str]]:
    """All that it may be was tried."""
    return iter(())


def _number(bare: str) -> Iterator[tuple[str, str]]:
    if _THOUSANDS.fullmatch(bare):
        yield 'a number has no sign between thousands but "_"', re.sub(r"[., ']", "_", bare)
    if comma := _COMMA.fullmatch(bare):
        yield "a number has a point, no comma", f"{comma[1]}.{comma[2]}"
    if (number := _NUMBER.match(bare.strip(_QUOTES))) and len(number[1]) < MOST_DIGITS:
        yield "it is a number, and nothing else", number[1].lstrip("0") or "0"


def _list(bare: str) -> Iterator[tuple[str, str]]:
    entries = _ENTRY.findall(re.sub(r"#[^\n\"']*+(?=\n|$)", "", bare))
    if entries and '"' not in entries and "'" not in entries:
        right = ", ".join(
            one if one[0] in _QUOTES or _LITERAL.fullmatch(one) else _quoted(one) for one in entries
        )
        is_open = bare[0] == "[" and bare[-1] != "]"
        words = "the list is not closed by ]" if is_open else "a list is written with [ ], quotes and commas"
        yield words, f"[{right}]"
    if '"' in entries or "'" in entries:
        inner = [one.strip(" \t\"'[]") for one in re.split(r"[,\n]", bare)]
        yield "a quote in the list is not closed", f"[{', '.join(map(_quoted, filter(None, inner)))}]"


def _secret(bare: str) -> Iterator[tuple[str, str]]:
    """Which variable or file was meant; anything else may be the secret itself."""
    if pair := _PAIR.fullmatch(" ".join(bare.split())):
        yield "a secret is named in braces, on one line", f"{{ {pair[1]} = {_quoted(pair[2].strip())} }}"
    elif env := _ENV.fullmatch(bare):
        yield "a secret is named in braces", f'{{ env = "{env[1]}" }}'


def _table(bare: str) -> Iterator[tuple[str, str]]:
    """A table in braces stands on one line, with quotes around its texts."""
    joined = " ".join(bare.split())
    closed = joined if joined.endswith("}") else f"{joined} }}"
    closed = re.sub(r",[ ]?\}$", " }", closed)
    yield "a table in braces stands on one line and is closed by }", closed
    coloned = re.sub(r"([{,] ?[\"']?\w++[\"']?) ?: ?", r"\1 = ", closed)
    yield "a table in braces has = and quotes, and stands on one line", coloned
    quoted = re.sub(r"(= ?)([^\s\"',{}\[\]]++)(?= ?[,}])", _quoted_value, coloned)
    yield "a table in braces has = and quotes, and stands on one line", quoted


def _quoted_value(found: re.Match[str]) -> str:
    return found[0] if _LITERAL.fullmatch(found[2]) else found[1] + _quoted(found[2])


def _quoted(text: str) -> str:
    return f"'{text}'" if "\\" in text or '"' in text else f'"{text}"'


_OF_KIND = {"number": _number, "truth": _truth, "list": _list, "secret": _secret, "table": _table}
