"""A letter of thousands of messages is written down in portions: no commit is long, nothing moves before the
whole letter is settled, and what comes of it is what comes of a short one."""

import pytest

from mailproc.app import work_round
from mailproc.errors import NoRoom, TryLater
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import placing, portions
from mailproc.flow.intake import station as intake
from mailproc.store import letters, staged_events
from tests.support.partners import partner_lines

PORTION = 10
BESIDE = 8
"""Rows of a commit that are no events: the letter, what is known of alarms and of answers."""


def read(world):
    while intake.run(world.store, world.app.context):
        pass


@pytest.fixture
def commits(small_world, monkeypatch):
    """What each commit changed, and how the events stood after it."""
    seen, write = [], small_world.store.write

    def seen_write(job):
        def counted(connection):
            driver = connection.connection.driver_connection
            before = driver.total_changes
            done = job(connection)
            seen.append([driver.total_changes - before])
            return done

        done = write(counted)
        seen[-1] += [{row["state"] for row in small_world.rows("event")}, small_world.rows("history")]
        return done

    monkeypatch.setattr(small_world.store, "write", seen_write)
    return seen


def orders(count, name="C"):
    return [f"TX{name}{number}-1 S LOAN\nA title {number}" for number in range(count)]


def test_no_commit_writes_more_than_a_portion(small_world, commits, monkeypatch):
    small_world.ordered(*orders(5 * PORTION + 3), run=False)
    commits.clear()
    monkeypatch.setattr(portions, "PORTION", PORTION)
    read(small_world)
    assert max(changed for changed, *_ in commits) <= PORTION + BESIDE
    assert sum(changed for changed, *_ in commits) >= 2 * (5 * PORTION + 3)
    assert [row["position"] for row in small_world.rows("event") if row["position"] is not None] == list(
        range(5 * PORTION + 3)
    )


def test_nothing_moves_before_all_of_it_is_written(small_world, commits, monkeypatch):
    monkeypatch.setattr(portions, "PORTION", PORTION)
    small_world.ordered(*orders(3 * PORTION), run=False)
    done = []
    settle = letters.settle

    def settled(*given, **found):
        done.append(len(commits))
        settle(*given, **found)

    monkeypatch.setattr(letters, "settle", settled)
    read(small_world)
    before = commits[: done[0]]
    assert set().union(*(states for _, states, _ in before)) == {"staged"}
    assert not any(history for *_, history in commits)
    assert {row["state"] for row in small_world.rows("event") if row["type"] == "ILL_REQUEST"} == {"todo"}


def said(world):
    """What came of the letters, apart from the numbers of rows."""
    columns = ("type", "cause", "state", "position", "apdu", "ref", "facts", "about", "last_error", "partner")
    events = [{name: row[name] for name in columns} for row in world.rows("event")]
    inbox = [(row["state"], row["note"], row["last_error"], row["taken_from"]) for row in world.rows("inbox")]
    return (
        sorted(events, key=str),
        inbox,
        sorted((row["kind"], row["value"]) for row in world.rows("reference") if row["kind"] != "message_id"),
        [(row["state"], row["last_error"]) for row in world.rows("outgoing")],
        sorted((letter.to, letter.text.partition("\n\n")[2]) for letter in world.sent),
        world.listed(),
    )


def a_day(world):
    """A file with faults, twice; a report about ours, about others', in words; a file of ours rejected."""
    for number in range(4):
        world.place(title=f"A book {number}")
    file = [*orders(6), "TXC8-1 S LOAN", "TX S LOAN\nA book without a number", *orders(3, "D")]
    world.ordered(*file, file_ref="7")
    world.ordered(*file, file_ref="7")
    world.hear("B1-1 NOT", "B2-1 USE*3", "Z1-1 NOT", "Z2-1 NOT", "C1-1 NOT", "B3-1 LM SHIPPED", "Z3-1 HELLO")
    world.hear(*(f"Z{number}-1 NOT" for number in range(9)))
    return said(world)


@pytest.mark.parametrize("portion", [1, 2, 5])
def test_the_same_comes_of_it_as_of_a_short_letter(make_world, tmp_path, receipt_lines, monkeypatch, portion):
    whole, parted = (make_world(f"sqlite:///{tmp_path}/{name}.db", receipt_lines) for name in "ab")
    expected = a_day(whole)
    assert {event["state"] for event in expected[0]} == {"done", "shelved"}
    monkeypatch.setattr(portions, "PORTION", portion)
    assert a_day(parted) == expected


def test_on_either_database(world, monkeypatch):
    monkeypatch.setattr(portions, "PORTION", 2)
    world.ordered(*orders(6), "TXC8-1 S LOAN")
    assert len(world.listed()) == 6
    assert [row["state"] for row in world.rows("event") if row["position"] is not None] == [
        *["done"] * 6,
        "shelved",
    ]


def test_a_fault_of_the_program_leaves_nothing_of_it(small_world, monkeypatch):
    monkeypatch.setattr(portions, "PORTION", 2)
    place = placing._place_order

    def faulty(reading, apdu, placement):
        if apdu.ref.number == "C5-1":
            raise ZeroDivisionError
        place(reading, apdu, placement)

    monkeypatch.setattr(placing, "_place_order", faulty)
    small_world.ordered(*orders(7))
    (letter,) = small_world.rows("inbox")
    assert (letter["state"], letter["unfinished"]) == ("shelved", 0)
    assert "ZeroDivisionError" in letter["last_error"]
    assert small_world.rows("event") == small_world.rows("request") == []


def test_the_letters_beside_a_long_one_are_read_too(small_world, monkeypatch):
    monkeypatch.setattr(portions, "PORTION", 2)
    for name in "ABC":
        small_world.ordered(*orders(5 if name == "B" else 1, name), file_ref=name, run=False)
    copy = small_world.inject(
        small_world.rows("inbox")[1]["raw"], "ill@customer.example", rcpt_to="other@x.example"
    )
    read(small_world)
    assert {row["state"] for row in small_world.rows("inbox")} == {"done"}
    assert small_world.row("inbox", copy)["note"] == "the same letter as I2"
    assert advance.run(small_world.store, small_world.app.context) == 7


def test_what_staff_have_settled_meanwhile_stays_so(small_world, monkeypatch):
    """Nothing of it that was staged has an effect."""
    monkeypatch.setattr(portions, "PORTION", 2)
    inbox_id = small_world.ordered(*orders(7), run=False)
    add_all = staged_events.add_all

    def staged(connection, new):
        add_all(connection, new)
        letters.settle(connection, inbox_id, "done", note="attached by staff")

    monkeypatch.setattr(staged_events, "add_all", staged)
    small_world.run()
    assert small_world.row("inbox", inbox_id)["note"] == "attached by staff"
    assert small_world.rows("event") == []


def test_after_trouble_of_the_store_it_begins_again(small_world, monkeypatch):
    """As after a crash, without a new start."""
    monkeypatch.setattr(portions, "PORTION", 2)
    small_world.ordered(*orders(7), run=False)
    write, left = small_world.store.write, [6]

    def failing(job):
        left[0] -= 1
        if not left[0]:
            raise TryLater("no room")
        return write(job)

    monkeypatch.setattr(small_world.store, "write", failing)
    with pytest.raises(TryLater):
        work_round.work_once(small_world.app)
    assert {row["state"] for row in small_world.rows("event")} == {"staged"}
    small_world.run()
    assert len(small_world.listed()) == 7


@pytest.mark.parametrize("refused", ["release", "delete", "add_all"])
def test_a_disk_that_is_full_for_some_rounds_strands_nothing(small_world, monkeypatch, refused):
    """Whichever portion meets it, and though the clean-up meets it again: with room again, all is done."""
    monkeypatch.setattr(portions, "PORTION", 5)
    small_world.ordered(*orders(17), run=False)
    rounds = iter([1, 1, 0, 0, 0] if refused == "add_all" else [0, 0])
    full = [refused != "add_all"]
    for name in ("release", "delete", "add_all"):
        plain = getattr(staged_events, name)

        def write(*given, plain=plain, name=name):
            if name == "add_all" and refused == name and next(rounds, 1) == 0:
                full[0] = True
            if full[0] and name in (refused, "delete" if refused == "add_all" else refused):
                raise NoRoom("the disk is full")
            return plain(*given)

        monkeypatch.setattr(staged_events, name, write)
    for _ in range(3):
        with pytest.raises(TryLater):
            work_round.work_once(small_world.app)
    full[0], rounds = False, iter([])
    while work_round.work_once(small_world.app):
        pass
    assert {row["state"] for row in small_world.rows("inbox")} == {"done"}
    assert len(small_world.rows("request")) == 17
    assert "staged" not in {row["state"] for row in small_world.rows("event")}


@pytest.mark.parametrize("written_by", ["a stranger", "us", "us, sent on by them"])
def test_what_has_no_effect_has_none_however_long_it_is(
    make_world, sqlite_url, addresses, monkeypatch, written_by
):
    """A report in a partner's name that nothing proves, and our own orders that came back."""
    proof = 'proof = ["network"]\nnetworks = ["192.0.2.0/25"]'
    world = make_world(sqlite_url, partner_lines("XX-BL", ["RESPONDER"], "out", more=proof))
    monkeypatch.setattr(portions, "PORTION", 2)
    numbers = [world.place(run=False) for _ in range(5)]
    world.run()
    if written_by != "a stranger":
        (order, *_) = world.sent
        sender = order.sender if written_by == "us" else addresses["XX-BL"]
        letter_id = world.inject(order.raw, sender, peer="192.0.2.5")
    else:
        raw = world.letter("\n".join(f"{number}-1 NOT" for number in numbers), addresses["XX-BL"])
        letter_id = world.inject(raw, addresses["XX-BL"], peer="198.51.100.7")
    world.run()
    letter = world.row("inbox", letter_id)
    assert (letter["state"], letter["taken_from"]) == (
        "shelved" if written_by == "a stranger" else "done",
        "",
    )
    assert {world.state(number) for number in numbers} == {"PENDING"}
    moved = {row["transaction_id"] for row in world.rows("event") if row["inbox_id"] == letter_id}
    assert moved <= {None}
