"""What must hold of a partner's settings, beyond the shape of the configuration."""

from collections import Counter
from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.errors import Misconfigured, Setting
from mailproc.ill.terms import Role
from mailproc.protocols.artemail import plain
from mailproc.protocols.artemail.requests import WORDS

DIALECTS = ("", plain.NAME)


def check(config: Config) -> None:
    """Raises Misconfigured that names the partner, the key and what it may be."""
    for partner in config.partner:
        if partner.codec != "artemail":
            continue
        if partner.dialect not in DIALECTS:
            text = f'there is no dialect {partner.dialect!r}; there is "{plain.NAME}", and "" for order files'
            raise _wrong(config, partner, "dialect", text)
        _check_words(config, partner)


def _check_words(config: Config, partner: Partner) -> None:
    words = partner.artemail.keywords
    for name in words:
        if name not in WORDS:
            text = f"there is no action {name!r}; there are {', '.join(WORDS)}"
            raise _wrong(config, partner, f"artemail.keywords.{name}", text)
    for word, times in Counter(word.upper() for word in words.values() if word).items():
        if times > 1:
            raise _wrong(config, partner, "artemail.keywords", f"two actions have the same word {word!r}")


def _wrong(config: Config, partner: Partner, key: str, text: str) -> Misconfigured:
    where = f"{config.file}: [[partner]] {partner.symbol}: {key}"
    return Misconfigured(f"{where}: {text}", Setting(f"partner.{key}", str(config.file)))


def asks_plainly(config: Config) -> bool:
    """Is there somebody whom we ask in the dialect that people answer in their own words?"""
    return any(
        partner.codec == "artemail" and partner.dialect == plain.NAME and Role.RESPONDER in partner.roles
        for partner in config.partner
    )


def plain_customers(config: Config) -> Iterator[str]:
    """The customer codes of those who order from us in the dialect without a password."""
    for partner in config.partner:
        if partner.codec == "artemail" and partner.dialect == plain.NAME:
            yield from (each.customer_code for each in partner.artemail.account if each.direction == "in")
