"""The codec for people, and its part of config.toml."""

import pytest

from mailproc import config_load
from mailproc.config import Library, Partner
from mailproc.errors import LocalFault, Misconfigured, RemoteFault
from mailproc.ill.apdu import Cancel, Message, Received, Report, StatusOrErrorReport
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols import registry
from mailproc.protocols.codec import Manner, Wire
from mailproc.protocols.letter.codec import MOST_READ, LetterCodec

CODEC = LetterCodec()
TOWN = Partner(symbol="XX-TOWN", address="ill@town.example", codec="letter")


def letter(text, subject="Re: B1-1", kind="text/plain"):
    return Letter(b"", subject=subject, parts=(Part(kind, text.encode(), text=text),))


def test_a_letter_is_one_message_that_names_nothing_by_itself():
    found = CODEC.decode(letter("B1-1 is out.\n"))
    assert (found.apdus, found.faults, found.credentials) == ((), (), None)
    assert found.unsure == (Message(note="B1-1 is out."),)
    assert not CODEC.recognise(letter("B1-1   SHIPPED LOAN"))


@pytest.mark.parametrize(
    ("heard", "note"),
    [
        (letter("<p>It is <b>out</b>.</p>", kind="text/html"), "It is out."),
        (letter("", subject="B1-1 is out"), "B1-1 is out"),
        (letter("x" * 1_000_000), "x" * MOST_READ),
    ],
)
def test_what_a_letter_says(heard, note):
    (said,) = CODEC.decode(heard).unsure
    assert said.note == note


def test_a_letter_that_says_nothing():
    with pytest.raises(RemoteFault, match="no text"):
        CODEC.decode(letter(" \n", subject=""))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ApduType)
def test_everything_that_a_role_says_is_sent(kind, role):
    ours = kind.said_by in (None, role)
    assert CODEC.manner(kind, role, "") is (Manner.SEND if ours else Manner.REFUSE)
    assert CODEC.refuses(Received()) == "" and not CODEC.lacks_word(Received())


def wire(in_words=None):
    return Wire(Library(), TOWN, Role.REQUESTER, in_words=in_words)


def test_one_letter_for_each_message():
    body = Body("B1-1", ())
    made = CODEC.encode([Cancel(), Cancel()], wire(lambda _apdu: body), None)
    assert (made.body, [one.index for one in made.held]) == (body, [1])
    assert not CODEC.batched("") and not CODEC.repeat_safe


def test_nobody_is_told_that_a_message_could_not_be_read():
    for report, unsaid in ((None, (0,)), (Report(kind="error"), (0,)), (Report(kind="status"), ())):
        said = StatusOrErrorReport(report=report)
        assert CODEC.encode([said], wire(lambda _apdu: Body("B1-1", ())), None).unsaid == unsaid


def test_without_words_nothing_is_written():
    with pytest.raises(LocalFault, match="mailproc preview"):
        CODEC.encode([Cancel()], wire(), None)


LINES = """\
[library]
symbol = "XX-LIBRARY"
email = "ill@library.example"
[[partner]]
symbol = "XX-TOWN"
address = "ill@town.example"
{more}
"""
ACCOUNT = """
[[partner.artemail.account]]
direction = "out"
customer_code = "99-0001"
password = {{ env = "TOWN_PASSWORD" }}"""


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("TOWN_PASSWORD", "ZZTOP99")

    def load(more):
        file = tmp_path / "config.toml"
        file.write_text(LINES.format(more=more))
        return config_load.load(file, registry.problems)

    return load


def test_the_layout_plain_is_what_was_a_dialect(loaded):
    by_layout = 'codec = "letter"\n[partner.letter]\nlayout = "plain"'
    (partner,) = loaded(by_layout + ACCOUNT.format()).partner
    (before,) = loaded('dialect = "plain"' + ACCOUNT.format()).partner
    assert partner.model_copy(update={"letter": before.letter}) == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('codec = "letter"\ndialect = "vdx"', ["partner[XX-TOWN].dialect", "people have no dialect"]),
        ('codec = "iso10161"\n[partner.letter]\nlayout = "plain"', ["partner[XX-TOWN].letter.layout"]),
        ('codec = "letter"\n[partner.letter]\nlayout = "round"', ["partner[XX-TOWN].letter.layout", "plain"]),
        ('codec = "letter"\nletter = 1', ["partner[XX-TOWN].letter"]),
        ('codec = "letter"\n[partner.letter]\npostal = "1 High Street"', ["partner[XX-TOWN].letter.postal"]),
    ],
)
def test_mistakes_are_refused_with_their_key(loaded, more, words):
    with pytest.raises(Misconfigured) as refused:
        loaded(more)
    for word in words:
        assert word in str(refused.value)


def test_people_without_proof_are_warned_of_like_others(loaded):
    for codec in ("letter", "iso10161"):
        told = config_load.warnings(loaded(f'codec = "{codec}"'))
        assert any("XX-TOWN" in one and "proof is not written" in one for one in told), told
        told = config_load.warnings(loaded(f'codec = "{codec}"\nproof = ["none"]'))
        assert any("XX-TOWN" in one and "anybody who writes its address" in one for one in told)
