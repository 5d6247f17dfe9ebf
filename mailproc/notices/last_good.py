"""A reader's letter never waits for a typo: the last text that passed its check goes out instead.

Only letters to people have this net. A broken text for a machine holds its order.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, bindparam, delete, insert, select

from mailproc import slow_work
from mailproc.notices.catalogue import NoticeContext
from mailproc.notices.render import Notice, letter_of, lines_of, path_of
from mailproc.notices.whole_letter import whole
from mailproc.store.tables import TemplateGood
from mailproc.templating.environment import Templates
from mailproc.templating.problem import BrokenTemplate, TemplateProblem

_TABLE = TemplateGood.__table__  # type: ignore[attr-defined]  # SQLModel adds it when the class is made
_GOOD = select(_TABLE.c.text).where(_TABLE.c.path == bindparam("named"))
_FORGET = delete(_TABLE).where(_TABLE.c.path == bindparam("named"))
_REMEMBER = insert(_TABLE)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def good(connection: Connection, path: str) -> str | None:
    """The last text of the site's template ``path`` that passed its check, None if there was none."""
    text: str | None = connection.execute(_GOOD, {"named": path}).scalar_one_or_none()
    return text


def remember(connection: Connection, path: str, text: str, now: datetime) -> None:
    """``text`` passed its check at ``now`` (an aware instant)."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    connection.execute(_FORGET, {"named": path})
    connection.execute(_REMEMBER, {"path": path, "text": text, "digest": digest, "checked_at": now})


@dataclass(frozen=True)
class Rendered(Generic[T_co]):
    """A notice (or slip) that can go out.

    ``path`` is of the text in use, ``used`` says which text made it: "file", "last good" or "shipped".
    ``problems`` are for staff (empty with "file"). ``to_remember`` is (path, text) of a changed file that
    passed and is not yet in the store, for ``remember`` in a write of the caller's: rendering is too slow to
    stand inside one.
    """

    notice: T_co
    path: str
    used: str
    problems: tuple[TemplateProblem, ...] = ()
    to_remember: tuple[str, str] | None = None


@slow_work.outside_writes
def render_safely(
    templates: Templates,
    name: str,
    language: str,
    context: NoticeContext,
    last_good: Callable[[str], str | None],
) -> Rendered[Notice]:
    """The notice by the changed file if it passes, else by its last good text, else by the shipped one.

    ``last_good`` looks a path up (``good`` on a connection for reading). Raises BrokenTemplate
    only if the shipped text fails too; LocalFault for a notice that does not exist.
    """
    path, values = path_of(name, language), lines_of(context)
    return safely(
        templates, path, values, lambda text: whole(letter_of(text, path), context, values, path), last_good
    )


@slow_work.outside_writes
def safely(
    templates: Templates,
    path: str,
    values: Mapping[str, Any],
    made: Callable[[str], T],
    last_good: Callable[[str], str | None],
) -> Rendered[T]:
    """What is ``made`` of the text of the template ``path``, by the rule of ``render_safely``.

    ``made`` raises BrokenTemplate for a text that must not be used."""
    used_path = templates.source(path).path
    problems: tuple[TemplateProblem, ...] = ()
    try:
        notice = made(templates.render(path, values))
        return Rendered(notice, used_path, "file", (), _news(templates, path, last_good))
    except BrokenTemplate as broken:
        problems = broken.problems
    for used, text in _others(templates, path, last_good):
        try:
            notice = made(templates.render_text(path, text, values, f"{path} ({used})"))
            return Rendered(notice, used_path, used, problems)
        except BrokenTemplate as broken:
            problems += broken.problems
    raise BrokenTemplate(problems)


def _news(templates: Templates, path: str, last_good: Callable[[str], str | None]) -> tuple[str, str] | None:
    """What is to be remembered of a file that passed: nothing of a shipped one, nor of one that was saved
    again since and is broken."""
    source = templates.source(path)
    if source.origin == "shipped" or source.problems or last_good(source.path) == source.text:
        return None
    return source.path, source.text


def _others(
    templates: Templates, path: str, last_good: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    kept = last_good(templates.source(path).path)
    if kept is not None:
        yield "last good", kept
    yield "shipped", templates.shipped_text(path)
