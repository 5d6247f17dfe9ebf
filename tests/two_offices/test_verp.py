"""Two offices whose letters have envelope senders of their own: each still knows the other."""

from mailproc.mail import verp
from mailproc.mail.letter import Envelope

from .office import BORROWER, LENDER, address_of
from .soundness import sound


def test_a_loan_there_and_back_and_a_bounce_by_its_envelope_alone(make_town):
    town = make_town(verp=True)
    senders = []
    post = town.post.post
    town.post.post = lambda envelope, *rest: (senders.append(envelope.mail_from), post(envelope, *rest))
    number = town[BORROWER].ask(LENDER)
    town.settle()
    theirs = town[LENDER].theirs(number)
    for who, which, action in (
        (LENDER, theirs, "ship"),
        (BORROWER, number, "receive"),
        (BORROWER, number, "return"),
    ):
        town[who].act(which, action)
        town.settle()
    assert town[BORROWER].shelf() == town[LENDER].shelf() == {}
    assert len(set(senders)) == len(senders) > 3
    assert {named[1] for one in senders if (named := verp.read(one))} == {
        address_of(BORROWER),
        address_of(LENDER),
    }
    sound(town)

    report = (
        f"From: MAILER-DAEMON@relay.example\nSubject: failure notice\n\nUser unknown: {address_of(LENDER)}\n"
    )
    first = senders[0].lower()
    post(Envelope("", first), report.encode(), "a report", town.now)
    (carried,) = town.post.arrived(town.now)
    town[BORROWER].take_in([carried])
    town.settle()
    assert town[BORROWER].asked("SELECT state FROM outgoing WHERE id = 1") == [("bounced",)]
