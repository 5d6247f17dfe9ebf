"""What must hold of [patrons.lookup], and what of it is worth a word."""

from collections.abc import Iterator

from mailproc.config import Config, PatronLookupSettings
from mailproc.config_load.problem import ConfigProblem
from mailproc.config_load.value_checks import HOST, is_host, is_loopback

HERE = ("patrons", "lookup")


def problems(config: Config) -> Iterator[ConfigProblem]:
    settings = config.patrons.lookup
    if settings.protocol == "sip2":
        yield from _sip2(settings)
    elif settings.protocol == "ncip" and not config.ncip.url:
        yield ConfigProblem(
            ("ncip", "url"), 'patrons.lookup.protocol = "ncip" needs the address of the system'
        )


def _sip2(settings: PatronLookupSettings) -> Iterator[ConfigProblem]:
    if not settings.host:
        yield ConfigProblem((*HERE, "host"), 'protocol = "sip2" needs the server\'s name', "")
    elif not is_host(settings.host):
        yield ConfigProblem((*HERE, "host"), HOST, settings.host)
    has_password = bool(settings.password.get_secret_value())
    if settings.user and not has_password:
        text = 'patrons.lookup.user needs one: write password = { env = "NAME" } or { file = "…" }'
        yield ConfigProblem((*HERE, "password"), text)
    if has_password and not settings.user:
        yield ConfigProblem((*HERE, "user"), "patrons.lookup.password needs a user", "")


def warnings(settings: PatronLookupSettings) -> Iterator[str]:
    """Say who may read what is asked by SIP2; of NCIP [ncip] is warned of."""
    if settings.protocol == "sip2" and settings.security == "none" and not is_loopback(settings.host):
        what = "the password and " if settings.user else ""
        yield (
            f"patrons.lookup: security none sends {what}readers' numbers to {settings.host} in clear; the"
            " network between must be your own, or a tunnel"
        )
