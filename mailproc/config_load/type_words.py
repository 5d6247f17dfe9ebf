"""A value of the wrong type, and how it is written right: "25" for 25, "yes" for true, 5 for "5"."""

import re
import tomllib
from typing import Any

from mailproc.config_load import place, schema
from mailproc.config_load.problem import HIDDEN, Loc

WORDS = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}
"""By pydantic's name of the error."""
_TRUTH = {"true": "true", "yes": "true", "on": "true", "1": "true",
          "false": "false", "no": "false", "off": "false", "0": "false"}  # fmt: skip
_NUMBER = re.compile(r"\s*+([+-]?\d{1,15})(?:([.,])(\d{1,15}))?\s*+")
MOST_SHOWN = 60


def told(kind: str, loc: Loc, given: Any) -> tuple[str, object]:
    """Say what is allowed; and the value that was meant, HIDDEN where it is not known or a secret."""
    words = WORDS[kind]
    if schema.is_secret(loc) or place.may_hold_a_secret(loc):
        return words, HIDDEN
    if schema.section_at(loc) is not None and kind in ("tuple_type", "model_type", "dict_type"):
        return f"{words}: write {schema.header(loc)}, and its keys below it", HIDDEN
    right = _right(kind, given)
    if not right:
        return words, HIDDEN
    as_key = f"{loc[-1]} = {right}" if isinstance(loc[-1], str) else right
    return f"{words}, as {as_key}", _read(right)


def _read(right: str) -> object:
    try:
        return tomllib.loads(f"value = {right}")["value"]
    except ValueError:  # text with quotes or backslashes of its own
        return HIDDEN


def _right(kind: str, given: Any) -> str:
    """The value as it was probably meant; '' where that is not known."""
    if kind in ("int_type", "int_from_float", "float_type"):
        return _number(given, whole=kind != "float_type")
    if kind == "bool_type":
        return _TRUTH.get(str(given).strip().lower(), "")
    if kind == "string_type":
        return _text(given)
    if kind == "tuple_type" and isinstance(given, str):
        return f'["{given[:MOST_SHOWN]}"]'
    return ""


def _number(given: Any, *, whole: bool) -> str:
    found = _NUMBER.fullmatch(given) if isinstance(given, str) else _NUMBER.fullmatch(str(given))
    if isinstance(given, bool) or found is None:
        return ""
    return f"{found[1]}.{found[3]}" if found[2] and not whole else found[1]


def _text(given: Any) -> str:
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if isinstance(given, bool):
        return f'"{str(given).lower()}"'
    return f'"{given}"' if isinstance(given, int | float | str) and len(str(given)) <= MOST_SHOWN else ""
