"""The sections of config.toml about SLNP: the door for a ZFL, and what its messages look like."""

from pydantic import Field, SecretStr

from mailproc.config_section import Section


class ListenSlnp(Section):
    """The door for one ZFL, Germany's central servers. Times in seconds."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=9001, ge=0, le=65535)
    partner: str = ""  # the symbol of the [[partner]] that connects
    networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    tls_cert: str = ""
    tls_key: str = ""
    client_cert: str = ""  # a PEM file: the one certificate that the client may show
    greeting: bool = False  # a line 220 before the first command
    max_connections: int = Field(default=20, ge=1)
    timeout: float = Field(default=60, gt=0)  # idle
    decide_within: float = Field(default=5, ge=0, le=60)  # for catalogues; then the order is taken
    answer_within: float = Field(default=20, gt=0, le=300)  # for the store; then 520


class SlnpInfo(Section):
    """The message that tells the ZFL what became of an order. No public text names its fields."""

    host: str = ""
    port: int = Field(default=0, ge=0, le=65535)
    tls: bool = True
    command: str = "SLNPInfo2FLServer"
    fields: tuple[str, ...] = ()  # in their order: "Name:{value}"
    group: dict[str, int] = Field(default_factory=dict)  # the level of a field, where it is not 1
    words: dict[str, str] = Field(
        default_factory=lambda: {"SHIPPED": "Shipped", "UNFILLED": "NotAvailable", "RETURNED": "Return"}
    )
    date: str = "%d.%m.%Y"
    greeting: bool = False  # the server says a line 220 first
    login: tuple[str, ...] = ()  # lines of a command before ours; {password} stands for the password
    password: SecretStr = SecretStr("")
    ok: tuple[str, ...] = ("240", "250", "600")  # how the answer begins, if the message was taken
    repeat: bool = False  # repeats do no harm
    timeout: float = Field(default=30, gt=0)

    @property
    def is_on(self) -> bool:
        """Return whether anything can be sent."""
        return bool(self.host and self.port and self.fields)


class PartnerSlnp(Section):
    """How this ZFL is spoken with."""

    prefix: str = ""  # before our number: prefix "X1-" gives X1-B1-1
    any_sigel: bool = False  # orders to us may come without our symbol
    change_means_shipped: bool = True  # that a lender is named says that it has shipped
    escapes: str = Field(default="both", pattern="^(both|strict)$")  # which of them are read
    patron_fields: dict[str, str] = Field(default_factory=dict)  # what SLNPAlleBenutzerDaten tells
    texts: dict[str, str] = Field(default_factory=dict)  # words of our answers, by their key
    info: SlnpInfo = SlnpInfo()
