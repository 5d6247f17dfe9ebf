"""Nothing slow runs inside a write: the guard, and the entrances that it stands at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailproc import log, slow_work
from mailproc.config import Config, Library
from mailproc.flow.reading import sender_proof
from mailproc.ill import apdu_json
from mailproc.ils.ncip import answers, writing
from mailproc.mail import bounce, compose, own_letters, parse
from mailproc.notices import last_good
from mailproc.proof import authentication_results, dkim
from mailproc.protocols import registry
from mailproc.protocols.artemail.mask import Masker
from mailproc.slow_work import InsideWrite
from mailproc.store.engine import Store
from mailproc.templating.environment import Templates

ENTRANCES: dict[str, Callable[..., Any]] = {
    "parse": parse.parse, "readable": parse.readable, "own_ids": own_letters.own_ids,
    "compose": compose.compose,
    "bounce": bounce.read, "render_safely": last_good.render_safely,
    "template": Templates.render, "draft": Templates.render_text, "check": Templates.check,
    "ncip": writing.written, "ncip_answer": answers.read,
    "dkim": dkim.verify, "dmarc": authentication_results.dmarc, "proven": sender_proof.proven,
}  # fmt: skip
CODEC = ("recognise", "decode", "encode", "project", "mask", "unmask")


@pytest.fixture(params=["direct", "writer"])
def in_a_write(store: Store, request: pytest.FixtureRequest) -> Callable[[Callable[[], Any]], Any]:
    """Runs something inside a write: the command line's, and the service's."""
    if request.param == "writer":
        store.start_writer()
    return lambda work: store.write(lambda _: work())


@pytest.mark.parametrize("name", ENTRANCES)
def test_slow_work_is_refused_inside_a_write(in_a_write, name):
    with pytest.raises(InsideWrite, match="do it before, and hand its result in"):
        in_a_write(lambda: ENTRANCES[name](None))


def test_so_is_the_work_of_every_codec(in_a_write):
    library = Library(name="A", symbol="XX-A", email="ill@library.example")
    for codec in registry.load(Config(file=Path("config.toml"), library=library)).codecs:
        for method in CODEC:
            with pytest.raises(InsideWrite):
                in_a_write(lambda codec=codec, method=method: getattr(codec, method)(None))


@pytest.mark.parametrize("mask", [log.mask, Masker(["secret-word"]).text])
def test_a_short_text_may_be_masked_there_and_a_long_one_may_not(in_a_write, mask):
    short = "x" * slow_work.SHORT
    assert in_a_write(lambda: mask(short)) == short
    with pytest.raises(InsideWrite):
        in_a_write(lambda: mask(short + "x"))
    assert mask(short + "x") == short + "x"


def test_after_a_write_all_is_free_again(in_a_write):
    with pytest.raises(InsideWrite):
        in_a_write(lambda: parse.parse(b""))
    assert parse.parse(b"").raw == b""
    assert in_a_write(lambda: 1) == 1


def test_in_service_a_breach_is_logged_once_and_the_work_is_done(in_a_write, monkeypatch, caplog):
    monkeypatch.setattr(slow_work, "_forbidden", False)
    monkeypatch.setattr(slow_work, "_reported", set())
    letters = [in_a_write(lambda: parse.parse(b"Subject: one\n\n")) for _ in range(3)]
    assert {letter.subject for letter in letters} == {"one"}
    told = [one.getMessage() for one in caplog.records if "inside a write" in one.getMessage()]
    assert told == ["mailproc.mail.parse.parse runs inside a write of the store, which makes others wait"]


def test_a_large_message_is_not_decoded_in_a_write(in_a_write):
    """One of usual size may be: a step begins with it."""
    addresses = [{"address": f"a{n}@x.example", "service": "SMTP"} for n in range(800)]
    usual, large = ({"type": "MESSAGE", "reply_to": addresses[:count]} for count in (20, 800))
    assert len(in_a_write(lambda: apdu_json.from_json(usual)).reply_to) == 20
    with pytest.raises(InsideWrite):
        in_a_write(lambda: apdu_json.from_json(large))
    assert len(apdu_json.from_json(large).reply_to) == 800
