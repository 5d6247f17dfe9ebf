"""The file outside the store never says more than the store, and reserves each number before it is used."""

import errno
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from mailproc.errors import Misconfigured, TryLater
from mailproc.store import counters, restore_hold, restored, store_identity, taken_numbers
from mailproc.store.counters_file import BLOCK, CountersFile
from mailproc.store.engine import Store
from mailproc.store.outgoing import OUTGOING
from mailproc.store.savepoint import savepoint

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class House:
    """A store in a file, with the counters file beside its folder."""

    def __init__(self, folder: Path, store_file: Path) -> None:
        self.file, self.store_file = folder / ".mailproc.db.counters", store_file

    def opened(self) -> Store:
        file = CountersFile([self.file], lambda: NOW)
        return Store.open(f"sqlite:///{self.store_file}", counters=file)

    def says(self) -> dict[str, dict[str, int]]:
        value: dict[str, dict[str, int]] = json.loads(self.file.read_text())
        return value

    def given(self) -> int:
        return self.says()["given"].get("B", 0)


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> House:
    return House(tmp_path, Path(sqlite_url.removeprefix("sqlite:///")))


def take(connection, count: int = 1) -> int:
    return counters.take(connection, "B", count)


def is_held(store: Store) -> bool:
    with store.read() as connection:
        return restored.standing(connection) is not None


def fails(connection) -> None:
    take(connection)
    raise RuntimeError("refused")


def undoes_a_part(connection) -> int:
    with pytest.raises(RuntimeError), savepoint(connection):
        fails(connection)
    return take(connection)


@pytest.mark.parametrize("through_the_writer", [False, True])
def test_what_is_undone_is_not_said(house: House, through_the_writer: bool) -> None:
    with closing(house.opened()) as store:
        if through_the_writer:
            store.start_writer()
            store.begin_run()
        for _ in range(3):
            with pytest.raises(RuntimeError):
                store.write(fails)
        assert store.write(undoes_a_part) == 1
        assert house.given() == 1
        assert house.says()["reserved"]["B"] == 1 + BLOCK
    with closing(house.opened()) as store:
        assert store.write(take) == 2
        assert not is_held(store)


def test_of_jobs_in_one_commit_only_those_that_held_are_said(house: House) -> None:
    with closing(house.opened()) as store:
        store.start_writer()
        store.begin_run()
        jobs = [store.submit(job) for _ in range(50) for job in (fails, take)]
        taken = [job.result() for job in jobs[1::2]]
        assert taken == list(range(1, 51))
        assert house.given() == 50


def test_a_block_is_reserved_before_its_first_number(house: House) -> None:
    with closing(house.opened()) as store:
        store.write(take)
        first = house.says()["reserved"]["B"]
        store.write(lambda connection: take(connection, first - 1))
        assert house.says()["reserved"]["B"] == first, "nothing waited for the disk"
        store.write(take)
        assert house.says()["reserved"]["B"] == first + 1 + BLOCK


def test_a_killed_process_leaves_a_store_that_is_right(house: House) -> None:
    house.opened().close()
    for _ in range(3):
        read, write = os.pipe()
        if not (child := os.fork()):
            store = house.opened()
            while True:
                os.write(write, b"%d\n" % store.write(take))
        os.close(write)
        with os.fdopen(read) as told:
            numbers = [int(told.readline()) for _ in range(20)]
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            numbers += [int(line) for line in told if line.endswith("\n")]
        says = house.says()
        assert says["given"]["B"] >= numbers[-1], "what left a process is said"
        assert says["reserved"]["B"] >= numbers[-1]
        with closing(house.opened()) as store:
            assert store.write(take) > numbers[-1]
            assert not is_held(store)


def copied(house: House) -> Path:
    return Path(shutil.copyfile(house.store_file, house.store_file.with_name("copy.db")))


def test_a_copy_is_held_and_its_numbers_go_on_above_all_that_were_given_out(house: House) -> None:
    with closing(house.opened()) as store:
        store.write(take)
    copy = copied(house)
    with closing(house.opened()) as store:
        store.write(lambda connection: take(connection, 7))
    os.replace(copy, house.store_file)
    with closing(house.opened()) as store:
        assert store.write(take) > 8
        assert is_held(store)
    with closing(house.opened()) as store:  # once, not at each start
        store.write(take)
        with store.read() as connection:
            assert len(connection.exec_driver_sql("SELECT id FROM restored").all()) == 1


def sent(connection, at: datetime) -> None:
    values = {"mail_from": "a@x.example", "rcpt_to": "b@y.example", "message_id": "1@x.example"}
    letter = {"prepared_at": NOW, "state": "handed_over", "attempts": 1, "sending_since": at}
    connection.execute(OUTGOING.insert().values(id=1, **values | letter))
    taken_numbers.letter(connection, 1, at)


def test_a_copy_that_does_not_know_the_last_letter_is_held(house: House) -> None:
    """Also where no number was taken since: an answer of ours has none."""
    house.opened().close()
    with closing(house.opened()) as store:
        store.write(take)
    copy = copied(house)
    with closing(house.opened()) as store:
        store.write(lambda connection: sent(connection, NOW))
    with closing(house.opened()) as store:
        store.write(take)
        assert not is_held(store)
    os.replace(copy, house.store_file)
    with closing(house.opened()) as store:
        store.write(take)
        assert is_held(store)


def test_a_store_that_is_ahead_of_its_file_is_right(house: House) -> None:
    """A power cut may lose the last seconds of the file; numbers of before it are reserved all the same."""
    with closing(house.opened()) as store:
        store.write(take)
        lost = house.file.read_bytes()
        store.write(take)
    house.file.write_bytes(lost)
    with closing(house.opened()) as store:
        assert store.write(take) == 3
        assert not is_held(store)


def test_an_earlier_store_gets_its_file_with_the_first_write(house: House) -> None:
    with closing(Store.open(f"sqlite:///{house.store_file}")) as store:
        store.write(lambda connection: take(connection, 41))
    with closing(house.opened()) as store:
        store.write(store_identity.touch)
    assert house.says()["given"]["B"] == house.says()["reserved"]["B"] == 41
    assert house.file.stat().st_mode & 0o777 == 0o600


def test_one_that_was_deleted_under_a_service_is_made_again(house: House) -> None:
    with closing(house.opened()) as store:
        store.write(take)
        house.file.unlink()
        store.write(take)
        assert house.given() == 2


def test_a_store_without_its_file_is_held(house: House) -> None:
    with closing(house.opened()) as store:
        store.write(take)
    house.file.unlink()
    with closing(house.opened()) as store:
        assert store.write(take) > 1 + restore_hold.AHEAD
        assert is_held(store)


def no_text(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")


def empty(file: Path) -> None:
    file.write_bytes(b"")


def another_json(file: Path) -> None:
    file.write_text('["B", 1]')


def cut_off(file: Path) -> None:
    os.truncate(file, 40)


def another_stores(file: Path) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | {"store": "f" * 32}))


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("bad", [no_text, empty, another_json, cut_off, another_stores, a_folder])
def test_a_file_that_cannot_be_used_is_named_and_nothing_is_written(
    house: House, bad: Callable[[Path], None]
) -> None:
    with closing(house.opened()) as store:
        store.write(take)
    bad(house.file)
    with closing(house.opened()) as store:
        with pytest.raises(Misconfigured, match=r"store\.counters: .*counters"):
            store.write(take)
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT next FROM counter").scalar() == 2


def test_one_that_breaks_under_a_running_service_stops_numbers_and_no_letter(house: House) -> None:
    with closing(house.opened()) as store:
        store.start_writer()
        store.begin_run()
        store.write(take)
        no_text(house.file)
        with pytest.raises(TryLater, match="no number can be given out"):
            store.write(lambda connection: take(connection, 2 * BLOCK))
        store.write(lambda connection: sent(connection, NOW))


def test_a_letter_that_is_undone_is_not_said(house: House) -> None:
    """Its job fails after it noted the letter; other jobs of the same commit hold."""

    def fails_late(connection) -> None:
        sent(connection, NOW)
        raise RuntimeError("refused")

    with closing(house.opened()) as store:
        store.start_writer()
        store.begin_run()
        jobs = [store.submit(job) for _ in range(40) for job in (fails_late, take)]
        for undone, done in zip(jobs[::2], jobs[1::2], strict=True):
            with pytest.raises(RuntimeError):
                undone.result()
            done.result()
        assert house.says()["letter"] == 0
    with closing(house.opened()) as store:
        store.write(take)
        assert not is_held(store)


def test_what_did_not_reach_the_disk_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def full(number: int) -> None:
        tries.append(number)
        raise OSError(errno.ENOSPC, "No space left on device")

    with closing(house.opened()) as store:
        store.write(take)
        store.write(take)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", full)
            store.sync_counters()
            store.sync_counters()
            assert len(tries) == 2
        synced = os.fdatasync
        monkeypatch.setattr(os, "fdatasync", lambda number: (tries.append(number), synced(number)))
        for _ in range(2):
            store.sync_counters()
        assert len(tries) == 3, "once it is there, nothing is done"


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
def test_a_number_that_the_disk_does_not_reserve_is_not_given_out(
    house: House, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Not at the second try either, nor by another process that reads the file."""

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with closing(house.opened()) as store, closing(house.opened()) as other:
        store.write(take)
        first = house.says()["reserved"]["B"]
        monkeypatch.setattr(os, call, broken)
        for one in (store, store, other):
            with pytest.raises(TryLater, match="Input/output error"):
                one.write(lambda connection: take(connection, first))
        monkeypatch.undo()
        assert house.says()["reserved"]["B"] == first
        assert store.write(lambda connection: take(connection, first)) == 2
        assert house.says()["reserved"]["B"] == 1 + first + BLOCK


def test_one_that_is_just_written_is_read_when_it_is_whole(house: House) -> None:
    with closing(house.opened()) as store:
        store.write(take)
        whole = house.file.read_bytes()
        with house.file.open("r+b") as writing, closing(house.opened()) as other:
            fcntl.flock(writing, fcntl.LOCK_EX)
            os.pwrite(writing.fileno(), b"{", 0)
            os.pwrite(writing.fileno(), b"}", 1)
            read = Thread(target=other.write, args=(take,))
            read.start()
            read.join(0.2)  # it waits; if it has not begun yet, no harm is done
            os.pwrite(writing.fileno(), whole, 0)
            fcntl.flock(writing, fcntl.LOCK_UN)
            read.join()
        assert store.write(take) == 3


def test_the_file_of_an_earlier_store_is_set_aside_and_never_lost(house: House) -> None:
    with closing(house.opened()) as store:
        store.write(take)
    another_stores(house.file)
    contents = []
    for number in ("", "-2"):
        contents.append(house.file.read_bytes())
        with closing(house.opened()) as store:
            store._counters.may_be_anothers = True
            store.write(take)
        aside = house.file.with_name(f"{house.file.name}.ffffffff{number}")
        assert aside.read_bytes() == contents[-1]
        another_stores(house.file)


def test_what_waits_for_no_disk_is_brought_there_soon_after(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    with closing(house.opened()) as store:
        store.write(take)
        monkeypatch.setattr(os, "fdatasync", synced.append)
        store.write(take)
        assert len(synced) == 0, "no letter waits for the disk"
        store.sync_counters()
        store.sync_counters()
        assert len(synced) == 1
        store.write(take)
    assert len(synced) == 2, "the end of a process leaves nothing behind"


def test_its_name_is_on_the_disk_when_it_was_made(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a power cut would leave a right store without its file: held."""
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.readlink(f"/proc/self/fd/{number}")))
    with closing(house.opened()) as store:
        store.write(take)
    assert synced[-1] == str(house.file.parent)
