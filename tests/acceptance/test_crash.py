"""kill -9 of the running daemon under load: nothing lost, nothing twice, nothing innocent shelved.

Letters come in by SMTP over several connections and lie in a mailbox; staff place requests and
act in another process; the relay is real, and on SQLite letters go to it over three connections at once.
Half of the deaths come at random, half at a commit that was drawn: before it or right after. Nothing else
is ever done by hand. `make crash` is the long form.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.acceptance import crash_checks as checks
from tests.acceptance import doomed
from tests.acceptance.crash_load import Lender, Mailbox, Senders, Staff
from tests.acceptance.service import Service, mailbox_of
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Relay

FULL = os.environ.get("REQUIRE_ALL") == "1"
KILLS = int(os.environ.get("CRASH_KILLS", "50" if FULL else "5"))
KILLS_POSTGRESQL = int(os.environ.get("CRASH_KILLS_POSTGRESQL", "10" if FULL else "2"))
LETTERS = int(os.environ.get("CRASH_LETTERS", "0"))
"""At least so many come in by SMTP (SQLite), else five for each kill."""
SEED = int(os.environ.get("CRASH_SEED", "11"))
PATIENCE = 600 + 6 * KILLS  # seconds for one test
MAILED = 20  # letters into the mailbox, at least; fewer where there are fewer kills
COMMITS = 60  # a death at a commit comes at one of the first so many
GRACE = 10.0  # seconds until a doomed daemon that has nothing more to commit is killed all the same


def kill_again_and_again(
    service: Service, chance: random.Random, kills: int, each: Callable[[], None]
) -> None:
    for _ in range(kills):
        kind = chance.random()
        if kind < 0.5:
            service.launch(doomed.code(chance.randint(1, COMMITS), chance.choice(("before", "after"))))
            service.ended_within(GRACE)
        else:
            service.launch()
            if kind < 0.9:
                service.wait_until_ready()
            time.sleep(chance.uniform(0, 1))  # the moment of the kill is the point: also while it starts
        service.kill()
        each()


@pytest.mark.timeout(PATIENCE)
def test_kills_lose_nothing_and_do_nothing_twice(
    serve: Callable[..., Service], relay: Relay, dovecot: Dovecot, tmp_path: Path
) -> None:
    service = serve(mailbox=mailbox_of(dovecot, tmp_path.name), connections=3)
    mailbox = Mailbox(service, dovecot, tmp_path.name)

    def each() -> None:
        assert not mailbox.without_row("SEEN")

    run(service, relay, dovecot, tmp_path.name, KILLS, LETTERS, each)
    assert not mailbox.without_row("ALL")
    assert len(mailbox.digests("ALL")) > min(KILLS, MAILED)


@pytest.mark.long
@pytest.mark.timeout(PATIENCE)
def test_kills_on_postgresql(
    serve: Callable[..., Service], relay: Relay, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_url(empty_postgres_url)
    monkeypatch.setenv("PGPASSWORD", str(url.password))  # config.toml takes none
    service = serve(url._replace(password=None).render_as_string())
    run(service, relay, None, "", KILLS_POSTGRESQL, 0, lambda: None)


def run(
    service: Service,
    relay: Relay,
    dovecot: Dovecot | None,
    user: str,
    kills: int,
    letters: int,
    each: Callable[[], None],
) -> None:
    chance = random.Random(SEED)  # noqa: S311  # when to kill, no secret
    relay.pause = lambda: chance.choice((0, 0, 0.005, 0.03))
    senders = Senders(service)
    lender = Lender(relay, senders, dovecot, user)
    staff = Staff(service)
    senders.start()
    lender.start()
    kill_again_and_again(service, chance, kills, each)
    service.start()
    checks.enough_came(service, senders, lender, letters, min(kills, MAILED) + 1 if dovecot else 0)
    staff.stop()
    lender.stop()
    senders.stop()
    checks.at_rest(service, dovecot, user)
    report = f"{kills} kills, {len(senders.answered)} letters, {len(lender.ordered)} by mailbox"
    acts = Counter(said.get("action", "refused") for said in staff.said if "placed" not in said)
    print(f"{report}, {len(staff.placed)} placed, {dict(acts)}")  # noqa: T201
    assert len(senders.answered) > 4 * kills, report
    checks.every_letter_of_ours_is_one(service, relay)
    checks.every_request_left_once(service, relay, staff)
    checks.staff_settle_doubts(service, relay)
    service.rest()
    assert service.stop() == 0, service.tail()
    checks.nothing_is_left(service)
    checks.every_order_was_taken_once(service, senders, lender)
    checks.every_answer_was_heard_once(service, lender)
    checks.every_request_left_once(service, relay, staff)
    verified = service.cli("verify")
    assert verified.code == 0, verified.out
