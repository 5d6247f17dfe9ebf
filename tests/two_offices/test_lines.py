"""Every story that two offices tell each other, by TCP over lines that break."""

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

import pytest

from mailproc.config_tcp import PartnerTcp
from mailproc.errors import InDoubt, TryLater
from mailproc.mail.channel import TCP
from mailproc.mail.letter import Envelope
from mailproc.store.engine import Store
from mailproc.transport import tcp_out

from .lines import FATES, Lines
from .office import BORROWER, LENDER, Town
from .one_commit import OneCommit
from .post import Post
from .soundness import complaints
from .test_stories import STORIES, Story, play

CUT_OFF = "stream-cut-off"


@pytest.fixture
def lines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    monkeypatch.setattr(tcp_out, "DOWN", 0.0)  # no minute of rest for a host that could not be reached
    made = Lines(random=Random(request.node.name))  # noqa: S311  # to be played again, not guessed
    yield made
    made.close()


def told(town: Town, story: Story) -> None:
    """Both come to the ends of the story; every message counted once, and what was cut off is a fault."""
    number, theirs = play(town, story)
    shown = town[BORROWER].shown(number).line, town[LENDER].shown(theirs).line
    assert tuple(line.state for line in shown) == story.ends
    assert tuple(line.attention for line in shown) == story.attention
    for office in town.offices.values():
        assert office.verify().differences == ()
        assert list(complaints(office)) == []
        bad = office.asked("SELECT last_error FROM inbox WHERE state != 'done'")
        assert all(CUT_OFF in str(why) for (why,) in bad), bad
        doors = {door for (door,) in office.asked("SELECT DISTINCT door FROM inbox")}
        assert doors == {"tcp"}


@pytest.mark.costly
@pytest.mark.parametrize("story", STORIES, ids=str)
def test_story(make_town: Callable[..., Town], lines: Lines, story: Story) -> None:
    told(make_town(lines, switches=lines.switches()), story)
    assert set(lines.verdicts) <= {
        "not sent", "in doubt", "taken: the other side ended in order", "acknowledged by the host",
    }  # fmt: skip


def test_each_way_to_break_happens_and_each_verdict(make_town: Callable[..., Town], lines: Lines) -> None:
    """What makes the stories above worth something."""
    town = make_town(lines, switches=lines.switches())
    story = next(one for one in STORIES if one.name == "everything said twice")
    fates: set[str] = set()
    for _ in range(20):
        told(town, story)
        fates = {fate for line in lines.lines.values() for fate in line.fates}
        if fates == set(FATES):
            break
    assert fates == set(FATES)
    assert {"in doubt", "acknowledged by the host", "taken: the other side ended in order"} <= set(
        lines.verdicts
    )


def test_stores_that_commit_each_step(make_town: Callable[..., Town], lines: Lines) -> None:
    assert issubclass(OneCommit, Store)
    lines.bad = False
    town = make_town(lines, switches=lines.switches(), kind=Store)
    told(town, next(one for one in STORIES if one.name == "a loan"))
    assert set(lines.verdicts) == {"taken: the other side ended in order"}


class NoTcp(Post):
    """Nobody is at home at any port; mail is mail. ``tried``: how often a port was."""

    tried = 0

    def post(self, envelope: Envelope, raw: bytes, name: str, now: datetime) -> None:
        if envelope.transport == TCP:
            self.tried += 1
            raise TryLater("nobody answers")
        super().post(envelope, raw, name, now)


def test_mail_takes_over_what_tcp_could_not_carry_for_hours(make_town: Callable[..., Town]) -> None:
    reached = {"transport": "tcp", "fallback": "mail", "tcp": PartnerTcp(address="x.example:1611")}
    town = make_town(NoTcp(), switches={BORROWER: reached})
    number = town[BORROWER].ask(LENDER)
    for minutes in (0, 1, 5, 30, 120, 83):
        town.pass_time(minutes=minutes)
        assert town[LENDER].theirs_or_none(number, BORROWER) == "", minutes
    assert town.post.tried == 5
    town.pass_time(minutes=2)
    assert town[LENDER].theirs(number) == "L1"
    assert town.post.tried == 5
    (row,) = town[BORROWER].asked("SELECT transport, state FROM outgoing")
    assert row == ("mail", "handed_over")


def test_without_a_fallback_it_waits_on(make_town: Callable[..., Town]) -> None:
    reached = {"transport": "tcp", "tcp": PartnerTcp(address="x.example:1611")}
    town = make_town(NoTcp(), switches={BORROWER: reached})
    town[BORROWER].ask(LENDER)
    town.days(3)
    assert town[BORROWER].asked("SELECT transport, state FROM outgoing WHERE partner != ''") == [
        ("tcp", "prepared")
    ]


@pytest.mark.parametrize(("duplicates", "state"), [("drops", "prepared"), ("keeps", "in_doubt")])
def test_what_may_have_arrived_goes_again_where_repeats_are_dropped(
    make_town: Callable[..., Town], monkeypatch: pytest.MonkeyPatch, duplicates: str, state: str
) -> None:
    def doubtful(_post: Post, envelope: Envelope, *_rest: object) -> None:
        if envelope.transport == TCP:
            raise InDoubt("the line broke")

    monkeypatch.setattr(NoTcp, "post", doubtful)
    reached = {"transport": "tcp", "tcp": PartnerTcp(address="x.example:1611", duplicates=duplicates)}
    town = make_town(NoTcp(), switches={BORROWER: reached})
    town[BORROWER].ask(LENDER)
    town.settle()
    assert town[BORROWER].asked("SELECT transport, state FROM outgoing WHERE transport = 'tcp'") == [
        ("tcp", state)
    ]
