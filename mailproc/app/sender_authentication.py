"""Who logs in at the listener, by what each partner is believed, and whose keys DNS is asked for."""

from collections.abc import Iterator

from mailproc.config import Config, Partner, ProofName
from mailproc.flow.context import Context


def logins(config: Config) -> dict[str, str]:
    """The hash of the password by user, of every partner whom a login may prove."""
    return {
        partner.login.user: partner.login.hash.get_secret_value()
        for partner in config.partner
        if partner.login is not None and "login" in config.proofs_of(partner)
    }


def shown(config: Config) -> Iterator[str]:
    """A line about each partner: by what a letter is proven to be its."""
    for partner in config.partner:
        ways = " or ".join(_way(name, partner, config) for name in config.proofs_of(partner))
        yield f"letters of {partner.symbol} are proven by {ways or 'nothing'}"


def _way(name: ProofName, partner: Partner, config: Config) -> str:
    match name:
        case "network":
            return f"network ({', '.join(partner.networks)})"
        case "login":
            return f"login (as {partner.login.user if partner.login else 'nobody'})"
        case "dmarc":
            return f"dmarc (said by {config.proof.authserv_id})"
        case "none":
            return "none (the address alone)" if partner.proof else "none (the address alone; not written)"
        case _:
            return name


def signing(config: Config) -> list[str]:
    """The domains whose keys are looked up in DNS."""
    addresses = {
        address
        for partner in config.partner
        if "dkim" in config.proofs_of(partner)
        for address in partner.accepts_from or (partner.address,)
    }
    return sorted({address.rpartition("@")[2].lower() for address in addresses})


def asked(context: Context, domain: str) -> str:
    """Ask DNS something about keys of ``domain``; raises TryLater where there is no answer."""
    context.keys(f"_domainkey.{domain}")
    return "it answers"
