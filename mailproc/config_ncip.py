"""The section of config.toml about a library system that is told by NCIP."""

from typing import Literal

from pydantic import Field, SecretStr

from mailproc.config_section import Section


class Ncip(Section):
    """Where it listens, how it wants its messages, and at which events it gets one."""

    url: str = ""  # '' = it is told nothing
    token: SecretStr = SecretStr("")  # the last part of the path, where it wants one
    from_agency: str = ""  # our code and its own; '' = the messages have no header
    to_agency: str = ""
    namespace: bool = True
    timeout: float = Field(default=10, gt=0, le=120)  # seconds for the whole of a call
    reader: Literal["barcode", "id"] = "barcode"  # which number of a reader is told
    pickup: str = ""  # place of collection, where the reader has none
    account: str = ""  # the user to whom we lend, of partners that have none of their own
    accounts: dict[str, str] = Field(default_factory=dict)  # by the partner's symbol
    accept_item: tuple[str, ...] = ("REQUESTER.receive",)  # events at which the message is sent
    check_out_item: tuple[str, ...] = ("RESPONDER.ship",)
    check_in_item: tuple[str, ...] = ("RESPONDER.check-in",)
    request_item: tuple[str, ...] = ()
    cancel_request_item: tuple[str, ...] = ()
