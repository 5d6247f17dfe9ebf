"""decode and encode with the documents of a hub: files as they were posted, and what we would post."""

import json
from pathlib import Path

import pytest

from tests.command_line import run
from tests.support import configuration

SAMPLES = Path(__file__).parents[1] / "samples" / "illsbn"
CONFIG = "".join(
    [
        configuration.library("IT-XX0001", "ill@library.example", "Biblioteca"),
        configuration.section("deliver", mode="folder", folder="out"),
        configuration.partner(
            "IT-XX0002",
            "ill@altra.example",
            codec="illsbn",
            transport="http",
            roles=["RESPONDER", "REQUESTER"],
        ),
    ]
)
ASKING = {
    "type": "ILL_REQUEST", "transaction": {"tgq": "B12", "tq": "1"}, "services": ["LOAN"],
    "item": {"title": "Un titolo"},
}  # fmt: skip
ASKED_TOO_EARLY = {"type": "CANCEL", "transaction": {"tgq": "B12", "tq": "1"}}


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["shipped-loan.body", "client-received.body", "escaped-cancel.body"])
def test_a_body_is_decoded_as_it_was_posted(name: str, configured: Path) -> None:
    ran = run("decode", str(SAMPLES / name))
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert (said["codec"], said["faults"]) == ("illsbn", [])
    assert said["apdus"][0]["ref"] == {"number": "900123"}


def test_a_message_is_encoded_and_decoded_again(configured: Path) -> None:
    ran = run("encode", "-", "--codec", "illsbn", "--to", "IT-XX0002", stdin=json.dumps(ASKING))
    assert ran.code == 0, ran.err
    (configured / "letter.eml").write_text(ran.out, encoding="ascii")
    said = json.loads(run("decode", "letter.eml").out)
    (apdu,) = said["apdus"]
    assert (apdu["requester"], apdu["responder"]) == ("IT-XX0001", "IT-XX0002")
    assert (apdu["patron"], apdu["item"]) == ({"id": "B12-1"}, {"title": "Un titolo"})


def test_what_needs_the_hubs_number_is_refused_without_it(configured: Path) -> None:
    ran = run("encode", "-", "--codec", "illsbn", "--to", "IT-XX0002", stdin=json.dumps(ASKED_TOO_EARLY))
    assert ran.code == 1
    assert "has not given this request a number yet" in ran.err
