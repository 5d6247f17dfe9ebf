"""Report what pydantic finds about keys and types, with the nearest key that exists.

pydantic's own messages are not shown: they print the value of any key, also a password's.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import SecretStr, ValidationError

from mailproc.config import Config, Section
from mailproc.config_load.problem import HIDDEN, ConfigProblem, Loc

UNKNOWN = "unknown key"
INSTEAD = {
    "spf": 'SPF alone proves no sender: write "dmarc", of which it is a part',
}

_WORDS = {
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "missing": "is missing",
}


def validate(data: Mapping[str, Any]) -> tuple[Config | None, list[ConfigProblem]]:
    """The configuration, or None and why not. ``data`` holds secrets in clear: it is not shown.

    Strict JSON mode: no "yes" for true and no "25" for a port, but lists for tuples.
    """
    try:
        return Config.model_validate_json(json.dumps(data, default=str), strict=True), []
    except ValidationError as error:
        found = [_problem(each) for each in error.errors(include_url=False)]
    return None, found


def without_unknown(data: Mapping[str, Any], problems: Sequence[ConfigProblem]) -> dict[str, Any]:
    """The data less its unknown keys, so that one look finds the other problems too."""
    copy: dict[str, Any] = json.loads(json.dumps(data, default=str))
    for problem in problems:
        inside: Any = copy
        for part in problem.loc[:-1]:
            inside = inside[part]
        inside.pop(problem.loc[-1], None)
    return copy


def is_unknown(problem: ConfigProblem) -> bool:
    return problem.text.startswith(UNKNOWN)


def unknown_key(loc: Loc) -> ConfigProblem:
    """``loc`` names no key: say which one it may have been meant to be."""
    known = sorted(_known(section_at(loc[:-1])))
    near = difflib.get_close_matches(str(loc[-1]), known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(known) or 'no key yet'}"
    return ConfigProblem(loc, f"{UNKNOWN}; {hint}")


def _nearest(given: str, allowed: str) -> str:
    """``allowed``: words in single quotes, as pydantic lists them."""
    near = difflib.get_close_matches(given.lower(), re.findall(r"'([^']*)'", allowed), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _known(section: type[Section] | None) -> Iterator[str]:
    if section is not None:
        yield from (key for key, field in section.model_fields.items() if not field.exclude)


def section_at(loc: Loc) -> type[Section] | None:
    """The section whose keys stand at this location, None where there is none."""
    section: type[Section] | None = Config
    for part in loc:
        if isinstance(part, int):
            continue
        if section is None or part not in section.model_fields:
            return None
        section = section_in(section.model_fields[part].annotation)
    return section


def section_in(annotation: Any) -> type[Section] | None:
    """The section that a field of this type holds, alone or repeated."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for each in get_args(annotation) if (found := section_in(each))), None)


def is_secret(loc: Loc) -> bool:
    section = section_at(loc[:-1])
    field = section.model_fields.get(str(loc[-1])) if section else None
    return field is not None and field.annotation is SecretStr


def _problem(error: Mapping[str, Any]) -> ConfigProblem:
    loc: Loc = error["loc"]
    if error["type"] == "extra_forbidden":
        return unknown_key(loc)
    given = error["input"]
    words = _WORDS.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    if isinstance(given, str) and error["type"] == "literal_error":
        words = INSTEAD.get(given) or words + _nearest(given, error["ctx"]["expected"])
    if error["type"] == "tuple_type" and isinstance(given, str) and not is_secret(loc):
        words += f', as {loc[-1]} = ["{given[:60]}"]'
    hidden = is_secret(loc) or error["type"] == "missing"
    return ConfigProblem(loc, words, HIDDEN if hidden else given)
