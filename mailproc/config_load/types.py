"""Report what pydantic finds about the types of keys, with how the value is written right.

pydantic's own messages are not shown: they print the value of any key, also a password's.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from mailproc.config import Config
from mailproc.config_load import schema, type_words
from mailproc.config_load.nearest import nearest
from mailproc.config_load.problem import HIDDEN, ConfigProblem, Loc

MOST_DIGITS = 4000
"""Python writes no longer number."""
INSTEAD = {
    "spf": 'SPF alone proves no sender: write "dmarc", of which it is a part',
}
_MISSING = "is missing"
_WORDS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}


def validate(data: Mapping[str, Any]) -> tuple[Config | None, list[ConfigProblem]]:
    """The configuration, or None and why not. ``data`` holds secrets in clear: it is not shown.

    Strict JSON mode: no "yes" for true and no "25" for a port, but lists for tuples.
    """
    try:
        return Config.model_validate_json(_json(data), strict=True), []
    except ValidationError as error:
        found = [_problem(each) for each in error.errors(include_url=False)]
    return None, found


def mended(data: Mapping[str, Any], problems: Sequence[ConfigProblem]) -> dict[str, Any]:
    """The data with what was meant, or without what is wrong: so one look finds the other problems too."""
    copy: dict[str, Any] = json.loads(_json(data))
    for problem in problems:
        path = problem.loc if problem.meant is not HIDDEN else key_of(problem.loc)
        inside = _inside(copy, path[:-1])
        if problem.meant is not HIDDEN and isinstance(inside, dict | list):
            inside[path[-1]] = problem.meant  # type: ignore[index]  # pydantic found it there
        elif isinstance(inside, dict):
            inside.pop(path[-1], None)
    return copy


def is_missing(problem: ConfigProblem) -> bool:
    return problem.text.startswith(_MISSING)


def is_unknown(problem: ConfigProblem) -> bool:
    return problem.text == "extra_forbidden"


def key_of(loc: Loc) -> Loc:
    """An entry of a list of words goes with its whole list."""
    return loc[:-1] if len(loc) > 1 and isinstance(loc[-1], int) else loc


def _inside(data: Any, path: Loc) -> Any:
    """None where there is nothing, or nothing any more."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _json(data: Mapping[str, Any]) -> str:
    try:
        return json.dumps(data, default=str)
    except ValueError:  # a hexadecimal number that has too many digits
        return json.dumps(_with_bounded_numbers(data), default=str)


def _with_bounded_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_bounded_numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_bounded_numbers(one) for one in value]
    return hex(value) if isinstance(value, int) and value.bit_length() > MOST_DIGITS else value


def _problem(error: Mapping[str, Any]) -> ConfigProblem:
    loc: Loc = error["loc"]
    if error["type"] == "extra_forbidden":
        return ConfigProblem(loc, error["type"])
    if error["type"] == "missing":
        return ConfigProblem(loc, _MISSING, meant=_placeholder(loc))
    given = error["input"]
    value = HIDDEN if schema.is_secret(loc) else given
    if error["type"] in type_words.WORDS:
        words, meant = type_words.told(error["type"], loc, given)
        return ConfigProblem(loc, words, value, meant=meant)
    words = _WORDS.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    near = ""
    if isinstance(given, str) and error["type"] in ("literal_error", "enum"):
        near = nearest(given, re.findall(r"'([^']*)'", error["ctx"]["expected"]))  # as pydantic lists them
        words = INSTEAD.get(given) or words + (f'; did you mean "{near}"?' if near else "")
    return ConfigProblem(loc, words, value, meant=near or HIDDEN)


def _placeholder(loc: Loc) -> object:
    """Stands for a value that is missing while the others are looked at."""
    word = next(iter(schema.words_at(loc)), "missing@missing.example")
    return [word] if schema.kind_of(loc) == "list" else word
