"""A copy of an archive only grows, and of two files each gives the other what is whole."""

import hashlib
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailproc.errors import NoRoom
from mailproc.sentence import Sentence
from mailproc.store.archive_file import ArchiveFile, Kept
from mailproc.store.archives import Archives

ID = "a store"
YEAR = 2024


def letter(number: int) -> Kept:
    raw = b"letter %d " % number * 50
    return hashlib.sha256(raw).hexdigest(), raw


LETTERS = [letter(number) for number in range(20)]
DIGESTS = [digest for digest, _ in LETTERS]
ONE_MORE = letter(99)


@pytest.fixture
def live(tmp_path: Path) -> Archives:
    archives = Archives(tmp_path / "live", "s.db")
    archives.of_year(YEAR).put(ID, LETTERS)
    return archives


@pytest.fixture
def copies(live: Archives, tmp_path: Path) -> Archives:
    archives = Archives(tmp_path / "backup", "")
    assert live.copy_to(archives, [YEAR]) == (1, [])
    assert live.copy_to(archives, [YEAR]) == (0, [])
    return archives


def rot(file: ArchiveFile, number: int) -> None:
    """An octet of a letter is another one; SQLite does not see it."""
    whole = file.path.read_bytes()
    assert LETTERS[number][1] in whole
    file.path.write_bytes(whole.replace(LETTERS[number][1], b"L" + LETTERS[number][1][1:]))


def wrong(archives: Archives) -> set[str]:
    return archives.of_year(YEAR).wrong(DIGESTS)


def codes(faults: list[object]) -> list[str]:
    return [one.code for one in faults if isinstance(one, Sentence)]


def copied(live: Archives, copies: Archives) -> tuple[int, list[str]]:
    count, faults = live.copy_to(copies, [YEAR])
    return count, codes([*faults])


def taken(live: Archives, copies: Archives) -> list[str]:
    return codes([*live.take_over(copies, ID)])


def test_a_copy_keeps_what_the_live_file_lost(live: Archives, copies: Archives) -> None:
    live.of_year(YEAR).path.unlink()
    assert copied(live, copies) == (0, ["archive-only-copy"])
    live.of_year(YEAR).put(ID, [ONE_MORE])
    for _ in range(2):  # it is said until it is mended
        assert copied(live, copies) == (1, ["archive-copy-has-more"])
        assert not copies.of_year(YEAR).wrong([*DIGESTS, ONE_MORE[0]])
    assert taken(live, copies) == []
    assert not live.of_year(YEAR).wrong([*DIGESTS, ONE_MORE[0]])
    assert copied(live, copies) == (1, [])


def test_a_rotten_letter_replaces_no_good_one_and_is_mended_by_it(live: Archives, copies: Archives) -> None:
    rot(live.of_year(YEAR), 7)
    live.of_year(YEAR).put(ID, [ONE_MORE])
    assert copied(live, copies) == (1, ["archive-copy-has-more"])
    assert (wrong(live), wrong(copies)) == ({DIGESTS[7]}, set())
    assert taken(live, copies) == []
    assert wrong(live) == set()


def test_a_restore_mends_a_rotten_letter_of_the_same_version(live: Archives, copies: Archives) -> None:
    rot(live.of_year(YEAR), 7)
    assert taken(live, copies) == []
    assert wrong(live) == set()


def test_a_letter_that_is_whole_nowhere_is_said_each_time(live: Archives, tmp_path: Path) -> None:
    rot(live.of_year(YEAR), 7)
    copies = Archives(tmp_path / "backup", "")
    for _ in range(2):
        assert copied(live, copies) == (1, ["archive-letters-damaged"])
    live.of_year(YEAR).put(ID, LETTERS)
    assert copied(live, copies) == (1, [])
    assert (wrong(live), wrong(copies)) == (set(), set())


def test_a_rotten_copy_brings_no_rotten_letter_over_a_good_one(live: Archives, copies: Archives) -> None:
    rot(copies.of_year(YEAR), 3)
    rot(live.of_year(YEAR), 7)
    assert taken(live, copies) == []
    assert (wrong(live), wrong(copies)) == (set(), {DIGESTS[3]})
    assert copied(live, copies) == (1, [])
    assert wrong(copies) == set()


def test_a_damaged_copy_is_made_again_and_hinders_no_restore(live: Archives, copies: Archives) -> None:
    live.of_year(2019).put(ID, [ONE_MORE])
    copies.of_year(YEAR).path.write_bytes(b"rotten" * 5000)
    assert taken(live, copies) == ["archive-damaged"]
    assert wrong(live) == set()
    assert copied(live, copies) == (2, ["archive-set-aside"])
    assert wrong(copies) == set()
    (aside,) = copies.folder.glob("*.damaged-*")
    assert aside.read_bytes() == b"rotten" * 5000
    assert copied(live, copies) == (0, [])


def test_a_damaged_live_file_hinders_nothing_and_is_mended(live: Archives, copies: Archives) -> None:
    live.of_year(2025).put(ID, [ONE_MORE])
    live.of_year(YEAR).path.write_bytes(b"rotten" * 5000)
    assert copied(live, copies) == (1, ["archive-damaged"])
    assert (wrong(copies), copies.years()) == (set(), [YEAR, 2025])
    assert taken(live, copies) == ["archive-set-aside"]
    assert wrong(live) == set()


def test_damage_within_a_file_of_the_same_version_is_mended(live: Archives, copies: Archives) -> None:
    file = live.of_year(YEAR).path
    with closing(sqlite3.connect(file)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    whole = file.read_bytes()
    at = max(page for page in range(pages) if b"letter " in whole[page * size : (page + 1) * size])
    file.write_bytes(whole[: at * size] + b"\xff" * size + whole[(at + 1) * size :])
    assert taken(live, copies) == ["archive-set-aside"]
    assert wrong(live) == set()


def test_an_empty_file_is_no_archive(live: Archives, copies: Archives) -> None:
    live.of_year(2019).path.touch()
    copies.of_year(2020).path.touch()
    assert live.copy_to(copies, [YEAR]) == (0, [])
    assert live.take_over(copies, ID) == []
    assert live.missing([2019, YEAR]) != []


def test_another_stores_archive_is_taken_and_replaced_by_nobody(live: Archives, copies: Archives) -> None:
    other = Archives(live.folder, "other.db")
    other.of_year(YEAR).put("another", [ONE_MORE])
    assert copied(other, copies) == (0, ["archive-of-another"])
    assert taken(other, copies) == ["archive-of-another"]
    assert not other.of_year(YEAR).wrong([ONE_MORE[0]])
    assert wrong(copies) == set()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a small disk: run as root ({mounted.stderr.decode().strip()})")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_of_the_copy_is_told_of_the_copy(live: Archives, small: Path) -> None:
    raw = b"x" * 100_000
    live.of_year(YEAR).put(ID, [(hashlib.sha256(raw).hexdigest(), raw)])
    copy = Archives(small / "archives", "")
    with pytest.raises(NoRoom) as told:
        live.of_year(YEAR).copy_to(copy.of_year(YEAR))
    assert str(copy.of_year(YEAR).path) in str(told.value)
    assert str(live.folder) not in str(told.value)
    assert not list(copy.folder.iterdir()), "nothing of it is left there"
