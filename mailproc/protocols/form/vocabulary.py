"""The labels that are shipped, one file for each kind of letter (``vocabularies/``)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class ShippedLabels:
    """``labels``: by field; ``services``: words for LOAN and COPY."""

    labels: Mapping[str, tuple[str, ...]]
    services: Mapping[str, tuple[str, ...]]


@cache
def shipped(name: str) -> ShippedLabels:
    """Return the labels of this kind: web | iso10161 | generic-script."""
    text = (files("mailproc.protocols.form") / "vocabularies" / f"{name}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return ShippedLabels(
        {name: tuple(labels) for name, labels in tables["labels"].items()},
        {service: tuple(words) for service, words in tables["services"].items()},
    )
