"""Ask catalogues for an item, all at once, unless they said it a short while ago or do not answer now.

Nothing is asked inside a write of the store, and no catalogue stops anything: what it does not say is a
``fault`` of its look-up.
"""

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.catalogues import search
from mailproc.config import Catalogue
from mailproc.errors import RemoteFault, TryLater
from mailproc.flow.context import Context
from mailproc.ill.apdu import Item
from mailproc.ill.holding import LookUp
from mailproc.sentence import Note, Part, sentence
from mailproc.store import catalogue_answers
from mailproc.store.engine import Store

REFUSED = timedelta(hours=6)
"""After which a catalogue is asked again for what it refused."""
AT_ONCE = 8
"""Catalogues that are asked at the same time."""
_log = logging.getLogger(__name__)


def look_up(
    store: Store, context: Context, item: Item, catalogues: Sequence[Catalogue], *, again: bool = False
) -> tuple[LookUp, ...]:
    """Return what each catalogue says. ``again``: ask even if it has said it, or did not answer."""
    known = _known(store, context, item, catalogues, again)
    left = [one for one in catalogues if one.name not in known]
    with ThreadPoolExecutor(max(1, min(AT_ONCE, len(left)))) as pool:
        asked = list(pool.map(lambda one: _asked(one, item, context), left))
    if asked:
        store.write(lambda connection: _keep(connection, context, item, left, asked))
    found = known | {one.catalogue: one for one in asked}
    return tuple(found[one.name] for one in catalogues)


def _known(
    store: Store, context: Context, item: Item, catalogues: Sequence[Catalogue], again: bool
) -> dict[str, LookUp]:
    """Return what need not be asked, or cannot be asked now."""
    with store.read() as connection:
        found = [_without_asking(connection, context, item, one, again=again) for one in catalogues]
    return {one.catalogue: one for one in found if one is not None}


def _without_asking(
    connection: Connection, context: Context, item: Item, catalogue: Catalogue, *, again: bool
) -> LookUp | None:
    now, name = context.clock(), catalogue.name
    said = LookUp(catalogue=name, use=catalogue.use, at=now)
    if not search.searches(item):
        return replace(said, fault=Note(sentence("catalogue-no-words")))
    if again:
        return None
    if known := catalogue_answers.known(connection, name, _question(catalogue, item), now):
        return replace(said, at=known.at, answer=known.answer)
    if pause := catalogue_answers.paused(connection, name, now):
        why = sentence("catalogue-paused", until=context.shown(pause.until), why=pause.why.parts)
        return replace(said, fault=Note(why), retry_at=pause.until)
    return None


def _asked(catalogue: Catalogue, item: Item, context: Context) -> LookUp:
    said = LookUp(catalogue=catalogue.name, use=catalogue.use, at=context.clock())
    try:
        return replace(said, answer=context.ask_catalogue(catalogue, item))
    except TryLater as error:
        return _failed(said, error.said, timedelta(minutes=catalogue.pause_minutes))
    except RemoteFault as error:
        return _failed(said, error.said, REFUSED)
    except Exception:  # a bug: what a stranger's record does to us must not stop a request
        _log.exception("the answer of the catalogue %s was not read", catalogue.name)
        return _failed(said, sentence("catalogue-unread"), REFUSED)


def _failed(said: LookUp, why: Part, pause: timedelta) -> LookUp:
    return replace(said, fault=Note(why), retry_at=said.at + pause)


def _keep(
    connection: Connection, context: Context, item: Item, catalogues: Sequence[Catalogue],
    asked: Sequence[LookUp],
) -> None:  # fmt: skip
    now = context.clock()
    for catalogue, said in zip(catalogues, asked, strict=True):
        if not said.fault:
            until = now + timedelta(minutes=catalogue.keep_minutes)
            question = _question(catalogue, item)
            catalogue_answers.keep(connection, catalogue.name, question, said.answer, now, until)
            catalogue_answers.go_on(connection, catalogue.name)
        elif said.retry_at is not None and said.retry_at - said.at < REFUSED:
            catalogue_answers.pause(connection, catalogue.name, said.retry_at, said.fault)


def _question(catalogue: Catalogue, item: Item) -> str:
    """Return a digest of what is asked and how: another configuration asks another question."""
    asked = f"{catalogue.model_dump_json()}\n{search.searches(item)!r}"
    return hashlib.sha256(asked.encode("utf-8", "backslashreplace")).hexdigest()
