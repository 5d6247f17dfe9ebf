"""What [deliver] verp asks of others: said by `mailproc check`, for nothing here can test it."""

from collections.abc import Iterator

from mailproc.config import Config


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
