"""A story that fails prints how its requests came where they are."""

from tests.support import history


def test_each_attempt_and_below_it_what_happened(small_world):
    small_world.place("XX-BL", "XX-SECOND")
    small_world.hear("B1-1 NOT")
    told = history.told({"small_world": small_world, "number": 1}).splitlines()
    assert told[0] == "1 inbox, 2 outgoing"
    heads = [line for line in told if not line.startswith(" ")][1:]
    assert heads == ["B1-1 REQUESTER with XX-BL: NOT_SUPPLIED", "B1-2 REQUESTER with XX-SECOND: PENDING"]
    events = [line.split()[2] for line in told if line.startswith(" ")]
    assert events == ["request", "ILL_ANSWER", "request"]


def test_of_what_holds_no_store_nothing_is_told(tmp_path):
    assert history.told({"tmp_path": tmp_path, "count": 3}) == ""
