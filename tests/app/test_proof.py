"""Signed letters and logins through the listener of the real service; its nameserver is the test's."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.app.installation import DEADLINE, Daemon, Installation, order
from tests.cheap_hash import cheap_hash
from tests.proof import signer
from tests.proof.signer import Key
from tests.servers.dns import SILENT, NameServer
from tests.servers.dovecot import Dovecot
from tests.servers.systemd import Systemd

PASSWORD = "correct-horse"
NAME = "mail._domainkey.customer.example"
HASTE = (
    "from datetime import timedelta; import mailproc.app.daemon as d; import mailproc.store.queue as q;"
    " import mailproc.transport.dns_keys as k;"
    " d.IDLE_LOOK = 0.2; k.PAUSE = 0.2; q.BACKOFF = (timedelta(seconds=0.2),) * 1000"
)
"""Pauses of minutes take a moment."""


@pytest.fixture(scope="module")
def key() -> Key:
    return signer.rsa_key()


@pytest.fixture
def nameserver(key: Key) -> Iterator[NameServer]:
    with NameServer() as server:
        server.key(NAME, key.record)
        yield server


@pytest.fixture
def proving(app: Installation, nameserver: NameServer, certificate: Any) -> Installation:
    """A house that believes its customer by DKIM or login alone."""
    file = app.folder / "config.toml"
    text = file.read_text()
    for old, new in _changes(certificate, nameserver):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)
    return app


def _changes(certificate: Any, nameserver: NameServer) -> list[tuple[str, str]]:
    tls = f'tls_cert = "{certificate.certificate}"\ntls_key = "{certificate.key}"\n'
    dns = f'[proof]\nnameservers = ["{nameserver.address}"]\ndns_timeout = 0.5\n'
    login = f'[partner.login]\nuser = "customer"\nhash = "{cheap_hash(PASSWORD)}"\n'
    unproven = 'address = "ill@customer.example"\nproof = ["none"]\nroles = ["REQUESTER"]\n'
    return [
        ("[listen]\n", "[listen]\n" + tls),
        ("[[partner]]", dns + "[[partner]]"),
        (unproven, unproven.replace('["none"]', '["dkim", "login"]') + login),
    ]


@pytest.fixture
def signed(key: Key) -> Callable[[str], bytes]:
    return lambda number: signer.signed(order(number), key, d="customer.example")


@contextmanager
def logged_in(daemon: Daemon, certificate: Any, password: str = PASSWORD) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("localhost", daemon.port, timeout=DEADLINE) as client:
        client.starttls(context=ssl.create_default_context(cafile=certificate.certificate))
        client.login("customer", password)
        yield client


def settled(found: list[Any]) -> bool:
    came = [one["state"] for one in found if one["id"].startswith("I")]
    return len(came) == 4 and "todo" not in came


def test_a_letter_moves_a_request_by_its_signature_or_its_login(
    proving: Installation, signed: Callable[[str], bytes], certificate: Any
) -> None:
    daemon = proving.start()
    daemon.takes(order("C1-1"))
    daemon.takes(signed("C2-1"))
    daemon.takes(signed("C3-1").replace(b"A Book", b"B Book"))
    with logged_in(daemon, certificate) as client:
        client.sendmail("ill@customer.example", ["ill@town.example"], order("C4-1"))
    with pytest.raises(smtplib.SMTPAuthenticationError), logged_in(daemon, certificate, "wrong-guess"):
        pass
    proving.until(["letters"], settled)
    letters = [proving.json("letter", f"I{number}") for number in range(1, 5)]
    assert [(one["state"], one["proof"]) for one in letters] == [
        ("shelved", ""), ("done", "dkim"), ("shelved", ""), ("done", "login"),
    ]  # fmt: skip
    assert letters[0]["proof_note"] == "login: nobody had logged in; dkim: the letter has no DKIM signature"
    assert letters[0]["last_error"] == f"unproven sender ill@customer.example: {letters[0]['proof_note']}"
    assert "the body was changed" in letters[2]["proof_note"]
    assert letters[3]["proof_note"] == ""
    assert len(proving.json("requests")) == 2
    shown = proving.cli("letter", "I2").out
    assert "Proof:   dkim\n" in shown
    assert "Proofs that failed: login: nobody had logged in\n" in shown
    assert daemon.stop() == 0
    assert "wrong-guess" not in "\n".join(daemon.lines)


def test_a_login_works_after_the_watchdog_has_looked(
    proving: Installation, certificate: Any, manager: Systemd
) -> None:
    """Its looks go through the listener, where the logins are: they leave them open."""
    daemon = proving.start(code="from mailproc.app import watchdog; watchdog.ROUND = 0.2")
    for _ in range(2):
        manager.hears("WATCHDOG=1", times=manager.told.count("WATCHDOG=1") + 3)
        with logged_in(daemon, certificate):
            pass
    assert daemon.stop() == 0


RECEIVED = b"Received: from mail.customer.example by mx.town.example; Sun, 29 Nov 2026 09:00:00 +0000\r\n"
RESULTS = b"Authentication-Results: mx.town.example; dmarc=pass header.from=customer.example\r\n"


def test_by_imap_a_signature_or_our_relays_word(
    proving: Installation, signed: Callable[[str], bytes], own_dovecot: Callable[..., Dovecot]
) -> None:
    file = proving.folder / "config.toml"
    text = file.read_text().replace('"dkim", "login"', '"dkim", "login", "dmarc"')
    relay = 'authserv_id = "mx.town.example"\ndoors = ["box"]\n'
    file.write_text(text.replace("[proof]\n", "[proof]\n" + relay))
    dovecot = own_dovecot()
    by_relay, forged = RESULTS + RECEIVED + order("C2-1"), RECEIVED + RESULTS + order("C3-1")
    dovecot.fill("box", [signed("C1-1"), by_relay, forged, order("C4-1")])
    proving.mailbox("box", dovecot.port, "box")
    daemon = proving.start()
    proving.until(["letters"], settled)
    letters = [proving.json("letter", f"I{number}") for number in range(1, 5)]
    assert [(one["state"], one["proof"]) for one in letters] == [
        ("done", "dkim"), ("done", "dmarc"), ("shelved", ""), ("shelved", ""),
    ]  # fmt: skip
    assert "dmarc: a field of mx.town.example stands below the Received of" in letters[2]["proof_note"]
    assert "login: the letter came by box" in letters[3]["proof_note"]
    assert daemon.stop() == 0


def test_dns_is_away_and_comes_back(
    proving: Installation, signed: Callable[[str], bytes], certificate: Any, nameserver: NameServer, key: Key
) -> None:
    nameserver.answers[NAME] = SILENT
    daemon = proving.start(code=HASTE)
    daemon.takes(signed("C1-1"))
    waits = proving.until(["letter", "I1"], lambda letter: "cannot be proven yet" in letter["last_error"])
    assert waits["state"] == "todo"
    with logged_in(daemon, certificate) as client:
        client.sendmail("ill@customer.example", ["ill@town.example"], order("C2-1"))
    proving.until(["letter", "I2"], lambda letter: letter["state"] == "done")
    assert proving.json("letter", "I1")["state"] == "todo"
    assert [(line["id"], line["state"]) for line in proving.json("shelved")] == [("I1", "todo")]
    nameserver.key(NAME, key.record)
    done = proving.until(["letter", "I1"], lambda letter: letter["state"] == "done")
    assert (done["proof"], done["last_error"]) == ("dkim", "")
    assert len(proving.json("requests")) == 2
    assert daemon.stop() == 0
