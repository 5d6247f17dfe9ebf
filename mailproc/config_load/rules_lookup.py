"""What must hold of [patrons.lookup], and what of it is worth a word."""

from collections.abc import Iterator

from mailproc.config import PatronLookupSettings
from mailproc.config_load.problem import ConfigProblem
from mailproc.config_load.value_checks import HOST, is_host, is_loopback

HERE = ("patrons", "lookup")


def problems(settings: PatronLookupSettings) -> Iterator[ConfigProblem]:
    if not settings.protocol:
        return
    if not settings.host:
        yield ConfigProblem((*HERE, "host"), f'protocol = "{settings.protocol}" needs the server\'s name', "")
    elif not is_host(settings.host):
        yield ConfigProblem((*HERE, "host"), HOST, settings.host)
    has_password = bool(settings.password.get_secret_value())
    if settings.user and not has_password:
        text = 'patrons.lookup.user needs one: write password = { env = "NAME" } or { file = "…" }'
        yield ConfigProblem((*HERE, "password"), text)
    if has_password and not settings.user:
        yield ConfigProblem((*HERE, "user"), "patrons.lookup.password needs a user", "")


def warnings(settings: PatronLookupSettings) -> Iterator[str]:
    if settings.protocol and settings.security == "none" and not is_loopback(settings.host):
        what = "the password and " if settings.user else ""
        yield (
            f"patrons.lookup: security none sends {what}readers' numbers to {settings.host} in clear; the"
            " network between must be your own, or a tunnel"
        )
