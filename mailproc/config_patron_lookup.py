"""The section [patrons.lookup] of config.toml: the library system that is asked about a reader."""

from typing import Literal

from pydantic import Field, SecretStr

from mailproc.config_section import Section
from mailproc.ill.patron_block import PatronBlock


class PatronLookupSettings(Section):
    """How the library system is asked, and when. ``host`` to ``institution``, and ``blocks``: SIP2 alone."""

    protocol: Literal["", "sip2", "ncip"] = ""  # '' = nobody is asked; ncip: the system of [ncip]
    host: str = ""
    port: int = Field(default=6001, ge=1, le=65535)
    security: Literal["", "tls", "none"] = ""  # '' = tls, but none on this machine
    encoding: Literal["utf-8", "cp850", "cp437", "iso-8859-1", "windows-1252"] = "utf-8"
    checksums: bool = True  # sequence numbers and checksums, as the standard has them
    user: str = ""  # '' = the system wants no login
    password: SecretStr = SecretStr("")
    location: str = ""  # of our terminal, with the login
    institution: str = ""
    identifier: Literal["barcode", "id"] = "barcode"  # of a reader; without barcode the id
    blocks: tuple[PatronBlock, ...] = (PatronBlock.CHARGE_DENIED, PatronBlock.CARD_LOST)  # that count here
    at_entry: bool = True  # before a request is placed
    at_arrival: bool = True  # when staff record that it has come
    timeout: float = Field(default=5, gt=0, le=60)  # seconds for all of one question
    pause: float = Field(default=60, ge=0, le=3600)  # seconds in which nobody is asked after a failure
