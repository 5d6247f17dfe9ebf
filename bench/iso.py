"""ISO: reading and writing an APDU against asn1tools alone; ISO letters from inbox to last step.

The yardstick knows octets and trees, and nothing of limits, other forms of BER, APDU-Delivery-Info
or neutral fields. A ratio is that of the message whose ratio is the median of all.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import asn1tools

import mailproc.protocols.iso10161 as protocol
from bench import app
from bench.figures import Figures, Goal, Suite
from mailproc.app.build import App
from mailproc.config import Library, Partner
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.ill import apdu as said
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Results, Role, Service, TransactionId
from mailproc.mail.compose import compose
from mailproc.mail.letter import Letter
from mailproc.office.acts import perform
from mailproc.protocols.codec import Codec, Wire
from mailproc.protocols.iso10161.ber.schema import NAMES
from mailproc.store import inbox
from mailproc.store.inbox import NewLetter
from tests.support import configuration

REQUESTS = 1000
DESKS = 10
SECONDS = 0.3
AT_ONCE = 20

GOALS = (
    Goal("ISO", "an APDU read, octets to neutral, to asn1tools alone", "read", "read alone", 0.4),
    Goal("ISO", "an APDU written, neutral to octets, to asn1tools alone", "written", "written alone", 0.4),
    Goal("ISO", f"{3 * REQUESTS:,} letters, inbox row to last step's commit", "applied", "", 300),
    Goal("ISO", "the same in a second of processor time", "applied cpu", "", 500),
)

BORROWER, ADDRESS, US = "XX-BORROWER", "ill@borrower.example", "XX-LIBRARY"
AT = datetime(2026, 8, 5, 9, 30)  # noqa: DTZ001  # times in an APDU have no zone
DAY = date(2026, 9, 16)

Kind = tuple[type[Apdu], dict[str, Any]]

_PARTNER = configuration.partner(BORROWER, ADDRESS, codec="iso10161", roles=["REQUESTER"])
_THEIRS = Wire(
    Library(symbol=BORROWER, name="A Borrower", email=ADDRESS),
    Partner(symbol=US, address=app.LIBRARY, codec="iso10161"),
    Role.REQUESTER,
)


def measure() -> Figures:
    with app.folder() as folder, app.opened(folder, more=_PARTNER) as home:
        codec = home.context.registry.by_name("iso10161")
        return {**_octets(codec, home.context.templates), **_applied(home, codec)}


def _octets(codec: Codec, templates: Any) -> Figures:
    alone = asn1tools.compile_string(_with_choice(), "ber")
    reads, writes = [], []
    for apdu in _messages():
        body = codec.encode([apdu], _THEIRS, templates).body
        octets = body.parts[0].content
        letter, tree = Letter(raw=b"", parts=body.parts), alone.decode("ILL-APDU", octets)
        reads.append(_beside(lambda it=letter: codec.decode(it),
                             lambda it=octets: alone.decode("ILL-APDU", it)))  # fmt: skip
        writes.append(_beside(lambda it=apdu: codec.encode([it], _THEIRS, templates),
                              lambda it=tree: alone.encode("ILL-APDU", it)))  # fmt: skip
    (read, read_alone), (written, written_alone) = _middle(reads), _middle(writes)
    return {
        "read": read, "read alone": read_alone, "written": written, "written alone": written_alone,
    }  # fmt: skip


def _beside(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """How often each runs in a second of processor time; in turns, for the machine is not ours alone."""
    spent, count = [0.0, 0.0], [0, 0]
    while sum(spent) < SECONDS:
        for which, work in enumerate((ours, theirs)):
            begun = process_time()
            for _ in range(AT_ONCE):
                work()
            spent[which] += process_time() - begun
            count[which] += AT_ONCE
    return count[0] / spent[0], count[1] / spent[1]


def _middle(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]


def _with_choice() -> str:
    """The module as it is, with one type for all twenty, for asn1tools knows no APDU by its first octet."""
    module = (Path(protocol.__file__).parent / "ber" / "ill.asn").read_text("utf-8")
    alternatives = ", ".join(f"a{kind.value} {name}" for kind, name in NAMES.items())
    return module.replace("\nEND", f"\nILL-APDU ::= CHOICE {{ {alternatives} }}\n\nEND")


def _messages() -> list[Apdu]:
    """Of every size that is met, most of them about 250 octets."""
    head: dict[str, Any] = {
        "transaction": TransactionId(BORROWER, "G-77", "1"), "sent_at": AT, "requester": BORROWER,
        "responder": US,
    }  # fmt: skip
    money = said.Money(amount=Decimal("12.50"), currency="EUR")
    return [
        said.IllRequest(**head, services=(Service.LOAN,), item=_ITEM, need_before=DAY, max_cost=money),
        said.IllAnswer(**head, results=Results.UNFILLED, reason="on-reserve"),
        said.IllAnswer(**head, results=Results.CONDITIONAL, conditions=_CHARGES),
        said.Shipped(**head, shipped_service=Service.LOAN, shipped_on=AT.date(), due=said.Due(on=DAY)),
        said.Received(**head, received_on=AT.date(), shipped_service=Service.LOAN),
        said.Renew(**head, desired_due_on=DAY, note="One chapter is left."),
        said.RenewAnswer(**head, answer=True, due=said.Due(on=DAY, renewable=False)),
        said.Returned(**head, returned_on=AT.date(), returned_via="Post"),
        said.Message(**head, note="Please pack it well."),
        said.Overdue(**head, due=said.Due(on=DAY)),
        said.Cancel(**head),
    ]


_CHARGES = (said.Condition(condition="charges"),)
_ITEM = said.Item(title="Cartography of vanished rivers", author="Marsh, Eleanor", publication_date="1974")


def _applied(home: App, codec: Codec) -> Figures:
    """Letters a second. The partner's requests; what they say when each is shipped; our own acts in
    between are not measured."""
    home.store.start_writer()
    wanted = {"services": (Service.LOAN,), "item": _ITEM}
    clock, cpu = _worked_off(home, codec, 0, [(said.IllRequest, wanted)])
    _ship_all(home)
    received = {"received_on": AT.date(), "shipped_service": Service.LOAN}
    more = _worked_off(
        home, codec, 1, [(said.Received, received), (said.Returned, {"returned_on": AT.date()})]
    )
    _check(home)
    return {"applied": 3 * REQUESTS / (clock + more[0]), "applied cpu": 3 * REQUESTS / (cpu + more[1])}


def _worked_off(home: App, codec: Codec, first: int, kinds: list[Kind]) -> tuple[float, float]:
    """Each kind of message about each request; the seconds from the first row to the last commit, by the
    clock and of the processor."""
    for number, (kind, fields) in enumerate(kinds, first):
        letters = [_letter(home, codec, number, one, kind, fields) for one in range(REQUESTS)]
        home.store.write(lambda connection, them=letters: inbox.keep(connection, them))
    begun, cpu = perf_counter(), process_time()
    while intake.run(home.store, home.context) + advance.run(home.store, home.context):
        pass
    return perf_counter() - begun, process_time() - cpu


def _letter(
    home: App, codec: Codec, number: int, request: int, kind: type[Apdu], fields: dict[str, Any]
) -> NewLetter:
    named = TransactionId(BORROWER, f"G-{request}", "1")
    at = AT.replace(second=number)
    apdu = kind(transaction=named, sent_at=at, requester=BORROWER, responder=US, **fields)
    body = codec.encode([apdu], _THEIRS, home.context.templates).body
    now, name = home.context.clock(), f"{number}.{request}@borrower.example"
    raw = compose(body, sender=ADDRESS, sender_name="A Borrower", to=[app.LIBRARY], message_id=name, date=now)
    return NewLetter("listener", raw, now, mail_from=ADDRESS, rcpt_to=app.LIBRARY, peer="127.0.0.1")


def _ship_all(home: App) -> None:
    with ThreadPoolExecutor(DESKS) as desks:
        shipped = [
            desks.submit(
                perform.perform, home.store, home.context, perform.StaffAct(action="ship", number=f"L{one}")
            )
            for one in range(1, REQUESTS + 1)
        ]
    for one in shipped:
        one.result()


def _check(home: App) -> None:
    query = "SELECT count(*) FROM event WHERE cause = 'letter' AND state = 'done'"
    with home.store.read() as connection:
        done = connection.exec_driver_sql(query).scalar_one()
    if done != 3 * REQUESTS:
        raise RuntimeError(f"{done} of {3 * REQUESTS} letters were applied")


SUITE = Suite(GOALS, measure)
