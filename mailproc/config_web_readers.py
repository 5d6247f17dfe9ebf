"""The section [web.readers] of config.toml: pages for readers beside the desk."""

from typing import Literal

from pydantic import Field

from mailproc.config_section import Section


class WebReaders(Section):
    """Pages for readers, at /my. What they ask for there waits for staff."""

    sign_in: Literal["off", "proxy", "mail"] = "off"
    header: str = "X-Reader"  # proxy: names the reader's number
    trusted: tuple[str, ...] = ("127.0.0.1", "::1")  # proxy: whose header counts
    link_minutes: int = Field(default=30, ge=5, le=24 * 60)  # mail: how long a link opens the pages
    links_an_hour: int = Field(default=3, ge=1, le=100)  # mail: letters to one reader
    idle_minutes: int = Field(default=30, ge=5, le=24 * 60)  # mail: without a click; then one signs in again
    per_hour: int = Field(default=10, ge=1, le=1000)  # wishes of one reader
    waiting: int = Field(default=2000, ge=1, le=100_000)  # wishes that wait for review at a time
