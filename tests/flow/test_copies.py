"""Copies of a letter: whatever comes first and however often, the effect happens once, by its proven sender.

The sender is part of every comparison, so nobody's copy can stand for another's letter.
"""

import os
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.office.mailroom import attaching, incoming
from tests.support.partners import partner_lines

BL, SECOND = "XX-BL", "XX-SECOND"
STRANGER = "ill@stranger.example"
WITH_NETWORKS = "".join(
    partner_lines(symbol, ["RESPONDER"], "out", more=f'proof = ["network"]\nnetworks = ["{network}"]')
    for symbol, network in ((BL, "192.0.2.0/25"), (SECOND, "192.0.2.128/25"))
)
BL_HOST, SECOND_HOST, NOBODYS_HOST = "192.0.2.5", "192.0.2.200", "198.51.100.7"


MANY = 25 if os.environ.get("REQUIRE_ALL") == "1" else 15


class Arrivals:
    """The real letter of XX-BL, and what others make of it. ``arrive`` takes one of WAYS."""

    WAYS = ("real", "mailed again", "other client", "stranger", "stranger's envelope", "partner B",
            "partner B's words", "new Message-ID", "other headers", "other white space")  # fmt: skip

    def __init__(self, world, addresses):
        self.world, self.addresses = world, addresses
        self.number = world.place()
        self.raw = world.letter(f"{self.number}-1 SHIPPED LOAN", addresses[BL], message_id="one@bl.example")

    def arrive(self, way):
        said, by = self.raw, self.addresses[BL]
        match way:
            case "real" | "mailed again":
                return self._take(said, by, BL_HOST)
            case "other client":
                return self._take(said, by, "192.0.2.6")
            case "other white space":  # a replay: signatures with relaxed canonicalization allow it
                return self._take(
                    said.replace(b"SHIPPED LOAN", b"SHIPPED  LOAN \t") + b"\r\n\r\n", by, BL_HOST
                )
            case "other headers":
                return self._take(b"Received: from elsewhere\r\n" + said, by, BL_HOST)
            case "stranger":  # the very bytes, brought by somebody else
                return self._take(said, by, NOBODYS_HOST)
            case "stranger's envelope":
                return self._take(said, STRANGER, BL_HOST)
            case "partner B":
                return self._take(said, self.addresses[SECOND], SECOND_HOST)
            case "partner B's words":
                return self._take(said.replace(b"@bl.example\r\nTo", b"@second.example\r\nTo"),
                                  self.addresses[SECOND], SECOND_HOST)  # fmt: skip
            case _:  # the same words under a name of its own: said again
                return self._take(said.replace(b"one@", b"two@"), by, BL_HOST)

    def _take(self, raw, sender, peer):
        inbox_id = self.world.inject(raw, sender, peer=peer)
        self.world.run()
        return inbox_id

    def effects(self):
        """The letters that have moved the request, by their ids."""
        history = self.world.shown(self.number).history
        moves = [one for one in history if one.to_state == "SHIPPED" != one.from_state]
        return [int(one.cause["id"].removeprefix("I")) for one in moves]


OF_A = {"real", "mailed again", "other client", "new Message-ID", "other headers", "other white space"}
OF_OTHERS = set(Arrivals.WAYS) - OF_A


def check(arrivals, ways):
    world = arrivals.world
    ids = {way: arrivals.arrive(way) for way in ways}
    taken = OF_A.intersection(ways)
    assert world.state(arrivals.number) == ("SHIPPED" if taken else "PENDING")
    effects = arrivals.effects()
    assert len(effects) == bool(taken)
    assert all(world.row("inbox", inbox_id)["partner"] == BL for inbox_id in effects)
    for way, inbox_id in ids.items():
        row = world.row("inbox", inbox_id)
        if way in OF_A:
            assert (row["state"], row["partner"], row["proof"]) == ("done", BL, "network"), way
        else:
            assert row["taken_from"] == (SECOND if way == "partner B's words" else ""), way


@pytest.fixture
def guarded(make_world, store_url):
    return make_world(store_url, WITH_NETWORKS)


@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(Arrivals.WAYS), min_size=1, max_size=7))
def test_any_order_and_any_repeats(guarded, addresses, ways):
    check(Arrivals(guarded, addresses), ways)
    assert guarded.verify().differences == ()


@pytest.mark.parametrize("ways", list(permutations(["real", "stranger", "partner B's words"])))
def test_every_order_of_the_three(guarded, addresses, ways):
    check(Arrivals(guarded, addresses), ways)


def test_a_strangers_copy_first_does_not_swallow_the_real_one(guarded, addresses):
    arrivals = Arrivals(guarded, addresses)
    copy = arrivals.arrive("stranger")
    real = arrivals.arrive("real")
    assert copy != real  # its own row: the 250 of the real one is not the copy's
    assert arrivals.effects() == [real]
    (why,) = guarded.shelf().values()
    assert why.startswith("unproven sender orders@bl.example")


def test_a_strangers_copy_afterwards_is_shelved(guarded, addresses):
    arrivals = Arrivals(guarded, addresses)
    arrivals.arrive("real")
    copy = arrivals.arrive("stranger")
    assert "same letter" not in guarded.row("inbox", copy)["note"]
    assert list(guarded.shelf()) == [f"I{copy}"]


def test_what_staff_attached_for_a_stranger_does_not_swallow_the_real_one(guarded, addresses):
    """Staff put the copy to its request as somebody's words: that proves nothing of the partner."""
    arrivals = Arrivals(guarded, addresses)
    copy = arrivals.arrive("stranger")
    attaching.attach(guarded.app.store, guarded.app.context, f"I{copy}", arrivals.number)
    guarded.run()
    real = arrivals.arrive("real")
    assert arrivals.effects() == [real]


def test_what_staff_released_as_the_partners_is_the_partners(guarded, addresses):
    arrivals = Arrivals(guarded, addresses)
    copy = arrivals.arrive("stranger")
    incoming.release(guarded.app.store, guarded.app.context, f"I{copy}", BL)
    guarded.run()
    assert arrivals.effects() == [copy]
    real = arrivals.arrive("real")
    assert guarded.row("inbox", real)["note"] == f"the same letter as I{copy}"
    assert arrivals.effects() == [copy]


def test_a_replay_with_other_white_space_is_the_same_letter(guarded, addresses):
    """Also when the request has moved on: then the same words would count again."""
    arrivals = Arrivals(guarded, addresses)
    first = arrivals.arrive("real")
    guarded.act(arrivals.number, "receive")
    guarded.act(arrivals.number, "return")
    replay = arrivals.arrive("other white space")
    assert guarded.row("inbox", replay)["note"] == f"the same letter as I{first}"
    assert guarded.events(arrivals.number).count("SHIPPED") == 1


def test_the_subject_is_part_of_what_a_letter_says(small_world, addresses):
    """Some systems give every letter the same name; what a receipt is about stands in its subject alone."""
    small_world.place()
    small_world.place(title="Another")
    for number in ("1", "2"):
        raw = small_world.letter(
            "", addresses[BL], f"FILEREFNO {number} accepted", message_id="one@bl.example"
        )
        small_world.inject(raw)
    small_world.run()
    assert [row["note"] for row in small_world.rows("inbox")] == ["1 placed", "1 placed"]


def test_one_name_for_every_letter_reads_none_of_the_earlier_ones(small_world, addresses):
    """What was read is known by its digest: the bytes of earlier letters are not asked for again."""
    small_world.place()
    for count in range(20):
        small_world.inject(
            small_world.letter(f"B1-1 USE*{count + 1}", addresses[BL], message_id="same@bl.example")
        )
    small_world.run()
    assert small_world.events("B1").count("ANSWER.promise") == 20
    digests = {row["content_digest"] for row in small_world.rows("inbox")}
    assert len(digests) == 20 and all(len(digest) == 64 for digest in digests)


def test_the_same_bounce_twice_is_one_bounce(small_world):
    """It speaks for nobody, so it is the same whoever brings it."""
    small_world.place()
    (order,) = small_world.sent
    small_world.bounce(order)
    (row,) = [row for row in small_world.rows("inbox") if row["taken_from"] == "<>"]
    small_world.inject(bytes(row["raw"]), "", peer="198.51.100.7")
    small_world.run()
    assert small_world.events("B1").count("BOUNCED") == 1
    assert small_world.rows("inbox")[-1]["note"] == f"the same letter as I{row['id']}"
