"""The sections [[form]] of config.toml: letters of web forms, and order mails of labelled lines."""

from typing import Literal

from pydantic import Field

from mailproc.config_section import Section
from mailproc.ill.terms import Role


class RequestForm(Section):
    """A form whose letters become requests to review.

    ``role`` is ours: as REQUESTER a reader of ours wishes something, as RESPONDER a partner orders from us.
    """

    name: str
    role: Role = Role.REQUESTER
    vocabulary: Literal["web", "iso10161", "generic-script"] = "web"  # the shipped labels
    subject: str = ""  # words that the subject holds, where one sender has several forms
    accepts_from: tuple[str, ...] = ()  # () = those of the partner
    proof: tuple[Literal["network", "dkim", "dmarc", "none"], ...] = ()  # () = those of the partner
    networks: tuple[str, ...] = ()
    partner: str = ""  # RESPONDER: whose orders they are
    lenders: tuple[str, ...] = ()  # REQUESTER: whom to ask, in order
    straight: bool = False  # REQUESTER: ordered without review, where nothing speaks against it
    per_hour: int = Field(default=100, ge=1, le=100_000)  # new requests of one reader or sender in an hour
    waiting: int = Field(default=2000, ge=1, le=100_000)  # its requests that wait for review at a time
    labels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    services: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def login(self) -> None:
        """No web form logs in."""
        return None
