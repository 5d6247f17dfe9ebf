"""The sections of config.toml about what is served by HTTP: figures, and the desk's pages for staff."""

from typing import Literal

from pydantic import Field, SecretStr

from mailproc.config_section import Section
from mailproc.config_web_readers import WebReaders


class Metrics(Section):
    """Figures for Prometheus, over HTTP and without a password."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=9464, ge=0, le=65535)


class WebOidc(Section):
    """The provider of OpenID Connect by which staff log in."""

    issuer: str = ""  # exactly as it names itself: "https://login.library.example/realms/staff"
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scope: str = "openid"
    claim: str = "sub"  # what of a person stands in [[staff]] subject


class StaffEntry(Section):
    """A person who may use the desk, where others say who it is.

    ``subject``: what the provider's claim says of the person; '' = login.
    """

    login: str
    name: str = ""  # '' = login
    role: Literal["look", "work", "keep"] = "work"
    subject: str = ""


class Web(Section):
    """Pages for staff, by HTTP. With ``auth`` "local" who may use them stands in the store."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8026, ge=0, le=65535)
    public_url: str = ""  # how browsers call it behind a proxy; "" = on this machine only
    auth: Literal["local", "proxy", "oidc"] = "local"  # who says who it is: we, our web server, a provider
    proxy_header: str = "X-Remote-User"  # with auth = "proxy": in which the web server names the login
    trusted: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # from where it connects; nobody else is believed
    oidc: WebOidc = WebOidc()
    idle_hours: int = Field(default=8, ge=1, le=24)  # without a click; then one must log in again
    undo_seconds: int = Field(
        default=60, ge=0, le=3600
    )  # a letter of an act at the desk waits; 0 = not at all
    readers: WebReaders = WebReaders()
