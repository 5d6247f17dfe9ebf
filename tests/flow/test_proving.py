"""By what a letter is proven: every door, client, login and signature against every list of proofs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, combinations, product
from typing import Any

import pytest
from pydantic import SecretStr

from mailproc.config import Config, Deliver, Listen, Login, Mailbox, Partner, Proof, ProofName
from mailproc.errors import LocalFault, StillSilent, TryLater
from mailproc.flow.context import Context
from mailproc.flow.partners import Partners, Sender
from mailproc.flow.reading.sender_proof import MOST_REASONS, NOTE, Evidence, Proven, proven, reasons_of
from mailproc.notices.language_files import shipped
from mailproc.office.mailroom import attaching, digest_mail, dismissal, incoming
from mailproc.office.queries import agenda
from mailproc.proof import authentication_results, dkim
from mailproc.sentence import Sentence, note, sentence, stored
from mailproc.store.tables import InboxRow
from tests.proof import signer
from tests.proof.signer import AUTHOR, LETTER, Key
from tests.proof.verifier import AT, NAME, Keys

INSIDE, OUTSIDE, RELAY = "192.0.2.7", "203.0.113.5", "198.51.100.25"
MX = "mx.library.example"
RECEIVED = f"Received: from mail.lender.example by {MX}; Sun, 29 Nov 2026 09:00:00 +0000\r\n".encode()
SAID = f"Authentication-Results: {MX}; dmarc=pass header.from=lender.example\r\n".encode()
PROOFS: tuple[ProofName, ...] = ("network", "login", "dmarc", "dkim", "none")
"""In the order in which they are looked at."""

THEM = Partner(
    symbol="XX-LENDER",
    address=AUTHOR,
    networks=("192.0.2.0/24",),
    login=Login(user="lender", hash=SecretStr("x")),
)
OTHERS = Partner(symbol="XX-OTHER", address="ill@other.example", networks=("203.0.113.0/24",))
CONFIG = Config(
    partner=(THEM, OTHERS),
    proof=Proof(authserv_id=MX),
    deliver=Deliver(mode="smtp"),
    mailbox=(Mailbox(name="intray", host="imap.library.example", user="ill"),),
)


@pytest.fixture(scope="module")
def key() -> Key:
    return signer.rsa_key()


@pytest.fixture
def keys(key: Key) -> Keys:
    return Keys({NAME: key.record})


@dataclass(frozen=True)
class Case:
    """A letter and how it came."""

    door: str = "listener"
    peer: str = RELAY
    login: str = ""
    signed: bool = False
    said: bytes = b""


def asked(
    case: Case, proofs: tuple[ProofName, ...], key: Key, keys: Keys, config: Config = CONFIG, raw: bytes = b""
) -> Proven:
    raw = raw or case.said + (signer.signed(LETTER, key) if case.signed else LETTER)
    sender = Sender(case.door, AUTHOR, AUTHOR, case.peer, case.login)
    context = Context(config, _none_such, _none_such, lambda: AT, lambda: keys)
    return proven(config.partner[0], proofs, Evidence(sender, raw, AT, context))


def _none_such() -> Any:
    raise AssertionError("neither codecs nor templates prove anything")


BY_RELAY = SAID + RECEIVED
FORGED = RECEIVED + SAID

TABLE = [
    # how it came, the list, by what it is proven or why not
    (Case(), (), "no proof is written"),
    (Case(), ("none",), "none"),
    (Case(login="other"), ("none",), "none: the session was logged in as another partner"),
    (Case(peer=INSIDE), ("network",), "network"),
    (Case(), ("network",), f"network: {RELAY} is in none of its networks"),
    (Case(peer=""), ("network",), "network: the client is in none of its networks"),
    (Case(peer="no address"), ("network",), "network: no address is in none"),
    (Case(peer="2001:db8::1"), ("network",), "network: 2001:db8::1 is in none"),
    (Case(door="intray", peer=INSIDE), ("network",), "network: the letter came by intray"),
    (Case(peer=INSIDE, login="other"), ("network",), "network: the session was logged in as another partner"),
    (Case(peer=INSIDE, login="lender"), ("network",), "network"),
    (Case(login="lender"), ("login",), "login"),
    (Case(login="LENDER"), ("login",), "login: the session was logged in as another partner"),
    (Case(login="other"), ("login",), "login: the session was logged in as another partner"),
    (Case(), ("login",), "login: nobody had logged in"),
    (Case(door="intray", login="lender"), ("login",), "login: the letter came by intray"),
    (Case(signed=True), ("dkim",), "dkim"),
    (Case(signed=True, door="intray", peer=""), ("dkim",), "dkim"),
    (Case(signed=True, login="other", peer=OUTSIDE), ("dkim",), "dkim"),
    (Case(), ("dkim",), "dkim: the letter has no DKIM signature"),
    (Case(said=BY_RELAY), ("dmarc",), "dmarc"),
    (Case(said=BY_RELAY, door="intray", peer=""), ("dmarc",), "dmarc"),
    (Case(said=FORGED), ("dmarc",), f"dmarc: a field of {MX} stands below the Received of"),
    (Case(said=BY_RELAY.replace(b"pass", b"fail")), ("dmarc",), "dmarc: mx.library.example does not say"),
    (Case(said=BY_RELAY, peer=OUTSIDE), ("dmarc",), "dmarc: the letter came from the networks of XX-OTHER"),
    (Case(said=BY_RELAY, login="lender"), ("dmarc",), "dmarc: the letter came from a partner's own server"),
    (Case(said=BY_RELAY, door="inject"), ("dmarc",), "inject"),
    (Case(door="inject"), ("network",), "inject"),
    (Case(signed=True), ("network",), "network: "),
    (Case(said=BY_RELAY), ("login", "dkim"), "login: nobody had logged in; dkim: the letter has no"),
    (Case(signed=True), ("dkim", "network"), "dkim"),
    (Case(peer=INSIDE, signed=True), ("dkim", "network"), "network"),
    (Case(signed=True), ("none", "dkim"), "dkim"),
]  # fmt: skip


def told(found: dict[str, Proven]) -> str:
    return "; ".join(map(str, reasons_of(found)))


@pytest.mark.parametrize(("case", "proofs", "words"), TABLE, ids=[str(n) for n in range(len(TABLE))])
def test_which_proof_holds_or_why_none(
    case: Case, proofs: tuple[ProofName, ...], words: str, key: Key, keys: Keys
) -> None:
    found = asked(case, proofs, key, keys)
    if words in (*PROOFS, "inject"):
        assert found.by == words, found.reasons
    else:
        assert found.by == ""
        assert told({THEM.symbol: found}).startswith(words)
        assert len(found.reasons) == max(len(proofs), 1)


EVERY = [
    Case(*each)
    for each in product(
        ("listener", "intray", "inject"), (INSIDE, OUTSIDE, RELAY), ("", "lender", "other"), (True, False),
        (b"", BY_RELAY, FORGED),
    )
]  # fmt: skip
LISTS = list(chain.from_iterable(combinations(PROOFS, many) for many in range(2, 6)))


@pytest.mark.parametrize("case", EVERY, ids=str)
def test_any_of_a_list_suffices_and_nothing_else(case: Case, key: Key, keys: Keys) -> None:
    alone = {name: asked(case, (name,), key, keys).by for name in PROOFS}
    for names in LISTS:
        first = next((name for name in names if alone[name]), "")
        for proofs in (names, names[::-1]):
            assert asked(case, proofs, key, keys).by == (alone[first] if first else ""), proofs  # type: ignore[index]


def test_proofs_that_are_not_configured_are_not_checked(
    key: Key, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("looked at")

    monkeypatch.setattr(dkim, "verify", never)
    monkeypatch.setattr(authentication_results, "dmarc", never)
    whole = Case(peer=INSIDE, login="lender", signed=True, said=BY_RELAY)
    assert asked(whole, PROOFS, key, keys).by == "network"
    assert asked(replace(whole, peer=RELAY), PROOFS, key, keys).by == "login"
    assert asked(replace(whole, peer=OUTSIDE, login=""), ("network", "none"), key, keys).by == "none"
    assert keys.asked == []


def test_without_dns_there_is_neither_proof_nor_refusal(key: Key) -> None:
    silent = Keys({NAME: None})
    with pytest.raises(TryLater):
        asked(Case(signed=True), ("dkim", "network"), key, silent)
    assert asked(Case(signed=True, peer=INSIDE), ("dkim", "network"), key, silent).by == "network"
    found = asked(Case(signed=True), ("dkim", "none"), key, silent)
    assert (found.by, *map(str, found.reasons)) == ("none", "dkim: DNS is silent")
    assert asked(Case(), ("dkim",), key, silent).by == "", "no signature, no question"


def test_the_doors_behind_our_relay(key: Key, keys: Keys) -> None:
    """At another door anybody could have written what our relay writes."""
    config = CONFIG.model_copy(update={"proof": Proof(authserv_id=MX, doors=("listener",))})
    assert asked(Case(said=BY_RELAY), ("dmarc",), key, keys, config).by == "dmarc"
    found = asked(Case(said=BY_RELAY, door="intray", peer=""), ("dmarc",), key, keys, config)
    assert told({"": found}) == "dmarc: the letter came by intray, which is not in [proof] doors"


@pytest.mark.parametrize(
    ("peer", "by"), [("198.51.100.25", "dmarc"), ("198.51.100.26", ""), (INSIDE, ""), ("::1", "")]
)
def test_only_the_relays_own_headers_count(key: Key, keys: Keys, peer: str, by: str) -> None:
    """A partner's server that may connect, and does not log in, is not our relay."""
    proof = Proof(authserv_id=MX, doors=("listener", "intray"), relay=("198.51.100.25/32",))
    config = CONFIG.model_copy(update={"proof": proof})
    found = asked(Case(said=BY_RELAY, peer=peer), ("dmarc",), key, keys, config)
    assert found.by == by
    assert by or told({"": found}) == f"dmarc: {peer} is not our relay"
    assert asked(Case(said=BY_RELAY, door="intray", peer=""), ("dmarc",), key, keys, config).by == "dmarc"


def test_a_letter_to_somebody_else_is_not_the_partner_s(key: Key, keys: Keys) -> None:
    """What is ours: the library's address, those of the listener, and a mailbox's user that is one."""
    ours = CONFIG.model_copy(
        update={
            "listen": Listen(recipients=("loans@library.example",)),
            "mailbox": (Mailbox(name="intray", host="imap.library.example", user="Old@Library.example"),),
        }
    )
    letter, line = LETTER, b"To: ill@library.example"
    for to in ("ill", "loans", "old"):
        mine = letter.replace(line, f"To: {to}@library.example".encode())
        assert asked(Case(), ("dkim",), key, keys, ours, signer.signed(mine, key)).by == "dkim"
        assert asked(Case(), ("dmarc",), key, keys, ours, BY_RELAY + mine).by == "dmarc"
    other = letter.replace(line, b"To: ill@other.example")
    for raw in (signer.signed(other, key), BY_RELAY + other):
        found = asked(Case(), ("dmarc", "dkim"), key, keys, ours, raw)
        assert found.by == ""
        assert "written to somebody else" in told({"": found})


def test_reasons_are_told_in_the_language_of_who_reads(key: Key, keys: Keys) -> None:
    found = {THEM.symbol: asked(Case(), ("network", "login", "dmarc", "dkim"), key, keys)}
    reasons, german = reasons_of(found), shipped("de")
    assert len(reasons) == 4
    for one in reasons:
        assert isinstance(one, Sentence)
        assert german.word(one) != str(one)
        assert note(stored(one)) == str(one)
    assert german.word(reasons[-1]) == "dkim: der Brief hat keine DKIM-Signatur"


def test_reasons_are_bounded_and_name_whose_they_are() -> None:
    found = {"XX-A": Proven("", ("dkim: no",)), "XX-B": Proven("", ("network: no", "dkim: no"))}
    assert told(found) == "XX-A: dkim: no; XX-B: network: no; XX-B: dkim: no"
    assert len(told({"XX-A": Proven("", ("x" * 10_000,))})) == NOTE
    long = sentence("proof-failed", proof="dkim", why="x" * 10_000)
    assert len(told({"XX-A": Proven("", (long,))})) == len("dkim: ") + NOTE
    many = {f"XX-{number}": Proven("", ("no",) * 5) for number in range(100)}
    assert len(reasons_of(many)) == MOST_REASONS


# Through the stations

LINES = """
[[partner]]
symbol = "XX-SIGNER"
address = "ill@lender.example"
roles = ["REQUESTER"]
proof = ["dkim"]
[partner.artemail]
receipts = false
[[partner.artemail.account]]
direction = "in"
customer_code = "99-0002"
password = { env = "TEST_XX_SECOND" }
"""
ORDER = "TXC1-1 S LOAN\nA book of ours"


@pytest.fixture
def signing(make_world: Any, sqlite_url: str, network_lines: str, keys: Keys) -> Any:
    """A world with a partner that signs, whose keys are ``keys``."""
    world = make_world(sqlite_url, LINES + network_lines)
    world.app = replace(world.app, context=replace(world.app.context, make_keys=lambda: keys))
    return world


@pytest.fixture
def order(key: Key) -> Callable[..., bytes]:
    """An order file of the signer, signed."""

    def make(number: int = 1, *, sign: bool = True, author: str = AUTHOR) -> bytes:
        gap = "\r\n" * 5
        text = f"99-0002\r\nPW0002XQ{gap}TXC{number}-1 S LOAN\r\nA book of ours{gap}NNNN\r\n"
        names = f"From: {author}\r\nTo: ill@library.example\r\n"
        head = f"{names}Subject: Order file\r\nMessage-ID: <{number}@x.example>\r\n"
        raw = f"{head}\r\n{text}".encode()
        return signer.signed(raw, key) if sign else raw

    return make


def test_a_signed_letter_moves_a_request(signing: Any, order: Any) -> None:
    inbox_id = signing.inject(order(), AUTHOR)
    signing.run()
    assert signing.listed() == ["L1"]
    row = signing.row("inbox", inbox_id)
    assert (row["proof"], row["proof_note"], row["partner"]) == ("dkim", "", "XX-SIGNER")


def test_an_unsigned_one_is_shelved_and_says_why(signing: Any, order: Any) -> None:
    inbox_id = signing.inject(order(sign=False), AUTHOR)
    signing.run()
    why = "dkim: the letter has no DKIM signature"
    assert signing.shelf()[f"I{inbox_id}"] == f"unproven sender {AUTHOR}: {why}"
    row = signing.row("inbox", inbox_id)
    assert (row["state"], row["proof"], row["proof_note"]) == ("shelved", "", why)
    assert signing.listed() == []


def test_by_imap_a_signature_proves_too(signing: Any, order: Any) -> None:
    inbox_id = signing.inject(order(), "", door="a mailbox", peer="")
    signing.run()
    assert signing.row("inbox", inbox_id)["proof"] == "dkim"
    assert signing.listed() == ["L1"]


SHARER = """
[[partner]]
symbol = "XX-SHARER"
address = "ill@lender.example"
roles = ["REQUESTER"]
proof = ["none"]
[[partner.artemail.account]]
direction = "in"
customer_code = "99-0001"
password = { env = "TEST_XX_BL" }
"""


@pytest.mark.parametrize(("sign", "by"), [(True, "dkim"), (False, "")])
def test_partners_with_one_address_have_separate_proofs(
    make_world: Any, sqlite_url: str, keys: Keys, order: Any, sign: bool, by: str
) -> None:
    world = make_world(sqlite_url, SHARER + LINES)
    world.app = replace(world.app, context=replace(world.app.context, make_keys=lambda: keys))
    inbox_id = world.inject(order(sign=sign), AUTHOR)
    world.run()
    row = world.row("inbox", inbox_id)
    if by:
        assert (row["partner"], row["proof"], world.listed()) == ("XX-SIGNER", "dkim", ["L1"])
    else:
        assert "are not those of XX-SHARER" in row["last_error"]
        assert row["proof_note"] == "XX-SIGNER: dkim: the letter has no DKIM signature"
        assert world.listed() == []


ELSEWHERE = "stranger@elsewhere.example"


@pytest.mark.parametrize(
    ("envelope", "author"), [(ELSEWHERE, AUTHOR), (AUTHOR, ELSEWHERE), ("", AUTHOR), (ELSEWHERE, ELSEWHERE)]
)
def test_a_signature_does_not_replace_the_address(
    signing: Any, order: Any, keys: Keys, envelope: str, author: str
) -> None:
    inbox_id = signing.inject(order(author=author), envelope)
    signing.run()
    assert signing.shelf()[f"I{inbox_id}"] == f"unproven sender {author}"
    assert keys.asked == [], "nobody's address: nothing is looked at"


def test_staff_release_it_all_the_same(signing: Any, order: Any) -> None:
    inbox_id = signing.inject(order(sign=False), AUTHOR)
    signing.run()
    incoming.release(signing.app.store, signing.app.context, f"I{inbox_id}")
    signing.run()
    row = signing.row("inbox", inbox_id)
    assert (row["proof"], row["proof_note"]) == ("released", "")
    assert signing.listed() == ["L1"]


def test_while_dns_is_away_letters_wait_and_others_go_on(
    signing: Any, order: Any, keys: Keys, key: Key
) -> None:
    keys.records[NAME] = None
    waiting = signing.inject(order(), AUTHOR)
    signing.ordered("TXC7-1 S LOAN\nAnother book")
    row = signing.row("inbox", waiting)
    assert (row["state"], row["unfinished"], row["attempts"]) == ("todo", 0, 1)
    assert row["last_error"] == "the sender cannot be proven yet: DNS is silent"
    assert signing.listed() == ["L1"], "the other customer's order"
    assert signing.shelf() == {}
    keys.records[NAME] = key.record
    signing.run()
    assert signing.row("inbox", waiting)["state"] == "todo", "its pause is not over"
    signing.later(minutes=1)
    signing.run()
    row = signing.row("inbox", waiting)
    assert (row["state"], row["proof"], row["last_error"]) == ("done", "dkim", "")
    assert sorted(signing.listed()) == ["L1", "L2"]
    assert signing.notices() == []


def test_stopping_while_dns_is_awaited_blames_no_letter(
    signing: Any, order: Any, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the next start would read in the note of rows in hand: the claim is to be taken back."""
    store, innocent, real = signing.app.store, list[Any](), Keys.__call__

    def asks(self: Keys, name: str) -> bytes | None:
        innocent.append(store.underway._innocent())
        return real(self, name)

    monkeypatch.setattr(Keys, "__call__", asks)
    inbox_id = signing.inject(order(), AUTHOR)
    signing.run()
    assert innocent == [(InboxRow, [inbox_id])]
    assert signing.listed() == ["L1"]


def test_a_round_waits_for_dns_once(signing: Any, order: Any, keys: Keys) -> None:
    keys.records[NAME] = None
    for number in range(1, 4):
        signing.inject(order(number), AUTHOR)
    last = signing.ordered("TXC7-1 S LOAN\nAnother book", run=False)
    signing.step()
    assert len(keys.asked) == 1
    assert [row["attempts"] for row in signing.rows("inbox")] == [1, 0, 0, 0]
    signing.run()
    assert [row["attempts"] for row in signing.rows("inbox")] == [1, 1, 1, 1]
    assert signing.row("inbox", last)["state"] == "done"


def test_known_silent_domains_delay_no_round(signing: Any, order: Any, keys: Keys) -> None:
    """Nothing is waited for, so all such letters are read in one round."""

    def silent(_name: str) -> bytes | None:
        raise StillSilent("DNS gave no answer a short while ago")

    signing.app = replace(signing.app, context=replace(signing.app.context, make_keys=lambda: silent))
    for number in range(1, 6):
        signing.inject(order(number), AUTHOR)
    signing.step()
    assert [row["attempts"] for row in signing.rows("inbox")] == [1] * 5
    assert {row["last_error"] for row in signing.rows("inbox")} == {
        "the sender cannot be proven yet: DNS gave no answer a short while ago"
    }


def test_staff_are_told_once_when_it_lasts(signing: Any, order: Any, keys: Keys, key: Key) -> None:
    keys.records[NAME] = None
    for number in range(1, 4):
        signing.inject(order(number), AUTHOR)
    for _ in range(59):
        signing.run()
        signing.later(minutes=1)
    assert signing.notices() == []
    for _ in range(600):
        signing.run()
        signing.later(minutes=1)
    (note,) = signing.notices()
    assert "DNS gives no answer" in note.text
    assert "3 letters of XX-SIGNER, waiting since 09:00." in note.text
    assert "attach" not in note.text and "check --connect" in note.text
    assert signing.shelf() == {}
    for _ in range(9):
        signing.later(days=1)
        signing.run()
        signing.tick()
    assert len(signing.notices()) == 2, "once, and then weekly"
    keys.records[NAME] = key.record
    signing.later(minutes=30)
    signing.run()
    assert sorted(signing.listed()) == ["L1", "L2", "L3"]
    signing.tick()
    keys.records[NAME] = None
    signing.inject(order(4), AUTHOR)
    signing.run()
    signing.later(hours=1)
    signing.run()
    assert sum("waiting since" in one.text for one in signing.notices()) == 3, "another trouble, told at once"


def test_what_waits_for_dns_is_listed_and_says_so(signing: Any, order: Any, keys: Keys) -> None:
    keys.records[NAME] = None
    name = f"I{signing.inject(order(), AUTHOR)}"
    signing.run()
    store, context = signing.app.store, signing.app.context
    with store.read() as connection:
        found = agenda.agenda(connection, context)
    (line,) = found.unread
    assert (line.id, line.other, line.note) == (
        name,
        "XX-SIGNER",
        "the sender cannot be proven yet: DNS is silent",
    )
    assert found.unplaced == ()
    assert digest_mail.letter_of(found, context).unread.count == 1
    signing.place()
    for refused in (
        lambda: incoming.release(store, context, name),
        lambda: attaching.attach(store, context, name, "B1"),
        lambda: dismissal.dismiss(store, context, [name]),
    ):
        with pytest.raises(LocalFault, match=f"{name} waits for DNS") as told:
            refused()
        assert told.value.possible == ("mailproc check --connect",)


def test_dns_is_never_asked_inside_a_write(
    signing: Any, order: Any, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is asked for while anybody may write."""
    store, seen = signing.app.store, list[int]()
    real = Keys.__call__

    def asks(self: Keys, name: str) -> bytes | None:
        seen.append(len(store.write(lambda connection: [connection])))
        return real(self, name)

    monkeypatch.setattr(Keys, "__call__", asks)
    signing.inject(order(), AUTHOR)
    signing.run()
    assert seen == [1]
    assert signing.listed() == ["L1"]


def test_without_a_written_proof_nobody_is_believed() -> None:
    """`load` refuses such a file where letters leave; even so nothing would be proven."""
    config = Config(partner=(THEM,), deliver=Deliver(mode="smtp"))
    assert config.proofs_of(THEM) == ()
    sender = Sender("listener", AUTHOR, AUTHOR, INSIDE, "lender")
    assert Partners(config).claimed_by(sender) == (THEM,)
    moment = datetime(2026, 11, 29, tzinfo=UTC)
    context = Context(config, _none_such, _none_such, lambda: moment)
    evidence = Evidence(sender, LETTER, moment, context)
    assert proven(THEM, config.proofs_of(THEM), evidence).by == ""
