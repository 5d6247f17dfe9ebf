"""Both sides at once, with letters under way: e-mail reorders them, loses one, brings one twice.

The walk visits every configuration within its bounds: the two sides, the letters under way in
each direction and where the item is. It must never meet an undecided cell, send an error
report, contradict itself, or come to rest in a pair of states that one more letter or act
cannot bring together. REQUIRE_ALL=1 walks with three letters under way each way (millions of
configurations), else with two.
"""

from collections.abc import Iterator
from functools import cache, partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.ill import machine
from mailproc.ill.cells import CellKind
from mailproc.ill.terms import Role, Service, State
from tests.support.short_form import examples

S = State
HOME, OUT, BACK = range(3)  # the item: at the lender, with the borrower or on its way there, coming back


class Side(tuple[S, S | None, bool]):
    """State, state_before, and (requester) whether the condition was agreed to.

    There is one object for each (``side_of``), known by what it is: a member of an Enum takes ten times as
    long to look up, and the walk looks up a hundred million.
    """

    __slots__ = ()
    __hash__ = object.__hash__
    __eq__ = object.__eq__


@cache
def side_of(state: S, before: S | None = None, agreed: bool = False) -> Side:
    return Side((state, before, agreed))


Letters = tuple[str, ...]  # under way in one direction, sorted: the post keeps no order
Pair = tuple[Side, Side, int]  # at rest: nothing is under way
Spot = tuple[Side, Side, Letters, Letters, int, int, int]  # … where the item is, losses and doublings left

START = side_of(S.IDLE)
LENDER, BORROWER = Role.RESPONDER, Role.REQUESTER
SERVICES = (Service.LOAN, Service.COPY)

# What goes together: the states in which the responder may be while the requester is in one.
# PENDING/FORWARD: a third library answers. A renewal is open on both sides, late or not. Of two
# ends either will do.
TOGETHER: dict[S, tuple[S, ...]] = {
    S.IDLE: (S.IDLE,), S.PENDING: (S.IN_PROCESS, S.FORWARD), S.CONDITIONAL: (S.CONDITIONAL,),
    S.CANCEL_PENDING: (S.CANCEL_PENDING,), S.NOT_SUPPLIED: (S.NOT_SUPPLIED, S.CANCELLED),
    S.CANCELLED: (S.NOT_SUPPLIED, S.CANCELLED), S.SHIPPED: (S.SHIPPED,), S.RECEIVED: (S.SHIPPED,),
    S.RENEW_PENDING: (S.RENEW_PENDING, S.RENEW_OVERDUE), S.NOT_RECEIVED_OVERDUE: (S.OVERDUE,),
    S.OVERDUE: (S.OVERDUE,), S.RENEW_OVERDUE: (S.RENEW_PENDING, S.RENEW_OVERDUE), S.RECALL: (S.RECALL,),
    S.RETURNED: (S.CHECKED_IN,), S.LOST: (S.LOST,),
}  # fmt: skip

# The letters that announced a state and may be repeated (or recorded by --heard-by after a
# Status-Query) while it lasts.
REPEATS: dict[Role, dict[S, Letters]] = {
    BORROWER: {
        S.PENDING: ("ILL_REQUEST",), S.CANCEL_PENDING: ("CANCEL", "ILL_REQUEST"),
        S.NOT_SUPPLIED: ("COND_REPLY.no",), S.RECEIVED: ("RECEIVED",), S.OVERDUE: ("RECEIVED",),
        S.RENEW_PENDING: ("RENEW",),
        S.RENEW_OVERDUE: ("RENEW",), S.RETURNED: ("RETURNED",), S.LOST: ("LOST",),
    },
    LENDER: {
        S.IN_PROCESS: ("CANCEL_REPLY.no",), S.CONDITIONAL: ("ANSWER.conditional",),
        S.FORWARD: ("FORWARD_NOTIFICATION",), S.NOT_SUPPLIED: ("ANSWER.unfilled", "EXPIRED"),
        S.CANCELLED: ("CANCEL_REPLY.yes",), S.SHIPPED: ("SHIPPED", "RENEW_ANSWER.yes", "RENEW_ANSWER.no"),
        S.OVERDUE: ("OVERDUE",), S.RENEW_OVERDUE: ("OVERDUE",), S.RECALL: ("RECALL",),
        S.CHECKED_IN: ("CHECKED_IN",), S.LOST: ("LOST",),
    },
}  # fmt: skip

# The lender has a question on the desk; the requester who waits for the answer may ask again.
ASKED = (S.SHELVED_CANCEL, S.CANCEL_PENDING, S.RENEW_PENDING, S.RENEW_OVERDUE)
WAITING = (S.PENDING, S.CANCEL_PENDING, S.RENEW_PENDING, S.RENEW_OVERDUE, S.NOT_SUPPLIED)
ON_LOAN = (S.SHIPPED, S.OVERDUE, S.RECALL)

# Acts that would end or escalate a case are no way to bring two sides together.
NO_CURE = ("LOST", "RECALL", "OVERDUE", "SHIPPED")


class Walk:
    """Both sides, the post between them, and the item.

    ``guard`` is the rule that a condition agreed to before is a repeat: the agreement goes out
    again and the state stays.
    """

    def __init__(self, service: Service, letter_of: dict[str, str], guard: bool = True) -> None:
        self.service, self.letter_of, self.guard = service, letter_of, guard
        self.contradictions: set[Side] = set()
        self.acts = {role: cache(partial(self._acts, role)) for role in Role}
        self.hears = {role: cache(partial(self._hears, role)) for role in Role}
        self.put = cache(lambda letters, more: tuple(sorted(letters + more)))
        self.take = cache(self._take)

    def _hears(self, role: Role, side: Side, letter: str) -> tuple[Side, Letters]:
        state, before, agreed = side
        if letter == "ANSWER.conditional" and agreed and self.guard:
            return side, ("COND_REPLY.yes",)
        then = machine.next_state(role, self.service, state, before, letter)
        assert then.kind in (CellKind.BECOMES, CellKind.NOTE), f"{letter} reaches the {role} in {state.name}"
        return side_of(then.state, then.state_before, agreed), then.replies

    def _acts(self, role: Role, side: Side, item: int) -> list[tuple[Side, Letters, int]]:
        """What a side can do: the side it becomes, what it posts, where the item is then."""
        state, before, agreed = side
        found: list[tuple[Side, Letters, int]] = []
        for act in machine.TABLES[role][self.service][state]:
            then = machine.next_state(role, self.service, state, before, act)
            if act[0].isupper() or then.kind is CellKind.REFUSED or not sensible(role, act, item):
                continue
            if act == "condition-no" and agreed:
                self.contradictions.add(side)
            moved = {"return": BACK, "check-in": HOME, "ship": item or OUT}.get(act, item)
            yes = agreed or act == "condition-yes"
            found.append((side_of(then.state, then.state_before, yes), (self.letter_of[act],), moved))
            if act == "ship" and item == HOME:
                found.append((side, (), OUT))  # it left and nobody ticked it
        if role is BORROWER and state is S.CANCEL_PENDING:
            found.append((side, ("ILL_REQUEST",), item))  # nobody answers: it may never have come
        if role is BORROWER and item == OUT and self.service is Service.LOAN:
            found.append((side, (), BACK))  # posted home and not ticked
        return found

    @staticmethod
    def _take(letters: Letters, letter: str) -> Letters:
        place = letters.index(letter)
        return letters[:place] + letters[place + 1 :]

    def steps(self, spot: Spot, most: int) -> Iterator[Spot]:
        """Every next configuration with at most ``most`` letters under way each way."""
        borrower, lender, out, back, item, losses, doublings = spot
        for side, post, there in self.acts[BORROWER](borrower, item):
            if len(out) + len(post) <= most:
                yield side, lender, self.put(out, post), back, there, losses, doublings
        for side, post, there in self.acts[LENDER](lender, item):
            if len(back) + len(post) <= most:
                yield borrower, side, out, self.put(back, post), there, losses, doublings
        for side, rest, answers, lost, doubled in self._arrivals(LENDER, lender, out, back, most):
            if lost <= losses and doubled <= doublings:
                yield borrower, side, rest, answers, item, losses - lost, doublings - doubled
        for side, rest, answers, lost, doubled in self._arrivals(BORROWER, borrower, back, out, most):
            if lost <= losses and doubled <= doublings:
                yield side, lender, answers, rest, item, losses - lost, doublings - doubled

    def _arrivals(
        self, role: Role, side: Side, coming: Letters, going: Letters, most: int
    ) -> Iterator[tuple[Side, Letters, Letters, int, int]]:
        """Each letter that may come next, heard, heard while a copy of it is under way, or lost."""
        hears = self.hears[role]
        for letter in dict.fromkeys(coming):
            rest = self.take(coming, letter)
            then, replies = hears(side, letter)
            if len(going) + len(replies) <= most:
                answers = self.put(going, replies)
                yield then, rest, answers, 0, 0
                yield then, coming, answers, 0, 1
            yield side, rest, going, 1, 0

    def everywhere(self, most: int, faults: int = 1) -> tuple[int, set[Pair]]:
        """All configurations: how many were visited, and those at rest.

        First those that may still lose and double the most letters: whoever comes to the same place with
        fewer left can go nowhere that was not visited.
        """
        numbers = Numbers()
        seen: dict[int, int] = {}
        rest: set[Pair] = set()
        waiting: list[list[Spot]] = [[] for _ in range(2 * faults + 1)]
        waiting[-1].append((START, START, (), (), HOME, faults, faults))
        for spots in reversed(waiting):
            while spots:
                spot = spots.pop()
                for step in self.steps(spot, most):
                    losses, doublings = step[5:]
                    visited = seen.get(number := packed(step, numbers), 0)
                    if not visited & NO_LESS[losses][doublings]:
                        seen[number] = visited | 1 << 4 * losses + doublings
                        waiting[losses + doublings].append(step)
                if not spot[2] and not spot[3]:
                    rest.add((spot[0], spot[1], spot[4]))
        return sum(found.bit_count() for found in seen.values()), rest

    def ends(self, borrower: Side, lender: Side, out: Letters, back: Letters) -> set[tuple[Side, Side]]:
        """Where it comes to rest when the letters under way arrive, in whatever order."""
        found, seen, edge = set(), set(), [(borrower, lender, out, back)]
        while edge:
            spot = borrower, lender, out, back = edge.pop()
            if spot in seen:
                continue
            seen.add(spot)
            if not out and not back:
                found.add((borrower, lender))
            for letter in out:
                side, replies = self.hears[LENDER](lender, letter)
                edge.append((borrower, side, self.take(out, letter), self.put(back, replies)))
            for letter in back:
                side, replies = self.hears[BORROWER](borrower, letter)
                edge.append((side, lender, self.put(out, replies), self.take(back, letter)))
        return found

    def together(self, borrower: Side, lender: Side) -> bool:
        return lender[0] in TOGETHER[borrower[0]]

    def cures(self, pair: Pair) -> Iterator[tuple[Side, Side, Letters, Letters, int]]:
        """One letter repeated, or one act, by either side; with the letter that is then under way."""
        borrower, lender, item = pair
        for letter in REPEATS[BORROWER].get(borrower[0], ()):
            yield borrower, lender, (letter,), (), item
        for letter in REPEATS[LENDER].get(lender[0], ()):
            if self.service is Service.LOAN or not letter.startswith("RENEW"):
                yield borrower, lender, (), (letter,), item
        for side, post, there in self.acts[BORROWER](borrower, item):
            if post and post[0] not in NO_CURE:
                yield side, lender, post, (), there
        for side, post, there in self.acts[LENDER](lender, item):
            if post and post[0] not in NO_CURE:
                yield borrower, side, (), post, there

    def apart(self, rest: set[Pair], steps: int = 1) -> set[tuple[str, str]]:
        """The pairs at rest that ``steps`` letters or acts do not bring together."""
        return {(pair[0][0].name, pair[1][0].name) for pair in rest if not self.mends(pair, steps)}

    def settled(self, borrower: Side, lender: Side, item: int) -> bool:
        """Together, or over with the item home, or the next step is plain: the lender is asked, or
        the item is on its way back."""
        over = item == HOME and lender[0] is S.CHECKED_IN and borrower[0] is S.NOT_SUPPLIED
        coming_home = item == BACK and lender[0] in ON_LOAN and borrower[0] is S.RETURNED
        return self.together(borrower, lender) or lender[0] in ASKED or over or coming_home

    def answered(self, pair: Pair, times: int) -> bool:
        """Does it help the one who waits to ask again, ``times`` at most?"""
        borrower, lender, item = pair
        if borrower[0] not in WAITING or self.settled(*pair):
            return True
        ends = self.ends(borrower, lender, REPEATS[BORROWER][borrower[0]], ())
        return times > 0 and all(self.answered((*end, item), times - 1) for end in ends)

    def mends(self, pair: Pair, steps: int) -> bool:
        if self.together(*pair[:2]):
            return True
        return steps > 0 and any(
            all(self.mends((*end, there), steps - 1) for end in self.ends(borrower, lender, out, back))
            for borrower, lender, out, back, there in self.cures(pair)
        )


def sensible(role: Role, act: str, item: int) -> bool:
    """Staff handle only what lies on their desk, and forward nothing that has left."""
    if role is BORROWER:
        return {"receive": item == OUT, "return": item == OUT, "lost": item != HOME}.get(act, True)
    needed = {"overdue": item != HOME, "recall": item != HOME, "lost": item != HOME}
    return {**needed, "check-in": item == BACK, "forward": item == HOME}.get(act, True)


NO_LESS = [
    [
        sum(1 << 4 * more + others for more in range(losses, 4) for others in range(doublings, 4))
        for doublings in range(4)
    ]
    for losses in range(4)
]
"""Of each number of losses and doublings left: the bits of all that are at least as many."""


class Numbers(dict[Side | Letters, int]):
    """A number for each side, and each bundle of letters."""

    def __missing__(self, part: Side | Letters) -> int:
        return self.setdefault(part, len(self))


def packed(spot: Spot, numbers: Numbers) -> int:
    """Where both sides, the letters and the item are, as one number: millions of them fit into memory."""
    borrower, lender, out, back, item = spot[:5]
    sides = numbers[borrower] << 12 | numbers[lender]
    return ((sides << 12 | numbers[out]) << 12 | numbers[back]) << 2 | item


@pytest.mark.timeout(900)
@pytest.mark.parametrize("service", SERVICES)
def test_crossing_messages_are_understood_and_both_sides_can_agree_again(
    service: Service, letter_of: dict[str, str], everything: bool
) -> None:
    walk = Walk(service, letter_of)
    visited, rest = walk.everywhere(most=3 if everything else 2)
    assert visited > (30_000 if everything else 10_000), "the walk is too small to mean anything"
    assert len(rest) > 100
    assert walk.contradictions == set()
    assert walk.apart(rest) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_with_nothing_lost_or_doubled_crossing_letters_leave_both_sides_settled(
    service: Service, letter_of: dict[str, str]
) -> None:
    walk = Walk(service, letter_of)
    _, rest = walk.everywhere(most=1, faults=0)
    assert [pair for pair in rest if not walk.settled(*pair)] == []


def test_reordered_messages_confuse_only_a_demand_and_a_renewal(letter_of: dict[str, str]) -> None:
    """Which of the two is newer, only their dates can tell, and those are not in the tables. Lost and found
    cross too: the lender says it once more (``apart`` above), and the borrower hears that it is home."""
    walk = Walk(Service.LOAN, letter_of)
    _, rest = walk.everywhere(most=2, faults=0)
    confused = {(pair[0][0], pair[1][0]) for pair in rest if not walk.settled(*pair)}
    out = {S.SHIPPED, S.RECEIVED, S.NOT_RECEIVED_OVERDUE, S.OVERDUE}
    found = {(S.LOST, S.CHECKED_IN)}
    assert confused <= found | {(borrower, lender) for borrower in out for lender in (S.SHIPPED, S.OVERDUE)}
    assert found <= confused
    assert confused


@pytest.mark.parametrize("service", SERVICES)
def test_asking_again_ends_every_wait_for_an_answer(service: Service, letter_of: dict[str, str]) -> None:
    walk = Walk(service, letter_of)
    _, rest = walk.everywhere(most=1)
    assert any(not walk.answered(pair, times=0) for pair in rest), "nobody waits"
    assert [pair for pair in rest if not walk.answered(pair, times=2)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_two_losses_and_two_doublings_need_two_more_letters(
    service: Service, letter_of: dict[str, str], everything: bool
) -> None:
    walk = Walk(service, letter_of)
    _, rest = walk.everywhere(most=2 if everything else 1, faults=2)
    assert len(rest) > 100
    assert walk.apart(rest, steps=2) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_without_the_guard_we_say_yes_and_then_no_to_one_condition(
    service: Service, letter_of: dict[str, str]
) -> None:
    walk = Walk(service, letter_of, guard=False)
    _, rest = walk.everywhere(most=2, faults=0)
    assert walk.contradictions, "the guard would not be needed"
    assert ("NOT_SUPPLIED", "FORWARD") in walk.apart(rest)


@pytest.mark.parametrize("service", SERVICES)
def test_automatic_answers_end(service: Service, letter_of: dict[str, str]) -> None:
    """Whatever the states: follow which letter can answer which, it ends."""
    answers: dict[tuple[Role, str], set[tuple[Role, str]]] = {}
    for role in Role:
        other = LENDER if role is BORROWER else BORROWER
        for row in machine.TABLES[role][service].values():
            for event, cell in row.items():
                answers.setdefault((role, event), set()).update((other, reply) for reply in cell.replies)
    answers[BORROWER, "ANSWER.conditional"].add((LENDER, "COND_REPLY.yes"))  # the guard
    generation, count = set(answers), 0
    while generation := {answer for letter in generation for answer in answers.get(letter, ())}:
        count += 1
        assert count <= 4, f"these answer each other: {generation}"
    assert count > 1


@pytest.mark.parametrize("service", SERVICES)
@given(data=st.data())
@settings(deadline=None, max_examples=examples(200))
def test_a_long_bad_day_ends_well(service: Service, letter_of: dict[str, str], data: st.DataObject) -> None:
    """Long random walks with many letters under way, many lost and many doubled."""
    walk = Walk(service, letter_of)
    begun: Spot = (START, START, (), (), HOME, 3, 3)
    shipped: Spot = (side_of(S.SHIPPED), side_of(S.SHIPPED), (), (), OUT, 3, 3)
    spot = data.draw(st.sampled_from([begun, shipped]))
    for choice in data.draw(st.lists(st.integers(0, 10_000), min_size=20, max_size=150)):
        steps = list(walk.steps(spot, most=6))
        spot = steps[choice % len(steps)] if steps else spot
    borrower, lender, out, back, item = spot[:5]
    for end in walk.ends(borrower, lender, out[:3], back[:3]):
        assert walk.mends((*end, item), 4), f"{end} cannot be brought together"
    assert walk.contradictions == set()
