"""The sections of config.toml about a hub spoken to by HTTP: where it is, and where it posts to us."""

from typing import Literal

from pydantic import Field, SecretStr

from mailproc.config_section import Section


class ListenHttp(Section):
    """Our address for the hub's messages: POST http://host:port/PATH/apdu/ISIL. Times in seconds."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8027, ge=0, le=65535)
    path: SecretStr = SecretStr("")  # the first part of the path, which only the hub knows
    networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # from which the hub connects
    proxies: tuple[str, ...] = ()  # whose X-Forwarded-For is believed
    max_connections: int = Field(default=20, ge=1)
    timeout: float = Field(default=30, gt=0)  # for a request to be here whole


class Hub(Section):
    """The central server of ILL SBN. What only its owner knows is a key here."""

    url: str = ""  # "" = nothing is sent by http
    phase: str = "DRS0"  # the value of faseILL
    form: Literal["query", "body"] = "query"  # where BufferILL stands: behind the URL, or as a form
    duplicates: Literal["keeps", "drops"] = "keeps"  # does it throw a repeated message away? never a request
    timeout: float = Field(default=30, gt=0, le=300)  # seconds for its answer
