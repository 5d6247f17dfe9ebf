"""The sections of config.toml about ISO 10161 on a TCP socket: our port, and how each partner is reached."""

from typing import Literal

from pydantic import Field

from mailproc.config_section import Section


class ListenTcp(Section):
    """Our port for APDUs. Who may connect is said by [partner.tcp] networks. Times in seconds."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=1611, ge=0, le=65535)
    public: str = ""  # "host:port" under which partners reach it; we write it into our messages
    max_connections: int = Field(default=50, ge=1)
    max_connections_per_host: int = Field(default=5, ge=1)
    timeout: float = Field(default=60, gt=0)  # between two messages
    apdu_timeout: float = Field(default=60, gt=0)  # for the octets of one message
    session_timeout: float = Field(default=600, gt=0)
    tls_cert: str = ""
    tls_key: str = ""
    tls_clients: str = ""  # a PEM file: the authorities or certificates of clients; needed with tls_cert


class PartnerTcp(Section):
    """How this partner's system is reached by TCP, and from where it connects to us."""

    address: str = ""  # "host:port" where it listens
    networks: tuple[str, ...] = ()  # from which it connects to us; () = it may not
    certificate: str = ""  # SHA-256 of its certificate at our port, which then proves it too
    answer: Literal["same", "connect", "both"] = "connect"  # where it waits for answers
    report_request: bool = True  # with same and both: a status report follows its request at once
    half_close: bool = True  # do we end our side when all is written?
    linger: float = Field(default=10, gt=0, le=60)  # seconds for the end, or an answer, from its side
    duplicates: Literal["drops", "keeps"] = "drops"  # does it throw repeats away?
    tls: bool = False  # does it speak TLS where it listens?
    tls_cert: str = ""  # our certificate that we show it there
    tls_key: str = ""
    tls_authority: str = ""  # a PEM file that its certificate is checked by; "" = the system's
