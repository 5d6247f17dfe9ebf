"""config.toml about messages by TCP: what is refused, and what is worth a word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.app.build import further
from mailproc.app.tcp_files import problems
from mailproc.config import Config
from mailproc.errors import Misconfigured
from tests.servers.certificate import Certificate

PARTNER = """
[[partner]]
symbol = "XX-A"
address = "ill@a.example"
codec = "iso10161"
proof = ["none"]
"""
TCP = 'transport = "tcp"\n[partner.tcp]\naddress = "a.example:1611"\nnetworks = ["192.0.2.7/32"]\n'
OPEN = '[listen_tcp]\nenabled = true\nhost = "0.0.0.0"\npublic = "ill.example:1611"\n'
ALL = "0.0.0.0"  # noqa: S104  # written, not bound
SHA = "ab" * 32

Load = Callable[[str], Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def loaded(text: str) -> Config:
        file = tmp_path / "config.toml"
        file.write_text(text)
        return config_load.load(file, further)

    return loaded


REFUSED = {
    "nobody may connect": ("[listen_tcp]\nenabled = true\n" + PARTNER, "name the networks of at least one"),
    "no address": (PARTNER + 'transport = "tcp"\n', "host and port of their system"),
    "no port": (PARTNER + TCP.replace(":1611", ""), "must be host and port"),
    "port 0": (PARTNER + TCP.replace(":1611", ":0"), "must be host and port"),
    "a URL": (PARTNER + TCP.replace("a.example", "http://a.example"), "must be host and port"),
    "no network": (PARTNER + TCP.replace("/32", "/33"), "must be a network of numbers"),
    "everybody": (PARTNER + TCP.replace("192.0.2.7/32", "0.0.0.0/0"), "every address, which proves nobody"),
    "another codec": (PARTNER.replace("iso10161", "letter") + TCP, "does not carry codec letter"),
    "the fallback is the same": (PARTNER + 'fallback = "tcp"\n' + TCP, "is the transport too"),
    "no such fallback": (PARTNER + 'fallback = "raven"\n' + TCP, "must be one of: mail, tcp"),
    "answers without messages": (PARTNER + '[partner.tcp]\nanswer = "same"\n', 'needs transport = "tcp"'),
    "no SHA-256": (PARTNER + TCP + 'certificate = "abc"\n', "openssl x509 -in FILE -noout -fingerprint"),
    "a certificate without TLS": (PARTNER + TCP + f'certificate = "{SHA}"\n', "needs listen_tcp.tls_cert"),
    "TLS without clients": (
        OPEN + 'tls_cert = "c.pem"\n' + PARTNER + TCP, "tls_clients = \"\": is missing beside tls_cert"),
    "a key alone": (OPEN + 'tls_key = "k.pem"\n' + PARTNER + TCP, "needs tls_cert"),
    "TLS that is off": (PARTNER + TCP + 'tls_authority = "a.pem"\n', "must be true"),
    "a key of ours alone": (PARTNER + TCP + 'tls = true\ntls_key = "k.pem"\n', "tls_key needs its"),
    "the port of another": (OPEN + "port = 8025\n" + PARTNER + TCP, "is listen.port too"),
    "our place": (OPEN.replace("ill.example:1611", "ill.example") + PARTNER + TCP, "must be host and port"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(load: Load, text: str, why: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        load(text)
    assert why in str(refused.value)


@pytest.mark.parametrize("place", ["a.example:1", "192.0.2.1:65535", "[2001:db8::7]:1611"])
def test_places_that_are_some(load: Load, place: str) -> None:
    assert load(PARTNER + TCP.replace("a.example:1611", place)).partner[0].tcp.address == place


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OPEN + PARTNER + TCP, ""),
        (PARTNER + TCP, "networks has no effect: listen_tcp.enabled is false"),
        (OPEN.replace(ALL, "127.0.0.1") + PARTNER + TCP, "it cannot connect"),
        (OPEN.replace("ill.example:1611", "") + PARTNER + TCP, "listen_tcp.public is empty"),
    ],
)
def test_what_is_worth_a_word(load: Load, text: str, told: str) -> None:
    said = [one for one in config_load.warnings(load(text)) if "tcp" in one]
    assert [told in one for one in said] == ([True] if told else [])


def test_files_are_looked_at_before_the_start(load: Load, certificate: Certificate) -> None:
    theirs = f'tls = true\ntls_authority = "{certificate.certificate}"\n'
    ours = f'tls_cert = "{certificate.certificate}"\ntls_key = "{certificate.key}"\n'
    clients = f'tls_clients = "{certificate.certificate}"\n'
    assert not list(problems(load(OPEN + ours + clients + PARTNER + TCP + theirs)))
    wrong = load(
        OPEN + ours + 'tls_clients = "none.pem"\n' + PARTNER + TCP + theirs.replace("cert.pem", "no.pem")
    )
    first, second = problems(wrong)
    assert first.loc == ("listen_tcp", "tls_clients")
    assert "none.pem cannot be read: No such file" in first.text
    assert second.loc == ("partner", 0, "tcp", "tls_authority")


def test_all_files_that_are_missing_are_told_at_once_each_under_its_key(load: Load) -> None:
    ours = 'tls_cert = "a.pem"\ntls_key = "b.pem"\ntls_clients = "c.pem"\n'
    theirs = 'tls = true\ntls_cert = "d.pem"\ntls_key = "e.pem"\ntls_authority = "f.pem"\n'
    said = {one.loc: one.value for one in problems(load(OPEN + ours + PARTNER + TCP + theirs))}
    assert said == {
        ("listen_tcp", "tls_cert"): "a.pem",
        ("listen_tcp", "tls_key"): "b.pem",
        ("listen_tcp", "tls_clients"): "c.pem",
        ("partner", 0, "tcp", "tls_cert"): "d.pem",
        ("partner", 0, "tcp", "tls_key"): "e.pem",
        ("partner", 0, "tcp", "tls_authority"): "f.pem",
    }


@pytest.mark.parametrize("port", [0, 1611])
def test_a_port_that_nobody_was_told_is_noted(load: Load, port: int) -> None:
    config = load(OPEN + f"port = {port}\n" + PARTNER + TCP)
    said = [one for one in config_load.warnings(config) if "listen_tcp.port is 0" in one]
    assert len(said) == (port == 0)
