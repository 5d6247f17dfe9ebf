"""Bounces in the forms of the wild, and letters that are none: ``tests/samples/bounces``, verdicts.jsonl.

Forms, words and fields are those that mail systems write; addresses, hosts, numbers and letters are invented.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailproc.mail.bounce import Bounce, read
from mailproc.mail.parse import parse

FOLDER = Path(__file__).parents[1] / "samples" / "bounces"
TABLE = (FOLDER / "verdicts.jsonl").read_text(encoding="utf-8")
VERDICTS: list[dict[str, Any]] = [json.loads(line) for line in TABLE.splitlines()]
BOUNCES = [verdict for verdict in VERDICTS if verdict["kind"]]
OTHERS = [verdict["file"] for verdict in VERDICTS if not verdict["kind"]]


def sample(file: str) -> bytes:
    return (FOLDER / file).read_bytes()


@pytest.mark.parametrize("verdict", BOUNCES, ids=[verdict["file"] for verdict in BOUNCES])
def test_a_bounce_says_what_came_back_and_why(verdict: dict[str, Any]) -> None:
    found = read(parse(sample(verdict["file"])))
    assert isinstance(found, Bounce)
    assert found.kind == verdict["kind"]
    assert list(found.recipients) == verdict["recipients"]
    assert found.status == verdict["status"]
    assert list(found.message_ids) == verdict["message_ids"]


@pytest.mark.parametrize("file", OTHERS)
def test_another_letter_is_no_bounce_with_its_envelope_or_without(file: str) -> None:
    letter = parse(sample(file))
    assert read(letter) is None
    assert read(replace(letter, return_path=None)) is None


def test_the_table_is_the_folder() -> None:
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.eml")}
    assert files == {verdict["file"] for verdict in VERDICTS}
    assert len(BOUNCES) >= 200 and len(OTHERS) >= 100


def test_a_bounce_cut_short_is_still_one() -> None:
    """A gateway or a full disk cuts the end off; what is read must not change into another kind."""
    for verdict in BOUNCES:
        raw = sample(verdict["file"])
        found = read(parse(raw[: len(raw) - 120]))
        assert found is not None, verdict["file"]
        assert found.kind == verdict["kind"], verdict["file"]


def test_quoted_by_a_person_it_is_none() -> None:
    """The words of every make, sent on by somebody with an address of their own."""
    head = (
        b"Return-Path: <k.sample@lender.example>\nFrom: Kim Sample <k.sample@lender.example>\n"
        b"To: ill@library.example\nSubject: Fwd: this came back\n"
    )
    for verdict in BOUNCES:
        raw = sample(verdict["file"]).replace(b"\r\n", b"\n")
        attached = b"Content-Type: multipart/mixed; boundary=wrap\n\n--wrap\n\nPlease look.\n--wrap\n"
        attached += b"Content-Type: message/rfc822\n\n" + raw + b"\n--wrap--\n"
        assert read(parse(head + attached)) is None, verdict["file"]
        quoted = b"\n".join(b"> " + line for line in raw.split(b"\n"))
        assert read(parse(head + b"\nPlease look.\n\n" + quoted)) is None, verdict["file"]
        assert read(parse(head + b"\n" + raw)) is None, verdict["file"]
