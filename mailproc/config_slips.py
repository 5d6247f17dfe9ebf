"""The section of config.toml about slips on paper."""

from typing import Annotated, Literal

from pydantic import Field

from mailproc.config_section import Section

Millimetres = Annotated[float, Field(ge=-100, le=100)]
Cells = Annotated[int, Field(ge=1, le=10)]


class SlipGrid(Section):
    """How many slips stand on a sheet."""

    columns: Cells = 2
    rows: Cells = 2


class Slips(Section):
    """Slips for the shelf and the parcel (`mailproc slips`)."""

    address: tuple[str, ...] = ()  # our postal address on return labels, line by line; () = library.postal
    page: Literal["A4", "A5", "A6", "letter", "legal"] = "A4"
    margin: float = Field(default=0, ge=0, le=50)  # around the slips of a sheet, in millimetres
    offset_right: Millimetres = 0  # for a printer that draws beside the labels
    offset_down: Millimetres = 0
    fonts: tuple[str, ...] = ()  # TrueType files, the first that has a sign draws it; () = Debian's
    pull: SlipGrid = SlipGrid(columns=2, rows=2)
    bands: SlipGrid = SlipGrid(columns=1, rows=3)
    labels: SlipGrid = SlipGrid(columns=2, rows=4)
