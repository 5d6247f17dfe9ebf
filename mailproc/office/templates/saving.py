"""Save a text of the library's own, take it away, and know its versions.

A version is written down as begun, then the file is written, then the version is done. Whoever ends the
process in between leaves a version that is begun: whether it is in use only the file says, which is asked.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from mailproc.errors import LocalFault, TryLater
from mailproc.flow.context import Context
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.templates.site_file import OwnText, SiteFolder
from mailproc.sentence import sentence
from mailproc.store import template_versions
from mailproc.store.engine import Store
from mailproc.store.template_versions import NewTemplateVersion, TemplateVersion, VersionState

MOST_VERSIONS = 50
LONGEST_NOTE = 200
_ALONE = threading.Lock()
"""Two who save at once are compared one after the other."""


class TextOvertaken(Overtaken):
    """Somebody has changed the text since the page was shown. Nothing was saved."""


@dataclass(frozen=True)
class SaveOrder:
    """What is to be saved. ``text``: None to go back to the shipped one. ``seen``: the ``mark`` of the text
    that the person had before the eyes."""

    path: str
    text: str | None
    seen: str
    note: str


def folder_of(context: Context) -> SiteFolder:
    """Return the library's own folder of templates."""
    return SiteFolder(Path(context.config.file.parent, context.config.templates.site))


def mark(text: str | None) -> str:
    """Return a mark of a text, by which a page knows whether it is still the one."""
    return "shipped" if text is None else hashlib.sha256(text.encode()).hexdigest()


def save(store: Store, context: Context, person: StaffPerson, order: SaveOrder) -> bool:
    """Save the text, which has passed its trial; return False if it stood so already.

    Raise LocalFault (TextOvertaken if somebody was quicker) and TryLater: then nothing has changed.
    """
    person.must(StaffRole.KEEP)
    folder, now = folder_of(context), context.clock()
    note = " ".join(order.note.split())
    if len(note) > LONGEST_NOTE:
        raise LocalFault(sentence("template-note", most=LONGEST_NOTE))
    new = NewTemplateVersion(order.path, order.text, VersionState.BEGUN, person.login, now, note)
    with _ALONE:
        own = folder.read(order.path)
        text = own.text if own is not None else None
        if text == order.text:
            return False
        if mark(text) != order.seen:
            raise TextOvertaken(sentence("template-overtaken"))
        number = store.write(lambda connection: _begin(connection, own, new))
        _write(store, folder, new, number)
    return True


def settle_begun(store: Store, context: Context, paths: Sequence[str]) -> None:
    """Settle what a process that ended has begun: from here on files change by hand, too. Raise TryLater."""
    with store.read() as connection:
        newest = [one for path in paths for one in template_versions.newest(connection, path, 1)]
    for one in (each for each in newest if each.state == VersionState.BEGUN):
        try:
            own = folder_of(context).read(one.path)
        except LocalFault:
            continue  # the page of the text says why
        state = VersionState.DONE if _was_in_use(one, own) else VersionState.LOST
        store.write(partial(template_versions.settle, version_id=one.id, state=state))


def _begin(connection: Connection, own: OwnText | None, new: NewTemplateVersion) -> int:
    """Write the version down, and before it the one that was made by hand."""
    text = own.text if own is not None else None
    known = template_versions.newest(connection, new.path, MOST_VERSIONS)
    for one in known:
        if one.state == VersionState.BEGUN:
            was = VersionState.DONE if one is known[0] and one.text == text else VersionState.LOST
            template_versions.settle(connection, one.id, was)
    if by_hand := _by_hand(known, own, new.path, new.at):
        template_versions.add(connection, by_hand)
    return template_versions.add(connection, new)


def _write(store: Store, folder: SiteFolder, new: NewTemplateVersion, number: int) -> None:
    try:
        if new.text is None:
            folder.remove(new.path)
        else:
            folder.write(new.path, new.text)
    except LocalFault:
        store.write(lambda connection: template_versions.settle(connection, number, VersionState.LOST))
        raise
    try:
        store.write(lambda connection: template_versions.settle(connection, number, VersionState.DONE))
    except TryLater:
        return  # it is in use, and as begun it is known to be, by its file


def _by_hand(
    known: Sequence[TemplateVersion], own: OwnText | None, path: str, now: datetime
) -> NewTemplateVersion | None:
    """Return the version that somebody made without the desk; None if the file is as the desk left it."""
    last = next((one for one in known if _was_in_use(one, own)), None)
    text = own.text if own is not None else None
    if text == (last.text if last is not None else None):
        return None
    return NewTemplateVersion(path, text, VersionState.DONE, "", own.changed_at if own else now)


def _was_in_use(version: TemplateVersion, own: OwnText | None) -> bool:
    """Of a version that is begun only the file can tell."""
    if version.state == VersionState.BEGUN:
        return version.text == (own.text if own is not None else None)
    return version.state == VersionState.DONE


def versions(connection: Connection, path: str, own: OwnText | None, now: datetime) -> list[TemplateVersion]:
    """Return the versions of a text, the newest first; one made by hand that is not written down yet has the
    number 0, and one that was begun is what the file says."""
    known = template_versions.newest(connection, path, MOST_VERSIONS)
    shown = [replace(one, state=_state(one, own, is_last=one is known[0])) for one in known]
    if found := _by_hand(known, own, path, now):
        shown.insert(0, TemplateVersion(0, path, found.text, found.state, "", found.at, ""))
    return shown


def _state(version: TemplateVersion, own: OwnText | None, *, is_last: bool) -> str:
    if version.state != VersionState.BEGUN:
        return version.state
    return VersionState.DONE if is_last and _was_in_use(version, own) else VersionState.LOST
