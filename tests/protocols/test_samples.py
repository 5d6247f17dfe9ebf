"""Every sample letter says what its JSON says, and exactly the codec that should takes it."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailproc.config import Config
from mailproc.ill.apdu_json import from_json, to_json
from mailproc.mail.parse import parse
from mailproc.protocols.registry import load

FOLDER = Path(__file__).parents[1] / "samples" / "artemail"
SAMPLES = sorted(FOLDER.glob("*.eml"))
NOBODYS = ("nobody-", "bounce-", "auto-")
REGISTRY = load(Config())


def decoded(raw: bytes) -> dict[str, Any]:
    letter = parse(raw)
    codec = REGISTRY.recognise(letter)
    if codec is None:
        return {"codec": None, "apdus": [], "unsure": [], "faults": []}
    said = codec.decode(letter)
    return {
        "codec": codec.name,
        "apdus": [to_json(apdu) for apdu in said.apdus],
        "unsure": [to_json(apdu) for apdu in said.unsure],
        "faults": [{"position": fault.position, "text": fault.text} for fault in said.faults],
    }


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 120
    assert {file.stem for file in SAMPLES} == {file.stem for file in FOLDER.glob("*.json")}


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_a_sample_says_what_its_json_says(file: Path) -> None:
    assert decoded(file.read_bytes()) == json.loads(file.with_suffix(".json").read_text("utf-8"))


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_one_codec_claims_a_sample_and_nobody_a_strangers(file: Path) -> None:
    claims = [codec.name for codec in REGISTRY.codecs if codec.recognise(parse(file.read_bytes()))]
    assert claims == ([] if file.stem.startswith(NOBODYS) else ["artemail"])


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_the_json_is_a_true_picture(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text("utf-8"))
    for value in (*expected["apdus"], *expected["unsure"]):
        assert to_json(from_json(value)) == value


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_no_password_gets_out(file: Path) -> None:
    """Q7W8E9R is the password of every sample."""
    letter = parse(file.read_bytes())
    said = REGISTRY.by_name("artemail").decode(letter)
    assert "Q7W8E9R" not in repr(said)
    assert "Q7W8E9R" not in json.dumps(decoded(file.read_bytes()))
    shown = REGISTRY.by_name("artemail").mask(file.read_bytes())
    assert b"Q7W8E9R" not in shown
    assert "Q7W8E9R" not in "".join(part.text or "" for part in parse(shown).parts)
    if said.credentials and not file.stem.startswith("plain-"):
        assert said.credentials.password == "Q7W8E9R"


@pytest.mark.parametrize(
    "file", [file for file in SAMPLES if file.stem.startswith("order-")], ids=lambda f: f.stem
)
def test_a_masked_order_file_reads_as_the_same_orders(file: Path) -> None:
    assert decoded(REGISTRY.by_name("artemail").mask(file.read_bytes())) == decoded(file.read_bytes())
