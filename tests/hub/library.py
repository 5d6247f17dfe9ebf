"""A library behind the hub: a real store, the real stations, and its door at a socket."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import RowMapping, select
from sqlmodel import SQLModel

from mailproc.app import channels, delivery, work_round
from mailproc.app.build import App, build
from mailproc.flow import send
from mailproc.flow.send import Deliver
from mailproc.office.acts import perform
from mailproc.office.acts.perform import StaffAct
from mailproc.office.queries import request_details
from mailproc.office.requests import place
from mailproc.store.prepared_statements import table_of
from tests.servers.ill_hub import IllHub
from tests.support import configuration, history

SECRET = "a-secret-path-of-the-hub-{}"
MILAN, ROME = "IT-MI0001", "IT-RM0002"


def configured(us: str, them: str, hub: str, door: str = "", **hub_keys: str) -> str:
    town = us[3:5].lower()
    return "".join(
        [
            configuration.library(us, f"ill@{town}.example", f"Library {us}", staff=f"desk@{town}.example"),
            configuration.section("store", url="sqlite:///store.db"),
            "[listen]\nenabled = false\n",
            configuration.section("hub", url=hub, **hub_keys),
            '[listen_http]\nenabled = true\nport = 0\npath = { file = "hub.secret" }\n',
            door,
            configuration.relay(9),
            configuration.partner(
                them, f"ill@{them[3:5].lower()}.example", codec="illsbn", transport="http",
                roles=["REQUESTER", "RESPONDER"], proof=["none"],
            ),
        ]
    )  # fmt: skip


class Clock:
    """A second goes by with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def tomorrow(self) -> None:
        self.now += timedelta(days=1)


@dataclass
class HubLibrary:
    app: App
    clock: Clock
    port: int
    secret: str
    deliver: Deliver
    polls: list[Callable[[], object]] = field(default_factory=list)

    def run(self) -> int:
        """Every station, and the letters out, until nothing is due; how much was done."""
        done, store, context = 0, self.app.store, self.app.context
        while once := work_round.work_once(self.app) + send.run(store, context, self.deliver):
            done += once
        return done

    def ask_hub(self) -> None:
        """As the service does at its interval."""
        for look in self.polls:
            look()
        self.run()

    def place(self, partner: str, service: str = "LOAN") -> str:
        item = {"title": "I promessi sposi", "pagination": "1-20", "article_title": "Capitolo I"}
        wanted = place.read({"service": service, "item": item}, (partner,))
        number = place.place(self.app.store, self.app.context, wanted, anyway=True).number
        self.run()
        return number

    def act(self, number: str, action: str, **more: object) -> list[str]:
        """Return what follows, in English."""
        act = StaffAct(action=action, number=number, **more)  # type: ignore[arg-type]
        done = perform.perform(self.app.store, self.app.context, act)
        self.run()
        return list(map(str, done.words))

    def shown(self, number: str) -> request_details.RequestDetails:
        with self.app.store.read() as connection:
            return request_details.shown(connection, number)

    def state(self, number: str) -> str:
        return self.shown(number).line.state

    def events(self, number: str) -> list[str]:
        return [change.event for change in self.shown(number).history]

    def attention(self, number: str) -> list[str]:
        return list(self.shown(number).line.attention)

    def rows(self, table: type[SQLModel]) -> list[RowMapping]:
        with self.app.store.read() as connection:
            return list(connection.execute(select(table_of(table))).mappings())


@contextmanager
def opened(
    folder: Path, us: str, them: str, hub: IllHub, door: str = "", **hub_keys: str
) -> Iterator[HubLibrary]:
    secret = SECRET.format(us[3:])
    folder.mkdir()
    (folder / "config.toml").write_text(configured(us, them, hub.url, door, **hub_keys))
    (folder / "hub.secret").write_text(secret)
    (folder / "hub.secret").chmod(0o600)
    clock = Clock()
    app = build(folder / "config.toml", clock)
    with ExitStack() as stack:
        stack.callback(app.store.close)
        app.store.start_writer(lambda: None)
        history.remember(app.store)
        open_channels = channels.configured(app)
        addresses = {one.name: one.start() for one in open_channels}
        for one in open_channels:
            stack.callback(one.stop)
        deliver, close = delivery.deliverer(app.config, clock, app.keep, app.lines)
        stack.callback(close)
        address = addresses["http"]
        assert address is not None
        hub.doors[us.removeprefix("IT-")] = address[1], f"/{secret}"
        polls = [poll.look for one in open_channels for poll in one.polls()]
        yield HubLibrary(app, clock, address[1], secret, deliver, polls)
