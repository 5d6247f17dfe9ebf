"""Whatever one side may say, the other can hear."""

from collections import deque

import pytest

from mailproc.ill import machine
from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    CancelReply,
    ConditionalReply,
    IllAnswer,
    RenewAnswer,
)
from mailproc.ill.cells import CellKind
from mailproc.ill.event_names import event_heard
from mailproc.ill.terms import Results, Role, Service, State

OTHER = {Role.REQUESTER: Role.RESPONDER, Role.RESPONDER: Role.REQUESTER}
Pair = dict[Role, tuple[State, State | None]]
BOTH = [(role, service) for role in Role for service in (Service.LOAN, Service.COPY)]


def acts(role: Role, service: Service) -> set[str]:
    """The acts offered in at least one state."""
    return {
        event
        for row in machine.TABLES[role][service].values()
        for event, cell in row.items()
        if event[0].islower() and cell.kind is not CellKind.REFUSED
    }


def replies(role: Role, service: Service) -> set[str]:
    return {
        reply
        for row in machine.TABLES[role][service].values()
        for cell in row.values()
        for reply in cell.replies
    }


@pytest.mark.parametrize(("role", "service"), BOTH)
def test_every_message_is_accepted_in_every_state(
    role: Role, service: Service, letter_of: dict[str, str]
) -> None:
    said = {letter_of[act] for act in acts(role, service)} | replies(role, service)
    assert said
    for state, row in machine.TABLES[OTHER[role]][service].items():
        for letter in said:
            assert row[letter].kind in (CellKind.BECOMES, CellKind.NOTE), f"{letter} in {state.name}"


@pytest.mark.parametrize(("role", "service"), BOTH)
def test_every_letter_that_is_no_error_has_a_speaker(
    role: Role, service: Service, letter_of: dict[str, str]
) -> None:
    spoken = {letter_of[act] for act in acts(OTHER[role], service)} | replies(OTHER[role], service)
    at_any_time = {"DAMAGED", "MESSAGE", "STATUS_QUERY", "STATUS_OR_ERROR_REPORT"}
    rows = next(iter(machine.TABLES[role][service].values()))
    heard = {event for event, cell in rows.items() if event[0].isupper() and cell.kind is not CellKind.ERROR}
    assert heard - at_any_time <= spoken


@pytest.mark.parametrize("service", [Service.LOAN, Service.COPY])
def test_without_crossing_both_sides_always_agree(service: Service, letter_of: dict[str, str]) -> None:
    """Each letter arrives before the next act: nothing but plain steps and notes happens."""
    begin: Pair = dict.fromkeys(Role, (State.IDLE, None))
    seen, edge = {tuple(begin.values())}, [begin]
    while edge:
        pair = edge.pop()
        for role in Role:
            for act in acts(role, service):
                then = machine.next_state(role, service, *pair[role], act)
                if then.kind is CellKind.REFUSED:
                    continue
                spoken = {**pair, role: (then.state, then.state_before)}
                found = delivered(service, spoken, OTHER[role], letter_of[act])
                if (key := tuple(found.values())) not in seen:
                    seen.add(key)
                    edge.append(found)
    assert len(seen) > (20 if service is Service.LOAN else 10)


def delivered(service: Service, pair: Pair, hearer: Role, letter: str) -> Pair:
    """Both sides after ``letter`` and all that answers it by itself have arrived."""
    post, pair = deque([(hearer, letter)]), dict(pair)
    for _ in range(10):
        if not post:
            return pair
        hearer, letter = post.popleft()
        heard = machine.next_state(hearer, service, *pair[hearer], letter)
        assert heard.kind in (CellKind.BECOMES, CellKind.NOTE), (letter, pair[hearer])
        pair[hearer] = (heard.state, heard.state_before)
        post.extend((OTHER[hearer], reply) for reply in heard.replies)
    raise AssertionError(f"answered for ever: {post}")


def every_apdu() -> list[Apdu]:
    answers = (ConditionalReply, CancelReply, RenewAnswer)
    plain = [cls for cls in APDU_CLASSES.values() if cls not in (IllAnswer, *answers)]
    return [
        *(cls(answer=answer) for cls in answers for answer in (True, False)),
        *(IllAnswer(results=results) for results in Results),
        *(cls() for cls in plain),
    ]


@pytest.mark.parametrize("apdu", every_apdu(), ids=event_heard)
def test_every_apdu_is_a_row_of_the_side_that_hears_it(apdu: Apdu) -> None:
    event = event_heard(apdu)
    hearers = [role for role in Role if event in machine.TABLES[role][Service.LOAN][State.IDLE]]
    assert hearers, event
    assert event.split(".")[0] in (apdu.type.name, "ANSWER", "COND_REPLY")
