"""What must hold of a partner that speaks ISO 10161, beyond the shape of the configuration."""

from collections.abc import Iterator, Mapping

from mailproc.config import Config, Partner
from mailproc.errors import Misconfigured, Setting
from mailproc.protocols.iso10161.dialects import Dialect

NAME = "iso10161"


def check(config: Config, dialects: Mapping[str, Dialect]) -> None:
    """Raises Misconfigured that names the partner, the key and what it may be."""
    for partner in _partners(config):
        dialect = dialects.get(partner.dialect)
        if dialect is None:
            known = ", ".join(name for name in dialects if name)
            text = (
                f'there is no dialect {partner.dialect!r}; there are {known}, and "" for the standard itself'
            )
            raise _wrong(config, partner, "dialect", text)
        if dialect.namespace_needed:
            _check_symbols(config, partner)


def _check_symbols(config: Config, partner: Partner) -> None:
    """Such a system knows nobody whose symbol has no namespace, so nothing would ever get there."""
    if ":" not in partner.symbol:
        text = f"the dialect {partner.dialect} writes symbols as NAMESPACE:SYMBOL"
        raise _wrong(config, partner, "symbol", text)
    if ":" not in config.library.symbol:
        where = f"{config.file}: library.symbol = {config.library.symbol!r}"
        text = f"{partner.symbol} has the dialect {partner.dialect}, which writes symbols as NAMESPACE:SYMBOL"
        raise Misconfigured(f"{where}: {text}", Setting("library.symbol", str(config.file)))


def warnings(config: Config, dialects: Mapping[str, Dialect]) -> Iterator[str]:
    """What is allowed and yet worth a word to the operator."""
    for partner in _partners(config):
        dialect = dialects.get(partner.dialect)
        if dialect is not None and "e-mail" not in dialect.reached_by:
            ways = " and ".join(dialect.reached_by)
            yield (
                f"partner {partner.symbol}: {dialect.means} is reached by {ways}, not by e-mail: "
                f"{partner.address} must be a gateway to it"
            )


def _partners(config: Config) -> Iterator[Partner]:
    return (partner for partner in config.partner if partner.codec == NAME)


def _wrong(config: Config, partner: Partner, key: str, text: str) -> Misconfigured:
    where = f"{config.file}: [[partner]] {partner.symbol}: {key}"
    return Misconfigured(f"{where}: {text}", Setting(f"partner.{key}", str(config.file)))
