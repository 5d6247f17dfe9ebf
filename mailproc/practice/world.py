"""The practice world: post office, mailbox, catalogues, hub and the players, moved by one loop.

Everything happens in the loop's thread, one thing after the other: a letter that came to the
post office, a call of a hook, or a line that a person (or the demo) wrote:

    listener HOST PORT     where our listener is, as soon as it is known
    listener-tcp HOST PORT    the same of our port for ISO 10161
    listener-slnp HOST PORT   the same of our door for SLNP
    listener-http HOST PORT   the same of our door for the hub
    go NUMBER CUE          let the player of that order say its next word ("go B2 renewed")
    order ADDRESS          the customer sends us an order file
    pfl SIGEL              the ZFL gives an order for a reader of the library SIGEL
    sbn ISIL               the library behind the hub asks us, whom the hub knows by ISIL
    posts on|off           whether the hub posts to us what happens, or waits until we ask
    verify                 the neighbour and the Aleph recompute their transactions, and say where they stand
    stop                   the same as the end of the input
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from mailproc.practice import hub, library_system
from mailproc.practice.aleph import Aleph
from mailproc.practice.british_library import british_library
from mailproc.practice.carrier import Carrier
from mailproc.practice.customer import Customer
from mailproc.practice.hub import HubHeard, PractisingHub
from mailproc.practice.hub_line import HubLine
from mailproc.practice.library_system import HookHeard, LibrarySystem
from mailproc.practice.mailbox import PracticeMailbox
from mailproc.practice.neighbour import Neighbour
from mailproc.practice.order_file import letter_of
from mailproc.practice.post_office import Posted, PostOffice
from mailproc.practice.second_library import second_library
from mailproc.practice.supplier import Answer, Supplier, Tell
from mailproc.practice.tcp_line import Called, TcpLine, TcpPort
from mailproc.practice.town import Town
from mailproc.practice.web_server import WebServer
from mailproc.practice.zfl import Zfl

PASSWORDS = {
    "bl": "PRACTICE_BL_PASSWORD",
    "second": "PRACTICE_SECOND_PASSWORD",
    "customer": "PRACTICE_CUSTOMER_PASSWORD",
    "mailbox": "PRACTICE_MAILBOX_PASSWORD",
    "hook": "PRACTICE_HOOK_SECRET",
    "hub": "PRACTICE_HUB_PATH",
}
"""Who has a password, and the environment variable that holds it on both sides."""


@dataclass(frozen=True)
class Ground:
    """Where the world stands. Ports: 0 takes a free one. ``passwords`` by the keys of PASSWORDS."""

    passwords: Mapping[str, str] = field(repr=False)
    relay_port: int = 0
    mailbox_port: int = 0
    web_port: int = 0
    aleph_port: int = 0
    listener: tuple[str, int] | None = None
    tcp_listener: tuple[str, int] | None = None
    slnp_listener: tuple[str, int] | None = None
    http_listener: tuple[str, int] | None = None


Happening = Posted | HookHeard | HubHeard | Called | str
Lender = Supplier | Neighbour | Town | Zfl | PractisingHub


class World:
    def __init__(self, ground: Ground, tell: Tell) -> None:
        self._tell = tell
        self._happenings: SimpleQueue[Happening] = SimpleQueue()
        self.post_office = PostOffice(self._happenings.put, ground.relay_port)
        told = LibrarySystem(ground.passwords["hook"], self._happenings.put)
        self._hub = PractisingHub(tell, self._happenings.put)
        self._hub_line = HubLine(self._hub, tell, ground.passwords["hub"], ground.http_listener)
        self._web = WebServer(told, self._hub, ground.web_port)
        self._mailbox = PracticeMailbox(ground.passwords["mailbox"], ground.mailbox_port)
        self._carrier = Carrier(self._mailbox, tell, ground.listener)
        self._aleph_port = TcpPort(self._happenings.put, ground.aleph_port)
        self._tcp_line = TcpLine(tell, ground.tcp_listener)
        self._customer = Customer(ground.passwords["customer"], tell)
        self._neighbour, self._aleph = Neighbour(tell), Aleph(tell)
        self._zfl = Zfl(tell, ground.slnp_listener)
        self._lenders: tuple[Lender, ...] = (
            british_library(ground.passwords["bl"], tell),
            second_library(ground.passwords["second"], tell),
            self._neighbour,
            Town(tell),
            self._aleph,
            self._zfl,
            self._hub,
        )
        players: tuple[Lender | Customer, ...] = (*self._lenders, self._customer)
        self._players = {player.address: player for player in players if player is not self._aleph}

    def run(self, lines: Iterable[str]) -> None:
        """Until the lines end. Raises LocalFault where the world cannot stand."""
        with ExitStack() as stack:
            mailbox_port = self._mailbox.start()
            stack.callback(self._mailbox.stop)
            relay_port = self.post_office.start()
            stack.callback(self.post_office.stop)
            web_port = self._web.start()
            stack.callback(self._web.stop)
            aleph_port = self._aleph_port.start()
            stack.callback(self._aleph_port.stop)
            self._tell("ready", relay=relay_port, mailbox=mailbox_port, web=web_port, aleph=aleph_port)
            for library in (self._neighbour, self._aleph):
                stack.callback(library.close)
                library.open()
            threading.Thread(target=self._listen_to, args=(lines,), daemon=True).start()
            self._loop()

    def stop(self) -> None:
        """Have ``run`` end what it has begun; safe from a signal handler (a SimpleQueue needs no lock)."""
        self._happenings.put("stop")

    def _listen_to(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._happenings.put(line.strip())
        self.stop()

    def _loop(self) -> None:
        while True:
            try:
                happening = self._happenings.get(timeout=1)
            except Empty:
                self._carrier.hand_over()
                self._tcp_line.hand_over()
                self._hub_line.hand_over()
                continue
            if happening == "stop":
                return
            for answer in self._answers(happening):
                (self._tcp_line if answer.bare else self._carrier).carry(answer)
            self._hub_line.hand_over()

    def _answers(self, happening: Happening) -> list[Answer]:
        if isinstance(happening, str):
            return self._command(happening)
        if isinstance(happening, HookHeard):
            self._tell(
                "hook", player=library_system.NAME, number=happening.number, heard=happening.event,
                text=happening.text,
            )  # fmt: skip
            return []
        if isinstance(happening, HubHeard):
            self._tell("hub", player=hub.NAME, number=happening.number, text=happening.text)
            return []
        if isinstance(happening, Called):
            return self._aleph.take(happening.octets)
        player = self._players.get(happening.rcpt_to)
        if player is None:  # a reader, our own staff: people who do not answer
            letter = letter_of(happening.raw)
            documents = len(list(letter.iter_attachments()))
            self._tell("post", to=happening.rcpt_to, subject=str(letter["Subject"]), documents=documents)
            return []
        return player.take(happening.raw)

    def _command(self, line: str) -> list[Answer]:
        commands: dict[str, tuple[int, Callable[..., list[Answer]]]] = {
            "listener": (2, self._set_listener),
            "listener-tcp": (2, self._set_tcp_listener),
            "listener-slnp": (2, self._set_slnp_listener),
            "go": (2, self._go),
            "order": (1, lambda address: [self._customer.order(address)]),
            "listener-http": (2, self._set_http_listener),
            "pfl": (1, self._pfl),
            "sbn": (1, self._hub.order),
            "posts": (1, self._posts),
            "verify": (0, self._verify),
        }
        verb, *words = line.split()[:3] or ("",)
        arguments, act = commands.get(verb, (-1, self._go))
        if len(words) != arguments or (verb.startswith("listener") and not words[1].isdecimal()):
            self._tell("not-understood", text=line)
            return []
        return act(*words)

    def _set_listener(self, host: str, port: str) -> list[Answer]:
        self._carrier.listener = (host, int(port))
        self._tell("listener", host=host, port=int(port))
        return []

    def _set_tcp_listener(self, host: str, port: str) -> list[Answer]:
        self._tcp_line.listener = (host, int(port))
        return []

    def _set_slnp_listener(self, host: str, port: str) -> list[Answer]:
        self._zfl.listener = (host, int(port))
        return []

    def _set_http_listener(self, host: str, port: str) -> list[Answer]:
        self._hub_line.listener = (host, int(port))
        return []

    def _posts(self, word: str) -> list[Answer]:
        self._hub.posts = word != "off"
        return []

    def _pfl(self, sigel: str) -> list[Answer]:
        self._zfl.order(sigel)
        return []

    def _verify(self) -> list[Answer]:
        self._neighbour.report()
        self._aleph.report()
        return []

    def _go(self, number: str, cue: str) -> list[Answer]:
        for lender in reversed(self._lenders):  # a later attempt lies with the second library
            if lender.knows(number):
                return lender.go(number, cue)
        self._tell("not-understood", text=f"no order {number}")
        return []
