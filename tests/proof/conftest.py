"""Keys, a nameserver that knows them, and Mail::DKIM that asks it."""

from collections.abc import Callable, Iterator

import pytest

from tests.proof import signer
from tests.proof.signer import Key
from tests.proof.verifier import NAME, Keys
from tests.servers import mail_dkim
from tests.servers.dns import NameServer
from tests.servers.mail_dkim import MailDkim


@pytest.fixture(scope="session")
def key() -> Key:
    return signer.rsa_key()


@pytest.fixture(scope="session")
def ed25519() -> Key:
    return signer.ed25519_key()


@pytest.fixture
def keys(key: Key) -> Keys:
    return Keys({NAME: key.record})


@pytest.fixture(scope="session")
def nameserver(key: Key, ed25519: Key) -> Iterator[NameServer]:
    with NameServer() as server:
        server.key(f"{signer.SELECTOR}._domainkey.{signer.DOMAIN}", key.record)
        server.key(f"ed._domainkey.{signer.DOMAIN}", ed25519.record)
        yield server


@pytest.fixture(scope="session")
def perl(nameserver: NameServer, missing: Callable[[str], None]) -> Iterator[MailDkim]:
    if not mail_dkim.installed():
        missing(mail_dkim.PACKAGE)
    with MailDkim(nameserver.port) as running:
        yield running
