"""The sections of config.toml about readers: files of them, and what they may order."""

from typing import Literal

from pydantic import Field

from mailproc.config_patron_lookup import PatronLookupSettings
from mailproc.config_section import Section


class PatronColumns(Section):
    """The columns of a patron file, by their headings; several of one field are joined."""

    id: tuple[str, ...] = ("id",)
    barcodes: tuple[str, ...] = ("barcodes",)
    name: tuple[str, ...] = ("name",)
    email: tuple[str, ...] = ("email",)
    address: tuple[str, ...] = ("address",)
    category: tuple[str, ...] = ("category",)
    pickup: tuple[str, ...] = ("pickup",)
    expires: tuple[str, ...] = ("expires",)
    blocks: tuple[str, ...] = ("blocks",)
    language: tuple[str, ...] = ("language",)


class PatronRule(Section):
    """What the readers of one category may order."""

    category: str = ""  # '' = of all that have no rule of their own
    open: int = Field(default=0, ge=0)  # open requests at most; 0 = any number
    new: int = Field(default=0, ge=0)  # new requests within ``days`` at most; 0 = any number
    days: int = Field(default=30, ge=1, le=3660)
    services: tuple[Literal["LOAN", "COPY"], ...] = ("LOAN", "COPY")


class Patrons(Section):
    """Files of readers (`mailproc patrons import`), and what readers may order."""

    encoding: Literal[
        "utf-8", "utf-16", "windows-1252", "windows-1250", "windows-1253", "iso-8859-1", "iso-8859-2",
        "iso-8859-15",
    ] = "utf-8"  # of CSV and JSON lines; XML names its own  # fmt: skip
    dates: Literal["", "dd/mm/yyyy", "mm/dd/yyyy"] = ""  # how a date with slashes is read; '' = refused
    gone_percent: int = Field(default=10, ge=0, le=100)  # so many may vanish with one import
    identifier: str = ""  # Alma: the id_type whose value is the reader's id; '' = primary_id
    blocked: Literal["refuse", "warn"] = "refuse"  # a request of a reader who is blocked, expired or gone
    columns: PatronColumns = PatronColumns()
    lookup: PatronLookupSettings = PatronLookupSettings()
    rule: tuple[PatronRule, ...] = ()
