"""The sections of config.toml about what is served by HTTP: figures, and the desk's pages for staff."""

from pydantic import Field

from mailproc.config_section import Section
from mailproc.config_web_readers import WebReaders


class Metrics(Section):
    """Figures for Prometheus, over HTTP and without a password."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=9464, ge=0, le=65535)


class Web(Section):
    """Pages for staff, by HTTP. Who may use them stands in the store (`mailproc staff`)."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8026, ge=0, le=65535)
    public_url: str = ""  # how browsers call it behind a proxy; "" = on this machine only
    idle_hours: int = Field(default=8, ge=1, le=24)  # without a click; then one must log in again
    undo_seconds: int = Field(
        default=60, ge=0, le=3600
    )  # a letter of an act at the desk waits; 0 = not at all
    readers: WebReaders = WebReaders()
