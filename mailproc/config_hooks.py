"""The section of config.toml about the library system: which of its programs is told what."""

from pydantic import Field, SecretStr

from mailproc.config_section import Section


class Hook(Section):
    """A receiver of events: by HTTP where it has a ``url``, else a ``command``."""

    name: str
    events: tuple[str, ...]  # "REQUESTER.receive"; * stands for any letters
    url: str = ""
    command: tuple[str, ...] = ()  # a program and its arguments; no shell
    secret: SecretStr = SecretStr("")  # of the signature, with url
    timeout: float = Field(default=10, gt=0, le=120)  # seconds for the whole of a call
    connections: int = Field(default=4, ge=1, le=16)  # calls at once, of several requests
    repeat_safe: bool = True  # may a call that perhaps arrived be made again?
