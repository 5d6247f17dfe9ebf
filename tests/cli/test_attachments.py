"""``mailproc letter I1`` lists the attachments of a letter; ``--save`` writes them, and nothing else."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.mail.parse import parse
from tests.command_line import Ran
from tests.support import files
from tests.support.files import EXE, PDF, PNG, File

Cli = Callable[..., Ran]
HEAD = "From: someone@people.example\nTo: ill@town.example\nSubject: your article\nMessage-ID: <7@p>\n"
FILES = (
    File("article.pdf", PDF), File("../article.pdf", EXE), File("cover.png", PNG, "image/png"),
    File("", b""), File("order.txt", b"99-0001\r\nZq7Pass9\r\n\r\nTX1 S COPY\r\nNNNN\r\n", "text/plain"),
)  # fmt: skip


def came(cli: Cli, *given: File) -> str:
    ran = cli("inject", "-", stdin=files.letter(HEAD, "Here it is.", given))
    assert ran.code == 0
    return ran.out.strip()


def test_they_are_listed_by_name_type_and_size(cli: Cli) -> None:
    shown = cli("letter", came(cli, *FILES)).out
    assert "5 attachments:" in shown
    assert f"article.pdf  (application/pdf, {len(PDF)} bytes)\n" in shown
    assert f"portable-executable, {len(EXE)} bytes; the letter calls it application/pdf)" in shown
    assert "document-4  (application/x-empty, 0 bytes; the letter calls it application/pdf)\n" in shown


def test_they_are_listed_as_json(cli: Cli) -> None:
    listed = cli("letter", came(cli, *FILES), "--json").json["attachments"]
    assert [one["type"] for one in listed][:3] == [
        "application/pdf", "application/vnd.microsoft.portable-executable", "image/png",
    ]  # fmt: skip
    assert listed[1] | {"sha256": ""} == {
        "name": "article.pdf", "type": "application/vnd.microsoft.portable-executable",
        "claimed": "application/pdf", "size": len(EXE), "sha256": "",
    }  # fmt: skip


def test_a_letter_without_any_says_nothing_of_them(cli: Cli) -> None:
    name = came(cli)
    assert "attachment" not in cli("letter", name).out
    assert cli("letter", name, "--json").json["attachments"] == []
    assert cli("letter", name, "--save", "here").out == "The letter has no attachment.\n"


def test_saving_writes_what_came_and_says_where(cli: Cli, folder: Path) -> None:
    ran = cli("letter", came(cli, *FILES), "--save", "here")
    assert (ran.code, ran.err) == (0, "")
    written = {path.name: path for path in (folder / "here").iterdir()}
    assert set(written) == {"article.pdf", "article-2.pdf", "cover.png", "document-4", "order.txt"}
    assert (written["article.pdf"].read_bytes(), written["article-2.pdf"].read_bytes()) == (PDF, EXE)
    assert {stat.S_IMODE(path.stat().st_mode) for path in written.values()} == {0o600}
    assert [line.split("  ")[0] for line in ran.out.splitlines()] == [
        f"here/{name}" for name in ("article.pdf", "article-2.pdf", "cover.png", "document-4", "order.txt")
    ]
    assert b"Zq7Pass9" not in written["order.txt"].read_bytes()


def test_saving_overwrites_nothing_and_follows_no_link(cli: Cli, folder: Path) -> None:
    name = came(cli, FILES[0])
    (folder / "here").mkdir()
    os.symlink(folder / "outside.pdf", folder / "here/article.pdf")
    for _ in range(2):
        assert cli("letter", name, "--save", "here").code == 0
    assert {path.name for path in (folder / "here").iterdir()} == {
        "article.pdf", "article-2.pdf", "article-3.pdf",
    }  # fmt: skip
    assert not (folder / "outside.pdf").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(cli: Cli, folder: Path) -> None:
    name = came(cli, FILES[0])
    (folder / "file").write_text("x")
    ran = cli("letter", name, "--save", "file")
    assert (ran.code, ran.out) == (1, "")
    assert "cannot be written" in ran.err
    assert "no/such/folder" in cli("letter", name, "--save", "no/such/folder").err


def test_saved_files_are_told_as_json(cli: Cli) -> None:
    ran = cli("letter", came(cli, FILES[0]), "--save", "here", "--json")
    assert [(one["path"], one["size"]) for one in ran.json] == [("here/article.pdf", len(PDF))]


def test_verify_reads_the_files_of_documents(cli: Cli, folder: Path, placed: Callable[..., str]) -> None:
    config = folder / "config.toml"
    config.write_text(config.read_text() + "[documents]\nforward = true\n")
    patron = {"id": "R1", "name": "A Reader", "email": "r@readers.example"}
    placed("An article", "COPY", patron=patron)
    cli("run", "--once")
    report = "REPLIES FOR 99-0001   01-03-2026\r\n\r\nB1-1 SHIPPED COPY"
    head = "From: orders@bl.example\nTo: ill@town.example\nSubject: Replies\nMessage-ID: <r@bl.example>\n"
    assert cli("inject", "-", stdin=files.letter(head, report, [FILES[0]])).code == 0
    cli("run", "--once")
    sent = [path for path in (folder / "out").iterdir() if PDF in _contents(path.read_bytes())]
    assert len(sent) == 1
    assert "1 document" in cli("show", "B1").out
    assert cli("show", "B1", "--json").json["history"][1]["documents"] == 1
    (ours,) = (one["id"] for one in cli("letters", "--json").json if "Your copy" in one["subject"])
    assert f"article.pdf  (application/pdf, {len(PDF)} bytes)\n" in cli("letter", ours).out
    assert "files of documents: 1 checked, 0 missing or damaged; 0 deleted" in cli("verify").out
    (file,) = (path for path in (folder / "var/documents").rglob("?" * 64))
    for content, word in ((b"something else", "damaged"), (None, "missing")):
        file.unlink() if content is None else file.write_bytes(content)
        ran = cli("verify")
        assert (ran.code, f"article.pdf: its file is {word}" in ran.out) == (1, True)
    assert "the letter calls it application/pdf" in cli("letter", ours).out, "its place is shown"
    assert cli("verify", "--json").json["documents"]["wrong"][0]["state"] == "missing"


def _contents(raw: bytes) -> list[bytes]:
    return [part.content for part in parse(raw).parts]


@pytest.mark.parametrize(("mode", "said"), [(0o700, False), (0o755, False), (0o777, True), (0o770, True)])
def test_a_folder_that_others_can_write_is_named(cli: Cli, folder: Path, mode: int, said: bool) -> None:
    (folder / "here").mkdir()
    (folder / "here").chmod(mode)
    ran = cli("letter", came(cli, *FILES), "--save", "here")
    assert (ran.code, "Others can write into here" in ran.err) == (0, said)


def test_one_file_is_sent_on_to_the_reader(cli: Cli, placed: Callable[..., str], folder: Path) -> None:
    number = placed(
        "An article", service="COPY", patron={"id": "R1", "name": "R", "email": "r@readers.example"}
    )
    cli("run", "--once")
    assert cli("act", number, "ship", "--heard-by", "phone").code == 0
    head = f"From: orders@bl.example\nTo: ill@town.example\nSubject: {number}-1\nMessage-ID: <w@bl.example>\n"
    assert cli("inject", "-", stdin=files.letter(head, "Here it is.", [FILES[0]])).code == 0
    cli("run", "--once")
    send = ("letter", "I1", "--to-reader", FILES[0].name)
    assert "a letter to the reader: the copy itself" in cli(*send, "--dry-run").out
    assert cli(*send, "--json").json["follows"] == ["a letter to the reader: the copy itself"]
    cli("run", "--once")
    sent = [path for path in (folder / "out").iterdir() if PDF in _contents(path.read_bytes())]
    assert len(sent) == 1
    again = cli(*send)
    assert (again.code, "has article.pdf already" in again.err) == (1, True)


@pytest.mark.parametrize("options", [("--raw",), ("--save", "here")])
def test_a_letter_is_shown_or_a_file_of_it_is_sent_on(
    cli: Cli, folder: Path, options: tuple[str, ...]
) -> None:
    assert cli("letter", "I1", "--to-reader", "a.pdf", *options).code == 1
    assert "--dry-run" in cli("letter", "I1", "--dry-run").err
