"""The sections of config.toml about whom to ask where a request names nobody."""

from typing import Literal

from pydantic import Field

from mailproc.config_section import Section


class RotaRule(Section):
    """Whom to ask for requests of one kind. The first rule that fits a request makes its rota."""

    name: str
    services: tuple[Literal["LOAN", "COPY"], ...] = ()  # () = both
    items: tuple[Literal["book", "article", "serial"], ...] = ()  # () = any
    categories: tuple[str, ...] = ()  # of readers; () = all
    partners: tuple[str, ...] = ()  # in order; a catalogue of other libraries may add to them (holders)
    countries: tuple[
        str, ...
    ] = ()  # of partners that are asked; without partners all that are there; () = any
    cost_up_to: float = Field(default=0, ge=0)  # who is known to cost more is not asked; 0 = any
    holders: Literal["first", "only", "no"] = "first"  # what becomes of libraries that a catalogue names
    order: tuple[Literal["country", "cost", "speed", "load"], ...] = ()  # what else puts one before another
    most: int = Field(default=0, ge=0, le=50)  # so many at most; 0 = all


class PartnerLending(Section):
    """What is known of a partner when a rota is made."""

    country: str = ""  # two letters, as ISO 3166 has them
    loan_cost: float | None = Field(default=None, ge=0)  # in one currency for all partners; unset = not known
    copy_cost: float | None = Field(default=None, ge=0)
    days: float = Field(default=0, ge=0)  # from the order to the item; 0 = not known
    load: int = Field(default=0, ge=0)  # requests of ours that may wait there for an answer; 0 = any number
    closed: tuple[str, ...] = ()  # days: 2026-12-24, 2026-12-24/2027-01-02, or sat, sun …
