"""The door with TLS: only who shows the one certificate that was pinned is heard."""

import ssl
from pathlib import Path

import pytest

from tests.servers.certificate import Certificate, self_signed
from tests.slnp.conftest import Open
from tests.slnp.zfl import House, Zfl, order


def made(folder: Path, name: str) -> Certificate:
    (folder / name).mkdir()
    return self_signed(folder / name)


@pytest.fixture
def theirs(tmp_path: Path) -> Certificate:
    return made(tmp_path, "theirs")


@pytest.fixture
def secured(open_house: Open, tmp_path: Path, theirs: Certificate) -> House:
    ours = made(tmp_path, "ours")
    door = f'tls_cert = "{ours.certificate}"\ntls_key = "{ours.key}"\nclient_cert = "{theirs.certificate}"'
    return open_house(door=door)


def said(house: House, shown: Certificate | None) -> list[str]:
    """The answer to an order of a client that shows this certificate; [] if it is hung up on."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if shown:
        context.load_cert_chain(shown.certificate, shown.key)
    try:
        with Zfl(house.port, context) as zfl:
            return zfl.says(order())
    except (ssl.SSLError, ConnectionError):
        return []


def test_the_pinned_client_is_heard(secured: House, theirs: Certificate) -> None:
    assert said(secured, theirs)[1] == "601 PFLNummer:B1-1"


def test_nobody_else_is(secured: House, tmp_path: Path) -> None:
    assert said(secured, None) == []
    assert said(secured, made(tmp_path, "another")) == []
    with secured.zfl() as plain:
        plain.line.sendall(order())
        assert plain.hears() == []
    assert secured.rows("inbox") == []
