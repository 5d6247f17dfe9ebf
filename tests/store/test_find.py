"""A request is found by what a person types: alike on both databases, with the index and without."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from mailproc.store import find, inbox, patrons, requests, rotas, transactions
from mailproc.store.engine import Store
from mailproc.store.patrons import NamedReader
from mailproc.store.requests import REQUEST, NewRequest
from mailproc.store.savepoint import savepoint
from mailproc.store.transactions import NewTransaction

SHELF = {
    "B1": {"title": "On Rivers", "author": "Marsh, Eleanor", "item": {"isbn": "978-0-00-000001-2"}},
    "B2": {"title": "Über die Łódź", "author": "x", "patron_id": "R7"},
    "B3": {"title": 'A "quoted" AND half', "author": "O'Neill"},
    "B4": {"title": "100% wool_snake", "author": "back\\slash"},
    "B5": {"title": "Война и мир", "author": "x", "item": {"lines": ["second line", "third line"]}},
}
READER = NamedReader("R7", "Ann Reader")


def shelve(connection, now, *, role="REQUESTER", tgq=None, **fields):
    row_id, number = requests.create(
        connection, NewRequest(role=role, service="LOAN", created_at=now, **({"item": {}} | fields))
    )
    attempt = NewTransaction(
        request_id=row_id, attempt=1, role=role, initial_requester="XX", tgq=tgq or number, tq="1",
        partner="XX-BL", symbol="XX-BL", address="art@bl.example", codec="artemail", service="LOAN",
        options={"number": f"P{number}-1"}, updated_at=now,
    )  # fmt: skip
    return row_id, transactions.create(connection, attempt).id


@pytest.fixture
def shelf(store, now):
    def job(connection):
        patrons.keep(connection, READER)
        for fields in SHELF.values():
            shelve(connection, now, **fields)
        shelve(connection, now, role="RESPONDER", tgq="AB/12", title="x", author="x")
        transactions.refer(connection, "XX-BL", "order_line", "4711-OL", transaction_id=1)

    store.write(job)
    return store


def found(store: Store, typed: str) -> set[str]:
    with store.read() as connection:
        fitting = select(REQUEST.c.number).where(find.fits(connection, typed))
        return set(connection.execute(fitting).scalars())


TYPED = {
    "rivers": "B1", "RIV": "B1", "iver": "B1", "marsh on": "B1", "eleanor riv": "B1", "9780000000012": "B1",
    "978-0-00": "B1", "4711-ol": "B1", "pb2-1": "B2", "lodz": "B2", "ŁÓDŹ": "B2", "uber": "B2", "über": "B2",
    "ann": "B2", "r7": "B2", '"quoted"': "B3", "AND": "B3", "o'neill": "B3", '"': "B3", "half AND o'n": "B3",
    "100%": "B4", "wool_s": "B4", "back\\sl": "B4", "%": "B4", "война": "B5", "voyna": "B5", "third": "B5",
    "ab/12": "L1", "woolxs": "", "NEAR(a b)": "", "rivers wool": "", "\x00": "", "\ue000": "", "words:x": "",
    "*": "",
}  # fmt: skip


def test_found(shelf):
    hits = {typed: " ".join(sorted(found(shelf, typed))) for typed in TYPED}
    assert hits == TYPED


def test_what_changes_is_found_by_its_new_words_alone(shelf):
    shelf.write(lambda c: rotas.correct(c, 1, {"title": "On Lakes"}))
    shelf.write(lambda c: patrons.keep(c, replace(READER, name="Bea Second")))
    assert (found(shelf, "rivers"), found(shelf, "lakes")) == (set(), {"B1"})
    assert (found(shelf, "ann"), found(shelf, "bea")) == (set(), {"B2"})
    shelf.write(lambda c: patrons.keep(c, NamedReader("R7", email="bea@reader.example")))  # no new name
    assert found(shelf, "bea") == {"B2"}


def test_what_is_rolled_back_is_not_found(shelf):
    def job(connection):
        rotas.correct(connection, 1, {"title": "On Lakes"})
        raise LookupError

    with pytest.raises(LookupError):
        shelf.write(job)
    assert (found(shelf, "rivers"), found(shelf, "lakes")) == ({"B1"}, set())


@pytest.fixture
def plenty(store, now):
    """Many that fit, so that the newest are looked for backwards in time."""

    def job(connection):
        for n in range(60):
            shelve(connection, now + timedelta(minutes=n), title=f"Tidal memory {n:03}", author="Okafor")

    store.write(job)
    return store


def test_of_many_all_are_found(plenty, monkeypatch):
    few = found(plenty, "tidal")
    monkeypatch.setattr(find, "FEW", 5)
    assert found(plenty, "tidal") == few == {f"B{n}" for n in range(1, 61)}
    assert found(plenty, "tidal 007") == {"B8"}


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_committed_is_found(writing, now, count):
    """Also where nothing else is said before the COMMIT."""

    def job(connection):
        for number in range(count):
            shelve(connection, now, title=f"Tidal flats {number}", author="x")

    writing.write(job)
    assert found(writing, "tidal flats") == {f"B{number + 1}" for number in range(count)}
    writing.write(lambda c: shelve(c, now, title="Salt marsh", author="x"))
    assert found(writing, "salt marsh") == {f"B{count + 1}"}


REFUSE = {
    "sqlite": "CREATE TRIGGER refused BEFORE INSERT ON finding WHEN new.words LIKE '%plague%'"
    " BEGIN SELECT RAISE(ABORT, 'a broken index'); END",
    "postgresql": "ALTER TABLE finding ADD CONSTRAINT refused CHECK (position('plague' in words) = 0)",
}


def test_a_text_that_cannot_be_stored_costs_nobody_anything_but_the_search(writing, now, letter, caplog):
    writing.write(lambda c: c.exec_driver_sql(REFUSE[writing.dialect]))

    def job(connection):
        for title in ("A good one", "The plague", "Another good one"):
            shelve(connection, now, title=title, author="x")
        return inbox.keep(connection, [letter()])

    assert writing.write(job)[0].new
    with writing.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM request")).scalar() == 3
        assert connection.execute(text("SELECT count(*) FROM inbox")).scalar() == 1
    assert found(writing, "good one") == {"B1", "B3"}
    assert found(writing, "plague") == set()
    assert "the words of request 2 cannot be stored" in caplog.text
    assert writing.write(lambda c: shelve(c, now, title="A later one", author="x"))
    assert found(writing, "later") == {"B4"}


def test_what_was_undone_leaves_no_text(writing, now):
    def job(connection):
        with suppress(KeyError), savepoint(connection):
            shelve(connection, now, title="Undone", author="x")
            raise KeyError
        shelve(connection, now, title="Done", author="x")

    writing.write(job)
    assert found(writing, "done") == {"B1"}
    with writing.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM finding")).scalar() == 1


WORDS = st.lists(
    st.text(st.sampled_from("abcAB12%_\\\"'*-ÄßłŁ 中\u0301"), min_size=1, max_size=7), min_size=1, max_size=3
)


@given(titles=st.lists(WORDS.map(" ".join), min_size=1, max_size=5), typed=WORDS.map(" ".join))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_index_changes_nothing(store, now, titles, typed):
    """Whatever stands there and is typed: as by comparing every text, letter by letter."""

    class Undone(Exception):
        """Each example starts from an empty store."""

    def job(connection):
        rows = [shelve(connection, now, title=title, author="")[0] for title in titles]
        find.make_texts(connection)
        texts = {row: find.words_of(connection, row) for row in rows}
        hits = set(connection.execute(select(REQUEST.c.id).where(find.fits(connection, typed))).scalars())
        raise Undone(texts, hits)

    with pytest.raises(Undone) as undone:
        store.write(job)
    texts, hits = undone.value.args
    words = [find.fold(word) for word in typed.split()]
    assert hits == {row for row, said in texts.items() if all(w and w in said for w in words)}


def test_the_index_is_used(shelf):
    """It is there on both, and a search of three letters asks it, no further than as many as are wanted."""
    with shelf.read() as connection:
        statement = find._hits(connection, ["rivers"]).limit(2)
        if shelf.dialect == "sqlite":
            compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
            assert [str(row[-1])[:32] for row in plan] == [
                "SCAN finding_index VIRTUAL TABLE",
                "SEARCH finding USING INTEGER PRI",
            ]
        else:
            there = text("SELECT indexdef FROM pg_indexes WHERE indexname = 'finding_index'")
            assert "gin_trgm_ops" in (connection.execute(there).scalar() or "")


def test_without_an_index_the_same_is_found(shelf):
    def job(connection):
        if shelf.dialect == "sqlite":
            for name in ("new", "gone", "changed"):
                connection.execute(text(f"DROP TRIGGER finding_{name}"))
            connection.execute(text("DROP TABLE finding_index"))
        else:
            connection.execute(text("DROP INDEX finding_index"))

    shelf.write(job)
    test_found(shelf)
    test_what_changes_is_found_by_its_new_words_alone(shelf)


def test_where_the_extension_is_refused_a_store_is_made_all_the_same(postgres_server, caplog):
    """The operator of the database may have given us tables and nothing else."""
    name = postgres_server.create()
    postgres_server.execute(f"REVOKE CREATE ON DATABASE {name} FROM PUBLIC")
    postgres_server.execute("DROP ROLE IF EXISTS plain", "CREATE ROLE plain LOGIN PASSWORD 'plain'")
    postgres_server.execute("GRANT ALL ON SCHEMA public TO plain", database=name)
    url = f"postgresql+psycopg://plain:plain@127.0.0.1:{postgres_server.port}/{name}"
    try:
        store = Store.open(url)
        assert "without an index" in caplog.text
        with pytest.raises(ProgrammingError), store._writing.connect() as connection:
            connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
        with store.read() as connection:
            assert connection.execute(select(REQUEST.c.id).where(find.fits(connection, "any"))).all() == []
        store.close()
    finally:
        postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        postgres_server.execute("DROP ROLE plain")
