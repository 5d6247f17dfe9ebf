"""A library system is asked about a reader: another's server, and servers that do what they should not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import pytest

from mailproc.config import Config
from mailproc.config_load.secret import ABSENT
from mailproc.errors import Misconfigured, StillSilent, TryLater
from mailproc.ils.patron_standing import PatronStanding
from mailproc.ils.paused_lookup import PausedLookup
from mailproc.transport import patron_lookup
from mailproc.transport.tls import server_context
from tests.servers import certificate
from tests.servers.library_system import LOST, PASSWORD, USER, KnownReader, library_system
from tests.servers.ncip_responder import NcipResponder

NOW = datetime(2026, 11, 29, 6, 56, 4)  # noqa: DTZ001
READERS = {"P1": KnownReader("Zoë Leser", LOST, "zoe@reader.example", "Please come to the desk"),
           "P3": KnownReader("Ann Reader")}  # fmt: skip
LATE = 0.3
PATIENT = 30.0


def of(
    port: int, seconds: float = PATIENT, ncip: dict[str, str] | None = None, **more: object
) -> PausedLookup:
    given = {"protocol": "sip2", "host": "127.0.0.1", "port": port, "timeout": seconds, "pause": 0, **more}
    config = Config.model_validate({"patrons": {"lookup": given}, "ncip": ncip or {}})
    made = patron_lookup.of(config, lambda: NOW)
    assert isinstance(made, PausedLookup)
    return made


LOGIN = {"user": USER, "password": PASSWORD, "location": "desk", "institution": "MPLIB"}


@pytest.mark.parametrize("checksums", [True, False])
def test_a_patron_is_found_with_name_and_block(checksums):
    with library_system(READERS) as system:
        lookup = of(system.port, checksums=checksums, **LOGIN)
        assert lookup.ask("P1") == PatronStanding(
            known=True, id="P1", name="Zoë Leser", email="zoe@reader.example", blocks=("card-lost",),
            message="Please come to the desk",
        )  # fmt: skip
        assert lookup.ask("P3").blocks == ()
        assert lookup.ask("P2") == PatronStanding(known=False, message="No such patron")
        assert lookup.check() == f"SIP2, 127.0.0.1 port {system.port}: it can be asked"


def test_which_blocks_count_is_said_by_the_library():
    with library_system(READERS) as system:
        assert of(system.port, blocks=["fines"]).ask("P1").blocks == ()


@pytest.mark.parametrize("try_it", [lambda one: one.ask("P1"), lambda one: one.check()])
def test_a_wrong_login_is_a_mistake_of_the_configuration(try_it):
    with library_system(READERS) as system:
        with pytest.raises(Misconfigured, match="refuses our login") as refused:
            try_it(of(system.port, user=USER, password="wr0ng-Passw0rd"))
        assert "wr0ng" not in str(refused.value)
        assert system.asked == []


def test_a_password_that_cannot_be_read_is_not_sent():
    with library_system(READERS) as system:
        with pytest.raises(Misconfigured, match="cannot read"):
            of(system.port, user=USER, password=ABSENT).ask("P1")
        assert system.asked == []


def test_over_tls(tmp_path, monkeypatch):
    files = certificate.self_signed(tmp_path)
    with library_system(READERS, server_context(files.certificate, files.key)) as system:
        here = {"host": "localhost", "security": "tls", **LOGIN}
        with pytest.raises(TryLater, match="certificate is not valid"):
            of(system.port, **here).ask("P1")
        monkeypatch.setenv("SSL_CERT_FILE", files.certificate)
        assert of(system.port, **here).ask("P1").name == "Zoë Leser"
        with pytest.raises(TryLater, match="certificate is not valid"):  # it is for another name
            of(system.port, **here | {"host": "127.0.0.1"}).ask("P1")


@pytest.mark.parametrize(
    ("host", "security", "secured"),
    [("127.0.0.1", "", False), ("localhost", "", False), ("127.0.0.1", "tls", True),
     ("ils.example", "", True), ("ils.example", "none", False)],
)  # fmt: skip
def test_tls_is_the_rule_but_on_this_machine(monkeypatch, host, security, secured):
    servers = []
    monkeypatch.setattr(patron_lookup.sip2_line, "greet", servers.append)
    of(6001, host=host, security=security).check()
    assert [one.tls for one in servers] == [secured]


@contextmanager
def listener(act: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with each connection what ``act`` says."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        act(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def dribbles(connection: socket.socket) -> None:
    ended = threading.Event()
    while not ended.wait(0.05):
        connection.sendall(b"9")


def floods(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"9" * 65_536)


def speaks_smtp(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")
    silent(connection)


def ends(connection: socket.socket) -> None:
    connection.recv(4096)


ONLINE = b"98YYYYYN03000320261129    0656042.00AO|AM|BX|\r"
PATRON = f"64{' ' * 14}{'0' * 45}AEZ|BLY|\r".encode()


def answers(*lines: bytes, asked: list[bytes] | None = None) -> Callable[[socket.socket], None]:
    """To each message the next one; then it hangs up."""

    def act(connection: socket.socket) -> None:
        for line in lines:
            came = connection.recv(4096)
            if asked is not None:
                asked.append(came)
            connection.sendall(line)

    return act


HOSTILE = {
    "silent": (silent, LATE, "no answer within 0.3 seconds"),
    "an octet now and then": (dribbles, LATE, "no answer within 0.3 seconds"),
    "no end": (floods, PATIENT, "more than 32768 octets"),
    "another service": (speaks_smtp, PATIENT, "no answer of SIP2"),
    "hangs up": (ends, PATIENT, "no connection|ended the connection"),
    "hangs up in the middle": (answers(ONLINE, PATRON[:30]), PATIENT, "ended the connection"),
    "breaks off": (answers(ONLINE, b"64  \r"), PATIENT, "breaks off"),
    "not online": (answers(ONLINE.replace(b"98Y", b"98N")), PATIENT, "not online"),
    "no checksum that fits": (answers(ONLINE, PATRON.replace(b"\r", b"AY1AZ0000\r")), PATIENT, "checksum"),
    "another message": (answers(ONLINE, ONLINE), PATIENT, "a message 98"),
}


@pytest.mark.parametrize(("act", "seconds", "why"), HOSTILE.values(), ids=HOSTILE)
def test_a_system_that_cannot_be_asked_is_said_and_keeps_nobody(act, seconds, why):
    with listener(act) as port, pytest.raises(TryLater, match=why):
        of(port, seconds).ask("P1")


def test_what_was_said_before_it_hung_up_counts():
    with listener(answers(ONLINE, PATRON)) as port:
        assert of(port).ask("P1").name == "Z"


@pytest.mark.parametrize("number", ["P1|", "P1\r", "P1\u00a0", "\u0420P1"])
def test_no_other_reader_is_found_by_a_number_that_cannot_be_said(number):
    with library_system(READERS | {"P1 ": READERS["P1"], "?P1": READERS["P1"]}) as system:
        assert of(system.port, encoding="iso-8859-1").ask(number) == PatronStanding(known=False)
        assert system.asked == []


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TryLater, match="no connection: Connection refused"):
        of(port).ask("P1")


def test_a_name_that_can_be_none_is_a_failure_like_others():
    with pytest.raises(TryLater, match="no connection"):
        of(6001, host=f"{'a' * 70}.example").ask("P1")


def test_a_name_that_is_looked_up_without_end_keeps_nobody(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: ended.wait(20) and [])
    try:
        with pytest.raises(TryLater, match="no answer within"):
            of(6001, LATE, host="ils.example").ask("P1")
    finally:
        ended.set()


def test_a_name_that_is_looked_up_without_end_holds_no_thread(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: ended.wait(20) and [])
    try:
        with pytest.raises(TimeoutError):
            patron_lookup.sip2_line.greet(patron_lookup.Sip2Server("ils.example", seconds=0.2))
    finally:
        ended.set()


def test_a_server_without_tls_is_told_nothing_where_tls_is_wanted():
    heard: list[bytes] = []
    hears = listener(lambda connection: heard.append(connection.recv(4096)))
    with hears as port, pytest.raises(TryLater):
        of(port, security="tls", **LOGIN).ask("P1")
    assert all(PASSWORD.encode() not in one for one in heard)


def test_a_system_that_did_not_understand_is_asked_once_more():
    asked: list[bytes] = []
    with listener(answers(b"96AZFEF6\r", ONLINE, PATRON, asked=asked)) as port:
        assert of(port).ask("P1").name == "Z"
    assert asked[0] == asked[1]
    assert asked[0].startswith(b"99")


class Scripted:
    """Answers one after the other."""

    def __init__(self, *answers: PatronStanding | Exception) -> None:
        self.answers = list(answers)

    def ask(self, _number: str) -> PatronStanding:
        said = self.answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def check(self) -> str:
        return "fine"


def test_a_system_that_is_down_is_left_alone_for_a_while():
    known, now = PatronStanding(known=True), [100.0]
    one = Scripted(known, TryLater("it is down"), known, Misconfigured("who are you"), known)
    lookup = PausedLookup(one, 60, lambda: now[0])
    assert lookup.ask("P1") is known
    for _ in range(2):
        with pytest.raises(TryLater, match="it is down"):
            lookup.ask("P1")
        now[0] += 59
    assert len(one.answers) == 3
    now[0] += 1
    assert lookup.ask("P1") is known
    with pytest.raises(Misconfigured):
        lookup.ask("P1")
    with pytest.raises(StillSilent, match="not asked again so soon: who are you"):
        lookup.ask("P1")


def by_ncip(responder: NcipResponder, seconds: float = PATIENT, **ncip: str) -> PausedLookup:
    return of(1, seconds, {"url": responder.url, **ncip}, protocol="ncip")


BLOCKED = (
    b"<NCIPMessage><LookupUserResponse><UserId><UserIdentifierValue>P1</UserIdentifierValue></UserId>"
    b"<UserOptionalFields><BlockOrTrap><BlockOrTrapType>Block Check Out</BlockOrTrapType></BlockOrTrap>"
    b"</UserOptionalFields></LookupUserResponse></NCIPMessage>"
)


def test_a_reader_is_found_by_ncip():
    with NcipResponder(token="t0ken") as responder:
        lookup = by_ncip(responder, token="t0ken", from_agency="OURS", to_agency="LMS")
        assert lookup.ask("P1") == PatronStanding(known=True, id="P1")
        assert not lookup.ask("P9").known
        assert lookup.check() == "NCIP, 127.0.0.1: it can be asked"
        responder.answers = [BLOCKED]
        assert lookup.ask("P1").blocks == ("charge-denied",)


def test_a_token_is_in_no_failure():
    with NcipResponder(token="t0ken") as responder:
        with pytest.raises(TryLater, match="gave no answer in NCIP") as refused:
            by_ncip(responder, token="an0ther").ask("P1")
        assert "an0ther" not in str(refused.value)
        with pytest.raises(Misconfigured, match=r"cannot read \[ncip\] token"):
            by_ncip(responder, token=ABSENT).ask("P1")


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><NCIPMessage>&b;</NCIPMessage>'
NO_ANSWERS: list[bytes | tuple[int, bytes]] = [
    b"It works!", (500, b""), (302, b""), BOMB, b"<NCIPMessage/>", b"x" * 2_000_000,
]  # fmt: skip


@pytest.mark.parametrize("said", NO_ANSWERS, ids=["greeting", "500", "redirect", "bomb", "empty", "large"])
def test_what_is_no_answer_in_ncip_is_a_failure(said):
    with NcipResponder() as responder:
        responder.answers = [said]
        with pytest.raises(TryLater, match="gave no answer in NCIP"):
            by_ncip(responder).ask("P1")


def test_an_answer_in_ncip_that_does_not_come_keeps_nobody():
    ended = threading.Event()
    with NcipResponder() as responder:
        responder.answers = [lambda _request: ended.wait(20)]
        try:
            with pytest.raises(TryLater):
                by_ncip(responder, LATE).ask("P1")
        finally:
            ended.set()
