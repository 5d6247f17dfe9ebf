"""The rota of a request at the desk: whom we asked, who is next, and how that is changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts import overtaken
from mailproc.office.desk import new_request_page
from mailproc.office.desk.acting import DOOR, MOST_ONCE
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.queries import rota
from mailproc.office.queries.find import transaction_of
from mailproc.office.queries.rota import Rota, RotaPlace
from mailproc.office.requests import asking, rota_change
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.wording import rota_words
from mailproc.sentence import sentence


@dataclass(frozen=True)
class RotaRow:
    """A library of the rota. ``became``, ``asked``, ``answer``: in words. ``waits``: it was not asked yet;
    ``moves``: it can be asked one place earlier."""

    symbol: str
    name: str
    became: str
    asked: str
    answer: str
    waits: bool
    moves: bool


@dataclass(frozen=True)
class ProposedWords:
    """A library that a rule would ask besides, and why."""

    symbol: str
    name: str
    why: str


@dataclass(frozen=True)
class RotaPage:
    """``open``: an attempt is open, so nobody else is asked now. ``following``: the name of who is asked
    next, '' for nobody. ``proposed``: by ``rule``, where one was asked. ``lenders``: who may be added."""

    number: str
    title: str
    rows: tuple[RotaRow, ...]
    open: bool
    following: str
    lenders: tuple[tuple[str, str], ...]
    seen: str
    rule: str = ""
    proposed: tuple[ProposedWords, ...] = ()


class RotaDesk(DeskRoom):
    """The rota of a request. Acts raise LocalFault (``Overtaken`` if somebody was quicker) and TryLater."""

    def page(self, number: str) -> RotaPage:
        """Return the rota. Raise LocalFault for a partner's request."""
        with self.store.read() as connection:
            found = rota.rota(connection, self.context, number)
            return _page(connection, found, self.context)

    def proposed(self, person: StaffPerson, number: str) -> RotaPage:
        """Return the rota with whom a rule would ask besides. Catalogues may be asked; nothing is changed."""
        person.must(StaffRole.WORK)
        said, word = rota_change.propose(self.store, self.context, number), self.context.language.word
        rows = (ProposedWords(one.symbol, one.name, "; ".join(map(word, one.why))) for one in said.lenders)
        page = self.page(number)
        return RotaPage(**{**vars(page), "rule": said.rule, "proposed": tuple(rows)})

    def add(self, person: StaffPerson, number: str, typed: Typed) -> tuple[str, ...]:
        """Put a library at the end."""
        person.must(StaffRole.WORK)
        symbol = _symbol(typed)
        self._change(person, number, typed, add=symbol)
        return (self._word("added", symbol),)

    def drop(self, person: StaffPerson, number: str, typed: Typed) -> tuple[str, ...]:
        """Skip a library that was not asked yet, and say why."""
        person.must(StaffRole.WORK)
        symbol = _symbol(typed)
        if not typed.get("reason", "").strip():
            raise LocalFault(sentence("rota-skip-why", partner=symbol))
        self._change(person, number, typed, drop=symbol)
        return (self._word("dropped", symbol),)

    def up(self, person: StaffPerson, number: str, typed: Typed) -> tuple[str, ...]:
        """Let a library be asked one place earlier."""
        person.must(StaffRole.WORK)
        symbol = _symbol(typed)
        rota_change.move_up(
            self.store, self.context, number, symbol, person.login, door=DOOR, seen=_seen(typed)
        )
        return (self._word("moved", symbol),)

    def ask_next(self, person: StaffPerson, number: str, typed: Typed) -> tuple[str, ...]:
        """Ask the next library now."""
        person.must(StaffRole.WORK)
        outcome = asking.next_partner(
            self.store, self.context, number, by=person.login, door=DOOR,
            once=typed.get("once", "")[:MOST_ONCE], seen=_seen(typed),
        )  # fmt: skip
        language = self.context.language
        words = [language.noted_word(outcome.note)] if outcome.note else []
        return (self._word("asked_next", ""), *words, *map(language.word, outcome.words))

    def _change(self, person: StaffPerson, number: str, typed: Typed, add: str = "", drop: str = "") -> None:
        rota_change.change(
            self.store, self.context, number, [add] if add else (), [drop] if drop else (), person.login,
            reason=typed.get("reason", ""), door=DOOR, seen=_seen(typed),
        )  # fmt: skip

    def _word(self, code: str, partner: str) -> str:
        return self.context.language.texts.labels["desk_rota"][code].format(partner=partner)


def _seen(typed: Typed) -> str:
    return typed.get("seen", "")[:MOST_ONCE]


def _symbol(typed: Typed) -> str:
    symbol = typed.get("symbol", "").strip()
    if not symbol:
        raise LocalFault(sentence("rota-whom"))
    return symbol


def _page(connection: Connection, found: Rota, context: Context) -> RotaPage:
    last = transaction_of(connection, found.number)
    return RotaPage(
        number=found.number,
        title=found.title,
        rows=tuple(_rows(found.places, context)),
        open=found.open,
        following=next((one.name for one in found.places if one.became == "next"), ""),
        lenders=tuple(new_request_page.lenders(context)),
        seen=overtaken.mark(connection, last.id),
    )


def _rows(places: tuple[RotaPlace, ...], context: Context) -> Iterator[RotaRow]:
    waited = False
    for one in places:
        waits = one.became != "asked"
        yield RotaRow(one.partner, one.name, *rota_words.became(one, context), waits, waits and waited)
        waited |= waits
