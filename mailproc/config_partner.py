"""The section [[partner]] of config.toml: a library with which we lend and borrow."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from mailproc.config_illsbn import PartnerIllsbn
from mailproc.config_rotas import PartnerLending
from mailproc.config_section import Section
from mailproc.config_slnp import PartnerSlnp
from mailproc.config_tcp import PartnerTcp
from mailproc.ill.terms import Role

ProofName = Literal["network", "dkim", "dmarc", "login", "none"]


class MayStandHere:
    """Marks a secret that may also be written into the file itself: a hash tells no password."""


class Account(Section):
    """One British Library customer code with its password.

    Which of ours an order goes by: the one that it names, else the one whose ``services`` hold its
    service, else the ``default``.
    """

    direction: Literal["out", "in"]
    customer_code: str
    password: SecretStr
    name: str = ""
    services: tuple[Literal["LOAN", "COPY"], ...] = ()
    default: bool = False  # understood where there is one account without services


class DeliveryKeywords(Section):
    """Which delivery word goes on the TX line for each way of delivery (docs/protocols/artemail.md)."""

    electronic: str = "SED99"
    postal: str = "PHOTO"
    loan: str = "LOAN"


class PartnerArtemail(Section):
    """What this partner's ARTEmail wants. Whatever no public text settles is a key here."""

    enabled: bool = True  # false: no new order goes or comes by its accounts
    service: str = "S"
    delivery: DeliveryKeywords = DeliveryKeywords()
    prefix: str = ""  # before our number on the wire: prefix "LIB-" gives LIB-B1-1
    instructions: str = ""  # words on every order, such as WLX
    rz_with_copyrt: bool = False  # the mark RZ before the number of an order with COPYRT
    keywords: dict[str, str] = Field(default_factory=lambda: {"cancel": "CANCEL"})
    overflow: Literal["truncate", "wrap"] = "truncate"
    max_lines: int = Field(default=18, ge=1)
    guard_word: str = "-"  # put before a line that would start with TX, NNNN or ':'
    receipts: bool = True  # as supplier: do we acknowledge each order file?
    ship_loan: bool = True  # may we say SHIPPED LOAN, which is a guess?
    account: tuple[Account, ...] = ()

    @property
    def accounts_in_use(self) -> tuple[Account, ...]:
        """Those by which new orders go and come. The others are still secrets, and earlier orders went by
        them."""
        return self.account if self.enabled else ()


class PartnerLetter(Section):
    """Letters to this partner's people: how they look, and what they say of the reader."""

    layout: Literal["letter", "plain"] = "letter"  # plain: an order as labelled lines
    name_reader: bool = False  # are the reader's name, card number and status told?
    postal: tuple[str, ...] = ()  # their address, line by line, above each letter
    signer: tuple[str, ...] = ()  # lines below our name and address, such as who signs


class Login(Section):
    """As whom a partner's server logs in (SMTP AUTH). ``hash``: of the password, argon2id, a PHC string."""

    user: str
    hash: Annotated[SecretStr, MayStandHere()]


class Partner(Section):
    symbol: str
    aliases: tuple[str, ...] = ()
    name: str = ""
    address: str
    codec: str = "artemail"
    dialect: str = ""
    transport: str = "mail"  # by which our messages reach their system; letters to their people go by mail
    fallback: str = ""  # the transport that is used when that one has failed for fallback_after
    fallback_after: float = Field(default=4, gt=0, le=96)  # hours
    roles: tuple[Role, ...] = (Role.RESPONDER,)
    language: str = "en"  # of letters to their people
    status: Literal["active", "paused"] = "active"
    accepts_from: tuple[str, ...] = ()  # () = address
    proof: tuple[ProofName, ...] = ()  # any one suffices; () = not written
    networks: tuple[str, ...] = ()
    login: Login | None = None
    manner: dict[str, Literal["SEND", "NOTICE", "LOCAL", "REFUSE"]] = Field(default_factory=dict)
    artemail: PartnerArtemail = PartnerArtemail()
    illsbn: PartnerIllsbn = PartnerIllsbn()
    slnp: PartnerSlnp = PartnerSlnp()
    letter: PartnerLetter = PartnerLetter()
    tcp: PartnerTcp = PartnerTcp()
    lending: PartnerLending = PartnerLending()
