"""What config.toml may hold: which section stands where, which tables repeat, what a key takes."""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from mailproc.config import Config, Section
from mailproc.config_load.problem import Loc

Kind = Literal["text", "number", "truth", "list", "table", "secret", "unknown"]
"""What a key takes; "text" where it is not known better."""


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


def keys_at(loc: Loc) -> list[str]:
    """The keys that may stand in the table at this location, sorted."""
    section = section_at(loc)
    return sorted(key for key, field in section.model_fields.items() if not field.exclude) if section else []


def is_secret(loc: Loc) -> bool:
    return kind_of(loc) == "secret"


def repeats(loc: Loc) -> bool | None:
    """Is this table written [[name]]? None where there is no such table."""
    annotation = _annotation(loc)
    return get_origin(annotation) is tuple if section_in(annotation) else None


def header(loc: Loc) -> str:
    """How the table is opened: "[[partner]]", "[library]"."""
    names = tuple(part for part in loc if isinstance(part, str))
    return f"[[{'.'.join(names)}]]" if repeats(names) else f"[{'.'.join(names)}]"


def kind_of(loc: Loc) -> Kind:
    annotation = _annotation(loc)
    if get_origin(annotation) in (Union, UnionType):
        annotation = get_args(annotation)[0]
    if annotation is None:
        return "unknown"
    if annotation is SecretStr:
        return "secret"
    if section_in(annotation) or get_origin(annotation) is dict:
        return "table"
    if get_origin(annotation) is tuple:
        return "list"
    kinds: dict[Any, Kind] = {bool: "truth", int: "number", float: "number"}
    return kinds.get(annotation, "text")


def words_at(loc: Loc) -> tuple[Any, ...]:
    """The words of which the key takes one; none where it takes others too."""
    annotation = _annotation(loc)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def headers_with(key: str) -> list[str]:
    """The tables that have this key, as they are opened."""
    return [header(loc) for loc in _tables((), Config) if key in keys_at(loc)]


def _tables(loc: Loc, section: type[Section]) -> list[Loc]:
    found: list[Loc] = []
    for key, field in section.model_fields.items():
        if inner := section_in(field.annotation):
            found += [(*loc, key), *_tables((*loc, key), inner)]
    return found


def field_at(loc: Loc) -> FieldInfo | None:
    """The key at this location, None where there is none."""
    section = section_at(loc[:-1]) if loc else None
    return section.model_fields.get(str(loc[-1])) if section else None


def _annotation(loc: Loc) -> Any:
    field = field_at(loc)
    return field.annotation if field else None
