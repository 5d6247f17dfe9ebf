"""Who logs in at the listener, and by what each partner is believed, as config.toml has it."""

from collections.abc import Iterator

from mailproc.config import Config, Partner, ProofName


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
