"""The receiver of hooks in the practice world: what it takes, and what it refuses."""

import pytest

from mailproc.practice.library_system import HookHeard, LibrarySystem
from tests.practice.conftest import hook_body, signed

SECRET, NOW = "of the tests alone, and long enough", 1_800_000_000.0
BODY = hook_body()
GOOD = signed(SECRET, BODY, NOW)


def system(heard: list[HookHeard]) -> LibrarySystem:
    return LibrarySystem(SECRET, heard.append, lambda: NOW)


def test_what_we_signed_is_heard_and_a_second_time_only_answered() -> None:
    heard: list[HookHeard] = []
    receiver = system(heard)
    assert [receiver.take(GOOD, BODY), receiver.take(GOOD, BODY)] == [204, 204]
    assert heard == [HookHeard("REQUESTER.receive", "B9", "RECEIVED")]
    later = hook_body("REQUESTER.return")
    assert receiver.take(signed(SECRET, later, NOW, "call-2"), later) == 204
    assert heard[1].event == "REQUESTER.return"


def test_a_sample_is_told_as_one() -> None:
    heard: list[HookHeard] = []
    body = hook_body(sample=True)
    assert system(heard).take(signed(SECRET, body, NOW), body) == 204
    assert heard[0].text == "hears a sample of REQUESTER.receive"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**GOOD, "webhook-signature": "v1,"},
        {**GOOD, "webhook-signature": "v1,é"},
        {**GOOD, "webhook-id": "call-2"},
        {**GOOD, "webhook-timestamp": "²"},
        signed("another secret", BODY, NOW),
        signed(SECRET, BODY + b" ", NOW),
        signed(SECRET, BODY, NOW - 301),
        signed(SECRET, BODY, NOW + 301),
    ],
)
def test_what_we_did_not_sign_or_long_ago_is_refused(headers: dict[str, str]) -> None:
    heard: list[HookHeard] = []
    assert system(heard).take(headers, BODY) == 401
    assert [one.event for one in heard] == [""]
