"""What of [web] is set and does nothing, or is dangerous and may be meant."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from mailproc.config import Config
from mailproc.config_load.value_checks import is_loopback


def warnings(config: Config) -> Iterator[str]:
    """Yield a note for each."""
    web, documents = config.web, config.documents
    if not web.enabled:
        if web.auth != "local" or web.readers.sign_in != "off":
            yield "web.auth and web.readers.sign_in do nothing while web.enabled = false"
        return
    if not is_loopback(web.host):
        yield (
            f"web.host = {web.host}: port {web.port} speaks plain HTTP to whoever reaches it:"
            " let your proxy alone reach it"
        )
    if web.readers.sign_in == "mail" and is_loopback(urlsplit(web.public_url).hostname or ""):
        yield "web.public_url is this machine: the link in a reader's letter opens here alone"
    if documents.page_days and not (documents.forward and web.readers.sign_in != "off"):
        yield "documents.page_days does nothing without documents.forward = true and web.readers.sign_in"
    if documents.page_days > documents.keep_days > 0:
        yield f"documents.page_days is more than keep_days: a copy is gone after {documents.keep_days} days"
    if web.oidc.issuer and web.auth != "oidc":
        yield 'web.oidc does nothing without web.auth = "oidc"'
