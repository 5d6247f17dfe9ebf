"""The page of all texts: which we send, for whom, which we changed, what is broken and what goes out then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.config_load.value_checks import LANGUAGE_TAG
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.notices import last_good
from mailproc.office.templates import saving, template_dry_run
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import Part
from mailproc.store import staff
from mailproc.store.template_versions import TemplateVersion
from mailproc.templating.environment import TemplateLine

GROUPS = {
    "patron": "for_patron",
    "slip": "for_slip",
    "partner": "for_partner",
    "staff": "for_staff",
    "machine": "for_machine",
}
"""The kinds of texts, the likeliest to be changed first, each with the word for it."""
LONGEST_FAULT = 300


@dataclass(frozen=True)
class TemplateRow:
    """A text. ``key``: its name in addresses; ``language``: '' of a text for machines; ``stands``: whose it
    is; ``faults``: what is broken; ``meanwhile``: what goes out until it is mended."""

    key: str
    path: str
    purpose: str
    language: str
    stands: str
    is_own: bool
    has_news: bool
    faults: tuple[str, ...]
    meanwhile: str


@dataclass(frozen=True)
class TemplateGroup:
    """Texts for the same people: ``rows`` in the library's language, and ``others``."""

    heading: str
    rows: tuple[TemplateRow, ...]
    others: tuple[TemplateRow, ...]


@dataclass(frozen=True)
class TemplateListPage:
    """``broken``: rows that stand in their groups too; ``unused``: files that no letter uses."""

    broken: tuple[TemplateRow, ...]
    groups: tuple[TemplateGroup, ...]
    all_shipped: bool
    unused: tuple[str, ...]


def key_of(path: str) -> str:
    """Return the name of a text in addresses: "en.patron.arrived"."""
    return path.removesuffix(".txt").replace("/", ".")


def known(context: Context) -> Mapping[str, TemplateLine]:
    """Return the texts that letters use, by their keys: no other path is ever opened."""
    return {key_of(one.path): one for one in template_dry_run.listed(context) if one.purpose}


def found(context: Context, key: str) -> TemplateLine:
    """Return the text with this key. Raise LocalFault if there is none."""
    line = known(context).get(key)
    if line is None:
        raise LocalFault(context.language.texts.labels["desk_templates"]["no_text"])
    return line


def page(connection: Connection, context: Context) -> TemplateListPage:
    """Return the page; in each group texts in other languages than the library's stand apart."""
    lines = template_dry_run.listed(context)
    rows = [(kind_of(one, context), row(connection, context, one)) for one in lines if one.purpose]
    words = context.language.texts.labels["desk_templates"]
    ours = context.config.library.language
    return TemplateListPage(
        broken=tuple(one for _, one in rows if one.faults),
        groups=tuple(
            _group(words[heading], chosen, ours)
            for kind, heading in GROUPS.items()
            if (chosen := [one for at, one in rows if at == kind])
        ),
        all_shipped=not any(one.is_own for _, one in rows),
        unused=tuple(one.path for one in lines if not one.purpose)[:20],
    )


def _group(heading: str, rows: Sequence[TemplateRow], ours: str) -> TemplateGroup:
    """Texts for machines have no language: they are everybody's."""
    return TemplateGroup(
        heading,
        tuple(one for one in rows if one.language in ("", ours)),
        tuple(one for one in rows if one.language not in ("", ours)),
    )


def kind_of(line: TemplateLine, context: Context) -> str:
    """Return whom the text is for: one of ``GROUPS``."""
    if context.templates.contract(line.path).machine:
        return "machine"
    return line.path.split("/")[1]


def row(connection: Connection, context: Context, line: TemplateLine) -> TemplateRow:
    """Return the row of a text."""
    language = line.path.partition("/")[0]
    is_own = line.source == "site"
    return TemplateRow(
        key=key_of(line.path),
        path=line.path,
        purpose=context.language.about_text(line.purpose),
        language=language if LANGUAGE_TAG.fullmatch(language) else "",
        stands=stands(connection, context, line.path),
        is_own=is_own,
        has_news=is_own and not line.problems and bool(context.templates.diff_since_earlier(line.path)),
        faults=tuple(cut(fault(one.line, one.text, context), LONGEST_FAULT) for one in line.problems[:10]),
        meanwhile=_meanwhile(connection, context, line) if line.problems else "",
    )


def fault(line: int, text: Part, context: Context) -> str:
    """Return a fault with its line."""
    what = context.language.word(text)
    return context.language.label("desk_templates", "line", line=line, what=what) if line else what


def _meanwhile(connection: Connection, context: Context, line: TemplateLine) -> str:
    words = context.language.texts.labels["desk_templates"]
    if kind_of(line, context) == "machine":
        return words["held_meanwhile"]
    kept = last_good.good(connection, line.path)
    return words["shipped_meanwhile" if kept is None else "good_meanwhile"]


def stands(connection: Connection, context: Context, path: str) -> str:
    """Return whose text it is, since when and by whom."""
    words = context.language.texts.labels["desk_templates"]
    try:
        own = saving.folder_of(context).read(path)
    except LocalFault as fault_of_it:
        return context.language.word(fault_of_it.said)
    if own is None:
        return words["as_shipped"]
    newest = next(iter(saving.versions(connection, path, own, context.clock())), None)
    at = newest.at if newest is not None else own.changed_at
    who = who_made(connection, newest, context) if newest is not None else words["by_hand"]
    return context.language.label("desk_templates", "ours", day=context.day_shown(at), who=who)


def who_made(connection: Connection, version: TemplateVersion, context: Context) -> str:
    """Return who made a version."""
    if not version.login:
        return context.language.texts.labels["desk_templates"]["by_hand"]
    member = staff.load(connection, version.login)
    return member.name if member is not None else version.login


def lines_of(diff: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of a diff with what each is: "new", "old", "place" or ""."""
    for line in diff.split("\n")[2:]:
        if line:
            yield {"+": "new", "-": "old", "@": "place", "\\": "place"}.get(line[0], ""), line
