"""Every sample says what its JSON says. They are bodies of posts, in the forms in which the hub's are known.

A form field, percent-encoded in UTF-8, with blanks as "+" or "%20"; a field whose blanks were encoded twice,
with another field behind it (``client-``: so one system posts to the hub); a document as it is; one with its
markup as entities. All data is invented.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from mailproc.config import Config, PartnerIllsbn
from mailproc.ill.apdu_json import from_json, to_json
from mailproc.ill.terms import ApduType, Results
from mailproc.mail.parse import parse
from mailproc.protocols.illsbn import reading, writing, xml_tree
from mailproc.protocols.illsbn.message_fields import KINDS
from mailproc.protocols.illsbn.wire import root_of
from mailproc.protocols.registry import load

from .conftest import LIBRARY, PARTNER

FOLDER = Path(__file__).parents[2] / "samples" / "illsbn"
SAMPLES = sorted(FOLDER.glob("*.body"))
REGISTRY = load(Config(library=LIBRARY, partner=(PARTNER,)))
every_sample = pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)


def decoded(raw: bytes) -> dict[str, Any]:
    letter = parse(raw)
    codec = REGISTRY.recognise(letter)
    assert codec is not None
    said = codec.decode(letter)
    return {
        "codec": codec.name,
        "apdus": [to_json(apdu) for apdu in said.apdus],
        "faults": [{"position": fault.position, "text": fault.text} for fault in said.faults],
    }


def expected(file: Path) -> Any:
    return json.loads(file.with_suffix(".json").read_text("utf-8"))


@every_sample
def test_a_sample_says_what_its_json_says(file: Path) -> None:
    assert decoded(file.read_bytes()) == expected(file)


def test_there_are_samples_of_every_message_and_result() -> None:
    assert {file.stem for file in SAMPLES} == {file.stem for file in FOLDER.glob("*.json")}
    said = [apdu for file in SAMPLES for apdu in expected(file)["apdus"]]
    assert {apdu["type"] for apdu in said} == set(ApduType.__members__)
    assert len({apdu.get("results") for apdu in said} - {None}) == 7
    forms = [file.read_bytes()[:10] for file in SAMPLES]
    assert {b"BufferILL=", b"<?xml vers"} == set(forms)


@every_sample
def test_what_was_read_is_written_and_read_as_the_same(file: Path) -> None:
    for one in expected(file)["apdus"]:
        apdu = from_json(one)
        if apdu.type is ApduType.STATUS_OR_ERROR_REPORT or apdu.sent_at is None:
            continue  # the hub alone reports
        if any(entry["at"] == "Current-state" for entry in apdu.extensions):
            continue  # made of a state: its days may be missing, which a message of ours must have
        tree = writing.tree(apdu, writing.BothLibraries(settings=PartnerIllsbn(answers=tuple(Results))))
        (element,) = root_of(xml_tree.document(KINDS[apdu.type].element, tree))
        back = reading.apdu(apdu.type, xml_tree.tree(element))
        assert to_json(back) | {"requester": apdu.requester, "responder": apdu.responder} == one | {
            name: value for name, value in to_json(back).items() if name not in one
        }
