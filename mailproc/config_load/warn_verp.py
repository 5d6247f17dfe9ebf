"""What [deliver] verp asks of others: said by `mailproc check`, for nothing here can test it."""

from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.ill.terms import Role


def warnings(config: Config) -> Iterator[str]:
    """Sentences about our own doors."""
    if not config.deliver.verp:
        return
    if config.deliver.mode == "folder":
        yield "deliver.verp means nothing while letters are written into a folder"
        return
    ours = config.library.email
    recipients = {one.lower() for one in config.listen.recipients}
    if config.listen.enabled and recipients and ours.lower() not in recipients:
        yield f"deliver.verp: listen.recipients does not hold {ours}, so the listener refuses bounces"
    local, _, domain = ours.rpartition("@")
    if "+" in local:
        yield f"deliver.verp: {ours} has a + of its own, and many relays cut at the first: write another"
    yield f"deliver.verp: your relay must deliver {local}+ANYTHING@{domain} to where {ours} is read"


def of_partner(config: Config, partner: Partner) -> Iterator[str]:
    """A sentence about a partner that may compare the envelope's sender with the address that it knows."""
    sent = config.deliver.verp and config.deliver.mode == "smtp"
    if sent and partner.codec == "artemail" and Role.RESPONDER in partner.roles:
        yield (
            "deliver.verp changes the envelope's sender of our orders; ask whether they know us by it"
            " (a supplier by ARTEmail often does, a mailproc does not), and leave verp off if they do"
        )
