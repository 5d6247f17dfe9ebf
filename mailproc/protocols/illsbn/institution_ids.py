"""The codes of institutions (ISIL, ISO 15511), which some write without the country: "XX0001"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

COUNTRY = "IT-"


def bare(isil: str) -> str:
    """Return the code without Italy's prefix."""
    return isil[len(COUNTRY) :] if isil[: len(COUNTRY)].upper() == COUNTRY else isil


def same(one: str, other: str) -> bool:
    """Return whether both are the same institution, with or without the country, in any case."""
    return bare(one.strip()).casefold() == bare(other.strip()).casefold()


def written(isil: str, *, country: bool) -> str:
    """Return the code as the hub wants it. A code of another country keeps its prefix."""
    plain = bare(isil.strip())
    if country and "-" not in plain:
        return f"{COUNTRY}{plain}"
    return plain


@dataclass(frozen=True)
class KnownInstitutions:
    """The names of institutions as the configuration spells them, by code without country."""

    spelled: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Iterable[tuple[str, str]]) -> Self:
        """``names``: a name and the symbol that it means, the more certain first."""
        spelled: dict[str, str] = {}
        for name, symbol in names:
            spelled.setdefault(bare(name).casefold(), symbol)
        return cls(spelled)

    def symbol(self, isil: str | None) -> str | None:
        """Return the symbol of a known institution; of another one its code as it was written."""
        return isil and self.spelled.get(bare(isil).casefold(), isil)
