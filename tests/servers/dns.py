"""A nameserver on a loopback port that answers, refuses, lies and is silent as it is told, by UDP and TCP."""

import socket
import socketserver
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal, Self

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

Manner = Literal["plain", "silent", "dripping", "wrong id", "garbage"]


@dataclass(frozen=True)
class Answer:
    """TXT ``records``, behind ``aliases`` (a chain of CNAMEs); ``late`` by so many seconds.

    "dripping": UDP says that the answer is truncated, and TCP sends an octet now and then, without end.
    "wrong id": an answer to another question, and none to this.
    """

    records: tuple[bytes, ...] = ()
    rcode: str = "NOERROR"
    ttl: int = 300
    aliases: tuple[str, ...] = ()
    manner: Manner = "plain"
    late: float = 0.0

    def message(self, query: dns.message.QueryMessage) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        response.set_rcode(dns.rcode.from_text(self.rcode))
        names = [query.question[0].name, *(dns.name.from_text(one) for one in self.aliases)]
        for owner, target in pairwise(names):
            response.answer.append(dns.rrset.from_text(owner, self.ttl, "IN", "CNAME", target.to_text()))
        if self.records:
            texts = [TXT(dns.rdataclass.IN, dns.rdatatype.TXT, _strings(one)) for one in self.records]
            response.answer.append(dns.rrset.from_rdata_list(names[-1], self.ttl, texts))
        return response


def _strings(record: bytes) -> list[bytes]:
    return [record[at : at + 255] for at in range(0, len(record), 255)] or [b""]


NO_NAME = Answer(rcode="NXDOMAIN")
SILENT = Answer(manner="silent")


@dataclass
class NameServer:
    """``answers``: by name, without the last dot; what it does not know is NXDOMAIN. ``asked`` and
    ``asked_by_tcp``: how often each name was asked for. An answer that is too long for UDP is truncated."""

    answers: dict[str, Answer] = field(default_factory=dict)
    default: Answer = NO_NAME
    asked: Counter[str] = field(default_factory=Counter)
    asked_by_tcp: Counter[str] = field(default_factory=Counter)
    port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def key(self, name: str, record: bytes, ttl: int = 300) -> None:
        self.answers[name] = Answer((record,), ttl=ttl)

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._udp, self._tcp = _both(self)
        self.port = self._udp.server_address[1]
        for server in (self._udp, self._tcp):
            threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()

    def answer(self, query: dns.message.QueryMessage, asked: Counter[str]) -> Answer:
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        asked[name] += 1
        return self.answers.get(name, self.default)

    def by_udp(self, octets: bytes, reply: Any) -> None:
        query = _query(octets)
        answer = self.answer(query, self.asked)
        self._ended.wait(answer.late)
        response = answer.message(query)
        too_long = len(response.to_wire(max_size=65_535)) > (query.payload or 512)
        if too_long or answer.manner == "dripping":
            response = replace(answer, records=(), aliases=()).message(query)
            response.flags |= dns.flags.TC
        if answer.manner == "wrong id":
            response.id ^= 1
        if answer.manner == "garbage":
            reply(octets[:2] + b"\xff" * 40)
        elif answer.manner != "silent":
            reply(response.to_wire(max_size=65_535))

    def by_tcp(self, connection: socket.socket) -> None:
        query, _ = dns.query.receive_tcp(connection, time.time() + 5)
        assert isinstance(query, dns.message.QueryMessage)
        answer = self.answer(query, self.asked_by_tcp)
        octets = answer.message(query).to_wire(max_size=65_535)
        if answer.manner != "dripping":
            connection.sendall(len(octets).to_bytes(2) + octets)
            return
        connection.sendall(b"\xff\xff")
        while not self._ended.wait(0.02):
            connection.sendall(b"\0")


def _query(octets: bytes) -> dns.message.QueryMessage:
    query = dns.message.from_wire(octets)
    assert isinstance(query, dns.message.QueryMessage)
    return query


def _both(served: NameServer) -> tuple[socketserver.UDPServer, socketserver.TCPServer]:
    """UDP and TCP on one port that is free for both."""

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            octets, door = self.request
            with suppress(OSError):  # who asked may have gone
                served.by_udp(octets, lambda reply: door.sendto(reply, self.client_address))

    class Tcp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError, EOFError):
                served.by_tcp(self.request)

    while True:
        udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Udp)
        try:
            return udp, socketserver.ThreadingTCPServer(udp.server_address, Tcp)
        except OSError:
            udp.server_close()
