"""Check the settings of a partner with ISO 10161, beyond the types of the configuration."""

from collections.abc import Iterator, Mapping

from mailproc import config_load
from mailproc.config import Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.protocols.iso10161.dialects import Dialect

NAME = "iso10161"


def check(config: Config, dialects: Mapping[str, Dialect]) -> None:
    """Raise Misconfigured that names the partner, the key and what it may be."""
    if problems := list(_problems(config, dialects)):
        raise config_load.all_wrong(config, problems)


def _problems(config: Config, dialects: Mapping[str, Dialect]) -> Iterator[ConfigProblem]:
    for position, partner in enumerate(config.partner):
        dialect = dialects.get(partner.dialect)
        if partner.codec != NAME:
            continue
        if dialect is None:
            known = ", ".join(name for name in dialects if name)
            text = f'there is no such dialect; there are {known}, and "" for the standard itself'
            yield ConfigProblem(("partner", position, "dialect"), text, partner.dialect)
        elif dialect.namespace_needed:
            yield from _symbols(config, partner, ("partner", position, "symbol"))


def _symbols(config: Config, partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    """Refuse symbols without a namespace for systems that need one: they would know no sender."""
    writes = f"{partner.symbol} has the dialect {partner.dialect}, which writes symbols as NAMESPACE:SYMBOL"
    if ":" not in partner.symbol:
        yield ConfigProblem(loc, writes, partner.symbol)
    if ":" not in config.library.symbol:
        yield ConfigProblem(("library", "symbol"), writes, config.library.symbol)


def warnings(config: Config, dialects: Mapping[str, Dialect]) -> Iterator[str]:
    """Yield what is allowed but probably not meant."""
    for partner in _partners(config):
        dialect = dialects.get(partner.dialect)
        if dialect is not None and not _reached(partner, dialect):
            ways = " and ".join(dialect.reached_by)
            yield (
                f"partner {partner.symbol}: {dialect.means} is reached by {ways}, not by e-mail: "
                f"{partner.address} must be a gateway to it"
            )
        if is_by_tcp(partner) and not partner.tcp.networks and partner.tcp.answer == "connect":
            yield (
                f"partner {partner.symbol}: it is sent messages by TCP, and its own are not taken by TCP: "
                "[partner.tcp] networks is empty"
            )


def is_by_tcp(partner: Partner) -> bool:
    """Return whether our messages may reach it by TCP."""
    return "tcp" in (partner.transport, partner.fallback)


def _reached(partner: Partner, dialect: Dialect) -> bool:
    return "e-mail" in dialect.reached_by or ("tcp" in dialect.reached_by and is_by_tcp(partner))


def _partners(config: Config) -> Iterator[Partner]:
    return (partner for partner in config.partner if partner.codec == NAME)
