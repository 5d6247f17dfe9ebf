"""Unknown keys and tables of config.toml: what each was probably meant to be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailproc.config_load import schema
from mailproc.config_load.nearest import nearest
from mailproc.config_load.problem import ConfigProblem, Loc

UNKNOWN = "unknown key"


@dataclass
class Renamed:
    """The values under the names that were meant. ``written``: by each such location, how it is written.
    ``left_out``: unknown names without a meaning."""

    data: dict[str, Any]
    problems: list[ConfigProblem] = field(default_factory=list)
    written: dict[Loc, Loc] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)


def renamed(data: Mapping[str, Any]) -> Renamed:
    """Say each unknown name; what is near to a known one goes on under that, anything else is left out."""
    found = Renamed({})
    found.data = _table(data, (), (), found)
    return found


def _table(data: Mapping[str, Any], loc: Loc, written: Loc, found: Renamed) -> dict[str, Any]:
    """``loc``: with the names that are meant, ``written``: as it stands in the file."""
    known = schema.keys_at(loc)
    right: dict[str, Any] = {}
    for key, value in data.items():
        here = (*written, key)
        name = key
        if known and key not in known:
            name = nearest(key, known)
            found.problems.append(ConfigProblem((*loc, key), _words(loc, key, name)))
            if not name or name in data or name in right:
                found.left_out.add(key)
                continue
            found.written[(*loc, name)] = here
        right[name] = _value(value, (*loc, name), here, found)
    return right


def _value(value: Any, loc: Loc, written: Loc, found: Renamed) -> Any:
    if not schema.keys_at(loc):
        return value
    if isinstance(value, dict):
        return _table(value, loc, written, found)
    if isinstance(value, list):
        return [_value(one, (*loc, n), (*written, n), found) for n, one in enumerate(value)]
    return value


def _words(loc: Loc, key: str, near: str) -> str:
    return f"{UNKNOWN}; {''.join(_hint(loc, key, near))}"


def _hint(loc: Loc, key: str, near: str) -> Iterator[str]:
    elsewhere = schema.headers_with(key)
    if loc[:1] == ("staff",) and key == "password":  # no other section's password is meant
        yield "a password for the desk is typed at `mailproc staff add LOGIN`, and stands in no file"
    elif near:
        yield f'did you mean "{near}"?'
    elif elsewhere:
        around = [
            schema.header(loc[:n]) for n in range(len(loc) - 1, 0, -1) if key in schema.keys_at(loc[:n])
        ]
        places = around[:1] or elsewhere
        yield f"it is a key of {' or '.join(places)}: write it there"
        if around and loc:
            yield f", above {schema.header(loc)}"
    else:
        yield f"known here: {', '.join(schema.keys_at(loc)) or 'no key yet'}"
