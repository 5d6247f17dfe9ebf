"""The page of one text: to read, to change, to compare."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.log import mask_shown
from mailproc.office.desk import template_list
from mailproc.office.desk.template_list import TemplateRow
from mailproc.office.templates import saving
from mailproc.office.templates.site_file import OwnText
from mailproc.office.wording.plain_text import shown
from mailproc.sentence import Part, sentence
from mailproc.store import template_versions
from mailproc.store.template_versions import TemplateVersion, VersionState
from mailproc.templating.known_names import KnownName, known_names
from mailproc.templating.site_changes import unified

DiffLines = tuple[tuple[str, str], ...]
MOST_LINES = 2_000
"""Of a diff that are shown."""


@dataclass(frozen=True)
class NameRow:
    """A name that the text may use. ``written``: how it is put into a text."""

    written: str
    help: str
    sample: str


@dataclass(frozen=True)
class VersionRow:
    """``number``: '' of one that is not written down; ``missed``: it was never in use."""

    number: str
    when: str
    who: str
    note: str
    what: str
    missed: bool
    is_now: bool


@dataclass(frozen=True)
class TemplatePage:
    """``text``: as it is edited; ``why_not``: why it cannot be edited here, ''. ``seen``: its mark.
    ``news``: how the shipped text has changed since the release before."""

    row: TemplateRow
    text: str
    seen: str
    why_not: str
    names: tuple[NameRow, ...]
    against_shipped: DiffLines
    news: DiffLines
    shipped: str
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True)
class VersionPage:
    """One version, and what it changed in the one before."""

    row: TemplateRow
    version: VersionRow
    text: str
    changed: DiffLines
    against_now: DiffLines


def page(connection: Connection, context: Context, key: str) -> TemplatePage:
    """Return the page. Raise LocalFault if there is no such text."""
    line = template_list.found(context, key)
    why_not, own = _read(context, line.path)
    text = own.text if own is not None else "" if why_not else context.templates.shipped_text(line.path)
    why_not = why_not or unshowable(text)
    return TemplatePage(
        row=template_list.row(connection, context, line),
        text=text,
        seen=saving.mark(own.text if own is not None else None),
        why_not=context.language.word(why_not),
        names=tuple(_names(context, line.path)),
        against_shipped=against_shipped(context, line.path, own),
        news=_news(context, line.path) if own is not None and not line.problems else (),
        shipped=context.templates.shipped_text(line.path),
        versions=tuple(_versions(connection, context, line.path, own)),
    )


def version(connection: Connection, context: Context, key: str, number: int) -> VersionPage:
    """Return the page of a version. Raise LocalFault if there is none."""
    line = template_list.found(context, key)
    _, own = _read(context, line.path)
    one = of_number(connection, context, line.path, number)
    before = _before(connection, one)
    shipped = context.templates.shipped_text(line.path)
    text = shipped if one.text is None else one.text
    now = own.text if own is not None else shipped
    earlier = before.text if before is not None and before.text is not None else shipped
    return VersionPage(
        row=template_list.row(connection, context, line),
        version=_version(connection, context, one, is_now=text == now),
        text=text,
        changed=_diff(earlier, text),
        against_now=_diff(now, text),
    )


def of_number(connection: Connection, context: Context, path: str, number: int) -> TemplateVersion:
    """Return a version of this text. Raise LocalFault."""
    found = template_versions.load(connection, number)
    if found is None or found.path != path:
        raise LocalFault(context.language.texts.labels["desk_templates"]["no_version"])
    return found


def against_shipped(context: Context, path: str, own: OwnText | None) -> DiffLines:
    """Return what the library's own text changes in the shipped one."""
    return _diff(context.templates.shipped_text(path), own.text) if own is not None else ()


def difference(before: str, after: str) -> DiffLines:
    """Return what has changed between two texts."""
    return _diff(before, after)


def unshowable(text: str) -> Part:
    """Return why a text cannot be edited in a browser, which would not give it back so; '' if it can."""
    if mask_shown(text) != text:
        return sentence("template-secret")
    for number, line in enumerate(text.split("\n"), 1):
        if shown(line) != line:
            return sentence("template-unseen", line=number)
    return ""


def _read(context: Context, path: str) -> tuple[Part, OwnText | None]:
    try:
        return "", saving.folder_of(context).read(path)
    except LocalFault as fault:
        return fault.said, None


def _diff(before: str, after: str) -> DiffLines:
    return tuple(template_list.lines_of(unified(before, after, "", "")))[:MOST_LINES]


def _news(context: Context, path: str) -> DiffLines:
    return tuple(template_list.lines_of(context.templates.diff_since_earlier(path)))[:MOST_LINES]


def _names(context: Context, path: str) -> Iterator[NameRow]:
    language = context.language
    words = language.texts.labels["desk_templates"]
    for one in known_names(context.templates.contract(path).context):
        absent = f" {words['may_be_absent']}" if one.optional else ""
        yield NameRow(one.name, f"{language.about_text(one.help)}{absent}", _sample(one, words))


def _sample(one: KnownName, words: Any) -> str:
    samples = one.sample if isinstance(one.sample, tuple) else (one.sample,)
    said = {True: words["yes"], False: words["no"], None: ""}
    return ", ".join(said[each] if each is None or isinstance(each, bool) else str(each) for each in samples)


def _versions(
    connection: Connection, context: Context, path: str, own: OwnText | None
) -> Iterator[VersionRow]:
    known = saving.versions(connection, path, own, context.clock())
    now = next((one for one in known if one.state == VersionState.DONE), None)
    for one in known:
        yield _version(connection, context, one, is_now=one is now)


def _version(connection: Connection, context: Context, one: TemplateVersion, *, is_now: bool) -> VersionRow:
    words = context.language.texts.labels["desk_templates"]
    missed = one.state == VersionState.LOST
    what = words["missed"] if missed else words["to_shipped"] if one.text is None else ""
    return VersionRow(
        number=str(one.id) if one.id else "",
        when=context.shown(one.at),
        who=template_list.who_made(connection, one, context),
        note=one.note,
        what=what,
        missed=missed,
        is_now=is_now,
    )


def _before(connection: Connection, version_: TemplateVersion) -> TemplateVersion | None:
    known = template_versions.newest(connection, version_.path, saving.MOST_VERSIONS)
    older = (one for one in known if one.id < version_.id and one.state == VersionState.DONE)
    return next(older, None)
