"""What is allowed of messages by TCP and yet worth a word."""

from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.config_load.value_checks import is_loopback, only_loopback
from mailproc.mail.channel import TCP


def warnings(config: Config) -> Iterator[str]:
    """Sentences for the operator, each naming its partner or key."""
    listen = config.listen_tcp
    callers = [one for one in config.partner if one.tcp.networks]
    called = [one for one in config.partner if TCP in (one.transport, one.fallback)]
    if callers and not listen.enabled:
        for partner in callers:
            without = "has no effect: listen_tcp.enabled is false"
            yield f"partner {partner.symbol}: [partner.tcp] networks {without}"
        return
    if is_loopback(listen.host):
        for partner in _from_outside(callers):
            yield f"partner {partner.symbol}: listen_tcp.host is of this machine alone: it cannot connect"
    if listen.enabled and called and not listen.public:
        yield "listen_tcp.public is empty: what we send by TCP does not say where answers go by TCP"


def _from_outside(partners: list[Partner]) -> Iterator[Partner]:
    return (one for one in partners if not only_loopback(one.tcp.networks))
