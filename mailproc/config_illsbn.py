"""The keys of config.toml about how messages are written for a library behind ILL SBN's hub."""

from typing import Literal

from pydantic import Field

from mailproc.config_section import Section
from mailproc.ill.terms import Results


class PartnerIllsbn(Section):
    """How this library's messages are written. What only the hub's owner knows is a key here."""

    our_id: str = ""  # our ISIL as the hub knows it; "" = library.symbol
    country: bool = False  # is "IT-" written before an institution's code?
    loan: Literal["PR", "PI"] = "PR"  # kind of a loan: national or international
    client: Literal["number", "reader"] = "number"  # what stands in Client-identifier of a request
    answers: tuple[Results, ...] = (
        Results.CONDITIONAL,
        Results.UNFILLED,
        Results.WILL_SUPPLY,
        Results.HOLD_PLACED,
    )  # which their system understands; others go as Unfilled, with words
    note_length: int = Field(default=250, ge=20)  # characters of a note that their system keeps
