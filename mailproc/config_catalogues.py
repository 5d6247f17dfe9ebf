"""The sections of config.toml about catalogues, which are asked who holds an item."""

from typing import Literal

from pydantic import Field

from mailproc.config_section import Section


class CatalogueIndexes(Section):
    """What a catalogue calls what is searched: indexes of CQL (SRU), attributes of Bib-1 (Z39.50)."""

    isbn: str = ""  # '' = bath.isbn or 7
    issn: str = ""  # '' = bath.issn or 8
    title: str = ""  # '' = dc.title or 4
    author: str = ""  # '' = dc.creator or 1003


class HoldingField(Section):
    """Where in a MARC record holdings stand: a field, and the subfields of each particular in their order."""

    field: str
    symbol: str = ""
    branch: str = ""
    location: str = ""
    shelfmark: str = ""
    barcode: str = ""
    note: str = ""
    until: str = ""  # with a day there it is lent out until then
    not_available: str = ""  # with anything but 0 there it is not available


class CatalogueDaia(Section):
    """A DAIA server that says of each record found whether its copies are available."""

    url: str = ""  # '' = none
    id: str = "ppn:{number}"


class Catalogue(Section):
    """A catalogue that is asked who holds an item. ``own``: ours; ``union``: that of other libraries."""

    name: str
    use: Literal["own", "union"] = "own"
    protocol: Literal["sru", "daia", "z39.50"] = "sru"
    url: str  # of SRU and DAIA; for Z39.50 host:port/database
    version: Literal["1.1", "1.2", "2.0"] = "1.1"  # of SRU
    record_schema: str = "marcxml"  # of SRU
    relation: str = "all"  # of SRU: between an index and the words of a title
    syntax: Literal["opac", "usmarc"] = "usmarc"  # of Z39.50
    encoding: Literal["utf-8", "iso-8859-1"] = "utf-8"  # of Z39.50: of what is searched for
    program: str = "yaz-client"  # of Z39.50
    id: str = "isbn:{isbn}"  # of DAIA: also {issn}
    daia: CatalogueDaia = CatalogueDaia()
    indexes: CatalogueIndexes = CatalogueIndexes()
    holding: tuple[HoldingField, ...] = ()  # () = the usual fields
    ours: tuple[str, ...] = ()  # our symbols in it; () = all that an own catalogue has is ours
    partners: dict[str, str] = Field(default_factory=dict)  # symbol in the catalogue = symbol of the partner
    held: Literal["refuse", "warn"] = "refuse"  # a request of ours for what an own catalogue has
    timeout: float = Field(default=5, gt=0, le=60)
    longest: float = Field(default=10, gt=0, le=120)
    pause_minutes: int = Field(default=5, ge=1, le=1440)
    keep_minutes: int = Field(default=60, ge=0, le=10_080)
