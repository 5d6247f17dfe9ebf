"""The short form of `make fuzz`, and every letter that it ever found a fault with."""

import os
from random import Random

import pytest

from fuzz import corpus, proofs, target, worker
from fuzz.mutate import mutated
from fuzz.target import Target

LETTERS = 20_000 if os.environ.get("REQUIRE_ALL") == "1" else 1_000


@pytest.fixture(scope="module", autouse=True)
def ready() -> None:
    worker.begin()


@pytest.mark.timeout(300)
def test_damaged_letters_break_no_reader() -> None:
    finds = worker.read((20261129, 0, LETTERS))
    assert [(find.kind, find.text) for find, _ in finds] == []


def test_what_was_found_once_stays_mended() -> None:
    found = {file.name: Target().check(file.read_bytes()) for file in corpus.FINDS.glob("*.eml")}
    assert {name: find for name, find in found.items() if find} == {}


def test_a_seed_makes_the_same_letters_again() -> None:
    """Else a find could not be looked into."""
    letters = corpus.letters()
    assert len(letters) > 400
    once, again = (mutated(letters, Random(seed)) for seed in (7, 7))  # noqa: S311  # to be made again, no secret
    assert once == again


@pytest.mark.parametrize(
    ("file", "proven"),
    [
        ("rsa-relaxed", {"dkim", "later"}),
        ("rsa-simple", {"dkim", "later"}),
        ("ed25519", {"dkim", "later"}),
        ("of-a-time", {"dkim", "later"}),
        ("two-signatures", {"dkim", "later"}),
        ("by-our-relay", {"dkim", "dmarc", "later"}),
        ("by-our-relay-unsigned", {"dmarc"}),
    ],
)
def test_letters_to_begin_with_are_proven(file: str, proven: set[str]) -> None:
    """Else the damage would never meet what verifies them."""
    raw = (corpus.SAMPLES / "signed" / f"{file}.eml").read_bytes()
    assert proofs.held(raw, "") == proven


def test_a_broken_reader_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzing itself can fail: a reader that raises is a find, named by its place."""

    def broken(_letter: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(target.bounce, "read", broken)
    find = Target().check(b"Subject: x\r\n\r\nx")
    assert find is not None
    assert find.kind == "ZeroDivisionError-elsewhere"
