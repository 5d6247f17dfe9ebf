"""Who answers us, and where answers go: forwarded requests, learned addresses, optional messages."""

from dataclasses import replace

import pytest

from mailproc.cli import request_view
from mailproc.config import Policy
from mailproc.errors import LocalFault
from mailproc.flow.prepare import messages
from mailproc.office.mailroom import incoming, redelivery
from mailproc.office.partners import directory
from mailproc.store import partner_addresses
from tests.proof import signer
from tests.proof.verifier import Keys

from .conftest import BORROWER, LENDER, MAIL, SECOND, partner

ASKED = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}
THIRD, THIRD_MAIL = "XX-THIRD", "ill@third.example"


def forwarded(iso, to=SECOND, address=None, **more):
    said = {"responder": to, "intermediary": LENDER}
    if address:
        said["responder_address"] = {"address": address, "encodings": ["BER_IN_MIME"]}
    iso.hears("FORWARD_NOTIFICATION", **said, **more)


# G4: the request was passed on


def test_a_forwarded_request_moves_to_a_known_library(iso):
    iso.place(LENDER)
    forwarded(iso)
    assert iso.state("B1") == "PENDING"
    iso.hears("ILL_ANSWER", of=LENDER, results="UNFILLED", reason="not-owned")
    assert iso.state("B1") == "PENDING"  # of the old responder: a note
    assert iso.shown("B1").history[-1].note == "from who had it before; not-owned"
    iso.hears("ILL_ANSWER", of=SECOND, results="CONDITIONAL", conditions=[{"condition": "charges"}])
    assert iso.state("B1") == "CONDITIONAL"
    iso.act("B1", "answer-condition", answer=True)
    assert (iso.sent[-1].to, iso.last()["responder"]) == (MAIL[SECOND], SECOND)
    iso.hears("SHIPPED", of=SECOND)
    assert (iso.state("B1"), iso.shown("B1").line.partner) == ("SHIPPED", SECOND)


def test_the_old_responder_cannot_forestall_the_new_one(iso):
    """Equal words at an equal time are a second delivery only where the same library says them."""
    iso.place(LENDER)
    forwarded(iso)
    at = "2026-03-02T12:00:00"
    iso.hears("SHIPPED", of=LENDER, sent_at=at)
    assert iso.state("B1") == "PENDING"
    iso.hears("SHIPPED", of=SECOND, sent_at=at)
    assert iso.state("B1") == "SHIPPED"


def test_its_answer_came_before_the_notification(iso):
    iso.place(LENDER)
    iso.hears("SHIPPED", of=SECOND)
    assert iso.state("B1") == "PENDING"
    forwarded(iso)
    assert iso.state("B1") == "SHIPPED"
    assert iso.shelf() == {}


def waiting(iso):
    """The addresses of libraries that staff are to confirm, by their names (A3)."""
    with iso.app.store.read() as connection:
        return {one.id: one.address for one in directory.taught(connection) if one.confirmed_at is None}


def say_yes(iso, address=THIRD_MAIL):
    (name,) = [name for name, waits in waiting(iso).items() if waits == address]
    answered = directory.confirm(iso.app.store, iso.app.context, name, "clerk")
    iso.run()
    return answered


def test_a_request_moves_to_an_unknown_address_only_when_confirmed(iso):
    iso.place(LENDER)
    before = iso.transaction("B1")
    forwarded(iso, THIRD, THIRD_MAIL)
    assert iso.attention("B1") == ("forwarded-elsewhere",)
    (letter,) = iso.notices()
    told = " ".join(letter.text.split())
    assert "they passed it on to an address that nobody has confirmed" in told
    assert f"{LENDER} says that {THIRD} has it now, at {THIRD_MAIL}. Ask {LENDER} by telephone" in told
    assert "mailproc partners --confirm A1 " in told and "mailproc partners --forget A1 " in told
    says(iso, "SHIPPED")
    assert (iso.state("B1"), list(iso.shelf().values())) == ("PENDING", [f"unproven sender {THIRD_MAIL}"])
    after = iso.transaction("B1")
    for name in ("partner", "symbol", "address", "dialect", "options"):
        assert after[name] == before[name]
    outcome = iso.act("B1", "message", note="Is it on its way?")
    assert tuple(map(str, outcome.words)) == (f"a message to {LENDER} at {MAIL[LENDER]}: a message",)
    assert (iso.sent[-1].to, iso.last()["responder"]) == (MAIL[LENDER], LENDER)
    iso.hears("ILL_ANSWER", of=LENDER, results="CONDITIONAL", conditions=[{"condition": "charges"}])
    assert iso.state("B1") == "CONDITIONAL"  # the old responder is heard as ever


def test_once_confirmed_the_request_moves_and_waiting_letters_are_read(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    says(iso, "SHIPPED")
    answered = say_yes(iso)
    found = answered.learned
    assert tuple(map(str, answered.words)) == (
        f"B1-1: {LENDER} passed it on, and you confirmed it.",
        f"{THIRD} has the request now, at {THIRD_MAIL}",
        "shelved letter I2 is read again",
    )
    assert (found.number, found.symbol, found.address) == ("B1-1", THIRD, THIRD_MAIL)
    assert (iso.state("B1"), iso.shelf(), iso.attention("B1")) == ("SHIPPED", {}, ())
    assert (iso.events("B1")[-2], iso.shown("B1").history[-2].cause) == (
        "redirect", {"kind": "staff", "id": "clerk"})  # fmt: skip
    outcome = iso.act("B1", "message", note="It has come.")
    assert tuple(map(str, outcome.words)) == (f"a message to {THIRD} at {THIRD_MAIL}: a message",)
    assert (iso.sent[-1].to, iso.last()["responder"]) == (THIRD_MAIL, THIRD)


def test_the_yes_is_no_action_that_can_be_undone(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    assert iso.events("B1")[-1] == "redirect"
    with pytest.raises(LocalFault, match="no action that can be undone"):
        iso.act("B1", "undo")


def test_show_asks_like_the_letter_and_names_the_holder(iso, capsys):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    request_view.tell(iso.shown("B1"), iso.app.context)
    told = capsys.readouterr().out
    assert f"{LENDER} says that {THIRD} has it now, at {THIRD_MAIL}." in told
    assert "mailproc partners --confirm A1, or --forget A1" in told
    assert f"We borrow from {LENDER}: " in told
    say_yes(iso)
    request_view.tell(iso.shown("B1"), iso.app.context)
    told = capsys.readouterr().out
    assert f"We borrow from {THIRD} (passed on by {LENDER}): " in told
    assert "partners --confirm" not in told


def test_a_new_address_is_named_with_its_command(iso, capsys):
    iso.asks(**reply_to("borrower@gmail.com"))
    told = " ".join(iso.notices()[-1].text.split())
    assert f"{BORROWER} wants answers at borrower@gmail.com. Ask {BORROWER} by telephone" in told
    assert "mailproc partners --confirm A1 " in told and "mailproc partners --forget A1 " in told
    request_view.tell(iso.shown("L1"), iso.app.context)
    assert "mailproc partners --confirm A1, or --forget A1" in capsys.readouterr().out
    directory.forget(iso.app.store, iso.app.context, "A1")
    assert "learned-address" not in iso.attention("L1")
    assert iso.shown("L1").questions == ()


def test_a_partner_of_another_protocol_is_to_be_asked_anew(make_iso):
    iso = make_iso(partner(LENDER), partner(SECOND, codec="artemail"), partner(BORROWER))
    iso.place(LENDER)
    forwarded(iso, SECOND, MAIL[SECOND])
    assert (iso.attention("B1"), waiting(iso)) == (("forwarded-other-protocol",), {})
    assert iso.transaction("B1")["partner"] == LENDER
    assert "mailproc act B1 cancel" in iso.notices()[-1].text


def test_when_staff_decline_nothing_changes(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    says(iso, "SHIPPED")
    (name,) = waiting(iso)
    answered = directory.forget(iso.app.store, iso.app.context, name, "clerk")
    assert tuple(map(str, answered.words)) == (
        f"B1-1 stays with {LENDER} at {MAIL[LENDER]}; nothing goes to {THIRD} at {THIRD_MAIL}.",
    )
    last = iso.shown("B1").history[-1]
    assert (last.event, last.cause["id"], last.note) == (
        "forget",
        "clerk",
        f"not with {THIRD} at {THIRD_MAIL}",
    )
    iso.run()
    assert (iso.state("B1"), iso.attention("B1"), waiting(iso), len(iso.shelf())) == ("PENDING", (), {}, 1)
    iso.hears("SHIPPED", of=LENDER)
    assert iso.state("B1") == "SHIPPED"


def test_a_confirmation_is_for_one_request_only(iso):
    for _ in range(2):
        iso.place(LENDER)
    for number in ("B1-1", "B2-1"):
        forwarded(iso, THIRD, THIRD_MAIL, transaction=iso.id_of_ours(number))
    assert list(waiting(iso).values()) == [THIRD_MAIL] * 2
    directory.confirm(iso.app.store, iso.app.context, "A1")
    assert [iso.transaction(number)["address"] for number in ("B1", "B2")] == [THIRD_MAIL, MAIL[LENDER]]
    assert iso.attention("B2") == ("forwarded-elsewhere",)


def test_a_late_confirmation_is_refused(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    iso.hears("SHIPPED", of=LENDER)
    assert waiting(iso) == {}
    with pytest.raises(LocalFault, match="B1-1 is Shipped: it can no longer be moved"):
        directory.confirm(iso.app.store, iso.app.context, "A1")
    assert iso.transaction("B1")["address"] == MAIL[LENDER]


def test_what_was_confirmed_is_not_asked_again(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    forwarded(iso, THIRD, THIRD_MAIL.upper())
    assert (waiting(iso), iso.attention("B1")) == ({}, ())
    with pytest.raises(LocalFault, match="There is no learned address A1"):
        directory.confirm(iso.app.store, iso.app.context, "A1")


def test_addresses_by_the_hundred_fill_no_list(iso):
    iso.place(LENDER)
    for number in range(30):
        forwarded(iso, THIRD, f"ill{number}@third.example", run=False)
        iso.asks(tgq=f"G{number}", run=False, **reply_to(f"ill{number}@evil.example"))
    iso.run()
    with iso.app.store.read() as connection:
        assert len(directory.taught(connection)) == 2 * partner_addresses.MOST_WAITING


def test_a_partner_who_says_it_a_thousand_times_makes_one_line(iso):
    iso.place(LENDER)
    for _ in range(5):
        forwarded(iso, THIRD, THIRD_MAIL)
    assert len(waiting(iso)) == 1
    assert len(iso.notices()) == 1


def test_the_address_of_a_known_library_is_that_librarys(iso):
    iso.place(LENDER)
    forwarded(iso, "XX-OTHER-NAME", MAIL[SECOND].upper())
    assert (iso.transaction("B1")["partner"], waiting(iso)) == (SECOND, {})
    iso.hears("SHIPPED", of=SECOND)
    assert iso.state("B1") == "SHIPPED"


def test_an_unknown_library_is_heard_from_the_address_that_was_named(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    said = {"type": "SHIPPED", "transaction": iso.id_of_ours(), "sent_at": "2026-03-03T09:00:00"}
    iso.letter_of(THIRD, said, sender="ill@elsewhere.example")
    assert (iso.state("B1"), list(iso.shelf().values())) == (
        "PENDING", ["unproven sender ill@elsewhere.example"])  # fmt: skip
    iso.letter_of(THIRD, said | {"transaction": iso.id_of_ours("B2-1")}, sender=THIRD_MAIL)
    assert len(iso.shelf()) == 2  # it may speak of nothing else
    iso.letter_of(THIRD, said, sender=THIRD_MAIL)
    assert iso.state("B1") == "SHIPPED"
    iso.act("B1", "receive")
    iso.hears("LOST", of=LENDER)
    assert iso.state("B1") == "RECEIVED"


FOURTH, FOURTH_MAIL = "XX-FOURTH", "ill@fourth.example"


def says(iso, kind, of=THIRD, sender=THIRD_MAIL, envelope="", change=bytes, **said):
    """A letter of a library that config.toml does not know."""
    iso.later()
    at = iso.app.context.local(iso.world.now).isoformat()
    named = {"type": kind, "transaction": iso.id_of_ours(), "sent_at": at}
    iso.letter_of(of, named | said, sender=sender, envelope=envelope, change=change)


def reply_of(address):
    return {"reply_to": [{"address": address, "service": "SMTP", "encodings": ["BER_IN_MIME"]}]}


def passes_on(iso, to, address=None):
    """The unknown library that has the request passes it on in its turn."""
    said = {"responder": to, "intermediary": THIRD}
    if address:
        said["responder_address"] = {"address": address, "encodings": ["BER_IN_MIME"]}
    says(iso, "FORWARD_NOTIFICATION", **said)


def taught(iso):
    with iso.app.store.read() as connection:
        return [(one.partner, one.address) for one in directory.taught(connection) if not one.number]


def test_an_unknown_librarys_address_is_never_the_partners(iso):
    """Every letter of it says where its answers go; that teaches us nothing of who passed the request on."""
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    says(iso, "ILL_ANSWER", results="WILL_SUPPLY", **reply_of("desk@third.example"))
    assert (taught(iso), iso.attention("B1")) == ([], ())
    iso.act("B1", "message", note="Thank you.")
    assert iso.sent[-1].to == "desk@third.example"  # its own domain: at once
    for other in (MAIL[LENDER], "ill@lender.example", "ill@evil.example"):
        says(iso, "MESSAGE", note="x", **reply_of(other))
        iso.act("B1", "message", note="Thank you.")
        assert iso.sent[-1].to == "desk@third.example"
    assert taught(iso) == []
    iso.place(LENDER)
    assert iso.sent[-1].to == MAIL[LENDER]


def test_an_unknown_librarys_answer_came_before_the_notification(iso):
    iso.place(LENDER)
    says(iso, "SHIPPED", sender="ILL@third.EXAMPLE")
    says(iso, "SHIPPED", of=FOURTH, sender=FOURTH_MAIL)
    assert (iso.state("B1"), len(iso.shelf())) == ("PENDING", 2)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    assert iso.state("B1") == "SHIPPED"
    assert list(iso.shelf().values()) == [f"unproven sender {FOURTH_MAIL}"]


def test_an_unknown_library_passes_it_on_to_another(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    passes_on(iso, FOURTH, FOURTH_MAIL)
    say_yes(iso, FOURTH_MAIL)
    says(iso, "ILL_ANSWER", results="UNFILLED", reason="not-owned")
    assert iso.state("B1") == "PENDING"
    assert iso.shown("B1").history[-1].note == "from who had it before; not-owned"
    says(iso, "SHIPPED", of=FOURTH, sender=FOURTH_MAIL)
    assert iso.state("B1") == "SHIPPED"
    iso.act("B1", "message", note="It has come.")
    assert (iso.sent[-1].to, iso.last()["responder"]) == (FOURTH_MAIL, FOURTH)


def test_an_unknown_library_passes_it_on_to_one_that_we_know(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    passes_on(iso, SECOND)
    for unknown in (lambda: says(iso, "SHIPPED"), lambda: iso.hears("SHIPPED", of=LENDER)):
        unknown()
        assert (iso.state("B1"), iso.transaction("B1")["partner"]) == ("PENDING", SECOND)
    iso.hears("SHIPPED", of=SECOND)
    assert iso.state("B1") == "SHIPPED"


def test_an_unknown_library_gives_it_back(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    passes_on(iso, LENDER)
    says(iso, "SHIPPED")
    assert iso.state("B1") == "PENDING"
    iso.hears("SHIPPED", of=LENDER)
    assert iso.state("B1") == "SHIPPED"
    iso.act("B1", "message", note="It has come.")
    assert (iso.sent[-1].to, iso.last()["responder"]) == (MAIL[LENDER], LENDER)


def test_an_unknown_library_speaks_the_standard_as_it_is(make_iso):
    iso = make_iso(partner(LENDER, dialect="vdx"), partner(SECOND), partner(BORROWER))
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    assert iso.transaction("B1")["dialect"] == ""


def test_the_forwarding_partner_gets_no_report_about_the_other_library(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    at = "recall-extensions"
    critical = {"at": at, "value": [{"identifier": 7, "critical": True, "ber": "BAhhbnl0aGluZw=="}]}
    says(iso, "RECALL", extensions=[critical])
    assert len(iso.shelf()) == 1
    assert iso.kinds() == ["ILL_REQUEST"]


def test_a_released_message_still_belongs_to_the_holder(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    extension = {"identifier": 7, "critical": True, "ber": "BAhhbnl0aGluZw=="}
    critical = {"at": "shipped-extensions", "value": [extension]}
    says(iso, "SHIPPED", extensions=[critical])
    (letter_id,) = iso.shelf()
    incoming.release(iso.app.store, iso.app.context, letter_id)
    iso.run()
    assert (iso.state("B1"), iso.shelf()) == ("SHIPPED", {})


@pytest.fixture(scope="module")
def key():
    return signer.rsa_key()


@pytest.fixture
def keys(key):
    return Keys({f"{signer.SELECTOR}._domainkey.third.example": key.record})


@pytest.fixture
def strict(make_iso, keys):
    """The partner who passes requests on is believed by its signature alone."""
    iso = make_iso(partner(LENDER, proof=("network", "dkim"), networks=("127.0.0.0/8",)))
    context = replace(iso.app.context, make_keys=lambda: keys)
    iso.world.app = replace(iso.world.app, context=context)
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    say_yes(iso)
    return iso


def signed_by(key):
    return lambda raw: signer.signed(raw, key, d="third.example")


def test_an_unknown_library_needs_the_proofs_of_the_forwarding_partner(strict, key, keys):
    says(strict, "SHIPPED")
    (why,) = strict.shelf().values()
    assert why == f"unproven sender {THIRD_MAIL}: dkim: the letter has no DKIM signature"
    assert (strict.state("B1"), keys.asked) == ("PENDING", [])
    says(strict, "SHIPPED", envelope="x@elsewhere.example", change=signed_by(key))
    assert (strict.state("B1"), keys.asked) == ("PENDING", [])
    says(strict, "SHIPPED", change=signed_by(key))
    assert strict.state("B1") == "SHIPPED"
    row = strict.rows("inbox")[-1]
    assert (row["proof"], row["partner"]) == ("learned", LENDER)


def test_an_unknown_librarys_letter_waits_for_dns(strict, key, keys):
    name, record = keys.records.popitem()
    keys.records[name] = None
    says(strict, "SHIPPED", change=signed_by(key))
    assert (strict.state("B1"), strict.shelf()) == ("PENDING", {})
    keys.records[name] = record
    strict.later(minutes=1)
    strict.run()
    assert strict.state("B1") == "SHIPPED"


def test_an_unknown_librarys_letter_that_staff_release_is_its_own(strict):
    says(strict, "SHIPPED")
    (letter_id,) = strict.shelf()
    incoming.release(strict.app.store, strict.app.context, letter_id, LENDER)
    strict.run()
    assert (strict.state("B1"), strict.shelf()) == ("SHIPPED", {})


def test_a_letter_of_the_library_that_staff_confirmed_is_released_by_itself(strict):
    says(strict, "SHIPPED")
    (letter_id,) = strict.shelf()
    answer = incoming.release(strict.app.store, strict.app.context, letter_id)
    assert str(answer.text) == f"{letter_id} is read again as a letter of {THIRD} at {THIRD_MAIL}"
    strict.run()
    assert (strict.state("B1"), strict.shelf()) == ("SHIPPED", {})


def test_a_letter_of_an_unconfirmed_library_cannot_be_released(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    says(iso, "SHIPPED")
    (letter_id,) = iso.shelf()
    with pytest.raises(LocalFault, match=f"{LENDER} says that it passed a request on to {THIRD}") as refused:
        incoming.release(iso.app.store, iso.app.context, letter_id)
    assert refused.value.possible == ("mailproc partners --confirm A1", "mailproc partners --forget A1")
    says(iso, "SHIPPED", of=FOURTH, sender=FOURTH_MAIL)
    with pytest.raises(LocalFault, match="is unknown: name the partner"):
        incoming.release(iso.app.store, iso.app.context, list(iso.shelf())[-1])


def test_the_confirmation_names_the_proof_of_the_new_library(make_iso, keys):
    iso = make_iso(partner(LENDER, proof=("network",), networks=("127.0.0.0/8",)))
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    assert str(say_yes(iso).words[-1]) == (
        f"Letters from {THIRD_MAIL} count if proven by dkim; all others wait on the shelf:"
        " `mailproc shelved` lists them, `mailproc release I…` takes one."
    )


def test_on_confirmation_the_new_library_gets_the_cancel(iso):
    iso.place(LENDER)
    forwarded(iso, THIRD, THIRD_MAIL)
    iso.act("B1", "cancel")
    assert iso.sent[-1].to == MAIL[LENDER]
    answered = say_yes(iso)
    assert any(one.startswith(f"a message to {THIRD} at {THIRD_MAIL}") for one in map(str, answered.words))
    assert (iso.sent[-1].to, iso.last()["type"], iso.last()["responder"]) == (THIRD_MAIL, "CANCEL", THIRD)
    assert iso.state("B1") == "CANCEL_PENDING"
    says(iso, "CANCEL_REPLY", answer=True)
    assert iso.state("B1") == "CANCELLED"


def test_staff_hear_that_a_partner_which_has_it_now_was_not_told_of_the_cancellation(iso):
    iso.place(LENDER)
    iso.act("B1", "cancel")
    count = len(iso.said(SECOND))
    forwarded(iso)
    assert (iso.state("B1"), iso.attention("B1")) == ("CANCEL_PENDING", ("cancel-unheard",))
    assert "mailproc act B1 cancel" in iso.notices()[-1].text
    assert len(iso.said(SECOND)) == count  # no letter of theirs makes us write to a third
    iso.act("B1", "cancel")
    assert (iso.sent[-1].to, iso.last()["type"], iso.attention("B1")) == (MAIL[SECOND], "CANCEL", ())


@pytest.mark.parametrize("address", [None, "no address", "host.example:1611"])
def test_an_unknown_library_without_an_address_is_for_staff(iso, address):
    iso.place(LENDER)
    forwarded(iso, THIRD, address)
    assert iso.attention("B1") == ("forwarded-unknown",)
    (letter,) = iso.notices()
    assert "they passed it on to a library whose address we do not know" in " ".join(letter.text.split())
    assert "mailproc act B1 message" in letter.text
    row = iso.transaction("B1")
    assert (row["symbol"], row["address"], row["partner"], waiting(iso)) == (LENDER, MAIL[LENDER], LENDER, {})
    iso.hears("SHIPPED", of=LENDER)
    assert iso.state("B1") == "SHIPPED"


def test_a_late_notification_changes_nothing(iso):
    iso.place(LENDER)
    iso.hears("SHIPPED")
    forwarded(iso)
    assert iso.transaction("B1")["partner"] == LENDER
    iso.act("B1", "receive")
    assert [said["type"] for said in iso.said(LENDER)] == ["ILL_REQUEST", "RECEIVED"]


def test_we_pass_it_on(iso):
    iso.asks()
    iso.act("L1", "forward", to=SECOND)
    said = iso.last()
    assert iso.state("L1") == "FORWARD"
    assert said["responder_address"]["address"] == MAIL[SECOND]
    iso.hears("CANCEL", BORROWER, ASKED)
    assert (iso.last()["type"], iso.last()["answer"]) == ("CANCEL_REPLY", False)


# Learned addresses


def reply_to(address, service="SMTP", encodings=("BER_IN_MIME",)):
    return {"reply_to": [{"address": address, "service": service, "encodings": list(encodings)}]}


def test_an_address_of_the_partners_own_domain_is_used_at_once(iso):
    iso.asks(**reply_to("desk2@BORROWER.example"))
    iso.act("L1", "will-supply")
    assert iso.sent[-1].to == "desk2@BORROWER.example"
    assert iso.attention("L1") == ()
    iso.asks(tgq="G2")
    iso.act("L2", "will-supply")
    assert iso.sent[-1].to == MAIL[BORROWER]  # another transaction
    iso.hears("MESSAGE", BORROWER, ASKED, note="back home", **reply_to(MAIL[BORROWER]))
    iso.act("L1", "ship")
    assert iso.sent[-1].to == MAIL[BORROWER]


PUBLIC = "library@gmail.com"


@pytest.mark.parametrize(
    ("address", "accepts", "answers_go", "at_once"),
    [
        ("ill@borrower.example", (), "desk@borrower.example", True),
        (PUBLIC, (), "thief@gmail.com", False),
        (PUBLIC, (PUBLIC,), "thief@GMAIL.com", False),
        (PUBLIC, ("@gmail.com",), "desk@gmail.com", True),  # written, so it is meant
        ("ill@borrower.example", (PUBLIC, "ill@borrower.example"), "thief@gmail.com", False),
        ("a@second.example", (), "b@second.example", False),  # another partner writes from that domain
        ("a@second.example", ("@second.example",), "b@second.example", True),
        ("a@second.example", ("@second.example",), "ill@SECOND.example", False),  # it is the other one's
        ("branch@library.example", (), "desk@library.example", False),  # we write from that domain
        ("branch@library.example", ("@library.example",), "desk@library.example", True),
        ("branch@library.example", ("@library.example",), "ill@library.example", False),  # it is ours
    ],
)  # fmt: skip
def test_which_domains_are_the_partners_own(make_iso, monkeypatch, address, accepts, answers_go, at_once):
    monkeypatch.setitem(MAIL, BORROWER, address)
    iso = make_iso(partner(SECOND), partner(BORROWER, accepts_from=accepts))
    iso.asks(**reply_to(answers_go))
    assert iso.transaction("L1")["address"] == (answers_go if at_once else address)
    assert ("learned-address" in iso.attention("L1")) != at_once


@pytest.mark.parametrize("domain", ["evil.example", "borrower.example.evil.example", "notborrower.example"])
def test_another_domain_is_not_used_but_shown_once(iso, domain):
    iso.asks(**reply_to(f"ill@{domain}"))
    assert "learned-address" in iso.attention("L1")
    iso.act("L1", "will-supply")
    assert iso.sent[-1].to == MAIL[BORROWER]
    iso.asks(tgq="G2", **reply_to(f"ill@{domain}"))
    assert "learned-address" not in iso.attention("L2")  # staff know of it


@pytest.mark.parametrize(
    "entry",
    [
        reply_to("host.borrower.example:1611", "TCP/IP", ("BER",)),
        reply_to("other@borrower.example", "SMTP", ("EDIFACT",)),
        reply_to("two@borrower.example, three@borrower.example"),
        reply_to("no address"),
    ],
)
def test_an_address_that_we_cannot_write_to_is_not_used(iso, entry):
    iso.asks(**entry)
    iso.act("L1", "will-supply")
    assert iso.sent[-1].to == MAIL[BORROWER]


# Optional messages


def test_our_optional_messages_are_announced(make_iso):
    iso = make_iso(partner(LENDER, manner={"received": "LOCAL"}))
    iso.place(LENDER)
    assert iso.last()["optional_messages"] == {"can_send": ["RETURNED"], "desires": ["SHIPPED", "CHECKED_IN"]}
    iso.hears(
        "SHIPPED",
        shipped_service="LOAN",
        optional_messages={"can_send": ["SHIPPED"], "requires": ["RETURNED"]},
    )
    assert iso.transaction("B1")["options"]["optional_messages"]["requires"] == ["RETURNED"]
    iso.act("B1", "receive")
    assert (iso.state("B1"), iso.kinds()) == ("RECEIVED", ["ILL_REQUEST"])
    iso.act("B1", "return")
    assert iso.kinds() == ["ILL_REQUEST", "RETURNED"]


def test_a_required_message_that_we_cannot_send_is_refused(make_iso):
    iso = make_iso(partner(BORROWER, manner={"checked_in": "LOCAL"}))
    iso.asks(optional_messages={"requires": ["CHECKED_IN"]})
    said = iso.last()
    assert (said["results"], said["reason"]) == ("UNFILLED", "mandatory-messaging-not-supported")
    assert (iso.state("L1"), iso.attention("L1")) == ("NOT_SUPPLIED", ())
    iso.asks(tgq="G2", optional_messages={"requires": ["SHIPPED"], "desires": ["CHECKED_IN"]})
    assert iso.state("L2") == "IN_PROCESS"


@pytest.mark.parametrize("kind", ["CHAINED", "PARTITIONED"])
def test_only_simple_transactions(iso, kind):
    iso.asks(transaction_type=kind)
    said = iso.last()
    assert (said["results"], said["reason"]) == ("UNFILLED", "policy-problem")
    assert "simple" in said["note"]
    iso.asks(transaction_type=kind, sent_at="2026-03-02T12:00:00", original_sent_at="2026-03-02T10:00:01")
    assert iso.kinds() == ["ILL_ANSWER"] * 2  # the same answer again


def test_a_lender_who_never_says_shipped_or_checked_in(iso):
    iso.place(LENDER)
    iso.act("B1", "receive")
    iso.act("B1", "return")
    assert (iso.state("B1"), iso.shown("B1").line.outcome) == ("RETURNED", "filled")


def test_a_borrower_who_never_says_received_or_returned(iso):
    iso.asks()
    iso.act("L1", "ship")
    iso.act("L1", "check-in")
    assert (iso.state("L1"), iso.shown("L1").line.outcome) == ("CHECKED_IN", "filled")


# G1: conditions cross


def test_a_repeated_acceptance_does_not_accept_the_next_condition(iso):
    iso.asks()
    iso.act("L1", "conditional", condition="charges")
    iso.hears("CONDITIONAL_REPLY", BORROWER, ASKED, answer=True, sent_at="2026-03-02T12:00:00")
    assert iso.state("L1") == "IN_PROCESS"
    iso.act("L1", "conditional", condition="library-use-only")
    second = iso.last()
    yes = {"answer": True, "original_sent_at": "2026-03-02T12:00:00"}
    iso.hears("CONDITIONAL_REPLY", BORROWER, ASKED, **yes, sent_at="2026-03-02T13:00:00")
    assert iso.state("L1") == "CONDITIONAL"
    assert iso.last() == second  # an answer is not answered: that is how two machines talk for ever
    iso.hears("CONDITIONAL_REPLY", BORROWER, ASKED, answer=True, sent_at="2026-03-02T14:00:00")
    assert iso.state("L1") == "IN_PROCESS"


def test_a_yes_by_telephone_and_its_letter_after_the_next_condition(iso):
    iso.asks()
    iso.act("L1", "conditional", condition="charges")
    iso.act("L1", "answer-condition", answer=True, heard_by="phone")
    iso.act("L1", "conditional", condition="library-use-only")
    iso.hears("CONDITIONAL_REPLY", BORROWER, ASKED, answer=True)
    assert (iso.state("L1"), iso.attention("L1")) == ("CONDITIONAL", ("yes-to-which",))
    iso.act("L1", "answer-condition", answer=True, heard_by="phone")
    assert iso.state("L1") == "IN_PROCESS"


def test_a_confirmed_address_becomes_the_partners(iso):
    store, context = iso.app.store, iso.app.context
    iso.asks(**reply_to("ill@host.example"))
    with store.read() as connection:
        (waits,) = directory.taught(connection)
    assert (waits.partner, waits.address, waits.confirmed_at) == (BORROWER, "ill@host.example", None)
    directory.confirm(store, context, waits.id)
    iso.place(BORROWER)
    assert iso.sent[-1].to == "ill@host.example"
    iso.asks(tgq="G2")  # says itself that answers go where they always went
    iso.act("L2", "will-supply")
    assert iso.sent[-1].to == MAIL[BORROWER]
    directory.forget(store, context, waits.id)
    iso.place(BORROWER)
    assert iso.sent[-1].to == MAIL[BORROWER]
    with pytest.raises(LocalFault, match="no learned address A1"):
        directory.confirm(store, context, "A1")


def test_nothing_more_goes_to_a_forgotten_address(iso):
    store, context = iso.app.store, iso.app.context
    iso.asks(of=LENDER, tgq="G9", **reply_to("lender@gmail.com"))
    assert iso.attention("L1") == ("learned-address", "to-answer")
    directory.confirm(store, context, "A1")
    assert iso.attention("L1") == ("to-answer",)
    with store.read() as connection:
        shown = {one["symbol"]: one["address"] for one in directory.listed(connection, context)}
    assert (shown[LENDER], shown[SECOND]) == ("lender@gmail.com", MAIL[SECOND])
    iso.place(LENDER)
    assert iso.sent[-1].to == "lender@gmail.com"
    iso.act("B1", "message", note="first", run=False)
    messages.run(store, context)
    answered = directory.forget(store, context, "A1")
    assert tuple(map(str, answered.words)) == (
        f"B1-1 had lender@gmail.com; letters about them go to {MAIL[LENDER]} now.",
        "O3 had not left, and is written again.",
    )
    iso.run()
    assert (iso.sent[-1].to, iso.last()["note"]) == (MAIL[LENDER], "first")
    redelivery.redeliver(store, "O2")  # it left for there once, and does not again
    iso.run()
    assert (iso.sent[-1].to, iso.last()["type"]) == (MAIL[LENDER], "ILL_REQUEST")
    iso.act("B1", "message", note="second")
    assert iso.sent[-1].to == MAIL[LENDER]
    assert sum(letter.to == "lender@gmail.com" for letter in iso.sent) == 1


def test_addresses_of_the_partners_own_domain_fill_no_list(iso):
    for number in range(partner_addresses.MOST_WAITING + 5):
        iso.asks(tgq=f"G{number}", run=False, **reply_to(f"desk{number}@borrower.example"))
    iso.run()
    assert waiting(iso) == {}
    iso.asks(tgq="G99", **reply_to("ill@elsewhere.example"))
    assert list(waiting(iso).values()) == ["ill@elsewhere.example"]


def test_addresses_beyond_a_full_list_are_still_reported(iso):
    for number in range(partner_addresses.MOST_WAITING):
        iso.asks(tgq=f"G{number}", run=False, **reply_to(f"ill{number}@elsewhere.example"))
    iso.run()
    iso.asks(tgq="G99", **reply_to("ill@other.example"))
    assert "ill@other.example" not in waiting(iso).values()
    assert "learned-address" in iso.attention(f"L{partner_addresses.MOST_WAITING + 1}")


def test_answers_are_counted_for_the_partner_whatever_addresses_it_names(make_iso):
    """A new address with each letter is no way to more answers; nor is another spelling of one."""
    policy = Policy(answers_an_hour=3)
    iso = make_iso(partner(LENDER), partner(SECOND), partner(BORROWER), policy=policy)
    iso.asks()
    for number in range(6):
        iso.hears("STATUS_QUERY", BORROWER, ASKED, **reply_to(f"Desk{number}@borrower.example"))
    assert len([said for said in iso.said() if said["type"] == "STATUS_OR_ERROR_REPORT"]) == 3
    assert "too-many-answers" in iso.attention("L1")
    iso.asks(of=SECOND)
    iso.hears("STATUS_QUERY", SECOND, {"initial_requester": SECOND, "tgq": "G1", "tq": "1"})
    assert len(iso.said(SECOND)) == 1  # and the one's letters use up nothing of the other's


@pytest.mark.parametrize(
    "address",
    ["dösk@borrower.example", "desk_2@borrower.example.", "d" * 250 + "@borrower.example",
     "x\u200by@borrower.example", "a@b_c.borrower.example", "desk@", "@borrower.example",
     "two@at@borrower.example"],
)  # fmt: skip
def test_an_address_to_which_no_letter_can_be_sent_is_not_used(iso, address):
    iso.asks(**reply_to(address))
    iso.hears("STATUS_QUERY", BORROWER, ASKED, **reply_to(address))
    iso.act("L1", "will-supply")
    assert {row["rcpt_to"] for row in iso.rows("outgoing") if row["partner"]} == {MAIL[BORROWER]}
    assert {row["state"] for row in iso.rows("intent") if row["kind"] == "apdu"} == {"prepared"}
