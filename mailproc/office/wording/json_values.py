"""Values as JSON: what `--json` prints, and what other systems are answered."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from mailproc.log import mask_shown
from mailproc.sentence import Note, Sentence, sentences


def plain(value: Any) -> Any:
    """Return dataclasses, dates, enums and sentences as JSON, without the passwords of config.toml."""
    if isinstance(value, Sentence):
        return mask_shown(str(value))
    if is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()} | _codes_beside(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value if isinstance(value, str) else value.name
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return mask_shown(value)
    return str(value) if isinstance(value, Decimal) else value


def _codes_beside(value: dict[str, Any]) -> dict[str, Any]:
    """Beside each sentence, or list of them, under "…_codes" its codes and values: the words are English."""
    parts = {key: _parts(item) for key, item in value.items()}
    said = {key: item for key, item in parts.items() if any(isinstance(part, Sentence) for part in item)}
    return {f"{key}_codes": plain(sentences(item)) for key, item in said.items()}


def _parts(value: Any) -> Sequence[Any]:
    if isinstance(value, Note):
        return value.parts
    return value if isinstance(value, list | tuple) else (value,)
