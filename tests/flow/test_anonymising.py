"""Requests that were closed long ago do not say whose they were, and old letters lose their bytes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailproc.errors import LocalFault
from mailproc.flow import anonymising, letter_archiving, letter_purging
from mailproc.flow.anonymising import Anonymised
from mailproc.office.queries import archive_check, request_details
from mailproc.office.requests import notes, place
from mailproc.office.upkeep import backup
from mailproc.store import outgoing, patrons, requests
from tests.office.test_patron_forgetting import where_it_stands
from tests.support import soundness
from tests.support.partners import ADDRESS, BL
from tests.support.world import World

PRIVACY = "[privacy]\nanonymise_after = 180\npurge_after = 730\nkeep_declarations = 7\n"
READER = {"id": "R-4711", "name": "Ann Reader", "email": "ann@reader.example"}
HOME = {"postal": {"name": "Ann Reader", "street": "1 High Street"}}
NAMES = ("Ann Reader", "ann@reader", "High Street", "R-4711", "Ms Reader")


@pytest.fixture
def office(make_world: Callable[..., World], store_url: str) -> Iterator[World]:
    """On SQLite and on PostgreSQL."""
    world = make_world(store_url, more=PRIVACY)
    yield world
    soundness.check(world)


def anonymise(world: World, **how: Any) -> Anonymised:
    return anonymising.run(world.store, world.app.context, **how)


def closed(world: World, *, days: int = 0, **more: Any) -> str:
    """A request that names its reader wherever it can, closed ``days`` ago."""
    number = world.place(patron=READER, delivery=HOME, note="for Ann Reader, urgent", **more)
    notes.add(world.store, world.app.context, number, "Ms Reader (R-4711) phoned: ann@reader.example", "desk")
    world.act(number, "unfilled", heard_by="mail")
    world.act(number, "receive")
    world.act(number, "close")
    world.later(days=days)
    return number


def test_a_day_too_early_nothing_happens(office: World) -> None:
    number = closed(office, days=179)
    assert anonymise(office) == Anonymised()
    office.later(days=2)
    assert anonymise(office).requests == 1
    assert anonymise(office) == Anonymised(), "once"
    assert office.shown(number).line.title == "A book"


def test_no_table_holds_the_reader_but_that_of_other_letters(small_world: World) -> None:
    world = small_world
    world.app.context.config.privacy.__dict__["anonymise_after"] = 180
    number = closed(world, days=181)
    assert where_it_stands(world, *NAMES) > {"event.apdu", "event.facts", "intent.body", "patron.name"}
    foreseen = anonymise(world, dry_run=True)
    done = anonymise(world)
    assert done == foreseen == Anonymised(requests=1, letters=1)
    assert where_it_stands(world, *NAMES) <= {"outgoing_bytes.raw"}, "orders, until they are purged"
    with world.store.read() as connection:
        request = requests.by_number(connection, number)
        assert patrons.load(connection, READER["id"]) is None
    assert request is not None
    assert (request.patron_id, request.delivery, request.note) == (None, None, "for …, urgent")
    assert "… (…) phoned: …" in repr(world.shown(number)), "the note is still a note"
    assert world.verify().differences == ()


def test_a_reader_with_another_request_and_one_of_a_file_stay(office: World) -> None:
    closed(office, days=181)
    office.place(patron=READER)
    anonymise(office)
    with office.store.read() as connection:
        assert patrons.load(connection, READER["id"]) is not None


def test_an_open_request_names_its_reader(office: World) -> None:
    number = office.place(patron=READER)
    office.later(days=1_000)
    assert anonymise(office) == Anonymised()
    assert office.shown(number).line.reader


def test_a_request_whose_letter_to_the_reader_waits_is_left(office: World) -> None:
    number = office.place(patron=READER)
    office.act(number, "receive", run=False)
    office.act(number, "close", run=False)
    office.later(days=181)
    done = anonymise(office)
    assert (done.requests, done.waiting) == (0, 1)
    office.run()
    assert anonymise(office).requests == 1


def test_letters_to_others_of_the_same_age_stay(office: World) -> None:
    closed(office, days=181)
    anonymise(office)
    with office.store.read() as connection:
        first = outgoing.load(connection, 1)
    assert first is not None and first.raw, "the order"


def test_a_letter_that_is_gone_says_so(office: World) -> None:
    closed(office, days=181)
    to_reader = next(row["id"] for row in office.rows("outgoing") if row["rcpt_to"] == READER["email"])
    anonymise(office)
    with (
        office.store.read() as connection,
        pytest.raises(LocalFault, match="its days were over"),
    ):
        outgoing.load(connection, to_reader)


def declaration(world: World, number: str) -> Any:
    with world.store.read() as connection:
        return request_details.shown(connection, number, world.app.context).entry.declaration


def test_a_declaration_stays_as_long_as_the_law_asks(
    make_world: Callable[..., World], store_url: str
) -> None:
    world = make_world(store_url, more='[policy]\ncopyright = "uk"\n' + PRIVACY)
    wanted = {"service": "COPY", "item": {"title": "J. of Weirs"}, "partners": ["XX-BL"], "patron": READER}
    signed = {"signed_by": "Ann Reader", "signed_on": "2026-03-01"}
    entry = place.read(wanted | {"declaration": signed})
    number = place.place(world.store, world.app.context, entry, "desk").number
    world.run()
    world.act(number, "unfilled", heard_by="mail")
    world.act(number, "close")
    world.later(days=181)
    assert anonymise(world) == Anonymised(requests=1, letters=1)
    assert declaration(world, number) == signed
    world.later(days=7 * 365 - 182)
    assert anonymise(world) == Anonymised()
    world.later(days=2)
    assert anonymise(world, dry_run=True).declarations == 1
    assert anonymise(world) == Anonymised(declarations=1)
    assert declaration(world, number) is None
    assert anonymise(world) == Anonymised()
    with world.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM request").mappings().all()
    assert "Ann Reader" not in repr(rows)


def test_a_letter_of_the_reader_goes_too(small_world: World) -> None:
    small_world.app.context.config.privacy.__dict__["anonymise_after"] = 180
    number = small_world.place(patron=READER)
    words = f"May I keep it? Ann Reader\n> request {number}-1"
    letter = small_world.letter(words, READER["email"], f"Re: {number}-1", message_id="r1@x.example")
    small_world.inject(letter, READER["email"])
    small_world.run()
    small_world.act(number, "close")
    small_world.later(days=181)
    anonymise(small_world)
    (row,) = small_world.rows("inbox")
    assert (row["mail_from"], row["raw"]) == ("reader of I1", None)


# --- letters --------------------------------------------------------------------------------------


def test_the_bytes_of_old_letters_go_and_their_rows_stay(office: World) -> None:
    number = closed(office, days=731)
    before = len(office.rows("inbox")) + len(office.rows("outgoing"))
    foreseen = letter_purging.run(office.store, office.app.context, dry_run=True)
    done = letter_purging.run(office.store, office.app.context)
    assert (done.letters, done.octets) == (foreseen.letters, foreseen.octets)
    assert done.letters == before
    assert [row["raw"] for row in (*office.rows("inbox"), *office.rows("outgoing"))] == [None] * before
    assert letter_purging.run(office.store, office.app.context).letters == 0
    assert archive_check.check(office.store).count_wrong == 0, "nothing is lost that was to go"
    assert office.shown(number).line.title == "A book"
    assert office.verify().differences == ()


def test_letters_of_open_requests_stay(office: World) -> None:
    open_one = office.place(title="Open")
    office.hear(f"{open_one}-1 DUE WAIT")
    office.later(days=1_000)
    assert letter_purging.run(office.store, office.app.context).letters == 0


def test_a_repeat_of_a_purged_letter_is_still_known(office: World) -> None:
    number = office.place()
    raw = office.letter(f"REPLIES FOR 99-0002\n\n{number}-1 NOT", ADDRESS[BL], message_id="r1@x.example")
    office.inject(raw)
    office.run()
    office.act(number, "close")
    office.later(days=731)
    letter_purging.run(office.store, office.app.context)
    events = len(office.rows("event"))
    office.inject(raw)
    office.run()
    assert len(office.rows("event")) == events


def test_an_archive_goes_with_its_last_letter(make_world: Callable[..., World], store_url: str) -> None:
    world = make_world(store_url, more="[policy]\narchive_after = 365\n" + PRIVACY)
    closed(world)
    late = world.place(title="Late")
    world.later(days=366)
    letter_archiving.run(world.store, world.app.context)
    world.hear(f"{late}-1 NOT")
    world.act(late, "close")
    year = 2026
    archive = world.store.archives.of_year(year)
    assert archive.is_there()
    world.later(days=400)
    letter_archiving.run(world.store, world.app.context)
    assert letter_purging.run(world.store, world.app.context).archived == {}, "Late was closed in 2027"
    assert archive.is_there()
    world.later(days=800)
    foreseen = letter_purging.run(world.store, world.app.context, dry_run=True)
    assert archive.is_there()
    done = letter_purging.run(world.store, world.app.context)
    assert done.archived == foreseen.archived
    assert list(done.archived) == [2026, 2027]
    assert not archive.is_there()
    assert archive_check.check(world.store).count_wrong == 0
    assert letter_purging.run(world.store, world.app.context).archived == {}


def test_a_crash_between_file_and_rows_is_made_good(make_world: Callable[..., World], store_url: str) -> None:
    world = make_world(store_url, more="[policy]\narchive_after = 365\n" + PRIVACY)
    closed(world, days=366)
    letter_archiving.run(world.store, world.app.context)
    world.later(days=1_000)
    world.store.archives.of_year(2026).delete()
    assert letter_purging.run(world.store, world.app.context).archived
    assert archive_check.check(world.store).count_wrong == 0


def test_a_backup_says_that_its_copy_is_over(make_world: Callable[..., World], tmp_path: Any) -> None:
    world = make_world(f"sqlite:///{tmp_path}/s.db", more="[policy]\narchive_after = 365\n" + PRIVACY)
    closed(world, days=366)
    letter_archiving.run(world.store, world.app.context)
    file = tmp_path / "copies" / "s.db"
    assert backup.make(world.store, world.app.context, file).faults == ()
    world.later(days=1_000)
    letter_purging.run(world.store, world.app.context)
    (fault,) = backup.make(world.store, world.app.context, file).faults
    assert "delete this copy too" in str(fault)


def test_another_stores_archive_is_left(make_world: Callable[..., World], store_url: str) -> None:
    world = make_world(store_url, more="[policy]\narchive_after = 365\n" + PRIVACY)
    closed(world, days=366)
    letter_archiving.run(world.store, world.app.context)
    world.later(days=1_000)
    archive = world.store.archives.of_year(2026)
    archive.delete()
    archive.put("another-store", [("d" * 64, b"theirs")])
    with pytest.raises(LocalFault, match="another store"):
        letter_purging.run(world.store, world.app.context)
    assert archive.is_there()
