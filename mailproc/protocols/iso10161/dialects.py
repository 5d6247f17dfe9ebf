"""What each ISO 10161 system can send and accept: data, overlaid with a site's own."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from mailproc.errors import Misconfigured, Setting
from mailproc.ill.terms import ApduType, Results, Role
from mailproc.protocols.codec import Manner

SETTING = "iso10161.dialects"
STANDARD = ""
_SHIPPED = Path(__file__).parent / "dialects.toml"

_BOTH = (
    ApduType.LOST,
    ApduType.DAMAGED,
    ApduType.MESSAGE,
    ApduType.STATUS_QUERY,
    ApduType.STATUS_OR_ERROR_REPORT,
)
_SAYS: dict[Role, frozenset[ApduType]] = {
    Role.REQUESTER: frozenset(
        {
            *_BOTH,
            ApduType.ILL_REQUEST,
            ApduType.CONDITIONAL_REPLY,
            ApduType.CANCEL,
            ApduType.RECEIVED,
            ApduType.RETURNED,
            ApduType.RENEW,
        }
    ),
    Role.RESPONDER: frozenset(
        {
            *_BOTH,
            ApduType.FORWARD_NOTIFICATION,
            ApduType.SHIPPED,
            ApduType.ILL_ANSWER,
            ApduType.CANCEL_REPLY,
            ApduType.RECALL,
            ApduType.CHECKED_IN,
            ApduType.OVERDUE,
            ApduType.RENEW_ANSWER,
            ApduType.EXPIRED,
        }
    ),
}
"""Which side may send which APDU (ISO 10161-1); most have one sender."""


class Dialect(BaseModel):
    """One table of dialects.toml; the head of that file explains each key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    means: str = Field(min_length=1)
    reached_by: tuple[Literal["e-mail", "tcp", "http"], ...] = Field(min_length=1)
    certainty: Literal["documented", "seen", "inferred", "hearsay"]
    source: str
    version: Literal[1, 2] = 2
    answers: frozenset[Results] = frozenset(Results)
    chargeable_units: int = Field(default=0, ge=0, le=9999)
    title_needed: bool = False
    namespace_needed: bool = False
    readable_part: bool = False
    notes: tuple[str, ...] = ()
    requester: Mapping[str, Manner] = Field(default_factory=dict)
    responder: Mapping[str, Manner] = Field(default_factory=dict)

    @field_validator("requester", "responder")
    @classmethod
    def _messages_of_the_role(cls, table: Mapping[str, Manner], info: ValidationInfo) -> Mapping[str, Manner]:
        known = sorted(each.name for each in _SAYS[Role[str(info.field_name).upper()]])
        for name in table:
            if name not in known:
                raise ValueError(f"{name} is no message of a {info.field_name}; there are {', '.join(known)}")
        return table

    def manner(self, apdu_type: ApduType, role: Role) -> Manner:
        """Return how we as ``role`` send to this system; REFUSE for what this role never sends."""
        if apdu_type not in _SAYS[role]:
            return Manner.REFUSE
        told = self.requester if role is Role.REQUESTER else self.responder
        return told.get(apdu_type.name, Manner.SEND)


def load(overlay: Path | None = None) -> dict[str, Dialect]:
    """Load the dialects by name. Raise Misconfigured that names file, table and key of a mistake."""
    tables = _read(_SHIPPED)
    laid = _read(overlay) if overlay is not None else {}
    standard = _laid_over(tables[STANDARD], laid.get(STANDARD, {}))
    names = [*tables, *(name for name in laid if name not in tables)]
    made = {}
    for name in names:
        file = overlay if overlay is not None and name in laid else _SHIPPED
        made[name] = _dialect(name, _laid_over(tables.get(name, {}), laid.get(name, {})), standard, file)
    return made


def _read(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise _wrong(path, f"{name!r} stands outside of a table such as [alma]")
    return tables


def _laid_over(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Overlay key by key, and within the tables of manners message by message."""
    laid = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(old.get(key), dict)
        laid[key] = {**old[key], **value} if both else value
    return laid


def _dialect(name: str, table: Mapping[str, Any], standard: Mapping[str, Any], file: Path) -> Dialect:
    own = ("means", "reached_by", "certainty", "source", "notes")  # describe one dialect, not inherited
    inherited = {key: value for key, value in standard.items() if key not in own}
    try:
        return Dialect.model_validate(_laid_over(inherited, table))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(each) for each in first["loc"])
        shown = name or '""'
        raise _wrong(file, f"[{shown}] {key}: {first['msg'].removeprefix('Value error, ')}") from error


def _wrong(file: Path, text: str) -> Misconfigured:
    return Misconfigured(f"{file}: {text}", Setting(SETTING, str(file)))
