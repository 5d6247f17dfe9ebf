"""The section of config.toml about what must go in time: readers' names, letters, signed declarations."""

from pydantic import Field

from mailproc.config_age import Age, ConfiguredAge
from mailproc.config_section import Section


class Privacy(Section):
    """How long a closed request says whose it was, and how long its letters are kept."""

    anonymise_after: ConfiguredAge = Age()  # days or months after a request was closed; 0 = never
    purge_after: ConfiguredAge = Age()  # after it was closed, until the bytes of its letters are deleted
    keep_declarations: int = Field(default=7, ge=1, le=100)  # years of 365 days, of those of copyright
