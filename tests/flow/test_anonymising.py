"""Requests that were closed long ago do not say whose they were, and old letters lose their bytes."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailproc.config_privacy import Privacy
from mailproc.errors import LocalFault
from mailproc.flow import anonymising, letter_archiving, letter_purging
from mailproc.flow.anonymising import Anonymised
from mailproc.office.mailroom import redelivery
from mailproc.office.patrons import forgetting
from mailproc.office.queries import archive_check, letters, request_details
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


def under(world: World, **privacy: int | str) -> None:
    config = world.app.config.model_copy(update={"privacy": Privacy(**privacy)})
    world.app = replace(world.app, config=config, context=replace(world.app.context, config=config))


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


def test_months_go_by_the_calendar(small_world: World) -> None:
    """Not a day too early, whatever the month: what was closed on 31 January goes on 1 March."""
    world = small_world
    under(world, anonymise_after="1 month")
    world.now = datetime(2027, 1, 31, 12, tzinfo=UTC)
    closed(world, days=0)
    for day in (datetime(2027, 2, 28, 12, tzinfo=UTC), datetime(2027, 2, 28, 22, 59, tzinfo=UTC)):
        world.now = day
        assert anonymise(world).requests == 0
    world.now = datetime(2027, 3, 1, 0, 1, tzinfo=UTC)
    assert anonymise(world).requests == 1


def test_letters_go_after_months_too(small_world: World) -> None:
    under(small_world, purge_after="2 months")
    closed(small_world, days=0)
    small_world.later(days=58)
    assert letter_purging.run(small_world.store, small_world.app.context).letters == 0
    small_world.later(days=5)
    assert letter_purging.run(small_world.store, small_world.app.context).letters > 0


def test_no_table_holds_the_reader_but_that_of_other_letters(small_world: World) -> None:
    world = small_world
    under(world, anonymise_after=180)
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


def test_an_e_mail_whose_reader_is_gone_was_not_on_paper(office: World) -> None:
    closed(office, days=181)
    ids = {f"O{row['id']}" for row in office.rows("outgoing") if row["rcpt_to"] == READER["email"]}
    assert ids
    anonymise(office)
    with office.store.read() as connection:
        said = {one.id: str(one.other) for one in letters.recent(connection) if one.id in ids}
    assert said == dict.fromkeys(ids, "(a reader)")


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


@pytest.mark.parametrize("envelope", [READER["email"], ""], ids=["listener", "mailbox"])
def test_a_letter_of_the_reader_goes_too(small_world: World, envelope: str) -> None:
    under(small_world, anonymise_after=180)
    number = small_world.place(patron=READER)
    words = f"May I keep it? Ann Reader\n> request {number}-1"
    letter = small_world.letter(words, READER["email"], f"Re: {number}-1", message_id="r1@x.example")
    small_world.inject(letter, envelope, door="listener" if envelope else "intray")
    small_world.run()
    small_world.act(number, "close")
    small_world.later(days=181)
    anonymise(small_world)
    (row,) = small_world.rows("inbox")
    assert (row["mail_from"], row["said_from"], row["raw"]) == ("reader of I1", "", None)


def test_what_staff_were_told_of_a_reader_goes_too(small_world: World) -> None:
    under(small_world, anonymise_after=180, purge_after=400)
    number = small_world.place(patron=READER)
    letter = small_world.letter(
        f"Ann Reader writes\n> request {number}-1", READER["email"], f"Re: {number}-1"
    )
    small_world.inject(letter, READER["email"])
    small_world.inject(
        small_world.letter("Who is this? Ann Reader", "ann@reader.example"), "ann@reader.example"
    )
    small_world.run()
    small_world.act(number, "close")
    assert "intent.body" in where_it_stands(small_world, "Ann Reader")
    small_world.later(days=401)
    anonymise(small_world)
    letter_purging.run(small_world.store, small_world.app.context)
    assert where_it_stands(small_world, "Ann Reader", "ann@reader") <= {
        "inbox.mail_from", "inbox.said_from", "inbox_bytes.raw", "alarm.key",
    }  # fmt: skip
    (unplaced,) = [row for row in small_world.rows("inbox") if row["mail_from"] == READER["email"]]
    assert unplaced["state"] == "shelved", "nobody has seen to it yet"


def test_a_reopened_request_is_anonymised_again(office: World) -> None:
    number = closed(office, days=181)
    anonymise(office)
    office.act(number, "undo")
    office.act(number, "close")
    office.later(days=181)
    assert anonymise(office).requests == 1


def test_a_letter_that_was_given_up_hinders_nobody(office: World) -> None:
    number = office.place(patron=READER)
    office.refuses = lambda sent: sent.to == READER["email"]
    office.act(number, "receive")
    office.act(number, "close")
    office.refuses = lambda _sent: False
    office.later(days=181)
    anonymise(office)
    assert redelivery.redeliver_all(office.store, dry_run=True) == []
    assert not [row for row in office.rows("outgoing") if row["state"] in ("shelved", "bounced")]


def test_a_forgotten_readers_declaration_goes_in_its_time(
    make_world: Callable[..., World], store_url: str
) -> None:
    world = make_world(store_url, more='[policy]\ncopyright = "uk"\n')
    signed = {"signed_by": "Ann Reader", "signed_on": "2026-03-01"}
    wanted = {"service": "COPY", "item": {"title": "J. of Weirs"}, "partners": ["XX-BL"], "patron": READER}
    for _ in range(12):
        place.place(world.store, world.app.context, place.read(wanted | {"declaration": signed}), anyway=True)
    world.run()
    for number in range(1, 13):
        world.act(f"B{number}", "unfilled", heard_by="mail")
        world.act(f"B{number}", "close")
    forgetting.forget(world.store, world.app.context, READER["id"])
    world.later(days=7 * 365 + 1)
    assert anonymise(world, dry_run=True).declarations == 12
    assert anonymise(world) == Anonymised(declarations=12)


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
    archive = world.store.archives.of_year(2026)
    archive.condemn(world.store.identity())  # and the process died
    assert letter_purging.run(world.store, world.app.context).archived
    assert archive_check.check(world.store).count_wrong == 0
    assert not archive.condemned.exists()


def test_a_file_that_a_crash_left_is_deleted(make_world: Callable[..., World], store_url: str) -> None:
    world = make_world(store_url, more="[policy]\narchive_after = 365\n" + PRIVACY)
    world.store.archives.of_year(2020).put(world.store.identity(), [("d" * 64, b"old")])
    world.store.archives.of_year(2020).condemn(world.store.identity())
    letter_purging.run(world.store, world.app.context)
    assert not world.store.archives.of_year(2020).condemned.exists()


def test_an_archive_whose_disk_is_not_there_is_not_taken_for_deleted(
    make_world: Callable[..., World], store_url: str
) -> None:
    world = make_world(store_url, more="[policy]\narchive_after = 365\n" + PRIVACY)
    closed(world, days=366)
    letter_archiving.run(world.store, world.app.context)
    world.later(days=1_000)
    archive = world.store.archives.of_year(2026)
    away = archive.path.rename(archive.path.with_name("elsewhere"))
    with pytest.raises(LocalFault, match="is not there"):
        letter_purging.run(world.store, world.app.context)
    away.rename(archive.path)
    assert letter_purging.run(world.store, world.app.context).archived
    assert not archive.path.exists()


def test_a_letter_that_is_archived_meanwhile_is_not_lost(
    make_world: Callable[..., World], store_url: str
) -> None:
    """Who moves letters into an archive waits while one is looked at and deleted, and looks again then."""
    world = make_world(store_url, more="[policy]\narchive_after = 365\n" + PRIVACY)
    closed(world, days=366)
    letter_archiving.run(world.store, world.app.context)
    done = threading.Event()

    def other() -> None:
        with world.store.archives.alone():
            done.set()

    with world.store.archives.alone():
        thread = threading.Thread(target=other)
        thread.start()
        assert not done.wait(0.2)
    thread.join(10)
    assert done.is_set()


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
    archive.path.unlink()
    archive.put("another-store", [("d" * 64, b"theirs")])
    with pytest.raises(LocalFault, match="another store"):
        letter_purging.run(world.store, world.app.context)
    assert archive.is_there()
