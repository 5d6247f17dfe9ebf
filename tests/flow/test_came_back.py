"""What staff are told when a letter of ours came back: which it was, and what can be done about that one."""

import re

import pytest

from mailproc.errors import LocalFault
from mailproc.office.mailroom import redelivery
from mailproc.office.requests.amend import amend
from mailproc.office.requests.corrections import Correction

BL, READER, STAFF = "orders@bl.example", "r@readers.example", "staff@library.example"
GERMAN = "language = 'de'\n"


def commands(letter) -> list[str]:
    return re.findall(r"^ +mailproc (\S+ \S+)", letter.text, re.MULTILINE)


def test_a_reader_s_notice_is_named_and_its_order_is_not_sent_again(world):
    world.place()
    world.act("B1", "receive")
    (notice,) = world.reader()
    world.bounce(notice)
    (told,) = world.notices()
    assert f"{notice.name} to the reader ({READER})" in told.text
    assert '"Your interlibrary loan is here' in told.text
    assert "please tell them another way" in told.text
    assert commands(told) == [f"redeliver {notice.name}", f"dismiss {notice.name}"]
    assert f"{notice.name}: " in world.shown("B1").history[-1].note


def test_a_later_message_is_named_and_the_request_is_not_placed_again(world):
    world.place()
    world.act("B1", "cancel")
    order, cancel = world.to(BL)
    world.bounce(cancel)
    (told,) = world.notices()
    assert f"Our letter: {cancel.name} to Library XX-BL ({BL})" in told.text
    assert (
        commands(told) == [f"redeliver {cancel.name}", f"dismiss {cancel.name}"] and order.name != cancel.name
    )


def test_an_order_offers_to_go_on_too(world):
    world.place("XX-BL", "XX-SECOND")
    world.bounce(world.sent[0])
    (told,) = world.notices()
    assert commands(told) == ["redeliver O1", "amend B1", "next B1"]


def test_a_file_of_several_orders_is_sent_again_by_one_command(world):
    for _ in range(2):
        world.place(run=False)
    world.run()
    world.bounce(world.sent[0])
    (told,) = world.notices()
    assert f"Our letter: O1 to Library XX-BL ({BL})" in told.text
    assert commands(told) == ["redeliver O1"]


def test_each_letter_that_comes_back_is_told(world):
    """The reason stands there already; of this letter nobody knows."""
    world.place()
    world.act("B1", "receive")
    world.bounce(world.to(BL)[0])
    world.bounce(world.reader()[0])
    first, second = world.notices()
    assert "O1 to Library" in first.text and f"{world.reader()[0].name} to the reader" in second.text


def test_a_bounced_letter_to_staff_causes_no_endless_letters(world):
    world.place()
    world.bounce(world.sent[0])
    for _ in range(3):
        world.bounce(world.notices()[-1])
    assert len(world.notices()) == 1


def test_a_letter_that_failed_is_named(world):
    world.place()
    world.refuses = lambda sent: sent.to == READER
    world.act("B1", "receive")
    (told,) = world.notices()
    assert f"to the reader ({READER})" in told.text and len(commands(told)) == 2
    assert "redeliver O1" not in commands(told)
    world.refuses = lambda _sent: False
    redelivery.redeliver(world.app.store, commands(told)[0].partition(" ")[2])
    world.run()
    assert len(world.reader()) == 1


def test_in_german(make_world, sqlite_url):
    world = make_world(sqlite_url)
    config = world.app.context.config
    object.__setattr__(config.library, "language", "de")
    world.place()
    world.act("B1", "receive")
    world.bounce(world.reader()[0])
    (told,) = world.notices()
    assert f"an die Leserin oder den Leser ({READER})" in told.text
    assert "genau diesen Brief noch einmal" in told.text


# the order itself


def test_if_a_later_message_bounced_the_lender_still_has_the_order(world):
    world.place("XX-BL", "XX-SECOND")
    world.act("B1", "message", note="By Friday, please.")
    world.bounce(world.to(BL)[-1])
    assert world.state("B1") == "PENDING" and len(world.to(BL)) == 2
    with pytest.raises(LocalFault):
        world.next("B1")
    with pytest.raises(LocalFault) as refused:
        amend(world.app.store, world.app.context, "B1", Correction(), again=True, dry_run=True)
    assert "holds the order B1-1" in str(refused.value)
    assert not any(
        "--again" in way and "once it is stopped" not in way for way in map(str, refused.value.possible)
    )
