"""A question of another system under a key of its own is acted on once, and has one answer.

The answer is written in the commit of what was done: whoever asks again after a crash is told the same, less
what is only found after the commit (``complete``).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts.act_writing import ActWriting
from mailproc.office.wording.json_values import plain
from mailproc.sentence import sentence
from mailproc.store import api_answers
from mailproc.store.api_answers import ApiAnswer
from mailproc.store.engine import Store

KEPT = timedelta(hours=24)
"""After so long the key is as new."""
T = TypeVar("T")
Said = Mapping[str, Any]


class AnsweredMeanwhile(Exception):
    """Not an error: the same question was answered a moment ago, by another thread."""


@dataclass(frozen=True)
class OnceKey:
    """``token``: the name of who asks. ``key``: theirs. ``asked``: a digest of what they ask."""

    token: str
    key: str
    asked: str


class OnceAnswers:
    """What was answered, and what is written down beside an act."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context

    def earlier(self, once: OnceKey) -> Said | None:
        """Return what was answered; None if nothing was. Raise LocalFault for a key of another question."""
        with self._store.read() as connection:
            found = self._found(connection, once)
        if found is None:
            return None
        answer: Said = json.loads(found.answer)
        return answer

    def beside(self, once: OnceKey, told: Callable[[Any], Said]) -> ActWriting:
        """Return how to write an act with its answer beside it; ``told`` makes that of the act's result."""

        def write(store: Store, job: Callable[[Connection], T]) -> T:
            def both(connection: Connection) -> T:
                if self._found(connection, once) is not None:
                    raise AnsweredMeanwhile
                result = job(connection)
                now = self._context.clock()
                api_answers.forget(connection, now - KEPT)
                api_answers.add(
                    connection, ApiAnswer(once.token, once.key, once.asked, _json(told(result)), now)
                )
                return result

            return store.write(both)

        return write

    def complete(self, once: OnceKey, answer: Said) -> None:
        """Write down what was found only after the act."""
        self._store.write(
            lambda connection: api_answers.complete(connection, once.token, once.key, _json(answer))
        )

    def _found(self, connection: Connection, once: OnceKey) -> ApiAnswer | None:
        found = api_answers.load(connection, once.token, once.key)
        if found is None or found.at < self._context.clock() - KEPT:
            return None
        if found.asked != once.asked:
            raise LocalFault(sentence("api-key-used"))
        return found


def forget_old(store: Store, context: Context) -> None:
    """Delete what nobody may ask for again."""
    before = context.clock() - KEPT
    store.write(lambda connection: api_answers.forget(connection, before))


def _json(answer: Said) -> str:
    return json.dumps(plain(dict(answer)), ensure_ascii=True)
