"""The door with TLS: only who shows the one certificate that was pinned is heard."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mailproc.transport import slnp_in
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
def secure(open_house: Open, tmp_path: Path, theirs: Certificate) -> Callable[..., House]:
    """Opens a house whose door speaks TLS; takes more lines of its section."""
    ours = made(tmp_path, "ours")
    files = f'tls_cert = "{ours.certificate}"\ntls_key = "{ours.key}"\nclient_cert = "{theirs.certificate}"'
    return lambda more="": open_house(door=f"{files}\n{more}")


@pytest.fixture
def secured(secure: Callable[..., House]) -> House:
    return secure()


def shown(certificate: Certificate | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def said(house: House, certificate: Certificate | None) -> list[str]:
    """The answer to an order of a client that shows this certificate; [] if it is hung up on."""
    try:
        with Zfl(house.port, shown(certificate)) as zfl:
            return zfl.says(order())
    except (ssl.SSLError, ConnectionError):
        return []


def test_the_pinned_client_is_heard(secured: House, theirs: Certificate) -> None:
    assert said(secured, theirs)[1] == "601 PFLNummer:B1-1"


def test_nobody_else_is(secured: House, tmp_path: Path) -> None:
    assert said(secured, None) == []
    assert said(secured, made(tmp_path, "another")) == []
    with secured.zfl() as plain, suppress(ConnectionError):
        plain.line.sendall(order())
        assert plain.hears() == []
    assert secured.rows("inbox") == []


def has_ended(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


def test_who_is_not_on_the_list_is_closed_before_tls(secure: Callable[..., House]) -> None:
    house = secure('networks = ["192.0.2.1/32"]')
    with house.zfl() as stranger:
        assert has_ended(stranger.line), "it said nothing, and no time is given to it"


def test_the_silent_take_no_more_places_than_there_are(
    secure: Callable[..., House], theirs: Certificate
) -> None:
    house = secure("max_connections = 3")
    silent = [house.zfl() for _ in range(10)]
    assert all(has_ended(one.line) for one in silent[:7])
    assert said(house, theirs)[1] == "601 PFLNummer:B1-1"
    for one in silent:
        one.line.close()


def test_who_has_shown_its_certificate_gives_no_way_to_who_has_not(
    secure: Callable[..., House], theirs: Certificate
) -> None:
    house = secure("max_connections = 2")
    with Zfl(house.port, shown(theirs)) as zfl:
        zfl.says(order())
        silent = [house.zfl() for _ in range(5)]
        assert all(has_ended(one.line) for one in silent[:4])
        assert zfl.says(order())[1] == "601 PFLNummer:B1-1"
    for one in silent:
        one.line.close()


def test_the_handshake_has_a_time(
    secured: House, theirs: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slnp_in, "HANDSHAKE", 0.2)
    with secured.zfl() as silent:
        assert has_ended(silent.line)
