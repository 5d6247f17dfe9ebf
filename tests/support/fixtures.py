"""``world``: a house on SQLite and on PostgreSQL; ``small_world``: on SQLite alone, where a test makes
many of them. And what the stories say of their partners."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from mailproc.app import build
from mailproc.app.build import App
from mailproc.ill.apdu import Item
from mailproc.store.engine import Store
from tests.support import history, short_form, soundness
from tests.support.forking import Forker
from tests.support.partners import (
    ADDRESS,
    BL,
    CODE,
    CUSTOMER,
    NET,
    OTHER,
    PASSWORD,
    SECOND,
    USUAL,
    head,
    partner_lines,
    variable,
)
from tests.support.quick_store import QuickStore
from tests.support.world import BEGIN, World


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """Starts the service in a moment."""
    made = Forker()
    yield made
    made.close()


@pytest.fixture(scope="session")
def python(forker: Forker) -> str:
    """Starts a program, and all that the program starts; without REQUIRE_ALL=1 each in a moment."""
    return sys.executable if os.environ.get("REQUIRE_ALL") == "1" else forker.python


@pytest.fixture
def quick_store(store_url: str) -> Iterator[Store]:
    """An empty store of a story, on either database."""
    store = QuickStore.open(store_url)
    yield store
    store.close()


@contextmanager
def worlds(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    """Makes houses in ``folder``, and closes them."""
    houses: list[App] = []

    def make(
        url: str, partners: str = USUAL, more: str = "", now: datetime = BEGIN, us: str = "XX-LIBRARY"
    ) -> World:  # fmt: skip
        for symbol, password in PASSWORD.items():
            patch.setenv(variable(symbol), password)
        database = make_url(url)
        if database.password:  # the configuration takes it from nowhere but the environment
            patch.setenv("PGPASSWORD", str(database.password))
        shown = database._replace(password=None).render_as_string(hide_password=False)
        file = folder / f"config{len(houses)}.toml"
        file.write_text(head(shown, symbol=us) + more + partners, encoding="utf-8")
        holder: list[World] = []
        context = build.configured(file, lambda: holder[0].now)
        store = QuickStore.open(context.config.store.url, base=folder)
        app = App(context.config, context, store)
        houses.append(app)
        history.remember(store)
        holder.append(World(app, now))
        return holder[0]

    yield make
    for app in houses:
        app.store.close()


@pytest.fixture
def make_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    with worlds(tmp_path, monkeypatch) as make:
        yield make


@pytest.fixture
def world(
    make_world: Callable[..., World], store_url: str, request: pytest.FixtureRequest
) -> Iterator[World]:
    """The usual partners, on SQLite and on PostgreSQL; at the end every state is the fold of its events."""
    world = make_world(store_url)
    yield world
    soundness.check(world, whole=short_form.is_checked_whole(request.node))


@pytest.fixture
def small_world(
    make_world: Callable[..., World], sqlite_url: str, request: pytest.FixtureRequest
) -> Iterator[World]:
    """The same on SQLite alone."""
    world = make_world(sqlite_url)
    yield world
    soundness.check(world, whole=short_form.is_checked_whole(request.node))


@pytest.fixture
def receipt_lines() -> str:
    """The usual partners, where customers get receipts of their files."""
    return USUAL.replace("receipts = false", "receipts = true")


@pytest.fixture
def shared_lines() -> str:
    """The usual partners; the second lender may write from the first one's address, and the other
    customer from the first customer's."""
    lines = USUAL
    for own, shared in ((SECOND, BL), (OTHER, CUSTOMER)):
        address = f'address = "{ADDRESS[own]}"'
        lines = lines.replace(address, f'{address}\naccepts_from = ["{ADDRESS[own]}", "{ADDRESS[shared]}"]')
    return lines


@pytest.fixture
def hub_lines() -> str:
    """We ourselves as a partner of both kinds, beside the usual ones."""
    return USUAL + "\n" + partner_lines("XX-HUB", ["RESPONDER", "REQUESTER"], "out", "in")


@pytest.fixture
def with_keywords() -> Callable[[dict[str, str]], str]:
    """A lender and the hub, with these words for what can be asked of an order."""

    def make(words: dict[str, str]) -> str:
        table = ", ".join(f'{name} = "{word}"' for name, word in words.items())
        more = f"[partner.artemail]\nkeywords = {{ {table} }}"
        lender = partner_lines(BL, ["RESPONDER"], "out", more=more)
        return f"{lender}\n{partner_lines('XX-HUB', ['RESPONDER', 'REQUESTER'], 'out', 'in', more=more)}"

    return make


@pytest.fixture
def network_lines() -> str:
    more = 'proof = ["network"]\nnetworks = ["192.0.2.0/24"]'
    return USUAL + "\n" + partner_lines(NET, ["RESPONDER", "REQUESTER"], "out", "in", more=more)


@pytest.fixture
def codes() -> dict[str, str]:
    """The customer code of each partner's account."""
    return CODE


@pytest.fixture
def passwords() -> dict[str, str]:
    return PASSWORD


@pytest.fixture
def addresses() -> dict[str, str]:
    return ADDRESS


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """For tests in which a traceback is expected."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def an_item() -> Item:
    return Item(title="A book", author="Somebody")


@pytest.fixture
def today() -> date:
    return BEGIN.date()
