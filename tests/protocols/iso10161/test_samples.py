"""Every sample letter says what its JSON says; what was read is written and read again as the same."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailproc.config import Config, Library, Partner
from mailproc.ill.apdu import Apdu
from mailproc.ill.apdu_json import from_json, to_json
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.compose import compose
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Wire
from mailproc.protocols.registry import load

FOLDER = Path(__file__).parents[2] / "samples" / "iso10161"
SAMPLES = sorted(FOLDER.glob("*.eml"))
NOBODYS = ("nobody-", "bounce-", "auto-")
REGISTRY = load(Config())
CODEC = REGISTRY.by_name("iso10161")
every_sample = pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)


def in_order(apdu: dict[str, Any]) -> dict[str, Any]:
    """In which order extensions are listed says nothing."""
    if "extensions" in apdu:
        apdu["extensions"] = sorted(apdu["extensions"], key=lambda one: str(one["at"]))
    return apdu


def decoded(raw: bytes) -> dict[str, Any]:
    letter = parse(raw)
    codec = REGISTRY.recognise(letter)
    if codec is None:
        return {"codec": None, "apdus": [], "unsure": [], "faults": []}
    said = codec.decode(letter)
    return {
        "codec": codec.name,
        "apdus": [in_order(to_json(apdu)) for apdu in said.apdus],
        "unsure": [to_json(apdu) for apdu in said.unsure],
        "faults": [{"position": fault.position, "text": fault.text} for fault in said.faults],
    }


def expected(file: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(file.with_suffix(".json").read_text("utf-8"))
    return value


def test_there_are_samples_of_every_message() -> None:
    assert {file.stem for file in SAMPLES} == {file.stem for file in FOLDER.glob("*.json")}
    said = {apdu["type"] for file in SAMPLES for apdu in expected(file)["apdus"]}
    assert said == set(ApduType.__members__)
    results = {apdu.get("results") for file in SAMPLES for apdu in expected(file)["apdus"]} - {None}
    assert len(results) == 7


@every_sample
def test_a_sample_says_what_its_json_says(file: Path) -> None:
    assert decoded(file.read_bytes()) == expected(file)


@every_sample
def test_one_codec_claims_a_sample_and_nobody_a_strangers(file: Path) -> None:
    claims = [codec.name for codec in REGISTRY.codecs if codec.recognise(parse(file.read_bytes()))]
    assert claims == ([] if file.stem.startswith(NOBODYS) else ["iso10161"])


@every_sample
def test_the_json_is_a_true_picture(file: Path) -> None:
    for value in expected(file)["apdus"]:
        assert to_json(from_json(value)) == value


class Silent:
    """This protocol has no templates."""

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        raise AssertionError(path, context)


def sent(apdu: Apdu) -> dict[str, Any]:
    """What a partner reads of ``apdu``: by message, part, letter, and all the way back."""
    wire = Wire(Library(), Partner(symbol="XX-X", address="x@x.example", codec="iso10161"), Role.RESPONDER)
    body = CODEC.encode([apdu], wire, Silent()).body
    assert body is not None
    raw = compose(
        body,
        sender="ill@library.example",
        sender_name="A Library",
        to=["x@x.example"],
        message_id="1@library.example",
        date=datetime(2026, 8, 5, tzinfo=UTC),
    )
    said = decoded(raw)
    assert not said["faults"]
    (back,) = said["apdus"]
    assert isinstance(back, dict)
    return back


@every_sample
def test_what_was_read_is_written_and_read_again(file: Path) -> None:
    """What we put in where it is silent (where answers go, what a report must hold) comes on top."""
    for value in expected(file)["apdus"]:
        back = sent(from_json(value))
        kept = [one for one in back.get("extensions", []) if one in value.get("extensions", [])]
        assert kept == value.get("extensions", [])
        plain = value.keys() - {"extensions", "report"}
        assert {key: back[key] for key in plain} == {key: value[key] for key in plain}
        assert back.get("report", {}).items() >= value.get("report", {}).items()
        assert sent(from_json(back)) == back


def test_a_password_of_theirs_is_kept_as_octets_and_nothing_else() -> None:
    said = json.dumps(decoded((FOLDER / "extension-prompt-1.eml").read_bytes()))
    assert "not-a-secret" not in said
