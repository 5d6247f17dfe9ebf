"""A thousand conversations over a bad post: none gets stuck, none goes on for ever, nobody complains.

A failure tells its conversations whole, with the seed that plays them again (``-k "[7]"``).
REQUIRE_ALL=1 plays twenty seasons of fifty conversations, else one short one.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mailproc.config import Policy
from tests.support import counted_attempts

from .office import Town
from .post import BadPost
from .season import Season
from .soundness import complaints, unfinished

EVERYTHING = os.environ.get("REQUIRE_ALL") == "1"
CONVERSATIONS = 50 if EVERYTHING else 20
SEEDS = range(1, 21 if EVERYTHING else 2)
MOST_LETTERS = 40
"""For one conversation, both sides together; it takes about twelve."""


def played(make_town: Callable[..., Town], seed: int) -> Season:
    post = BadPost()
    season = Season(make_town(post, policy=Policy(answers_an_hour=1000)), post, seed)
    season.busy(CONVERSATIONS)
    season.quiet()
    return season


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_bad_season_ends_well(make_town: Callable[..., Town], seed: int) -> None:
    season = played(make_town, seed)
    stuck = season.stuck()
    assert not stuck, "\n\n".join(season.told(talk) for talk in stuck[:5])
    assert season.calls <= CONVERSATIONS // 5, "what the telephone is for, letters should do"
    assert season.post.letters < MOST_LETTERS * CONVERSATIONS
    nothing_is_left(season)
    peace(season)


def nothing_is_left(season: Season) -> None:
    for office in season.town.offices.values():
        assert office.verify().differences == (), f"seed {season.seed}"
        counted_attempts.check(office.app.store, office.app.context)
        assert [one for one in complaints(office) if not after_grace(one)] == [], f"seed {season.seed}"
        waits = unfinished(office)
        waits.pop("event", None)  # what never found its request lies on the shelf
        assert waits == {}, f"seed {season.seed}"
        if not season.has_lost_requests(office.symbol):
            assert office.shelf() == {}, f"seed {season.seed}"


def after_grace(complaint: str) -> bool:
    """No crossing: the letter that it is about had waited for its lost request as long as it may, until the
    office opens on the last day."""
    said = json.loads(complaint)
    about = datetime.fromisoformat(said["report"]["correlation"].rpartition(" ")[2])
    waited = datetime.fromisoformat(said["sent_at"]).date() - about.date()
    known = said["report"]["problem"] != "unknown-transaction-id"
    return not known and waited >= timedelta(days=Policy().unmatched_days)


def peace(season: Season) -> None:
    """The last questions of who waits for a word that never came, and what a lender wanted to be asked again
    on a later day; then not one letter more."""
    season.town.days(120, pace=5)
    season.quiet()
    season.town.days(120, pace=5)
    before = season.post.letters
    season.town.days(200, pace=10)
    assert season.post.letters == before, f"seed {season.seed}"
    assert season.stuck() == [], f"seed {season.seed}"
