"""Letters on disk come in byte for byte; what cannot be read is said, and the rest is taken."""

import errno
import os
import sqlite3
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.cli import letter_files
from mailproc.cli.letter_files import letters
from mailproc.office.mailroom import incoming
from tests.command_line import Ran

Cli = Callable[..., Ran]
LETTER = b"From: a@b.example\nSubject: one\n\nhello\n"
ODD = {
    "CR LF": LETTER.replace(b"\n", b"\r\n"),
    "bare CR": b"Subject: x\r\n\r\na\rb\r\n",
    "no line end": b"Subject: x\n\nend",
    "NUL and eight bits": b"Subject: \xff\x00\n\n\x80\n",
    "no header": b"\nbody\n",
    "an mbox line inside": b"Subject: x\n\nFrom here on\n>From there\n",
    "folded and odd": b"Subject:  x \n\t y\nX-Mozilla-Status: 0001\nContent-Length: 3\n\nabcdef\n",
}


def kept(folder: Path) -> list[bytes]:
    with sqlite3.connect(folder / "var/mailproc.db") as store:
        return [raw for (raw,) in store.execute("SELECT raw FROM inbox_bytes ORDER BY letter_id")]


@pytest.fixture
def maildir(folder: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / "dir" / name).mkdir(parents=True)
    return folder / "dir"


def test_a_maildir_is_taken_byte_for_byte(cli: Cli, folder: Path, maildir: Path) -> None:
    for number, raw in enumerate(ODD.values()):
        (maildir / ("new", "cur")[number % 2] / f"17000{number}.x:2,S").write_bytes(raw)
    (maildir / "tmp/half").write_bytes(b"not delivered")
    (maildir / "cur/.nfs1").write_bytes(b"not a letter")
    ran = cli("inject", str(maildir))
    assert (ran.code, ran.err) == (0, "")
    assert kept(folder) == list(ODD.values())


@pytest.mark.parametrize("case", ODD)
def test_a_file_is_taken_byte_for_byte(cli: Cli, folder: Path, case: str) -> None:
    (folder / "letter").write_bytes(ODD[case])
    assert cli("inject", "letter").out == "I1\n"
    assert kept(folder) == [ODD[case]]


def bad(folder: Path) -> dict[str, str]:
    """What cannot be read, and a word of the sentence about it."""
    (folder / "link").symlink_to(folder / "nowhere")
    (folder / "empty").touch()
    (folder / "plain").mkdir()
    os.mkfifo(folder / "pipe")
    with (folder / "huge").open("wb") as file:
        file.truncate(4_000_000_000)
    with (folder / "huge.mbox").open("wb") as file:
        file.write(b"From x Mon Jan  1 00:00:00 2024\nSubject: x\n\n")
        file.truncate(200_000_000)
    return {
        "link": "a link to nothing",
        "nothing-there": "No such file",
        "empty": "is empty",
        "plain": "no folders new and cur",
        "pipe": "is a pipe",
        "huge": "more than 50000000 octets",
        "huge.mbox": "huge.mbox#1 has more than 50000000 octets",
        "/dev/null": "is no file",
        "config.toml/x": "Not a directory",
        "x" * 5_000: "File name too long",
    }


def test_what_cannot_be_read_is_said_and_the_rest_is_taken(cli: Cli, folder: Path) -> None:
    expected = bad(folder)
    (folder / "first").write_bytes(LETTER)
    (folder / "last").write_bytes(LETTER + b"more\n")
    ran = cli("inject", "first", *expected, "last")
    assert (ran.code, ran.out) == (1, "I1\nI2\n")
    lines = ran.err.splitlines()
    assert len(lines) == len(expected)
    for line, (name, word) in zip(lines, expected.items(), strict=True):
        assert name in line
        assert word in line
    again = cli("inject", "--json", "pipe", "first")
    assert (again.code, again.json) == (1, [{"id": "I1", "new": False}])


def test_a_bad_file_in_a_maildir(cli: Cli, folder: Path, maildir: Path) -> None:
    (maildir / "cur/1").write_bytes(LETTER)
    (maildir / "cur/2").symlink_to(folder / "nowhere")
    (maildir / "cur/3").mkdir()
    os.mkfifo(maildir / "new/4")
    (maildir / "new/5").write_bytes(ODD["no line end"])
    ran = cli("inject", str(maildir))
    assert (ran.code, ran.out) == (1, "I1\nI2\n")
    assert [f"{maildir}/{name} cannot be read" in ran.err for name in ("cur/2", "cur/3", "new/4")] == [
        True
    ] * 3


def test_what_we_may_not_read(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said by the system to everybody but root, who may run the tests."""
    (folder / "closed").write_bytes(LETTER)
    opened = os.open

    def refused(name: str, *arguments: int) -> int:
        if name == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
        return opened(name, *arguments)

    monkeypatch.setattr(letter_files.os, "open", refused)
    ran = cli("inject", "closed")
    assert (ran.code, ran.err) == (1, "closed cannot be read: Permission denied.\n")


SEPARATED = {
    "as RFC 4155": (
        b"From x Mon Jan  1 00:00:00 2024\nS: 1\n\none\n\nFrom y Mon Jan  1 00:00:00 2024\nS: 2\n\ntwo\n\n",
        [b"S: 1\n\none\n", b"S: 2\n\ntwo\n"],
    ),
    "without dates": (b"From x\nS: 1\n\none\n\nFrom y\nS: 2\n\ntwo\n", [b"S: 1\n\none\n", b"S: 2\n\ntwo\n"]),
    "without empty lines": (
        b"From x\nS: 1\n\none\nFrom y@z Mon Jan  1 00:00:00 2024\nS: 2\n\ntwo\n",
        [b"S: 1\n\none\n", b"S: 2\n\ntwo\n"],
    ),
    "CR LF": (
        b"From x\r\nS: 1\r\n\r\none\r\n\r\nFrom y\r\nS: 2\r\n\r\n",
        [b"S: 1\r\n\r\none\r\n", b"S: 2\r\n"],
    ),
    "words of a letter": (
        b"From x\nS: 1\n\none\nFrom now on: 12:30\n",
        [b"S: 1\n\none\nFrom now on: 12:30\n"],
    ),
    "quoted": (
        b"From x\nS: 1\n\n>From a\n>>From b\n> From c\nx >From d\n>from e\n",
        [b"S: 1\n\nFrom a\n>From b\n> From c\nx >From d\n>from e\n"],
    ),
    "several empty lines": (b"From x\nS: 1\n\none\n\n\n\nFrom y\nS: 2\n", [b"S: 1\n\none\n\n\n", b"S: 2\n"]),
    "no line end": (b"From x\nS: 1\n\none", [b"S: 1\n\none"]),
}


@pytest.mark.parametrize("case", SEPARATED)
def test_an_mbox_is_split_exactly(tmp_path: Path, case: str) -> None:
    octets, expected = SEPARATED[case]
    (tmp_path / "box").write_bytes(octets)
    assert [one.raw for one in letters([str(tmp_path / "box")])] == expected


LINES = (b"From a", b">From b", b">>From c", b"", b"x" * 65_535, b"x" * 65_536, b"text")


@given(
    bodies=st.lists(
        st.lists(st.sampled_from(LINES), max_size=5),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_what_was_written_as_mboxrd_comes_back(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[list[bytes]]
) -> None:
    raws = [b"Subject: x\n\n" + b"".join(line + b"\n" for line in lines) for lines in bodies]
    box = tmp_path_factory.getbasetemp() / "drawn.mbox"
    with box.open("wb") as file:
        for raw in raws:
            file.write(b"From x@y.example Mon Jan  1 00:00:00 2024\n")
            for line in raw.splitlines(keepends=True):
                file.write((b">" if line.lstrip(b">").startswith(b"From ") else b"") + line)
            file.write(b"\n")
    assert [one.raw for one in letters([str(box)])] == raws


def test_a_huge_mbox_comes_in_portions(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No commit holds more than a portion, and no more than that is in memory."""
    commits: list[int] = []
    keep = incoming.keep

    def counted(connection: object, portion: list[object]) -> object:
        commits.append(len(portion))
        return keep(connection, portion)  # type: ignore[arg-type]

    monkeypatch.setattr(incoming, "keep", counted)
    monkeypatch.setattr(incoming, "PORTION_OCTETS", 1_000_000)
    with (folder / "box").open("wb") as file:
        for number in range(450):
            file.write(b"From x\nSubject: %d\n\n" % number + (b"x" * 70 + b"\n") * 600 + b"\n")
    cli("verify")  # what the program itself needs is there
    tracemalloc.start()
    ran = cli("inject", "box")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (ran.code, len(ran.out.split())) == (0, 450)
    assert sum(commits) == 450
    assert max(commits) < 30
    assert most < 8_000_000


def test_a_mbox_of_many_small_letters_too(cli: Cli, folder: Path) -> None:
    with (folder / "box").open("wb") as file:
        file.writelines(b"From x\nSubject: %d\n\nhello\n\n" % number for number in range(450))
    assert len(cli("inject", "box").out.split()) == 450
    assert cli("inject", "box").out.count("already here as ") == 450


def test_decode_goes_on_too(cli: Cli, folder: Path) -> None:
    (folder / "letter").write_bytes(LETTER)
    ran = cli("decode", "nothing-there", "letter")
    assert ran.code == 1
    assert "No such file" in ran.err
    assert '"file"' in ran.out


def test_one_letter_is_in_memory_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without end is no letter, and costs no more than one."""
    monkeypatch.setattr(letter_files, "LARGEST", 1_000_000)
    with (tmp_path / "box").open("wb") as file:
        file.write(b"From x\nSubject: x\n\n")
        file.truncate(50_000_000)
    tracemalloc.start()
    (found,) = letters([str(tmp_path / "box")])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "box#1 has more than 1000000 octets" in str(found.problem)
    assert most < 4_000_000
