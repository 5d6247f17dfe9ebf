"""The section of config.toml about what must go in time: readers' names, letters, signed declarations."""

from typing import Annotated

from pydantic import Field

from mailproc.config_section import Section

Days = Annotated[int, Field(ge=0, le=36_500)]


class Privacy(Section):
    """How long a closed request says whose it was, and how long its letters are kept."""

    anonymise_after: Days = 0  # days after a request was closed; 0 = never
    purge_after: Days = 0  # days after it was closed until the bytes of its letters are deleted; 0 = never
    keep_declarations: int = Field(default=7, ge=1, le=100)  # years of 365 days, of those of copyright
