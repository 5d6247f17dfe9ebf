"""What is allowed and yet worth a word: said aloud by `mailproc check` and when the service starts."""

from collections.abc import Iterator, Sequence

from mailproc.config import Config, Library, Partner, ServerLogin
from mailproc.config_load import (
    rules_hub,
    rules_lookup,
    rules_ncip,
    rules_oauth,
    rules_ports,
    rules_rota,
    warn_forms,
    warn_hooks,
    warn_proof,
    warn_tcp,
    warn_web,
)
from mailproc.config_load.value_checks import is_loopback, only_loopback

LEAST_SILENCE = 60
"""Seconds: a service records itself every 10 to 15."""
LARGEST_LETTER = 50_000_000
"""Octets of a letter that some mail systems still take."""


def warnings(config: Config) -> list[str]:
    """Sentences for the operator, each naming its key. No secrets."""
    return [
        *_library(config),
        *_store(config),
        *_doors(config),
        *_delivery(config),
        *warn_proof.of_relay(config),
        *_verp(config),
        *_documents(config),
        *_metrics(config),
        *_partners(config),
        *warn_forms.warnings(config),
        *warn_hooks.warnings(config),
        *warn_tcp.warnings(config),
        *warn_web.warnings(config),
        *rules_lookup.warnings(config.patrons.lookup),
        *rules_hub.warnings(config),
        *rules_ports.warnings(config),
        *rules_ncip.warnings(config),
        *rules_rota.warnings(config),
    ]


def _library(config: Config) -> Iterator[str]:
    for key in ("symbol", "email"):
        if getattr(config.library, key) == getattr(Library(), key):
            yield f"library.{key} is still the placeholder {getattr(Library(), key)}"


def _store(config: Config) -> Iterator[str]:
    """A second machine must reach the same places."""
    if config.store.url.startswith("sqlite"):
        return
    named = {"store.counters": config.store.counters, "documents.folder": config.documents.folder}
    if config.policy.archive_after:
        named["store.archives"] = config.store.archives
    if unnamed := [key for key, place in named.items() if not place]:
        yield f"no second machine can take over: {' and '.join(unnamed)} must name places that both reach"
    if 0 < config.store.take_over_after < LEAST_SILENCE:
        yield f"store.take_over_after: below {LEAST_SILENCE} a service that is only slow is cut off"


def _doors(config: Config) -> Iterator[str]:
    listen = config.listen
    if not listen.enabled and not config.mailbox:
        yield "nothing can come in: listen.enabled is false and there is no [[mailbox]]"
    if listen.enabled and not listen.networks:
        yield "listen.networks is empty, so nobody can use the listener"
    if listen.enabled and not is_loopback(listen.host):
        if only_loopback(listen.networks):
            yield f"listen.networks holds this machine only, so nobody can use the listener on {listen.host}"
        if any(network.endswith("/0") for network in listen.networks):
            yield "listen.networks lets the whole world deliver letters"
    for mailbox in config.mailbox:
        if mailbox.security == "none" and not is_loopback(mailbox.host):
            what = _secret_of(mailbox)
            yield f"mailbox {mailbox.name}: security none sends the {what} to {mailbox.host} in clear"
        yield from _unused(mailbox, f"mailbox {mailbox.name}")
    places = [(mailbox.host.lower(), mailbox.user, mailbox.folder) for mailbox in config.mailbox]
    if len(set(places)) < len(places):
        yield "two [[mailbox]] entries read the same folder: every letter comes twice"


def _secret_of(login: ServerLogin) -> str:
    return "password" if login.auth == "password" else "access token"


def _unused(login: ServerLogin, name: str) -> Iterator[str]:
    if login.auth == "password" and (given := rules_oauth.keys_given(login)):
        yield f'{name}: {", ".join(given)} mean nothing without auth = "oauth2"'


def _delivery(config: Config) -> Iterator[str]:
    deliver = config.deliver
    yield from _unused(deliver, "deliver")
    if deliver.mode == "folder":
        yield (
            'NOTHING IS SENT: deliver.mode is "folder", letters and the calls of hooks and NCIP are written'
            f" into {deliver.folder}"
        )
    elif deliver.user and deliver.security == "none" and not is_loopback(deliver.host):
        yield f"deliver: security none sends the {_secret_of(deliver)} to {deliver.host} in clear"


def _partners(config: Config) -> Iterator[str]:
    if not config.partner:
        yield "there is no [[partner]]: no library can be asked, and no letter is recognised"
    for partner in config.partner:
        if partner.address.lower() == config.library.email.lower():
            yield f"partner {partner.symbol}: its address is library.email: what is sent there comes back"
        told = (*warn_proof.warnings(config, partner), *_partner(partner))
        yield from (f"partner {partner.symbol}: {text}" for text in told)
    yield from _shared_addresses(config.partner)


def _shared_addresses(partners: Sequence[Partner]) -> Iterator[str]:
    """By each address: who writes from it."""
    writers: dict[str, list[str]] = {}
    for partner in partners:
        for address in {one.lower() for one in partner.accepts_from or (partner.address,)}:
            writers.setdefault(address, []).append(partner.symbol)
    for address, names in writers.items():
        others = [name for name in writers.get("@" + address.partition("@")[2], ()) if name not in names]
        if names + others != names[:1]:
            shared = " and ".join(names + others)
            yield f"partners {shared} write from {address}: a letter without a request of theirs is shelved"


def _partner(partner: Partner) -> Iterator[str]:
    if partner.status == "paused":
        yield "paused: its letters are held"


def _documents(config: Config) -> Iterator[str]:
    limits, most = config.documents, min(config.listen.max_size, LARGEST_LETTER)
    if limits.forward and not limits.types:
        yield "documents.forward is true and documents.types is empty: no document goes to a reader"
    if limits.max_size > most:
        yield f"documents.max_size is {limits.max_size}: few mail systems take more than {most} bytes"


def _metrics(config: Config) -> Iterator[str]:
    metrics = config.metrics
    if metrics.enabled and not is_loopback(metrics.host):
        yield (
            f"metrics.host is {metrics.host}: whoever reaches port {metrics.port} there reads the figures,"
            ' without a password; write "127.0.0.1" and let a proxy ask for one'
        )


def _verp(config: Config) -> Iterator[str]:
    """What [deliver] verp needs of others: nothing here can test it."""
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
