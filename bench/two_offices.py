"""TWO: a thousand random conversations of two whole offices over a bad post (tests/two_offices).

A round plays a tenth of them. They must end well: a season that does not is an error, not a figure.
"""

import time
from itertools import count

from bench import app
from bench.figures import Figures, Goal, Suite
from mailproc.config import Policy
from tests.two_offices.office import town
from tests.two_offices.post import BadPost
from tests.two_offices.season import Season

SEASONS, CONVERSATIONS, ALL = 2, 50, 1000

GOALS = (
    Goal("TWO", "CPU of 1,000 random conversations between two offices", "cpu", "", 120, "s", at_most=True),
    Goal("TWO", "letters of a conversation, both sides together", "letters", "", 20, "", at_most=True),
)
_seeds = count(1)


def measure() -> Figures:
    spent, letters = 0.0, 0
    for _ in range(SEASONS):
        begun = time.process_time()
        letters += _season(next(_seeds))
        spent += time.process_time() - begun
    played = SEASONS * CONVERSATIONS
    return {"cpu": spent * ALL / played, "letters": letters / played}


def _season(seed: int) -> int:
    """Plays it to its end; how many letters were written."""
    post = BadPost()
    with app.folder() as folder:
        policy = Policy(answers_an_hour=1000)
        with town(folder, post, policy=policy) as both:
            season = Season(both, post, seed)
            season.busy(CONVERSATIONS)
            season.quiet()
            if stuck := season.stuck():
                raise RuntimeError(season.told(stuck[0]))
    return post.letters


SUITE = Suite(GOALS, measure)
