"""``redeliver`` of several letters at once."""

from collections.abc import Callable
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def two(cli: Cli, placed: Cli) -> Cli:
    """O1 and O2 have left, each with an order."""
    for title in ("One Book", "Another Book"):
        placed(title)
        assert cli("run", "--once").code == 0
    return cli


def states(cli: Cli) -> dict[str, str]:
    return {one["id"]: one["state"] for one in cli("letters", "--json").json if one["id"] in ("O1", "O2")}


def test_several_letters_are_sent_again(two: Cli) -> None:
    assert states(two) == {"O1": "filed", "O2": "filed"}
    said = two("redeliver", "O1", "o2", "O1")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "2 done."
    assert states(two) == {"O1": "prepared", "O2": "prepared"}


def test_what_one_refuses_stops_no_other(two: Cli) -> None:
    said = two("redeliver", "O9", "O1", "I1", "H7")
    assert said.code == 1
    assert said.out.splitlines()[-1] == "1 done, 3 refused: O9, I1, H7"
    assert [line.partition(":")[0] for line in said.err.splitlines()] == ["O9", "I1", "H7"]
    assert states(two) == {"O1": "prepared", "O2": "filed"}


def test_a_program_gets_a_list_of_several_and_one_value_of_one(two: Cli) -> None:
    assert two("redeliver", "O1", "--dry-run", "--json").json["id"] == "O1"
    done, refused = two("redeliver", "O1", "O9", "--dry-run", "--json").json
    assert (done["id"], done["state"]) == ("O1", "prepared")
    assert (refused["id"], refused["possible"]) == ("O9", []) and "O9" in refused["refused"]
    assert states(two) == {"O1": "filed", "O2": "filed"}


def test_all_goes_with_no_number(two: Cli) -> None:
    assert two("redeliver", "O1", "O2", "--all").code == 1
    assert two("redeliver").code == 1
