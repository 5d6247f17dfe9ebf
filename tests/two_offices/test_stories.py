"""What two libraries say to each other, story by story: both come to ends that fit together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from mailproc.office.queries import rota

from .office import BORROWER, LENDER, SECOND, Town
from .soundness import sound

DUE = date(2026, 3, 30)
LATER = DUE + timedelta(days=28)


@dataclass(frozen=True)
class Act:
    """An act of ``who``; the post comes after it, unless it is ``crossing`` what comes next."""

    who: str
    action: str
    more: dict[str, Any]
    crossing: bool = False

    @property
    def crosses(self) -> "Act":
        return Act(self.who, self.action, self.more, crossing=True)


@dataclass(frozen=True)
class Days:
    many: int


def b(action: str, **more: Any) -> Act:
    """The borrower's staff do this."""
    return Act(BORROWER, action, more)


def s(action: str, **more: Any) -> Act:
    """The supplying library's staff do this."""
    return Act(LENDER, action, more)


@dataclass(frozen=True)
class Story:
    """``ends``: the borrower's state and the lender's. ``attention``: what staff are still told of."""

    name: str
    steps: tuple[Act | Days, ...]
    ends: tuple[str, str]
    service: str = "LOAN"
    attention: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    wants: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


YES, NO = {"answer": True}, {"answer": False}
DEMANDED = {"on": DUE, "anyway": True}  # before its day: these stories take no time
SHIPPED = (s("ship", on=DUE), b("receive"))
HOME = (b("return"), s("check-in"))
BACK = ("RETURNED", "CHECKED_IN")
NOTHING = ("NOT_SUPPLIED", "NOT_SUPPLIED")
AT_THE_END = (("end-of-rota",), ())
COPY = {"service": "COPY", "ends": ("RECEIVED", "SHIPPED")}

STORIES = (
    Story("a copy", (s("ship"), b("receive")), **COPY),
    Story("a copy, promised first", (s("will-supply"), s("ship"), b("receive")), **COPY),
    Story("a loan", (*SHIPPED, *HOME), BACK),
    Story("a loan from a waiting list", (s("hold", on=DUE, position=2), *SHIPPED, *HOME), BACK),
    Story("renewed", (*SHIPPED, b("renew", on=LATER), s("renew-reply", **YES, on=LATER), *HOME), BACK),
    Story("renewal refused", (*SHIPPED, b("renew"), s("renew-reply", **NO), *HOME), BACK),
    Story("renewed twice", (
        *SHIPPED, b("renew"), s("renew-reply", **YES, on=LATER), Days(30),
        b("renew"), s("renew-reply", **YES, on=LATER + timedelta(days=28)), *HOME,
    ), BACK),
    Story("overdue", (*SHIPPED, s("overdue", **DEMANDED), *HOME), BACK),
    Story("overdue, then renewed", (
        *SHIPPED, s("overdue", **DEMANDED), b("renew"), s("renew-reply", **YES, on=LATER), *HOME), BACK),
    Story("overdue, renewal refused", (
        *SHIPPED, s("overdue", **DEMANDED), b("renew"), s("renew-reply", **NO), *HOME), BACK),
    Story("recalled", (*SHIPPED, s("recall"), *HOME), BACK),
    Story("recalled while the renewal is asked", (
        *SHIPPED, b("renew").crosses, s("recall"), *HOME), BACK),
    Story("overdue crosses the renewal", (
        *SHIPPED, s("overdue", **DEMANDED).crosses, b("renew"), s("renew-reply", **YES, on=LATER), *HOME,
    ), BACK),
    Story("overdue crosses the return", (
        *SHIPPED, s("overdue", **DEMANDED).crosses, b("return"), s("check-in")), BACK),
    Story("a condition accepted", (
        s("conditional", condition="charges"), b("answer-condition", **YES), *SHIPPED, *HOME), BACK),
    Story("the same condition asked anew is agreed to anew", (
        s("conditional", condition="charges"), b("answer-condition", **YES),
        s("conditional", condition="charges"), *SHIPPED, *HOME), BACK),
    Story("a condition refused", (
        s("conditional", condition="charges"), b("answer-condition", **NO)), NOTHING, attention=AT_THE_END),
    Story("a condition taken back", (
        s("conditional", condition="charges"), s("unfilled", reason="lost")), NOTHING, attention=AT_THE_END),
    Story("not held", (s("unfilled", reason="not-owned"),), NOTHING, attention=AT_THE_END),
    Story("try again later", (
        s("answer-retry", reason="in-use-on-loan", on=DUE),), NOTHING, attention=(("ask-later",), ())),
    Story("an estimate", (s("estimate", cost="12.50 EUR"),), NOTHING, attention=(("ask-estimate",), ())),
    Story("others hold it", (
        s("locations", locations=(SECOND,)),), NOTHING, attention=(("ask-locations",), ())),
    Story("its day passes, and nobody answers", (Days(25),), NOTHING, attention=AT_THE_END,
        wants={"expiry": "2026-03-12", "need_before": "2026-03-12"}),
    Story("overdue, without naming the day", (*SHIPPED, Days(29), s("overdue"), *HOME), BACK),
    Story("a copy instead of the loan", (s("ship", service="COPY"), b("receive")), ("RECEIVED", "SHIPPED")),
    Story("nobody ticks anything until the clock asks", (
        s("ship", on=DUE), Days(60), b("receive"), *HOME), BACK),
    Story("cancelled", (b("cancel"), s("cancel-reply", **YES)), ("CANCELLED", "CANCELLED")),
    Story("cancelled in vain", (b("cancel"), s("cancel-reply", **NO), *SHIPPED, *HOME), BACK),
    Story("cancelled too late: shipped instead of an answer", (b("cancel"), *SHIPPED, *HOME), BACK),
    Story("the cancellation crosses the book", (b("cancel").crosses, *SHIPPED, *HOME), BACK),
    Story("the cancellation crosses the condition", (
        b("cancel").crosses, s("conditional", condition="charges"), s("cancel-reply", **YES)),
        ("CANCELLED", "CANCELLED")),
    Story("the cancellation crosses a no", (
        b("cancel").crosses, s("unfilled", reason="not-owned")), NOTHING),
    Story("lost by the borrower", (*SHIPPED, b("lost")), ("LOST", "LOST"), attention=(("lost",), ("lost",))),
    Story("lost on the way back: the lender says so", (
        *SHIPPED, s("lost")), ("LOST", "LOST"), attention=(("lost",), ())),
    Story("lost, and found at the lender's", (*SHIPPED, b("lost"), s("check-in")), BACK,
        attention=(("found-after-lost",), ())),
    Story("a copy lost on its way, and found", (s("ship"), b("lost"), b("receive")), **COPY,
        attention=(("found-after-lost",), ("found-after-lost",))),
    Story("damaged, said by both", (
        *SHIPPED, s("damaged", note="page 3 is torn"), b("damaged", note="it was so"), *HOME), BACK,
        attention=((), ())),
    Story("a message each way", (
        b("message", note="Is it the second edition?"), s("message", note="Yes."), *SHIPPED, *HOME), BACK,
        attention=(("message",), ())),
    Story("both ask how it stands", (b("query"), s("query"), *SHIPPED, b("query"), s("query"), *HOME), BACK),
    Story("everything said twice", (
        b("request", repeat=True), s("ship", on=DUE), s("ship", repeat=True), b("receive"),
        b("receive", repeat=True), b("renew"), b("renew", repeat=True), s("renew-reply", **YES, on=LATER),
        b("return"), b("return", repeat=True), s("check-in"), s("check-in", repeat=True)), BACK),
    Story("asked again after it was shipped", (s("ship", on=DUE).crosses, b("request", repeat=True),
        b("receive"), *HOME), BACK),
)  # fmt: skip


def play(town: Town, story: Story, partners: tuple[str, ...] = (LENDER,)) -> tuple[str, str]:
    """The story to its last step; the borrower's number and the lender's."""
    number = town[BORROWER].ask(*partners, service=story.service, title=story.name, **story.wants)
    town.settle()
    theirs = town[LENDER].theirs(number)
    for step in story.steps:
        if isinstance(step, Days):
            town.days(step.many)
            continue
        town[step.who].act(number if step.who == BORROWER else theirs, step.action, **step.more)
        town.now += timedelta(minutes=1)
        if not step.crossing:
            town.settle()
    town.settle()
    return number, theirs


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_story(make_town: Callable[..., Town], story: Story) -> None:
    town = make_town()
    number, theirs = play(town, story)
    lines = town[BORROWER].shown(number).line, town[LENDER].shown(theirs).line
    assert tuple(line.state for line in lines) == story.ends
    assert tuple(line.attention for line in lines) == story.attention
    sound(town)


# Who does not say everything: the borrower's partner has no Received and Returned, or the lender's no
# Shipped and Checked-In. Each side still comes to its end.
SILENT = {
    "no Received, no Returned": ({BORROWER: {"manner": {"received": "LOCAL", "returned": "LOCAL"}}}, BACK),
    "no Shipped, no Checked-In": ({LENDER: {"manner": {"shipped": "LOCAL", "checked_in": "LOCAL"}}}, BACK),
    "none of the four": (
        {
            BORROWER: {"manner": {"received": "LOCAL", "returned": "LOCAL"}},
            LENDER: {"manner": {"shipped": "LOCAL", "checked_in": "LOCAL"}},
        },
        BACK,
    ),
}


@pytest.mark.parametrize(("switches", "ends"), SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("service", ["LOAN", "COPY"])
def test_who_leaves_out_the_optional_messages(
    make_town: Callable[..., Town], switches: dict[str, Any], ends: tuple[str, str], service: str
) -> None:
    town = make_town(switches=switches)
    steps = (*SHIPPED, *HOME) if service == "LOAN" else (s("ship"), b("receive"))
    story = Story("silent", steps, ends if service == "LOAN" else ("RECEIVED", "SHIPPED"), service)
    number, theirs = play(town, story)
    states = town[BORROWER].shown(number).line.state, town[LENDER].shown(theirs).line.state
    assert states == story.ends
    sound(town)


def test_the_next_library_is_asked(make_town: Callable[..., Town]) -> None:
    town = make_town(symbols=(BORROWER, LENDER, SECOND))
    story = Story("not here, but there", (s("unfilled", reason="not-owned"),), NOTHING)
    number, theirs = play(town, story, (LENDER, SECOND))
    assert town[LENDER].shown(theirs).line.state == "NOT_SUPPLIED"
    second = town[SECOND].theirs(number)
    town[SECOND].act(second, "ship", on=DUE)
    town.settle()
    for office, its, action in ((BORROWER, number, "receive"), (BORROWER, number, "return"),
                                (SECOND, second, "check-in")):  # fmt: skip
        town[office].act(its, action)
        town.settle()
    line = town[BORROWER].shown(number).line
    assert (line.state, line.partner, line.attempt) == ("RETURNED", SECOND, 2)
    assert town[SECOND].shown(second).line.state == "CHECKED_IN"
    assert [one.why_not for one in town[BORROWER].shown(number).rota] == ["not-owned", ""]
    sound(town)


def test_who_has_a_forwarded_request_is_not_asked_for_it_again(make_town: Callable[..., Town]) -> None:
    town = make_town(symbols=(BORROWER, LENDER, SECOND))
    borrower = town[BORROWER]
    number = borrower.ask(LENDER, SECOND, LENDER)
    town.settle()
    town[LENDER].act(town[LENDER].theirs(number), "forward", to=SECOND)
    town.settle()
    with borrower.store.read() as connection:
        places = rota.rota(connection, borrower.app.context, number).places
    assert [(one.partner, one.became, one.passed_to) for one in places] == [
        (LENDER, "asked", SECOND),
        (LENDER, "next", ""),
    ]


def test_a_forwarded_request_is_answered_by_who_has_it_now(make_town: Callable[..., Town]) -> None:
    """The second library got the request itself by another way (post); its letters are taken."""
    town = make_town(symbols=(BORROWER, LENDER, SECOND))
    number, theirs = play(town, Story("forwarded", (s("forward", to=SECOND),), ("PENDING", "FORWARD")))
    shown = town[BORROWER].shown(number)
    assert (shown.line.state, shown.line.partner) == ("PENDING", SECOND)
    assert town[LENDER].shown(theirs).line.state == "FORWARD"
    town[BORROWER].act(number, "cancel")
    town.settle()
    assert "CANCEL" not in [change.event for change in town[LENDER].shown(theirs).history]
    assert list(town[SECOND].shelf().values()) == [
        f"waits for its request until 2026-03-16: no transaction with {BORROWER} matches CANCEL {number}/1"
    ]
